//! Release models: shaped by few, read by everybody, applied by those who plan, and never changed under a release.

use crate::support::given::{self, Somebody};
use crate::support::html::Form;
use crate::support::{Browser, TestApp};
use slipway::domain::ids::{ModelId, RecordId};
use slipway::domain::models::{Anchor, ModelTask};
use slipway::domain::people::Role;
use slipway::store::models::{self, Named};

fn ines(app: &TestApp) -> Somebody {
    given::user(app, "Ines", &[Role::ReleaseManager])
}

fn model(app: &TestApp, key: &str) -> Named {
    app.read(models::newest).into_iter().find(|it| it.key == key).expect("there is one")
}

async fn form(browser: &Browser, id: ModelId) -> Form {
    browser.get(&format!("/models/{id}/edit")).await.expect(200).form(&format!("/models/{id}"))
}

fn titles(it: &Named) -> Vec<&str> {
    it.model.tasks.iter().map(|it| it.title.as_str()).collect()
}

/// Applies it from the page of the release.
async fn apply(browser: &Browser, release: RecordId, id: ModelId) {
    browser.post(&format!("/records/{release}/models"), &[("model", &id.to_string())]).await.expect(303);
}

#[tokio::test]
async fn everybody_reads_models_and_few_shape_them() {
    let app = TestApp::start().await;
    let id = model(&app, "major").id;
    let reader = app.signed_in(Role::Viewer);
    reader.get("/models").await.expect(200).expect_text("Emergency fix").expect_text("Preselected").expect_no_text("/models/new");
    let page = reader.get(&format!("/models/{id}")).await.expect(200).expect_no_text("/edit").expect_text("No release has it applied yet");
    page.expect_text("3 working days before the planned deployment").expect_text("Restore the backup");
    reader.get(&format!("/models/{id}/preview")).await.expect(200).expect_text("Deliver the training");
    for path in ["/models/new", "/models/new?category=1", &format!("/models/{id}/edit")] {
        reader.get(path).await.expect(403);
    }
    for path in ["/models", "/models/preview", &format!("/models/{id}"), &format!("/models/{id}/retirement"), &format!("/models/{id}/reinstatement")] {
        reader.post(path, &[("do", "add-plan"), ("category", "1"), ("version", "0")]).await.expect(403);
    }
    for path in ["/models/999999", "/models/999999/preview", "/models/x"] {
        reader.get(path).await.expect(404);
    }
    app.browser_of(&ines(&app)).get("/models/999999/edit").await.expect(404);
}

#[tokio::test]
async fn buttons_redraw_the_form_with_what_was_typed_and_save_nothing() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let before = model(&app, "minor");
    let action = format!("/models/{}", before.id);
    let typed = form(&browser, before.id).await.with("title-1", "Build it");
    let down = browser.submit(&typed.clone().and("do", "down-1")).await.expect(200).form(&action);
    assert_eq!((down.value("title-2"), down.value("title-1")), ("Build it", "Book the environments"));
    let more = browser.submit(&down.and("do", "add-plan")).await.expect(200).form(&action);
    assert_eq!(
        (more.value("count"), more.value("title-1"), more.value("phase-1"), more.value("key-1")),
        ("7", "", "plan", "new-1"),
        "behind those of its phase"
    );
    let moved = browser.submit(&more.with("phase-1", "rollout").with("title-1", "Announce").and("do", "nonsense")).await.expect(200).form(&action);
    assert_eq!((moved.value("title-3"), moved.value("phase-3")), ("Announce", "rollout"), "the order is that of the phases");
    let brief = (0..7).find(|at| moved.value(&format!("title-{at}")) == "Brief the service desk").expect("it is there");
    assert!(moved.pairs().contains(&("after-5", "brief")), "the update waits for it: {:?}", moved.fields);
    let fewer = browser.submit(&moved.and("do", format!("remove-{brief}"))).await.expect(200).form(&action);
    assert_eq!(fewer.value("count"), "6");
    assert!(!fewer.fields.iter().any(|(_, value)| value == "brief"), "nothing waits for what is gone");
    assert_eq!(model(&app, "minor").model, before.model, "nothing was saved");
    browser.post("/models/preview", &typed.pairs()).await.expect(200).expect_text("Build it").expect_text("nothing here is saved");
}

