//! The process as a file: saved, compared, taken over whole or not at all.

mod judging;
mod telling;

use crate::support::given;
use crate::support::html::Form;
use crate::support::{Browser, TestApp};
use slipway::domain::configuration::Configuration;
use slipway::domain::events::Event;
use slipway::domain::people::Role;
use slipway::domain::process::{Deed, Part};
use slipway::domain::workflows::Approvers;
use slipway::store::{categories, events, models, policies, workflows};

pub async fn exported(browser: &Browser) -> String {
    browser.get("/process.toml").await.expect(200).body.clone()
}

pub async fn compared(browser: &Browser, file: &str) -> crate::support::Page {
    let form = browser.get("/process").await.expect(200).form("/process/preview");
    browser.submit(&form.with("file", file)).await
}

/// The form that takes a file over, filled in.
pub async fn taking(browser: &Browser, file: &str) -> Form {
    compared(browser, file).await.expect(200).form("/process/import").with("reason", "As tried out in test")
}

pub fn changed(text: &str, change: impl FnOnce(&mut Configuration)) -> String {
    let mut it = Configuration::read(text).expect("a file");
    change(&mut it);
    it.written().expect("it can be written")
}

/// A board whose members may decide: without them no shipped workflow can be published.
pub fn people(app: &TestApp) {
    let ada = given::user(app, "Ada", &[Role::ReleaseApprover]);
    let bo = given::user(app, "Bo", &[Role::ReleaseApprover]);
    for group in ["cab", "ecab", "operations", "service_desk"] {
        given::members(app, group, &[ada.clone(), bo.clone()]);
    }
    given::user(app, "Tom", &[Role::ReleaseManager]);
    given::user(app, "Kit", &[Role::ReleaseManager]);
    given::user(app, "Mo", &[Role::ReleaseManager]);
}

#[tokio::test]
async fn what_was_saved_differs_in_nothing_and_everybody_may_save_it() {
    let app = TestApp::start().await;
    people(&app);
    let file = exported(&app.signed_in(Role::Viewer)).await;
    assert!(file.contains("name = \"Major release\"") && file.contains("[policy"), "{file}");
    let browser = app.signed_in(Role::ReleaseManager);
    compared(&browser, &file).await.expect(200).expect_text("the file and this installation agree");
    assert_eq!(app.log(), [""; 0]);
}

#[tokio::test]
async fn only_those_who_configure_the_process_take_a_file_over() {
    let app = TestApp::start().await;
    let viewer = app.signed_in(Role::Viewer);
    viewer.get("/process").await.expect(200).expect_no_text("/process/preview");
    viewer.post("/process/preview", &[("file", "format = 1")]).await.expect(403);
    viewer.post("/process/import", &[("file", "format = 1"), ("reason", "So")]).await.expect(403);
}

#[tokio::test]
async fn a_file_is_taken_over_in_one_go_and_every_part_of_it_stands_in_the_log() {
    let app = TestApp::start().await;
    people(&app);
    let browser = app.signed_in(Role::Administrator);
    let file = changed(&exported(&browser).await, |it| {
        let mut workflow = it.workflows.iter().find(|it| it.key == "release-minor").cloned().expect("it is shipped");
        workflow.phases[1].name = "Design".into();
        it.workflows.retain(|it| it.key != "release-minor");
        it.workflows.push(workflow.clone());
        it.workflows.push(slipway::domain::configuration::NamedWorkflow { key: "release-infra".into(), name: "Infrastructure".into(), ..workflow });
        let mut category = it.categories.iter().find(|it| it.key == "minor").cloned().expect("it is shipped");
        category.key = "infra".into();
        category.name = "Infrastructure".into();
        category.workflow = "release-infra".into();
        category.model = None;
        it.categories.push(category);
        it.models.retain(|it| it.key != "emergency");
        it.categories.iter_mut().for_each(|it| it.model = it.model.take().filter(|key| key != "emergency"));
        it.policy.self_approval = true;
        it.calendars[0].calendar = slipway::domain::calendars::Calendar::office(chrono_tz::Tz::Asia__Tokyo);
    });
    let form = taking(&browser, &file).await;
    let page = compared(&browser, &file).await.expect(200).expect_text("published the workflow Infrastructure").expect_text("edited the policy");
    page.expect_text("created the category Infrastructure").expect_text("retired the release model").expect_text("<ins>Design</ins>");
    assert_eq!(app.log(), [""; 0], "looking changes nothing");
    browser.submit(&form).await.expect_see("/process");
    compared(&browser, &file).await.expect(200).expect_text("the file and this installation agree");
    let minor = app.read(|conn| workflows::versions(conn, "release-minor")).remove(0);
    assert_eq!((minor.version, minor.workflow.phases[1].name.as_str(), minor.note.as_str()), (4, "Design", "As tried out in test"));
    let all = app.read(|conn| categories::all(conn, slipway::domain::records::RecordKind::Release));
    let infra = all.iter().find(|it| it.key == "infra").expect("it is made");
    assert_eq!(app.read(|conn| workflows::version(conn, infra.workflow_id)).key, "release-infra");
    assert_eq!(all.iter().find(|it| it.key == "minor").map(|it| it.workflow_id), Some(minor.id), "new records follow the new version");
    assert!(app.read(policies::current).self_approval);
    assert!(app.read(models::list).iter().all(|it| it.key != "emergency"));
    let log = app.log();
    assert_eq!(log.iter().filter(|it| *it == "process_shaped").count(), 6, "{log:?}");
    let retired = app.read(|conn| events::list(conn, &Default::default(), 20)).into_iter().find_map(|it| match it.event {
        Some(Event::ProcessShaped { part: Part::Model, deed: Deed::Retired, fields, .. }) => Some(fields),
        _ => None,
    });
    assert!(retired.is_some_and(|it| it.iter().any(|it| it.field == "key" && it.before == "emergency" && it.after.is_empty())), "what it said is kept");
    assert!(log.contains(&"calendar_edited".to_owned()), "{log:?}");
}

