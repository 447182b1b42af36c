//! Workflows are shaped as drafts and published as versions that never change.

mod ended;
mod meanwhile;
mod published_meanwhile;
mod shaping;

use crate::support::given::{self, workflow};
use crate::support::html::Form;
use crate::support::{Browser, Page, TestApp};
use slipway::domain::approvals::Rule;
use slipway::domain::events::Event;
use slipway::domain::ids::WorkflowDraftId;
use slipway::domain::people::Role;
use slipway::domain::process::{Deed, Part};
use slipway::domain::records::{RecordKind, RecordState};
use slipway::domain::requirements::Requirement;
use slipway::domain::workflows::{Approvers, PhaseKind, SelfApproval, TransitionKind, Workflow};
use slipway::store::{categories, events, workflow_drafts};

/// The draft as it is stored.
fn stored(app: &TestApp, id: WorkflowDraftId) -> Workflow {
    app.read(|conn| workflow_drafts::find(conn, id)).workflow
}

/// The last thing that happened to the process: the part, the deed, what changed and why.
fn last(app: &TestApp) -> (Part, Deed, Vec<String>, String) {
    let entry = app.read(|conn| events::list(conn, &Default::default(), 1)).remove(0);
    let Some(Event::ProcessShaped { part, deed, fields, reason, .. }) = entry.event else { panic!("{}", entry.kind) };
    (part, deed, fields.into_iter().map(|it| format!("{}: {} → {}", it.field, it.before, it.after)).collect(), reason)
}

async fn page(browser: &Browser, path: &str) -> Page {
    browser.get(path).await.expect(200)
}

/// The form on a page that is sent to the page's own address, or to the list that a new one is added to.
async fn form(browser: &Browser, path: &str) -> Form {
    page(browser, path).await.form(path.trim_end_matches("/new"))
}

/// Begins a workflow by the form and says where its draft is.
async fn begun(app: &TestApp, browser: &Browser, name: &str) -> (WorkflowDraftId, String) {
    let form = form(browser, "/workflow-drafts/new").await.with("name", name).with("kind", "release");
    let draft = browser.submit(&form).await.expect(303).location().to_owned();
    let id = draft.rsplit('/').next().and_then(|it| it.parse().ok()).expect("a number");
    assert_eq!(stored(app, id).phases.len(), 3);
    (id, draft)
}

#[tokio::test]
async fn everybody_reads_workflows_and_few_shape_them() {
    let app = crate::simulation::house().await;
    let (reader, coordinator) = (app.signed_in(Role::Viewer), app.signed_in(Role::ReleaseCoordinator));
    let draft = format!("/workflow-drafts/{}", given::workflow_draft(&app, "release-major"));
    let version = format!("/workflows/{}", workflow(&app, "release-major").id);
    page(&reader, "/workflows").await.expect_text("Followed by Major").expect_text(&draft).expect_no_text("/workflow-drafts/new");
    page(&reader, &version).await.expect_text("shipped with Slipway").expect_text("What differs from version 2").expect_no_text("Draft the next version");
    page(&reader, &draft).await.expect_text("Planning and design").expect_no_text("Discard").expect_no_text("/phases/plan\"");
    for path in ["", "/phases", "/phases/plan", "/phases/plan/removal", "/phases/plan/transitions", "/phases/plan/approvals/0", "/publication", "/discarding"] {
        coordinator.post(&format!("{draft}{path}"), &[("version", "1"), ("to", "up")]).await.expect(403);
    }
    for path in ["/workflow-drafts/new", &format!("{draft}/phases/new"), &format!("{draft}/phases/plan"), &format!("{draft}/publication")] {
        coordinator.get(path).await.expect(403);
    }
    coordinator.post(&format!("{version}/draft"), &[]).await.expect(403);
    let manager = app.signed_in(Role::ReleaseManager);
    for path in ["/workflows/999999", "/workflow-drafts/999999", "/workflow-drafts/nothing"] {
        manager.get(path).await.expect(404);
    }
    for path in ["/phases/nowhere", "/phases/plan/transitions/nowhere", "/phases/plan/approvals/7", "/phases/nowhere/approvals/new"] {
        manager.get(&format!("{draft}{path}")).await.expect(404);
    }
}