#[tokio::test]
async fn a_version_that_a_release_has_stays_and_the_next_one_adds_only_what_is_new() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let first = model(&app, "minor");
    let action = format!("/models/{}", first.id);
    browser.submit(&form(&browser, first.id).await.with("title-0", "Find the affected systems")).await.expect_see(&action);
    let edited = model(&app, "minor");
    assert_eq!((edited.id, edited.version, titles(&edited)[0]), (first.id, 1, "Find the affected systems"), "nobody has it yet");
    assert_eq!(edited.model.tasks[0].key, "affected");

    let release = given::release(&app, "Payroll").registered();
    apply(&browser, release, first.id).await;
    let late = form(&browser, first.id).await;
    let with_more = browser.submit(&form(&browser, first.id).await.and("do", "add-plan")).await.expect(200).form(&action);
    let saved = browser.submit(&with_more.with("title-1", "Count the licences").with("title-0", "Affected").with("reason", "The audit")).await.expect(303);
    let next = model(&app, "minor");
    assert_eq!((next.version, next.model.tasks.len(), saved.location()), (2, 7, format!("/models/{}", next.id).as_str()));
    assert_eq!(next.model.tasks[1].key, "count_the_licences");
    assert_eq!(app.read(|conn| models::find(conn, first.id)).model, edited.model);
    let page = browser.get(saved.location()).await.expect(200).expect_text("Saved as a new version").expect_text("Version 2 beside version 1");
    page.expect_text("Task “Find the affected systems”").expect_text("<ins>Title: Affected</ins>").expect_text("Payroll v1.1");
    browser.get(&action).await.expect_text("This is an earlier version").expect_no_text(&format!("{action}/edit"));
    browser.get(&format!("{action}?with={}", next.id)).await.expect(200).expect_text("Version 1 beside version 2");

    browser.submit(&late.with("title-0", "Too late")).await.expect(409).expect_text("Changed meanwhile").expect_text("Too late");
    browser
        .post(&format!("/records/{release}/models"), &[("model", &first.id.to_string())])
        .await
        .expect(409)
        .expect_text("There is a newer version of this model");
    apply(&browser, release, next.id).await;
    let tasks = given::sheet(&app, release).tasks;
    assert_eq!(tasks.len(), 7, "one is new, the others were there");
    assert!(tasks.iter().any(|it| it.task.title == "Find the affected systems"), "what was added stays as it is");
}

#[tokio::test]
async fn whoever_saved_meanwhile_is_not_overwritten() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let id = model(&app, "emergency").id;
    let action = format!("/models/{id}");
    let (mine, theirs) = (form(&browser, id).await, form(&browser, id).await);
    browser.submit(&theirs.with("title-0", "Look around")).await.expect_see(&action);
    let page = browser.submit(&mine.with("title-1", "Build the fix").with("offset-1", "1")).await.expect(409);
    let page = page.expect_text("Task “Look around”").expect_text("Title: Build the fix").expect_text("Due: 1 working day after the start of its phase");
    browser.submit(&page.form(&action)).await.expect_see(&action);
    assert_eq!(titles(&model(&app, "emergency"))[..2], ["Identify the affected systems", "Build the fix"]);
}

#[tokio::test]
async fn what_cannot_be_planned_comes_back_with_the_reason_beside_the_task() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let category = model(&app, "minor").category_id;
    browser.get("/models/new").await.expect(200).expect_text("Go on").form("/models/new");
    browser.get("/models/new?category=999").await.expect(404);
    let form = browser.get(&format!("/models/new?category={category}")).await.expect(200).form("/models").with("name", "Patch day");
    browser.submit(&form).await.expect(422).expect_text("It would bring nothing.");
    let one = browser.submit(&form.and("do", "add-plan")).await.expect(200).form("/models").with("title-0", "One");
    let two = browser.submit(&one.and("do", "add-plan")).await.expect(200).form("/models").with("title-1", "Two");
    let circle = two.clone().and("after-0", "new-2").and("after-1", "new-1");
    let page = browser.submit(&circle).await.expect(422).expect_text("Look at task 1, task 2.").expect_text("“One” waits for “Two” waits for “One”");
    assert_eq!(page.form("/models").value("title-1"), "Two");
    assert!(page.form("/models").pairs().contains(&("after-0", "new-2")), "nothing typed is lost");
    browser.submit(&two.clone().with("offset-0", "1000")).await.expect(422).expect_text("at most 260 before or after");
    browser.submit(&two.clone().with("doer-0", "group:nobody")).await.expect(422).expect_text("This group cannot be chosen any more");
    browser.post("/models/preview", &circle.pairs()).await.expect(422).expect_text("Look at task 1, task 2.").expect_text("There is no task to date");
    browser.submit(&two.clone().with("name", "minor RELEASE")).await.expect(422).expect_text("Another model of this category has this name already.");
    let fine = two.and("after-1", "new-1").with("reason", "Asked for");
    let page = browser.submit(&fine).await.expect(303);
    let made = model(&app, "patch_day");
    assert_eq!(
        (page.location(), titles(&made), &made.model.tasks[1].after),
        (format!("/models/{}", made.id).as_str(), vec!["One", "Two"], &vec!["one".to_owned()])
    );
    assert_eq!(app.log(), ["process_shaped"]);
    browser.submit(&fine).await.expect(422).expect_text("has this name already");
}

