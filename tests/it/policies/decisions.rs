//! Who may go on without what, and who decides on what they run.

use crate::support::{TestApp, given};
use slipway::domain::ids::RecordId;
use slipway::domain::people::Role;
use slipway::domain::requirements::Requirement;

fn waived(app: &TestApp, id: RecordId) -> Vec<Requirement> {
    given::sheet(app, id).waivers.iter().map(|it| it.requirement).collect()
}

#[tokio::test]
async fn a_requirement_is_waived_by_those_whom_the_policy_names() {
    let app = TestApp::start().await;
    let tom = given::user(&app, "Tom", &[Role::ReleaseCoordinator]);
    let (coordinator, manager) = (app.browser_of(&tom), app.signed_in(Role::ReleaseManager));
    let id = given::release(&app, "Payroll").coordinated_by(&tom).in_phase("plan");
    let at = format!("/records/{id}/waivers");
    coordinator.post(&at, &[("requirement", "plan_complete"), ("reason", "Later")]).await.expect(403);
    let page = coordinator.get(&format!("/releases/{id}")).await.expect(200);
    assert!(!page.has_form(&at));
    given::policy(&app, |it| it.let_waive(Requirement::PlanComplete, &[Role::ReleaseCoordinator]));
    let page = coordinator.get(&format!("/releases/{id}")).await.expect(200);
    assert!(page.has_form(&at));
    let why = "“Risk assessed” is waived by others: the policy names Administrator, Release Manager.";
    coordinator.post(&at, &[("requirement", "risk_assessed"), ("reason", "Later")]).await.expect(409).expect_text(why);
    let why = "“Plan complete” is waived by others: the policy names Release Coordinator.";
    manager.post(&at, &[("requirement", "plan_complete"), ("reason", "Later")]).await.expect(409).expect_text(why);
    coordinator.post(&at, &[("requirement", "plan_complete"), ("reason", "Later")]).await.expect(303);
    assert_eq!(waived(&app, id), [Requirement::PlanComplete]);
    let other = given::release(&app, "Wages").coordinated_by(&given::user(&app, "Otto", &[Role::ReleaseCoordinator])).in_phase("plan");
    coordinator.post(&format!("/records/{other}/waivers"), &[("requirement", "plan_complete"), ("reason", "Later")]).await.expect(403);
}

#[tokio::test]
async fn what_nobody_may_waive_nobody_goes_without() {
    let app = TestApp::start().await;
    given::policy(&app, |it| it.let_waive(Requirement::BackOutPlanWritten, &[]));
    let id = given::release(&app, "Payroll").in_phase("plan");
    let at = format!("/records/{id}/waivers");
    for role in [Role::Administrator, Role::ReleaseManager] {
        let answer = app.signed_in(role).post(&at, &[("requirement", "back_out_plan_written"), ("reason", "Later")]).await;
        answer.expect(409).expect_text("the policy names nobody");
        app.signed_in(role).post(&at, &[("requirement", "approved"), ("reason", "Later")]).await.expect(409).expect_text("cannot be waived");
    }
    assert_eq!(waived(&app, id), []);
}

#[tokio::test]
async fn the_rfcs_of_a_build_are_changed_by_those_who_may_waive_that() {
    let app = TestApp::start().await;
    let tom = given::user(&app, "Tom", &[Role::ReleaseCoordinator]);
    let id = given::release(&app, "Payroll").coordinated_by(&tom).with_changes(1).in_phase("build_test");
    let joining = given::change(&app, "One more").registered().to_string();
    let browser = app.browser_of(&tom);
    let fields = [("change", joining.as_str()), ("reason", "It belongs to it")];
    browser.get(&format!("/releases/{id}")).await.expect_text("Who may waive that: Administrator, Release Manager.");
    browser.post(&format!("/records/{id}/changes"), &fields).await.expect(403);
    given::policy(&app, |it| it.let_waive(Requirement::ScopeFrozen, &[Role::ReleaseManager, Role::ReleaseCoordinator]));
    browser.post(&format!("/records/{id}/changes"), &fields).await.expect(303);
    assert_eq!(waived(&app, id), [Requirement::ScopeFrozen]);
    let other = given::change(&app, "And another").registered().to_string();
    let root = app.signed_in(Role::Administrator);
    let refused = root.post(&format!("/records/{id}/changes"), &[("change", other.as_str()), ("reason", "So")]).await.expect(409);
    refused.expect_text("is waived by others: the policy names Release Manager, Release Coordinator.");
}