#[tokio::test]
async fn a_workflow_of_its_own_is_drafted_published_and_followed() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let (id, draft) = begun(&app, &browser, "Infrastructure release").await;
    assert_eq!(last(&app).1, Deed::Created);

    let added = form(&browser, &format!("{draft}/phases/new")).await.with("name", "Build & test").with("milestone", "authorised").with("target_days", "5");
    let added = added.with("group", "cab").and("scope_frozen", "yes").with("after", "registered");
    browser.submit(&added).await.expect_see(&format!("{draft}/phases/build_test#ways"));
    let phases = |app: &TestApp| stored(app, id).phases.into_iter().map(|it| it.key).collect::<Vec<_>>();
    assert_eq!(phases(&app), ["registered", "build_test", "closed", "abandoned"]);
    let (part, deed, fields, _) = last(&app);
    assert_eq!((part, deed, fields.len()), (Part::Draft, Deed::Edited, 1));
    assert!(fields[0].contains("Phase Build & test:  → kind: Main\nmilestone: Authorised") && fields[0].contains("5 working days"), "{fields:?}");

    let on = form(&browser, &format!("{draft}/phases/registered/transitions/new")).await;
    assert_eq!(on.value("to"), "", "there is a main way out already");
    let on = on.with("to", "build_test").with("kind", "advance").with("label", "Start the build").with("requirements", "tasks_done");
    browser.submit(&on.and("requirements", "details_complete")).await.expect_see(&format!("{draft}/phases/registered#ways"));
    let close = form(&browser, &format!("{draft}/phases/registered/transitions/close")).await;
    let moved = close.with("from", "build_test").and("requirements", "approved").with("label", "Close it");
    browser.submit(&moved).await.expect_see(&format!("{draft}/phases/build_test#ways"));
    let step = form(&browser, &format!("{draft}/phases/build_test/approvals/new")).await.with("name", "CAB").with("group", "cab");
    let step = step.with("rule", "percentage").with("percent", "60").with("days", "2").and("covers", "plan").with("self_approval", "never");
    browser.submit(&step).await.expect_see(&format!("{draft}/phases/build_test#approvals"));
    let workflow = stored(&app, id);
    let (first, second) = (&workflow.phases[0], &workflow.phases[1]);
    assert_eq!(first.transitions.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["abandon", "advance"]);
    assert_eq!((second.group.as_deref(), second.scope_frozen, second.kind, second.target_days), (Some("cab"), true, PhaseKind::Main, Some(5)));
    let way = &second.transitions[0];
    assert_eq!((way.kind, way.to.as_str(), way.outcome), (TransitionKind::Close, "closed", Some(RecordState::Closed)));
    assert_eq!(way.requirements, [Requirement::DetailsComplete, Requirement::Approved]);
    let approval = &second.approvals[0];
    assert_eq!((approval.rule, &approval.approvers, approval.days), (Rule::Percentage(60), &Approvers::Group("cab".into()), 2));
    assert_eq!((approval.self_approval, approval.covers.len()), (SelfApproval::Never, 2));

    let minor = app.read(|conn| categories::list(conn, RecordKind::Release)).into_iter().find(|it| it.key == "minor").expect("shipped");
    let publication = form(&browser, &format!("{draft}/publication")).await;
    assert!(publication.fields.iter().all(|(name, _)| name != "categories"), "nothing follows a new workflow by itself");
    browser.submit(&publication.clone().with("categories", minor.id)).await.expect(422).expect_text("Fill this in.");
    let version = browser.submit(&publication.with("categories", minor.id).with("note", "For servers.")).await.expect(303).location().to_owned();
    page(&browser, &version)
        .await
        .expect_text("New records of <strong>Minor</strong> follow")
        .expect_text("For servers.")
        .expect_text("published by Release Manager");
    let (part, deed, fields, reason) = last(&app);
    assert_eq!((part, deed, reason.as_str()), (Part::Workflow, Deed::Published, "For servers."));
    assert_eq!(fields, ["Category Minor: Minor release, version 3 → Infrastructure release, version 1"]);
    browser.get(&draft).await.expect(410);
    let release = given::release(&app, "Server").registered();
    assert_eq!(given::sheet(&app, release).full.workflow, workflow);
}