#[tokio::test]
async fn a_retired_model_is_not_applied_and_can_come_back() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let minor = model(&app, "minor");
    browser.get(&format!("/models/{}", minor.id)).await.expect(200).expect_text("It is preselected for Minor releases");
    browser.post(&format!("/models/{}/retirement", minor.id), &[("version", "0")]).await.expect(409).expect_text("Choose another model there first");
    let form = browser.get(&format!("/models/new?category={}", minor.category_id)).await.form("/models").with("name", "Texts").with("resources", "Two people");
    let at = browser.submit(&form).await.expect(303).location().to_owned();
    let texts = model(&app, "texts").id;
    let page = browser.get(&at).await.expect(200).expect_text("It brings no task, only texts.");
    browser.submit(&page.form(&format!("{at}/retirement"))).await.expect_see(&at);
    browser.submit(&page.form(&format!("{at}/retirement"))).await.expect(409);
    let release = given::release(&app, "Payroll").registered();
    browser.get(&format!("/releases/{release}")).await.expect_no_text(">Texts<");
    browser.post(&format!("/records/{release}/models"), &[("model", &texts.to_string())]).await.expect(409).expect_text("This model is retired.");
    browser.get(&format!("{at}/edit")).await.expect(409);
    let page = browser.get(&at).await.expect(200).expect_text("Retired").expect_no_text("/edit");
    browser.submit(&page.form(&format!("{at}/reinstatement"))).await.expect_see(&at);
    browser.post(&format!("{at}/reinstatement"), &[("version", "2")]).await.expect(409).expect_text("This model is not retired.");
    apply(&browser, release, texts).await;
    assert_eq!(given::sheet(&app, release).full.release.expect("a release").resources, "Two people");
    browser.get(&at).await.expect_text(&format!("/releases/{release}"));
}

#[tokio::test]
async fn a_model_made_of_a_release_is_the_model_that_it_had() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let release = given::release(&app, "Payroll").major().with_model().registered();
    browser.get(&format!("/releases/{release}")).await.expect(200).expect_text(&format!("/models/new?release={release}"));
    let form = browser.get(&format!("/models/new?release={release}")).await.expect(200).form("/models");
    assert_eq!((form.value("name"), form.value("reason")), ("As Payroll v1", "Made of Payroll v1."));
    browser.submit(&form.with("name", "Again")).await.expect(303);
    assert_eq!(model(&app, "again").model, model(&app, "major").model);
    app.signed_in(Role::ReleaseCoordinator).get(&format!("/releases/{release}")).await.expect_no_text("/models/new?release");
    let change = given::change(&app, "Part").registered();
    browser.get(&format!("/models/new?release={change}")).await.expect(409).expect_text("this is an RFC");
    browser.get("/models/new?release=999999").await.expect(404);
}

#[tokio::test]
async fn dates_set_by_hand_become_working_days_in_a_model() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let release = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    let new = browser.get(&format!("/records/{release}/tasks/new")).await.form(&format!("/records/{release}/tasks"));
    // The story begins on Monday 2 March; the phase began the same day.
    browser.submit(&new.with("title", "Book").with("phase", "plan").with("anchor", "").with("due_at", "2026-03-05T11:00")).await.expect(303);
    let form = browser.get(&format!("/models/new?release={release}")).await.expect(200).form("/models");
    browser.submit(&form.with("name", "Booked")).await.expect(303);
    let task = model(&app, "booked").model.tasks.remove(0);
    assert_eq!((task.title.as_str(), task.anchor, task.offset, task.phase.as_str()), ("Book", Anchor::Phase, 3, "plan"));
}