#[tokio::test]
async fn a_file_with_faults_changes_nothing_and_names_each_of_them() {
    let app = TestApp::start().await;
    people(&app);
    let browser = app.signed_in(Role::ReleaseManager);
    let file = exported(&browser).await;
    compared(&browser, "format = 1\nwhat = 2").await.expect(422).expect_text("Line 2 cannot be read");
    compared(&browser, &file.replacen("format = 1", "format = 9", 1)).await.expect(422).expect_text("the form 9");
    let broken = changed(&file, |it| {
        it.groups.push(slipway::domain::configuration::Group { key: "moon".into(), name: "Moon base".into() });
        it.workflows[0].phases.retain(|it| it.key != "closed");
        it.categories[0].workflow = "nowhere".into();
        it.models[0].tasks[0].phase = "nowhere".into();
        it.calendars[0].is_default = false;
    });
    let page = compared(&browser, &broken).await.expect(422).expect_text("Nothing was taken over");
    let page = page.expect_text("There is no group “Moon base”").expect_text("the file has no workflow nowhere").expect_text("Exactly one calendar");
    assert!(page.form("/process/preview").value("file").contains("Moon base"), "nothing is lost");
    let before = exported(&browser).await;
    browser.post("/process/import", &[("file", broken.as_str()), ("seen", ""), ("reason", "So")]).await.expect(422);
    assert_eq!((exported(&browser).await, app.log()), (before, vec![]));
}

#[tokio::test]
async fn people_are_found_by_their_addresses_and_strangers_are_named() {
    let app = TestApp::start().await;
    people(&app);
    let browser = app.signed_in(Role::ReleaseManager);
    let ada = app.read(|conn| slipway::store::users::find_by_email(conn, "ada@example.org")).expect("she is there");
    let file = changed(&exported(&browser).await, |it| {
        let minor = it.workflows.iter_mut().find(|it| it.key == "release-minor").expect("it is shipped");
        minor.phases[1].approvals[0].approvers = Approvers::Users(vec![slipway::domain::ids::UserId(4711)]);
        it.people.insert("4711".into(), "Ada@example.org".into());
    });
    browser.submit(&taking(&browser, &file).await).await.expect_see("/process");
    let minor = app.read(|conn| workflows::versions(conn, "release-minor")).remove(0);
    assert_eq!(minor.workflow.phases[1].approvals[0].approvers, Approvers::Users(vec![ada.id]));
    let strange = file.replace("Ada@example.org", "zoe@example.org");
    compared(&browser, &strange).await.expect(422).expect_text("Nobody here has the address zoe@example.org");
}

