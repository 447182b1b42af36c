//! A sample record walks through a workflow in the page: everything stands in the address, nothing is kept.

use crate::support::given;
use crate::support::html::Form;
use crate::support::{Browser, Page, TestApp};
use slipway::domain::ids::WorkflowId;
use slipway::domain::people::Role;
use slipway::domain::records::RecordKind;
use slipway::domain::workflows::checking::findings;
use slipway::store::workflows::{self, Published, world};

/// The newest version of the workflow of this name.
fn newest(app: &TestApp, name: &str) -> WorkflowId {
    app.read(workflows::list).into_iter().filter(|it| it.name == name).max_by_key(|it| it.version).expect("it is shipped").id
}

/// A house in which every step has somebody to ask.
pub async fn house() -> TestApp {
    let app = TestApp::start().await;
    given::approvers(&app, ["Ada", "Ben", "Cem"]);
    let mara = given::user(&app, "Mara", &[Role::ReleaseManager]);
    let max = given::user(&app, "Max", &[Role::ReleaseManager]);
    let mia = given::user(&app, "Mia", &[Role::ReleaseManager]);
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    for group in ["operations", "service_desk"] {
        given::members(&app, group, std::slice::from_ref(&cora));
    }
    let _ = (mara, max, mia);
    app
}

/// The form with every box ticked and every step approving.
fn everything(page: &Page, path: &str) -> Form {
    let mut form = page.form(path);
    let boxes: Vec<String> = page.body.split("name=\"met\" value=\"").skip(1).map(|it| it.split('"').next().unwrap_or_default().to_owned()).collect();
    form.fields.retain(|(name, _)| name != "met" && !name.starts_with("answer-"));
    for it in boxes {
        form = form.and("met", &it);
    }
    for at in 0..4 {
        if page.has(&format!("name=\"answer-{at}\"")) {
            form = form.and(&format!("answer-{at}"), "yes");
        }
    }
    form
}

async fn take(browser: &Browser, page: &Page, path: &str, way: &str) -> Page {
    browser.submit(&everything(page, path).and("take", way)).await.expect(200)
}

#[tokio::test]
async fn everybody_can_walk_a_sample_release_from_its_registration_to_its_end() {
    let app = house().await;
    let browser = app.signed_in(Role::Viewer);
    let id = newest(&app, "Major release");
    let path = format!("/workflows/{id}/simulation");
    browser.get(&format!("/workflows/{id}")).await.expect(200).expect_text(&format!("href=\"{path}\"")).expect_text("The phases of Major release");
    let events = app.log().len();
    let mut page = browser.get(&path).await.expect(200).expect_text("The sample is in Registration and assessment").expect_text("flow-main flow-current");
    for (way, next) in [
        ("advance", "Planning and design"),
        ("advance", "Build and test"),
        ("advance", "Distribution and rollout"),
        ("advance", "Early life support"),
        ("advance", "Review"),
    ] {
        page = take(&browser, &page, &path, way).await.expect_text(&format!("The sample is in {next}"));
    }
    let page = page.expect_text("Passed over: Training").expect_text("Plan: approved");
    let end = take(&browser, &page, &path, "close").await.expect_text("The sample reached an end: Closed").expect_text("tag-closed");
    assert!(!end.has("name=\"take\""), "an end has no way out");
    assert_eq!(app.log().len(), events, "nothing is kept");
}

#[tokio::test]
async fn a_way_that_is_not_ready_says_what_is_open_and_keeps_what_was_ticked() {
    let app = house().await;
    let browser = app.signed_in(Role::Viewer);
    let path = format!("/workflows/{}/simulation", newest(&app, "Major release"));
    let start = browser.get(&path).await.expect(200).form(&path);
    let page = browser.submit(&start.and("met", "details_complete").and("take", "advance")).await.expect(422);
    let page = page.expect_text("Not yet: Relate at least one RFC.").expect_text("value=\"details_complete\" checked");
    let waived = page.form(&path).and("waived", "changes_related").and("take", "advance");
    let plan = browser.submit(&waived).await.expect(200).expect_text("The sample is in Planning and design").expect_text("Waived: RFCs related");
    let plan = plan.expect_text("Would be asked: Ada, Ben, Cem.").expect_text("All must approve, within 3 working days");
    let denied = browser.submit(&everything(&plan, &path).with("answer-0", "no").and("take", "advance")).await.expect(422);
    let denied = denied.expect_text("Denied by “Plan”. Put it right and ask again.");
    // One step back: the first phase again, as it was left.
    let back = denied.body.split("href=\"").find_map(|it| it.strip_prefix(&format!("{path}?impact"))).expect("a way back");
    let back = format!("{path}?impact{}", back.split('"').next().unwrap_or_default().replace("&#38;", "&").replace("&amp;", "&"));
    browser.get(&back).await.expect(200).expect_text("The sample is in Registration").expect_text("value=\"changes_related\" checked");
}

#[tokio::test]
async fn what_the_address_says_is_never_believed() {
    let app = house().await;
    let browser = app.signed_in(Role::Viewer);
    let path = format!("/workflows/{}/simulation", newest(&app, "Normal change"));
    for query in ["been=take%3Dclose", "been=%25%25&been=", "take=nowhere", "met=approved&met=scope_frozen&answer-99=yes&impact=vast", "waived=approved"] {
        let page = browser.get(&format!("{path}?{query}")).await;
        assert!(matches!(page.status, 200 | 422), "{query}: {}", page.status);
        assert!(page.has("The sample is in Registered"), "{query}: {}", page.body);
    }
    let long = "been=x&".repeat(300);
    browser.get(&format!("{path}?{long}")).await.expect(200).expect_text("The sample is in Registered");
    browser.get("/workflows/999999/simulation").await.expect(404);
    browser.get("/workflows/nothing/simulation").await.expect(404);
    browser.post(&path, &[]).await.expect(405);
}

#[tokio::test]
async fn nothing_is_found_in_the_newest_shipped_workflows_once_the_boards_have_members() {
    let app = house().await;
    let judged = |kind: RecordKind| app.read(move |conn| world::load(conn, kind));
    let (releases, changes) = (judged(RecordKind::Release), judged(RecordKind::Change));
    let all = app.read(workflows::list);
    let is_newest = |it: &&Published| all.iter().all(|other| other.name != it.name || other.version <= it.version);
    for it in all.iter().filter(is_newest) {
        let world = if it.kind == RecordKind::Release { &releases } else { &changes };
        assert_eq!(findings(&it.workflow, world), [], "{}", it.name);
    }
    given::members(&app, "cab", &[]);
    let world = app.read(|conn| world::load(conn, RecordKind::Release));
    let major = all.iter().find(|it| it.name == "Major release" && it.version == 3).expect("it is shipped");
    let found = findings(&major.workflow, &world);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].place.name(&major.workflow), "Build and test, approval “Deployment (CAB)”");
}
