//! Approvals: who is asked, when a step is settled, and what a decision is bound to.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, Page, TestApp};
use slipway::domain::approvals::{RoundState, StepState};
use slipway::domain::ids::{ApprovalId, RecordId};
use slipway::domain::people::Role;

/// The address of the approval that awaits this person.
fn theirs(app: &TestApp, record: RecordId, who: &Somebody) -> ApprovalId {
    given::pending(app, record).into_iter().find(|(_, it, _)| *it == who.id).expect("they are asked").0
}

async fn decide(browser: &Browser, id: ApprovalId, decision: &str, reason: &str, comment: &str) -> Page {
    let form = browser.get(&format!("/approvals/{id}")).await.expect(200).form(&format!("/approvals/{id}/decision"));
    browser.submit(&form.with("decision", decision).with("reason", reason).with("comment", comment)).await
}

fn round(app: &TestApp, id: RecordId) -> (RoundState, Vec<StepState>) {
    let sheet = given::sheet(app, id);
    let newest = &sheet.rounds[0];
    (newest.round.state, newest.steps.iter().map(|it| it.step.state).collect())
}

/// A release in planning, and those who are asked about its plan: all must approve.
fn planned<const N: usize>(app: &TestApp, names: [&str; N]) -> (RecordId, [Somebody; N]) {
    let people = given::approvers(app, names);
    let id = given::release(app, "Payroll").with_changes(1).in_phase("plan");
    given::ask(app, id);
    (id, people)
}

/// A release in build and test, whose steps are a quorum of the approvers and then the CAB.
fn built<const N: usize>(app: &TestApp, names: [&str; N]) -> (RecordId, [Somebody; N]) {
    let people = given::approvers(app, names);
    let id = given::release(app, "Payroll").in_phase("build_test");
    given::ask(app, id);
    (id, people)
}

#[tokio::test]
async fn all_must_approve_and_one_denial_waits_for_the_last_answer() {
    let app = TestApp::start().await;
    let (id, [ada, ben, cleo]) = planned(&app, ["Ada", "Ben", "Cleo"]);
    given::deny(&app, id, ada.id);
    assert_eq!(round(&app, id), (RoundState::Open, vec![StepState::Open]));
    given::approve(&app, id, ben.id);
    assert_eq!(round(&app, id).0, RoundState::Open);
    given::approve(&app, id, cleo.id);
    assert_eq!(round(&app, id), (RoundState::Denied, vec![StepState::Denied]));
    given::ask(&app, id);
    for who in [&ada, &ben, &cleo] {
        given::approve(&app, id, who.id);
    }
    assert_eq!(round(&app, id), (RoundState::Approved, vec![StepState::Approved]), "in a new round");
}

#[tokio::test]
async fn a_quorum_is_more_than_half_and_then_the_next_step_is_asked() {
    let app = TestApp::start().await;
    let (id, [ada, ben, cleo, dan]) = built(&app, ["Ada", "Ben", "Cleo", "Dan"]);
    let waiting = app.browser_of(&dan);
    assert_eq!(round(&app, id).1, [StepState::Open, StepState::Waiting]);
    given::approve(&app, id, ada.id);
    given::approve(&app, id, ben.id);
    assert_eq!(round(&app, id).1, [StepState::Open, StepState::Waiting], "two of four are not more than half");
    let in_quorum = theirs(&app, id, &dan);
    given::approve(&app, id, cleo.id);
    assert_eq!(round(&app, id).1, [StepState::Approved, StepState::Open]);
    waiting.get(&format!("/approvals/{in_quorum}")).await.expect_text("No answer is needed any more");
    assert_ne!(theirs(&app, id, &dan), in_quorum, "now the CAB is asked");
}

#[tokio::test]
async fn a_quorum_that_cannot_be_reached_denies() {
    let app = TestApp::start().await;
    let (id, [ada, ben, ..]) = built(&app, ["Ada", "Ben", "Cleo", "Dan"]);
    given::deny(&app, id, ada.id);
    assert_eq!(round(&app, id).0, RoundState::Open);
    given::deny(&app, id, ben.id);
    assert_eq!(round(&app, id), (RoundState::Denied, vec![StepState::Denied, StepState::NotNeeded]));
    assert!(given::pending(&app, id).is_empty());
}

#[tokio::test]
async fn the_first_denial_of_the_cab_denies_at_once() {
    let app = TestApp::start().await;
    let (id, [ada, ben]) = built(&app, ["Ada", "Ben"]);
    given::approve(&app, id, ada.id);
    given::approve(&app, id, ben.id);
    given::deny(&app, id, ada.id);
    assert_eq!(round(&app, id), (RoundState::Denied, vec![StepState::Approved, StepState::Denied]));
}

