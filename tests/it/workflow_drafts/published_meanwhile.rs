//! Publishing over something newer: only knowingly, and never over another workflow.

use super::{begun, form, last, page, stored};
use crate::support::given::{self, workflow};
use crate::support::{Browser, TestApp};
use slipway::domain::events::Event;
use slipway::domain::ids::WorkflowDraftId;
use slipway::domain::notices::Rule;
use slipway::domain::notification_rules::Party;
use slipway::domain::people::Role;
use slipway::domain::process::Deed;
use slipway::domain::records::RecordKind;
use slipway::domain::workflows::editing::{Edit, blank};
use slipway::store::workflows::New;
use slipway::store::{models, workflow_drafts, workflows};

/// A draft of the next major workflow that says more than the version it began as.
async fn edited(app: &TestApp, browser: &Browser) -> String {
    let draft = format!("/workflow-drafts/{}", given::workflow_draft(app, "release-major"));
    let renamed = form(browser, &format!("{draft}/phases/plan")).await.with("name", "Design");
    browser.submit(&renamed).await.expect(303);
    draft
}

#[tokio::test]
async fn what_was_published_meanwhile_is_replaced_only_knowingly() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let draft = edited(&app, &browser).await;
    let path = format!("{draft}/publication");
    let early = form(&browser, &path).await.with("note", "As agreed.");
    given::next_version(&app, "release-major", |it| given::phase(it, "review").target_days = Some(77));
    let theirs = workflow(&app, "release-major");

    let refused = browser.submit(&early).await.expect(422).expect_text("published after this draft was begun").expect_text("<del>77</del>");
    let refused = refused.expect_text(&format!("This draft began as a copy of <a href=\"/workflows/{}\">version 3</a>", before(&app)));
    let again = refused.form(&path);
    assert_eq!((again.value("note"), again.value("replaces")), ("As agreed.", ""), "nothing is lost, and nothing ticked by itself");
    browser.submit(&again.clone().with("replaces", before(&app))).await.expect(422).expect_text("published after this draft was begun");

    let knowing = again.with("replaces", theirs.id);
    given::next_version(&app, "release-major", |it| given::phase(it, "review").target_days = Some(88));
    let stale = browser.submit(&knowing).await.expect(422).expect_text("<del>88</del>").expect_text("Replace version 5");
    assert_eq!(stale.form(&path).value("replaces"), "", "what was ticked was another version");
    assert_eq!(workflow(&app, "release-major").version, 5);
    let now = stale.form(&path).with("replaces", workflow(&app, "release-major").id);
    browser.submit(&now).await.expect(303);
    let published = workflow(&app, "release-major");
    assert_eq!((published.version, published.workflow.phase("plan").map(|it| it.name.as_str())), (6, Some("Design")));
    assert_ne!(published.workflow.phase("review").and_then(|it| it.target_days), Some(88));
    assert!(last(&app).2.iter().any(|it| it.contains("88 working days")), "what it took back stands in the log: {:?}", last(&app).2);
}

/// The third version of the major workflow, as it is shipped.
fn before(app: &TestApp) -> i64 {
    given::version(app, "release-major", 3).0
}

#[tokio::test]
async fn a_new_workflow_whose_key_is_taken_meanwhile_gets_another_by_its_name() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let (id, draft) = begun(&app, &browser, "Infrastructure").await;
    let key = |app: &TestApp, id: WorkflowDraftId| app.read(|conn| workflow_drafts::find(conn, id)).key;
    assert_eq!(key(&app, id), "infrastructure");
    let early = form(&browser, &format!("{draft}/publication")).await.with("note", "Ours.");
    let workflow = blank(RecordKind::Release);
    let theirs = New { key: "infrastructure", version: 1, kind: RecordKind::Release, name: "Racks", workflow: &workflow, note: "" };
    app.write(|tx| workflows::insert(tx, &theirs));

    let refused = browser.submit(&early).await.expect(422).expect_text("“Racks” was published under its key").expect_text("under a name of its own");
    assert!(!refused.has("Publish version 2</button>"));
    let name = page(&browser, &draft).await.form(&draft);
    browser.submit(&name.clone().with("name", "RACKS")).await.expect(422).expect_text("has this name already");
    browser.submit(&name.with("name", "Servers")).await.expect_see(&draft);
    assert_eq!(key(&app, id), "servers");
    let publication = form(&browser, &format!("{draft}/publication")).await.with("note", "Ours.");
    browser.submit(&publication).await.expect(303);
    assert_eq!(given::workflow(&app, "servers").workflow, workflow);
    assert_eq!(given::workflow(&app, "infrastructure").name, "Racks");
}

#[tokio::test]
async fn names_without_latin_letters_get_keys_that_tell_what_they_are() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let key = |id| app.read(|conn| workflow_drafts::find(conn, id)).key;
    let (one, _) = begun(&app, &browser, "運用").await;
    let (other, _) = begun(&app, &browser, "Срочно").await;
    assert_eq!((key(one), key(other)), ("workflow".to_owned(), "workflow_2".to_owned()));
}

#[tokio::test]
async fn what_stands_on_phases_that_go_away_is_told_before_and_left_out_aloud_afterwards() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let rule = given::rule(&app, Rule::PhaseEntered).of_phase("training").to(&[Party::Managers]).insert();
    let id = given::workflow_draft(&app, "release-major");
    let version = app.read(|conn| workflow_drafts::find(conn, id)).version;
    let removal = Edit::RemovePhase { key: "training".into(), heir: Some("rollout".into()) };
    app.act(|tx| slipway::app::workflow_drafts::edit(tx, id, version, &removal)).expect("removed");
    assert!(stored(&app, id).phase("training").is_none());
    let path = format!("/workflow-drafts/{id}/publication");
    let shown = page(&browser, &path).await.expect_text("What stands on phases that go away").expect_text("“Deliver the training”");
    let major = app.read(models::list).into_iter().find(|it| it.key == "major").expect("shipped");
    let shown = shown.expect_text(&format!("/models/{}", major.id)).expect_text(&format!("/notification-rules/{rule}/edit"));
    browser.submit(&shown.form(&path).with("note", "Nobody trains.")).await.expect(303);

    let release = given::release(&app, "Payroll").major().with_model().registered();
    let tasks = given::sheet(&app, release).tasks;
    assert!(!tasks.is_empty() && tasks.iter().all(|it| it.task.title != "Deliver the training"));
    browser
        .get(&format!("/records/{release}/activity"))
        .await
        .expect(200)
        .expect_text("left out, as the workflow has no such phase")
        .expect_text("Deliver the training");
}

#[tokio::test]
async fn the_log_keeps_what_a_draft_said() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let id = given::workflow_draft(&app, "release-minor");
    let draft = format!("/workflow-drafts/{id}");
    let (_, deed, fields, _) = last(&app);
    assert_eq!((deed, fields[0].as_str()), (Deed::Created, "Copy of:  → Minor release, version 3"));
    assert!(fields.iter().any(|it| it.starts_with("Phase Review: ")), "{fields:?}");
    let discard = page(&browser, &draft).await.form(&format!("{draft}/discarding"));
    browser.submit(&discard).await.expect(303);
    let entry = app.read(|conn| slipway::store::events::list(conn, &Default::default(), 1)).remove(0);
    let Some(Event::ProcessShaped { deed: Deed::Discarded, fields, .. }) = entry.event else { panic!("{}", entry.kind) };
    assert!(fields.len() > 3 && fields.iter().all(|it| !it.before.is_empty() && it.after.is_empty()), "{fields:?}");
}