#[tokio::test]
async fn the_next_version_leaves_the_one_before_and_its_records_alone() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::Administrator);
    let release = given::release(&app, "Payroll").major().registered();
    let before = workflow(&app, "release-major");
    let at = format!("/workflows/{}", before.id);
    let begin = page(&browser, &at).await.form(&format!("{at}/draft"));
    let draft = browser.submit(&begin).await.expect(303).location().to_owned();
    browser.submit(&begin).await.expect_see(&draft);
    page(&browser, &at).await.expect_text("Go on with the draft");
    page(&browser, &format!("{draft}/publication")).await.expect_text("Nothing yet").expect_no_text("Publish version 4</button>");
    browser.post(&format!("{draft}/publication"), &[("version", "1"), ("note", "Same")]).await.expect(422).expect_text("Nothing yet");

    let renamed = form(&browser, &format!("{draft}/phases/plan")).await.with("name", "Design").with("target_days", "12");
    browser.submit(&renamed).await.expect_see(&format!("{draft}#phase-plan"));
    assert_eq!(
        last(&app).2,
        ["Plan: name: Planning and design → Design".replace("Plan:", "Design:"), "Design: target: 10 working days → 12 working days".into()]
    );
    let named = page(&browser, &draft).await.form(&draft).with("name", "Major");
    browser.submit(&named).await.expect_see(&draft);
    let publication = page(&browser, &format!("{draft}/publication")).await.expect_text("Name of the workflow").expect_text("<ins>Design</ins>");
    let publication = publication.form(&format!("{draft}/publication"));
    assert_eq!(publication.value("categories"), before_category(&app), "what followed it goes along");
    let there = browser.submit(&publication.with("note", "Longer.")).await.expect(303).location().to_owned();
    let after = workflow(&app, "release-major");
    assert_eq!((after.version, after.name.as_str(), there), (before.version + 1, "Major", format!("/workflows/{}", after.id)));
    let kept = app.read(|conn| slipway::store::workflows::version(conn, before.id));
    assert_eq!((kept.workflow, kept.name), (before.workflow.clone(), before.name));
    assert_eq!(given::sheet(&app, release).full.workflow, before.workflow, "it goes on as it began");
    assert_eq!(given::sheet(&app, given::release(&app, "Shop").major().registered()).full.workflow, after.workflow);
    page(&browser, &at).await.expect_text("is the newest").expect_text("One open record is on it").expect_text("Longer.");
    let changed = app.db.write_now::<(), slipway::app::Error>(slipway::domain::people::Actor::slipway(), |tx| {
        diesel::RunQueryDsl::execute(diesel::sql_query("UPDATE workflows SET name = 'Else'"), tx.conn)?;
        Ok(())
    });
    assert!(changed.is_err(), "not even by hand");
}

fn before_category(app: &TestApp) -> String {
    app.read(|conn| categories::list(conn, RecordKind::Release)).into_iter().find(|it| it.key == "major").expect("shipped").id.to_string()
}

#[tokio::test]
async fn buttons_put_phases_and_ways_out_in_order_and_take_them_away() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let id = given::workflow_draft(&app, "release-major");
    let draft = format!("/workflow-drafts/{id}");
    let keys = |app: &TestApp| stored(app, id).phases.into_iter().map(|it| it.key).collect::<Vec<_>>();
    let before = keys(&app);
    let shift = page(&browser, &draft).await.form(&format!("{draft}/phases/plan/position"));
    browser.submit(&shift.with("to", "down")).await.expect_see(&format!("{draft}#phase-plan"));
    assert_eq!(keys(&app)[1..3], [before[2].clone(), before[1].clone()]);
    let shift = page(&browser, &draft).await.form(&format!("{draft}/phases/closed/position"));
    for _ in 0..9 {
        let shift = page(&browser, &draft).await.form(&shift.action).with("to", "up");
        if browser.submit(&shift).await.status == 422 {
            break;
        }
    }
    assert_eq!(keys(&app)[1], "closed", "an end cannot be where records start");
    let phase = format!("{draft}/phases/build_test");
    let ways = |app: &TestApp| stored(app, id).phase("build_test").expect("there").transitions.iter().map(|it| it.key.clone()).collect::<Vec<_>>();
    let (first, second) = (ways(&app)[0].clone(), ways(&app)[1].clone());
    let shift = page(&browser, &phase).await.form(&format!("{phase}/transitions/{second}/position")).with("to", "up");
    browser.submit(&shift).await.expect_see(&format!("{phase}#ways"));
    assert_eq!(ways(&app)[..2], [second.clone(), first]);
    let removal = page(&browser, &phase).await.form(&format!("{phase}/transitions/{second}/removal"));
    browser.submit(&removal).await.expect_see(&format!("{phase}#ways"));
    assert!(!ways(&app).contains(&second));
    let removal = page(&browser, &phase).await.form(&format!("{phase}/approvals/0/removal"));
    browser.submit(&removal).await.expect_see(&format!("{phase}#approvals"));
    let removal = page(&browser, &format!("{draft}/phases/training")).await.expect_text("lead").form(&format!("{draft}/phases/training/removal"));
    browser.submit(&removal.with("heir", "rollout")).await.expect_see(&format!("{draft}#phases"));
    assert!(stored(&app, id).phases.iter().flat_map(|it| &it.transitions).all(|it| it.to != "training"));
    let (_, _, fields, _) = last(&app);
    assert!(fields[0].starts_with("Phase Training: kind: Main") && fields.len() > 1, "{fields:?}");
    let discard = page(&browser, &draft).await.form(&format!("{draft}/discarding"));
    browser.submit(&discard).await.expect_see("/workflows");
    assert_eq!((last(&app).1, app.read(workflow_drafts::list).len()), (Deed::Discarded, 0));
}