#[tokio::test]
async fn whoever_compared_before_somebody_else_changed_something_is_told() {
    let app = TestApp::start().await;
    people(&app);
    let browser = app.signed_in(Role::ReleaseManager);
    let file = changed(&exported(&browser).await, |it| it.policy.self_approval = true);
    let form = taking(&browser, &file).await;
    app.write(|tx| diesel::RunQueryDsl::execute(diesel::sql_query("UPDATE categories SET name = 'Large' WHERE key = 'major'"), tx.conn));
    let page = browser.submit(&form).await.expect(409).expect_text("Somebody changed the process meanwhile");
    page.expect_text("edited the category Major");
    assert!(!app.read(policies::current).self_approval);
    browser.submit(&form.with("reason", "")).await.expect(409);
}

#[tokio::test]
async fn what_the_file_does_not_change_stays_as_it_is() {
    let app = TestApp::start().await;
    people(&app);
    given::next_version(&app, "release-minor", |it| given::phase(it, "plan").name = "Design".into());
    let followed = |key: &str| {
        let all = app.read(|conn| categories::all(conn, slipway::domain::records::RecordKind::Release));
        all.into_iter().find(|it| it.key == key).map(|it| (it.workflow_id, it.version)).expect("there is one")
    };
    let before = followed("minor");
    let browser = app.signed_in(Role::ReleaseManager);
    let file = changed(&exported(&browser).await, |it| it.policy.self_approval = true);
    browser.submit(&taking(&browser, &file).await).await.expect_see("/process");
    assert_eq!(followed("minor"), before, "it was left on the version before on purpose");
}

#[tokio::test]
async fn only_an_administrator_takes_over_how_accounts_are_kept_safe() {
    let app = TestApp::start().await;
    people(&app);
    let manager = app.signed_in(Role::ReleaseManager);
    let file = changed(&exported(&manager).await, |it| it.policy.security.session_idle = 60);
    let page = compared(&manager, &file).await.expect(422).expect_text("Policy, security").expect_text("which only an administrator may");
    assert!(page.form("/process/preview").value("file").contains("session_idle = 60"), "nothing is lost");
    manager.post("/process/import", &[("file", file.as_str()), ("seen", ""), ("reason", "So")]).await.expect(422);
    let root = app.signed_in(Role::Administrator);
    root.submit(&taking(&root, &file).await).await.expect_see("/process");
    assert_eq!(app.read(policies::current).security.session_idle, 60);
}

#[tokio::test]
async fn two_categories_of_one_name_are_refused_by_name() {
    let app = TestApp::start().await;
    people(&app);
    let browser = app.signed_in(Role::ReleaseManager);
    let file = changed(&exported(&browser).await, |it| it.categories[0].name = it.categories[1].name.clone());
    compared(&browser, &file).await.expect(422).expect_text("has this name already");
}

#[tokio::test]
async fn a_file_is_chosen_as_well_as_pasted_and_is_kept_for_the_next_step() {
    let app = TestApp::start().await;
    people(&app);
    let browser = app.signed_in(Role::Administrator);
    let file = changed(&exported(&browser).await, |it| it.categories[0].name = "Great ones".into());
    let choose = async |bytes: &[u8]| {
        let head = "--edge\r\nContent-Disposition: form-data; name=\"chosen\"; filename=\"process.toml\"\r\nContent-Type: application/toml\r\n\r\n";
        let body = [head.as_bytes(), bytes, b"\r\n--edge--\r\n"].concat();
        browser.request("POST", "/process/file", body, &[("content-type", "multipart/form-data; boundary=edge"), ("sec-fetch-site", "same-origin")]).await
    };
    let shown = choose(file.as_bytes()).await.expect(200).expect_text("Great ones");
    assert_eq!(shown.form("/process/preview").value("file").trim(), file.trim(), "it can be edited where it stands");
    browser.submit(&shown.form("/process/import").with("reason", "As tried out in test")).await.expect_see("/process");
    browser.get("/categories").await.expect_text("Great ones");

    let log = app.log().len();
    choose(b"").await.expect(422).expect_text("Choose a file that is not empty.");
    choose(&[0xff, 0xfe, 0x00]).await.expect(422).expect_text("This is no text.");
    choose(&vec![b'#'; 2 * 1024 * 1024 + 1]).await.expect(422).expect_text("The file is larger than 2 MB");
    choose(b"format = 1\nnonsense").await.expect(422).expect_text("Nothing was taken over.").expect_text("nonsense");
    assert_eq!(app.log().len(), log);
    app.signed_in(Role::Viewer).get("/process").await.expect(200).expect_no_text("/process/file");
}