#[tokio::test]
async fn whoever_runs_a_release_decides_on_it_if_the_policy_says_so() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager, Role::ReleaseApprover]);
    let ada = given::user(&app, "Ada", &[Role::ReleaseApprover]);
    given::members(&app, "cab", &[ines.clone(), ada.clone()]);
    let asked = |id| given::pending(&app, id).into_iter().map(|(_, who, _)| who).collect::<Vec<_>>();
    let by_others = given::release(&app, "Payroll").owned_by(&ines).in_phase("plan");
    given::ask(&app, by_others);
    assert_eq!(asked(by_others), [ada.id]);
    given::policy(&app, |it| it.self_approval = true);
    let own = given::release(&app, "Wages").owned_by(&ines).in_phase("plan");
    given::ask(&app, own);
    let mut both = asked(own);
    both.sort();
    assert_eq!(both, [ines.id, ada.id]);
    let (approval, _, digest) = given::pending(&app, own).into_iter().find(|(_, who, _)| *who == ines.id).expect("she is asked");
    let browser = app.browser_of(&ines);
    let page = browser.get(&format!("/approvals/{approval}")).await.expect(200).expect_no_text("somebody else must decide");
    assert!(page.has_form(&format!("/approvals/{approval}/decision")));
    browser.post(&format!("/approvals/{approval}/decision"), &[("decision", "approve"), ("digest", &digest)]).await.expect(303);
    browser.post(&format!("/approvals/{approval}/retraction"), &[]).await.expect(303);
    let page = app.signed_in(Role::Viewer).get("/policy").await;
    page.expect_text("Those who own or coordinate a record may decide on it when they are asked");
    // What was asked before goes on as it was asked.
    let others = asked(by_others);
    assert_eq!(others, [ada.id]);
}

#[tokio::test]
async fn whoever_becomes_the_owner_goes_on_deciding_where_the_policy_lets_them() {
    let app = TestApp::start().await;
    let [ada, ben] = given::approvers(&app, ["Ada", "Ben"]);
    given::policy(&app, |it| it.self_approval = true);
    let id = given::release(&app, "Payroll").in_phase("plan");
    given::ask(&app, id);
    given::approve(&app, id, ada.id);
    let at = format!("/records/{id}/details");
    let manager = app.signed_in(Role::ReleaseManager);
    let form = manager.get(&format!("{at}/edit")).await.form(&at);
    manager.submit(&form.with("coordinator", ada.id)).await.expect(303);
    manager.get(&format!("/releases/{id}")).await.expect_no_text("No longer asked");
    given::approve(&app, id, ben.id);
    assert_eq!(given::sheet(&app, id).rounds[0].round.state, slipway::domain::approvals::RoundState::Approved);
}

#[tokio::test]
async fn a_step_of_the_workflow_may_say_otherwise() {
    use slipway::domain::workflows::SelfApproval;
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager, Role::ReleaseApprover]);
    let ada = given::user(&app, "Ada", &[Role::ReleaseApprover]);
    given::members(&app, "cab", &[ines.clone(), ada.clone()]);
    let says = |word: SelfApproval| {
        let id = given::next_version(&app, "release-minor", |it| given::phase(it, "plan").approvals[0].self_approval = word);
        let sql = format!("UPDATE categories SET workflow_id = {id} WHERE key = 'minor'");
        app.write(|tx| diesel::RunQueryDsl::execute(diesel::sql_query(sql), tx.conn));
    };
    let asked = |name: &str| {
        let id = given::release(&app, name).owned_by(&ines).in_phase("plan");
        given::ask(&app, id);
        given::pending(&app, id).len()
    };
    says(SelfApproval::Allowed);
    assert_eq!(asked("Payroll"), 2, "whatever the policy says");
    given::policy(&app, |it| it.self_approval = true);
    says(SelfApproval::Never);
    assert_eq!(asked("Wages"), 1);
    says(SelfApproval::ByPolicy);
    assert_eq!(asked("Archive"), 2);
}