#[tokio::test]
async fn of_those_who_may_close_one_is_enough_and_it_is_not_the_owner() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager]);
    let [mara, nils] = ["Mara", "Nils"].map(|it| given::user(&app, it, &[Role::ReleaseManager]));
    let id = given::release(&app, "Payroll").owned_by(&ines).in_phase("review");
    given::ask(&app, id);
    let asked: Vec<_> = given::pending(&app, id).into_iter().map(|(_, who, _)| who).collect();
    assert_eq!(asked, [mara.id, nils.id]);
    given::deny(&app, id, mara.id);
    assert_eq!(round(&app, id).0, RoundState::Open, "one denial of two settles nothing");
    given::approve(&app, id, nils.id);
    assert_eq!(round(&app, id).0, RoundState::Approved);
}

#[tokio::test]
async fn who_is_not_asked_yet_cannot_decide_yet() {
    let app = TestApp::start().await;
    let (id, [ada, _ben]) = built(&app, ["Ada", "Ben"]);
    let sheet = given::sheet(&app, id);
    let later = sheet.rounds[0].steps[1].approvals.iter().find(|(it, _)| it.approver_id == ada.id).map(|(it, _)| it.id).expect("in the CAB");
    let browser = app.browser_of(&ada);
    let page = browser.get(&format!("/approvals/{later}")).await.expect(200).expect_text("It is not your turn yet");
    assert!(!page.has_form(&format!("/approvals/{later}/decision")));
    let digest = sheet.rounds[0].steps[1].step.digest.clone();
    browser.post(&format!("/approvals/{later}/decision"), &[("decision", "approve"), ("digest", &digest)]).await.expect(409).expect_text("not your turn yet");
}

#[tokio::test]
async fn a_denial_needs_a_coded_reason_and_a_comment_and_nothing_is_preselected() {
    let app = TestApp::start().await;
    let (id, [ada]) = planned(&app, ["Ada"]);
    let browser = app.browser_of(&ada);
    let approval = theirs(&app, id, &ada);
    let form = browser.get(&format!("/approvals/{approval}")).await.form(&format!("/approvals/{approval}/decision"));
    assert_eq!(form.value("decision"), "");
    browser.submit(&form).await.expect(422).expect_text("Choose to approve or to deny.");
    let page = decide(&browser, approval, "deny", "", "Too risky").await.expect(422).expect_text("Choose a reason for the denial.");
    assert_eq!(page.form(&format!("/approvals/{approval}/decision")).value("comment"), "Too risky", "what was typed is kept");
    decide(&browser, approval, "deny", "technical", "").await.expect(422).expect_text("Add a comment to the denial.");
    browser.post(&format!("/approvals/{approval}/decision"), &[("decision", "deny"), ("reason", "mood"), ("comment", "No")]).await.expect(422);
    assert!(!app.log().contains(&"approval_decided".to_owned()));
    decide(&browser, approval, "deny", "technical", "Too risky").await.expect_see("/approvals");
    browser.get(&format!("/releases/{id}")).await.expect_text("Technical:").expect_text("Too risky").expect_text("Denied");
}

#[tokio::test]
async fn a_decision_is_taken_back_while_the_round_is_open_or_within_ten_minutes() {
    let app = TestApp::start().await;
    let (id, [ada, ben]) = planned(&app, ["Ada", "Ben"]);
    let browser = app.browser_of(&ada);
    let approval = theirs(&app, id, &ada);
    let back = format!("/approvals/{approval}/retraction");
    browser.post(&back, &[]).await.expect(409).expect_text("You have not decided yet");
    decide(&browser, approval, "approve", "", "").await.expect(303);
    let form = browser.get(&format!("/approvals/{approval}")).await.form(&back);
    browser.submit(&form).await.expect_see(&format!("/approvals/{approval}"));
    decide(&browser, approval, "approve", "", "Now I am sure").await.expect(303);
    given::approve(&app, id, ben.id);
    browser.submit(&browser.get(&format!("/approvals/{approval}")).await.expect(200).form(&back)).await.expect(303);
    assert_eq!(round(&app, id).0, RoundState::Open, "although it was settled");
    decide(&browser, approval, "approve", "", "Really").await.expect(303);
    app.clock.advance(chrono::Duration::minutes(10));
    let page = browser.get(&format!("/approvals/{approval}")).await.expect(200);
    assert!(!page.has_form(&back));
    browser.post(&back, &[]).await.expect(409).expect_text("This approval was approved");
    assert_eq!(round(&app, id).0, RoundState::Approved);
}