#[tokio::test]
async fn what_does_not_do_comes_back_as_typed_with_the_reason_beside_the_field() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let (id, draft) = begun(&app, &browser, "Infrastructure release").await;
    let before = (stored(&app, id), app.log().len());
    let new = form(&browser, "/workflow-drafts/new").await;
    browser.submit(&new.clone().with("kind", "release").with("name", "major release")).await.expect(422).expect_text("has this name already");
    browser.submit(&new.clone().with("kind", "release").with("name", "INFRASTRUCTURE release")).await.expect(422).expect_text("has this name already");
    browser.submit(&new.clone().with("name", "Other")).await.expect(422).expect_text("Choose or fill in something here.");
    let copy = new.with("name", "Other").with("kind", "change").with("copy", workflow(&app, "release-major").id);
    browser.submit(&copy).await.expect(422).expect_text("the same kind of record");

    let phase = form(&browser, &format!("{draft}/phases/new")).await.with("name", " closed ").with("target_days", "soon");
    let page = browser.submit(&phase.clone()).await.expect(422).expect_text("Write a whole number");
    assert_eq!(page.form(&phase.action).value("target_days"), "soon");
    browser.submit(&phase.clone().with("target_days", "")).await.expect(422).expect_text("is called Closed already");
    browser.submit(&phase.with("target_days", "999").with("name", "Build")).await.expect(422).expect_text("at most 250 working days");
    let first = form(&browser, &format!("{draft}/phases/registered")).await;
    browser.submit(&first.clone().with("kind", "side")).await.expect(422).expect_text("Every record starts in the first phase");
    browser.submit(&first.with("group", "")).await.expect(303);

    let way = form(&browser, &format!("{draft}/phases/registered/transitions/new")).await.with("label", "Stop").with("kind", "abandon").with("to", "closed");
    let page = browser.submit(&way.clone()).await.expect(422).expect_text("Closed is an end. Choose how the record ends there.");
    assert_eq!((page.form(&way.action).value("label"), page.form(&way.action).value("to")), ("Stop", "closed"));
    browser
        .submit(&way.clone().with("to", "registered").with("outcome", "closed"))
        .await
        .expect(422)
        .expect_text("only sending back may begin the same one anew");
    browser.submit(&way.clone().with("to", "nowhere")).await.expect(422).expect_text("not there any more");
    browser.submit(&way.with("kind", "sideways")).await.expect(422).expect_text("Choose again");

    let step = form(&browser, &format!("{draft}/phases/registered/approvals/new")).await.with("name", "CAB");
    browser.submit(&step.clone()).await.expect(422).expect_text("Choose or fill in something here.");
    browser.submit(&step.clone().with("group", "nobody")).await.expect(422).expect_text("This group is not there any more.");
    browser.submit(&step.clone().with("who", "users")).await.expect(422).expect_text("at least one person");
    browser.submit(&step.clone().with("group", "cab").with("rule", "percentage").with("percent", "101")).await.expect(422).expect_text("1 to 100");
    let page =
        browser.submit(&step.clone().with("group", "cab").with("position", "first").with("days", "")).await.expect(422).expect_text("0 for the same day");
    assert_eq!(page.form(&step.action).value("position"), "first");
    assert_eq!((stored(&app, id), app.log().len()), before, "nothing was saved");

    let ada = given::user(&app, "Ada", &[Role::ReleaseApprover]);
    let people = form(&browser, &format!("{draft}/phases/registered/approvals/new")).await.with("name", "Ada").with("who", "users").with("users", ada.id);
    browser.submit(&people).await.expect(303);
    let role = form(&browser, &format!("{draft}/phases/registered/approvals/0")).await;
    assert_eq!((role.value("who"), role.value("users")), ("users", ada.id.to_string().as_str()));
    browser.submit(&role.with("who", "role").with("role", "release_manager")).await.expect(303);
    assert_eq!(stored(&app, id).phases[0].approvals[0].approvers, Approvers::Role(Role::ReleaseManager));
}