#[tokio::test]
async fn a_task_goes_to_its_person_and_to_nobody_once_the_account_is_closed() {
    let app = TestApp::start().await;
    let (ines, cora) = (ines(&app), given::user(&app, "Cora", &[Role::Contributor]));
    let browser = app.browser_of(&ines);
    let id = model(&app, "minor").id;
    let edited = form(&browser, id).await.with("doer-0", format!("user:{}", cora.id));
    browser.submit(&edited).await.expect_see(&format!("/models/{id}"));
    let first: ModelTask = model(&app, "minor").model.tasks.remove(0);
    assert_eq!((first.assignee, first.group), (Some(cora.id), None));
    let assignee = |release| given::sheet(&app, release).tasks.into_iter().find(|it| it.task.title == first.title).and_then(|it| it.task.assignee_id);
    let one = given::release(&app, "Payroll").registered();
    apply(&browser, one, id).await;
    assert_eq!(assignee(one), Some(cora.id));
    assert_eq!(app.log()[app.log().len() - 2..], ["model_applied", "task_assigned"], "and so she hears of it");

    app.write(|tx| slipway::store::users::set_disabled(tx, cora.id, Some(tx.now)));
    browser.get(&format!("/models/{id}")).await.expect(200).expect_text("Account closed").expect_text("is closed: it is nobody");
    let other = given::release(&app, "Ledger").registered();
    apply(&browser, other, id).await;
    browser.get(&format!("/releases/{other}")).await.expect_text("One of them is nobody&#39;s yet");
    assert_eq!(assignee(other), None);
    let page = browser.get(&format!("/models/{id}/edit")).await.expect(200).expect_text("Cora (account closed)").expect_text("the account is closed. Choose");
    browser.submit(&page.form(&format!("/models/{id}"))).await.expect(422);
    browser.submit(&page.form(&format!("/models/{id}")).with("doer-0", "")).await.expect(303);
}

#[tokio::test]
async fn the_preview_reckons_dates_in_the_calendars_of_the_groups() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&given::user(&app, "Root", &[Role::Administrator]));
    let id = model(&app, "minor").id;
    let address = format!("/models/{id}/preview?start=2026-03-02T08%3A00&deployment=2026-03-27T20%3A00");
    browser.get(&address).await.expect(200).expect_text("27 Mar 2026 17:00").expect_text("26 Mar 2026 17:00");
    let mut nights = browser.get("/calendars/new").await.expect(200).form("/calendars").with("name", "Nights").with("zone", "UTC");
    for day in ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] {
        nights = nights.with(day, "0-2, 20:00-23:00");
    }
    browser.submit(&nights).await.expect(303);
    let calendar = app.read(slipway::store::calendars::list).into_iter().find(|it| it.name == "Nights").expect("made").id;
    app.write(|tx| {
        let group = slipway::store::groups::list(tx.conn)?.into_iter().find(|it| it.key == "operations").expect("shipped").id;
        slipway::store::groups::set_calendar(tx, group, Some(calendar))
    });
    let page = browser.get(&address).await.expect(200).expect_text("27 Mar 2026 23:00").expect_text("26 Mar 2026 17:00");
    browser.submit(&page.form(&format!("/models/{id}/preview")).with("deployment", "")).await.expect(200).expect_text("not known yet");
    browser
        .submit(&page.form(&format!("/models/{id}/preview")).with("deployment", "2026-02-01T10:00"))
        .await
        .expect(422)
        .expect_text("lies before the release begins");
    // Those of no group go by the calendar of the service, as when the model is applied.
    let service = given::item(&app, "Night shift");
    app.write(|tx| slipway::store::items::set_calendar(tx, service, Some(calendar)));
    let of_service = browser.submit(&page.form(&format!("/models/{id}/preview")).with("service", service)).await.expect(200);
    of_service.expect_text("26 Mar 2026 23:00").expect_no_text("26 Mar 2026 17:00");
    browser.get(&format!("/models/{id}/preview?start=soon")).await.expect(422).expect_text("Write a date and a time");
}

#[tokio::test]
async fn tasks_whose_phase_is_gone_are_said_and_left_out() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let minor = model(&app, "minor");
    let emergency = model(&app, "emergency").workflow_id;
    let at = format!("/categories/{}", minor.category_id);
    let category = browser.get(&format!("{at}/edit")).await.expect(200).form(&at);
    browser.submit(&category.with("workflow", emergency)).await.expect(303);
    browser.get(&format!("/models/{}", minor.id)).await.expect(200).expect_text("One task names a phase").expect_text("Not in the workflow");
    browser.get(&format!("/models/{}/preview", minor.id)).await.expect(200).expect_text("it is left out");
    let page = browser.get(&format!("/models/{}/edit", minor.id)).await.expect(200).expect_text("In no phase of this workflow");
    let page = page.expect_text("Choose a phase of the workflow: this one is not in it.");
    let form = page.form(&format!("/models/{}", minor.id));
    assert_eq!((form.value("title-0"), form.value("phase-0")), ("Identify the affected systems", "plan"), "it comes first, as it was");
    browser.submit(&form).await.expect(422).expect_text("Look at task 1.");
    let release = given::release(&app, "Payroll").with_model().registered();
    assert_eq!(given::sheet(&app, release).tasks.len(), minor.model.tasks.len() - 1);
    let mended = browser.submit(&form.with("phase-0", "build_test")).await.expect(303);
    browser.get(mended.location()).await.expect(200).expect_text("Version 2 beside version 1").expect_no_text("Not in the workflow");
}