#[tokio::test]
async fn whoever_becomes_the_owner_decides_no_longer() {
    let app = TestApp::start().await;
    let (id, [ada, _ben]) = planned(&app, ["Ada", "Ben"]);
    let approval = theirs(&app, id, &ada);
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager]);
    let at = format!("/records/{id}/details");
    let manager = app.browser_of(&ines);
    let form = manager.get(&format!("{at}/edit")).await.form(&at);
    manager.submit(&form.with("owner", ada.id)).await.expect(303);
    let browser = app.browser_of(&ada);
    let page = browser.get(&format!("/approvals/{approval}")).await.expect_text("somebody else must decide");
    assert!(!page.has_form(&format!("/approvals/{approval}/decision")));
    let digest = given::sheet(&app, id).rounds[0].steps[0].step.digest.clone();
    let fields = [("decision", "approve"), ("digest", digest.as_str())];
    browser.post(&format!("/approvals/{approval}/decision"), &fields).await.expect(409).expect_text("somebody else must decide");
}

#[tokio::test]
async fn the_decision_of_whoever_becomes_the_owner_counts_no_longer_and_holds_nobody_up() {
    let app = TestApp::start().await;
    let (id, [ada, ben]) = planned(&app, ["Ada", "Ben"]);
    given::approve(&app, id, ada.id);
    let at = format!("/records/{id}/details");
    let manager = app.signed_in(Role::ReleaseManager);
    let form = manager.get(&format!("{at}/edit")).await.form(&at);
    manager.submit(&form.with("coordinator", ada.id)).await.expect(303);
    assert_eq!(round(&app, id).0, RoundState::Open, "hers does not count, his is awaited");
    given::approve(&app, id, ben.id);
    assert_eq!(round(&app, id).0, RoundState::Approved, "nobody waits for her");
    manager.get(&format!("/releases/{id}")).await.expect_text("No longer asked");
}

#[tokio::test]
async fn anothers_approval_does_not_exist_whatever_ones_role() {
    let app = TestApp::start().await;
    let (id, [ada, ben]) = planned(&app, ["Ada", "Ben"]);
    let approval = theirs(&app, id, &ada);
    let digest = given::sheet(&app, id).rounds[0].steps[0].step.digest.clone();
    let mut browsers: Vec<Browser> = Role::ALL.iter().map(|it| app.signed_in(*it)).collect();
    browsers.push(app.browser_of(&ben));
    for browser in browsers {
        browser.get(&format!("/approvals/{approval}")).await.expect(404);
        browser.post(&format!("/approvals/{approval}/decision"), &[("decision", "approve"), ("digest", &digest)]).await.expect(404);
        browser.post(&format!("/approvals/{approval}/decision"), &[]).await.expect(404);
        browser.post(&format!("/approvals/{approval}/retraction"), &[]).await.expect(404);
    }
    assert_eq!(given::pending(&app, id).len(), 2);
}

#[tokio::test]
async fn an_edit_after_a_decision_reopens_it_and_the_page_says_what_changed() {
    let app = TestApp::start().await;
    let (id, [ada, ben]) = planned(&app, ["Ada", "Ben"]);
    let approval = theirs(&app, id, &ada);
    given::approve(&app, id, ada.id);
    given::edit_window(&app, id, 21);
    let browser = app.browser_of(&ada);
    let page = browser.get(&format!("/approvals/{approval}")).await.expect_text("What changed since the earlier decision");
    page.expect_text("2026-03-23 12:00 UTC to 2026-03-23 14:00 UTC").expect_text("<ins>").expect_text("Revision 2");
    browser.get("/approvals").await.expect_text(&format!("/approvals/{approval}"));
    app.browser_of(&ben).get(&format!("/releases/{id}")).await.expect_text("asked again because what it covers changed");
    assert!(app.log().contains(&"approval_reopened".to_owned()));
    decide(&browser, approval, "approve", "", "").await.expect(303);
    given::approve(&app, id, ben.id);
    assert_eq!(round(&app, id).0, RoundState::Approved);
    given::edit_window(&app, id, 28);
    assert_eq!(round(&app, id).0, RoundState::Open, "even a settled round opens again");
    assert_eq!(given::pending(&app, id).len(), 2);
}

#[tokio::test]
async fn an_edit_of_what_a_step_does_not_cover_leaves_its_decisions_alone() {
    let app = TestApp::start().await;
    let (id, [ada, ben]) = built(&app, ["Ada", "Ben"]);
    given::approve(&app, id, ada.id);
    given::approve(&app, id, ben.id);
    given::approve(&app, id, ada.id);
    given::edit_window(&app, id, 28);
    assert_eq!(round(&app, id).1, [StepState::Approved, StepState::Open], "build and test does not cover the window");
    assert_eq!(given::pending(&app, id).len(), 2, "the CAB does");
}

#[tokio::test]
async fn a_decision_on_an_old_page_is_refused_with_the_new_one() {
    let app = TestApp::start().await;
    let (id, [ada, _ben]) = planned(&app, ["Ada", "Ben"]);
    let browser = app.browser_of(&ada);
    let approval = theirs(&app, id, &ada);
    let at = format!("/approvals/{approval}/decision");
    let old = browser.get(&format!("/approvals/{approval}")).await.form(&at).with("decision", "approve");
    given::edit_window(&app, id, 21);
    let page = browser.submit(&old).await.expect(422).expect_text("What you were shown has changed meanwhile").expect_text("23 Mar 2026 12:00");
    assert_eq!(given::pending(&app, id).len(), 2);
    browser.submit(&page.form(&at)).await.expect_see("/approvals");
    assert_eq!(given::pending(&app, id).len(), 1);
}

#[tokio::test]
async fn two_who_decide_at_once_both_count_exactly_once() {
    let app = TestApp::start().await;
    let (id, [ada, ben, cleo]) = planned(&app, ["Ada", "Ben", "Cleo"]);
    let [one, two, three] = [&ada, &ben, &cleo].map(|it| (app.browser_of(it), theirs(&app, id, it)));
    let (first, second, third) =
        tokio::join!(decide(&one.0, one.1, "approve", "", ""), decide(&two.0, two.1, "approve", "", ""), decide(&three.0, three.1, "approve", "", ""));
    for page in [first, second, third] {
        page.expect_see("/approvals");
    }
    assert_eq!(round(&app, id).0, RoundState::Approved);
    let count = |kind: &str| app.log().iter().filter(|it| *it == kind).count();
    assert_eq!((count("approval_decided"), count("step_settled"), count("round_settled")), (3, 1, 1));
}

#[tokio::test]
async fn whoever_presses_twice_decides_once() {
    let app = TestApp::start().await;
    let (id, [ada, _ben]) = planned(&app, ["Ada", "Ben"]);
    let browser = app.browser_of(&ada);
    let approval = theirs(&app, id, &ada);
    let form = browser.get(&format!("/approvals/{approval}")).await.form(&format!("/approvals/{approval}/decision")).with("decision", "approve");
    let (one, other) = (browser.clone(), browser.clone());
    let (first, second) = tokio::join!(one.submit(&form), other.submit(&form));
    let mut answers = [first.status, second.status];
    answers.sort();
    assert_eq!(answers, [303, 409]);
    browser.submit(&form).await.expect(409).expect_text("decided by you already");
    assert_eq!(app.log().iter().filter(|it| *it == "approval_decided").count(), 1);
}

#[tokio::test]
async fn a_round_asks_once_and_can_be_withdrawn_with_a_reason() {
    let app = TestApp::start().await;
    let (id, [ada, _ben]) = planned(&app, ["Ada", "Ben"]);
    let tom = app.browser_of(&given::user(&app, "Tom", &[Role::ReleaseCoordinator]));
    let (rounds, withdrawal) = (format!("/records/{id}/rounds"), format!("/records/{id}/rounds/withdrawal"));
    tom.post(&rounds, &[]).await.expect(409).expect_text("have been asked already");
    let form = tom.get(&format!("/releases/{id}")).await.form(&withdrawal);
    tom.submit(&form).await.expect(422);
    let approval = theirs(&app, id, &ada);
    tom.submit(&form.with("reason", "The plan is wrong")).await.expect_see(&format!("/releases/{id}#approvals"));
    app.browser_of(&ada).get(&format!("/approvals/{approval}")).await.expect_text("No answer is needed any more: the round is withdrawn");
    tom.post(&withdrawal, &[("reason", "Again")]).await.expect(409).expect_text("No approval is being asked for");
    tom.post(&rounds, &[]).await.expect(303);
    tom.get(&format!("/releases/{id}")).await.expect_text("Earlier rounds (1)");
}

#[tokio::test]
async fn nobody_is_asked_where_nobody_may_decide() {
    let app = TestApp::start().await;
    let tom = given::user(&app, "Tom", &[Role::ReleaseCoordinator]);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    let browser = app.browser_of(&tom);
    browser.post(&format!("/records/{id}/rounds"), &[]).await.expect(409).expect_text("Nobody is left to ask in “Plan”: Release Approver has no member");
    let fresh = given::release(&app, "Ledger").registered();
    browser.post(&format!("/records/{fresh}/rounds"), &[]).await.expect(409).expect_text("This phase asks nobody for approval");
    let ada = given::user(&app, "Ada", &[Role::ReleaseApprover]);
    app.act(|tx| slipway::app::users::disable(tx, ada.id)).expect("closed");
    browser.post(&format!("/records/{id}/rounds"), &[]).await.expect(409).expect_text("Nobody is left to ask");
}
