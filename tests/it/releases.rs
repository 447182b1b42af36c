//! Releases: registering, editing side by side with others, finding them again.

use crate::support::given::{self, Somebody};
use crate::support::{TestApp, html};
use slipway::domain::ids::RecordId;
use slipway::domain::people::Role;
use slipway::domain::records::RecordKind;
use slipway::store::categories;

/// Major, minor, emergency, as the form sends them.
fn levels(app: &TestApp) -> [String; 3] {
    let all = app.read(|conn| categories::list(conn, RecordKind::Release));
    [0, 1, 2].map(|at| all[at].id.to_string())
}

fn ines(app: &TestApp) -> Somebody {
    given::user(app, "Ines", &[Role::ReleaseManager])
}

#[tokio::test]
async fn the_next_free_identifier_is_proposed_and_given() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let [major, minor, emergency] = levels(&app);
    given::release(&app, "Payroll").major().version("v2").registered();
    let item = given::item(&app, "Payroll");
    let proposal = async |category: &str| browser.get(&format!("/releases/new?category={category}&item={item}")).await.expect(200);
    proposal(&major).await.expect_text("The next free one is <strong>v3</strong>");
    proposal(&minor).await.expect_text("<strong>v2.1</strong>");
    let form = proposal(&emergency).await.expect_text("<strong>v2.0.1</strong>").form("/releases");
    assert_eq!(form.value("owner"), ines(&app).id.to_string(), "whoever registers it is proposed as its owner");
    let page = browser.submit(&form.with("title", "Fix the rounding").with("model", "")).await.expect(303);
    browser.get(page.location()).await.expect_text("Payroll v2.0.1").expect_text("Fix the rounding").expect_text("The release is registered.");
    assert_eq!(app.log(), ["release_registered", "release_registered"]);
}

#[tokio::test]
async fn a_version_that_does_not_fit_is_refused_beside_the_field_and_the_input_kept() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let [major, minor, _] = levels(&app);
    given::release(&app, "Payroll").major().version("v2").registered();
    given::release(&app, "Payroll").version("v2.3").registered();
    let item = given::item(&app, "Payroll");
    let form = browser.get("/releases/new").await.form("/releases").with("item", item).with("title", "Kept <as> typed").with("scope", "All of it");
    let refused = [
        (&minor, "two", "Write the version as numbers"),
        (&minor, "2", "2 parts; this one has 1"),
        (&major, "v2", "v2 exists already for this CI; the next free one is v3"),
        (&minor, "v2.2", "v2.2 goes backwards: v2.3 exists already. The next free one is v2.4"),
        (&minor, "v7.1", "v7.1 needs v7 before it"),
    ];
    for (category, version, why) in refused {
        let page = browser.submit(&form.clone().with("category", category).with("version", version)).await.expect(422);
        assert_eq!(page.body.matches(why).count(), 2, "beside the field and in the summary: {why} in {}", page.body);
        let again = page.form("/releases");
        let kept = ["version", "title", "scope", "item", "category"].map(|it| again.value(it).to_owned());
        assert_eq!(kept, [version, "Kept <as> typed", "All of it", &item.to_string(), category]);
    }
    assert_eq!(app.log().len(), 2);
}

#[tokio::test]
async fn a_new_ci_is_registered_along_the_way() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let [major, ..] = levels(&app);
    let form = browser.get("/releases/new").await.form("/releases").with("category", &major).with("model", "").with("title", "The first");
    browser.submit(&form).await.expect(422).expect_text("Choose the service or CI that is released");
    let form = form.with("new_item", " HR  System ");
    let page = browser.submit(&form).await.expect(303);
    browser.get(page.location()).await.expect_text("HR_System v1");
    assert_eq!(app.log(), ["item_registered", "release_registered"]);
    let page = browser.submit(&form.with("new_item", "hr  system")).await.expect(303);
    browser.get(page.location()).await.expect_text("HR_System v2");
    assert_eq!(app.log().len(), 3, "the same CI, whatever its case");
}

#[tokio::test]
async fn what_was_chosen_and_is_gone_by_now_is_said_beside_its_field() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let [major, ..] = levels(&app);
    given::release(&app, "Ledger").owned_by(&ines(&app)).registered();
    given::change(&app, "Tables").registered();
    let before = app.log();
    let good = [("category", major.as_str()), ("new_item", "Payroll"), ("title", "T"), ("owner", "1")];
    let minor_model = app.read(slipway::store::models::list).into_iter().find(|it| it.key == "minor").expect("shipped").id.to_string();
    let bad = [
        ("category", "999"),
        ("owner", "0"),
        ("owner", "999"),
        ("owner", "me"),
        ("coordinator", "999"),
        ("impact", "huge"),
        ("model", "999"),
        ("model", &minor_model),
        ("change", "999"),
        ("planned_start", "soon"),
        ("planned_end", "2026-03-14T20:00"),
        ("title", ""),
        ("title", "a\u{0}b"),
    ];
    for (name, value) in bad {
        let mut fields: Vec<(&str, &str)> = good.iter().filter(|(it, _)| *it != name).copied().collect();
        fields.push((name, value));
        let page = browser.post("/releases", &fields).await.expect(422);
        let beside = if name == "planned_end" { "planned_start-error".to_owned() } else { format!("{name}-error") };
        assert!(page.has(&format!("id=\"{beside}\"")), "{name}={value}: {}", page.body);
    }
    let gone = [("category", major.as_str()), ("item", "999"), ("title", "T"), ("owner", "1")];
    browser.post("/releases", &gone).await.expect(422).expect_text("item-error");
    assert_eq!(app.log(), before);
}

#[tokio::test]
async fn two_who_register_at_once_get_two_versions() {
    let app = TestApp::start().await;
    let owner = ines(&app);
    let [major, ..] = levels(&app);
    given::item(&app, "Payroll");
    let (one, other) = (app.browser_of(&owner), app.browser_of(&owner));
    let item = given::item(&app, "Payroll").to_string();
    let id = owner.id.to_string();
    let fields = [("category", major.as_str()), ("item", &item), ("title", "T"), ("owner", &id)];
    let (first, second) = tokio::join!(one.post("/releases", &fields), other.post("/releases", &fields));
    first.expect(303);
    second.expect(303);
    one.get("/releases").await.expect_text("Payroll v1<").expect_text("Payroll v2<");
}

#[tokio::test]
async fn a_major_release_supersedes_the_minor_ones_when_it_closes() {
    let app = TestApp::start().await;
    let minor = given::release(&app, "Payroll").version("v1.1").in_phase("closed");
    let open = given::release(&app, "Payroll").version("v1.2").registered();
    let elsewhere = given::release(&app, "Ledger").version("v1.1").in_phase("closed");
    let major = given::release(&app, "Payroll").major().version("v2").in_phase("review");
    let browser = app.browser_of(&ines(&app));
    browser.get(&format!("/releases/{minor}")).await.expect_no_text("Superseded by");
    given::advance(&app, major);
    browser.get(&format!("/releases/{minor}")).await.expect_text(&format!("Superseded by <a href=\"/releases/{major}\">REL-{:05}</a>", major.0));
    browser.get("/releases?state=closed").await.expect_text("superseded");
    for id in [open, elsewhere] {
        browser.get(&format!("/releases/{id}")).await.expect_no_text("Superseded by");
    }
    assert_eq!(app.log().iter().filter(|it| *it == "release_superseded").count(), 1);
}

#[tokio::test]
async fn whoever_edits_what_another_changed_meanwhile_sees_both_and_loses_nothing() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").registered();
    let tom = given::user(&app, "Tom", &[Role::ReleaseCoordinator]);
    let (one, other) = (app.browser_of(&ines(&app)), app.browser_of(&tom));
    let (edit, save) = (format!("/records/{id}/scope/edit"), format!("/records/{id}/scope"));
    let (mine, theirs) = (one.get(&edit).await.expect(200).form(&save), other.get(&edit).await.expect(200).form(&save));
    other.submit(&theirs.with("scope", "Tax & travel")).await.expect_see(&format!("/releases/{id}#scope"));
    let before = app.log();
    let page = one.submit(&mine.with("scope", "Only <tax>")).await.expect(409).expect_text("This section was saved meanwhile");
    page.body.find("Tax &#38; travel").expect("what is stored now");
    let again = page.form(&save);
    assert_eq!(again.value("scope"), "Only <tax>", "what was typed is still there");
    assert_eq!(app.log(), before, "nothing is saved yet");
    one.submit(&again).await.expect(303);
    assert_eq!(given::sheet(&app, id).full.record.scope, "Only <tax>");
    assert_eq!(app.log().iter().filter(|it| *it == "record_edited").count(), 2);
}

#[tokio::test]
async fn an_edit_of_another_section_disturbs_nobody() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").registered();
    let browser = app.browser_of(&ines(&app));
    let (scope, plan) = (format!("/records/{id}/scope"), format!("/records/{id}/plan"));
    let mine = browser.get(&format!("{scope}/edit")).await.form(&scope).with("scope", "Tax");
    let theirs = browser.get(&format!("{plan}/edit")).await.form(&plan).with("back_out_plan", "Restore");
    browser.submit(&theirs).await.expect(303);
    browser.submit(&mine).await.expect(303);
    browser.get(&format!("/releases/{id}")).await.expect_text("Tax").expect_text("Restore");
}

#[tokio::test]
async fn of_two_who_save_the_same_section_at_once_one_is_shown_the_others() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").registered();
    let tom = given::user(&app, "Tom", &[Role::ReleaseCoordinator]);
    let (one, other) = (app.browser_of(&ines(&app)), app.browser_of(&tom));
    let at = format!("/records/{id}/scope");
    let form = one.get(&format!("{at}/edit")).await.form(&at);
    let (mine, theirs) = (form.clone().with("scope", "Mine"), form.with("scope", "Theirs"));
    let (first, second) = tokio::join!(one.submit(&mine), other.submit(&theirs));
    let mut answers = [first.status, second.status];
    answers.sort();
    assert_eq!(answers, [303, 409]);
}

#[tokio::test]
async fn of_two_who_save_different_sections_at_once_neither_notices() {
    let app = TestApp::start().await;
    let tom = given::user(&app, "Tom", &[Role::ReleaseCoordinator]);
    let (one, other) = (app.browser_of(&ines(&app)), app.browser_of(&tom));
    for round in 0..8 {
        let id = given::release(&app, &format!("Payroll {round}")).registered();
        let [scope, plan] = ["scope", "plan"].map(|it| format!("/records/{id}/{it}"));
        let mine = one.get(&format!("{scope}/edit")).await.form(&scope).with("scope", "Tax");
        let theirs = other.get(&format!("{plan}/edit")).await.form(&plan).with("resources", "Two");
        let (first, second) = tokio::join!(one.submit(&mine), other.submit(&theirs));
        assert_eq!((first.status, second.status), (303, 303), "round {round}");
    }
}

#[tokio::test]
async fn a_section_saved_as_it_was_leaves_no_trace() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    let browser = app.browser_of(&ines(&app));
    let before = app.log();
    for section in ["details", "scope", "window", "plan"] {
        let at = format!("/records/{id}/{section}");
        let form = browser.get(&format!("{at}/edit")).await.expect(200).form(&at);
        browser.submit(&form).await.expect(303);
    }
    assert_eq!(app.log(), before);
}

#[tokio::test]
async fn a_window_ends_after_it_starts_and_is_shown_in_the_readers_zone() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").registered();
    let browser = app.browser_of(&ines(&app));
    let at = format!("/records/{id}/window");
    let form = browser.get(&format!("{at}/edit")).await.form(&at).with("planned_start", "2026-03-14T20:00");
    browser.submit(&form).await.expect(422).expect_text("Say when it ends, too.");
    browser.submit(&form.clone().with("planned_end", "2026-03-14T20:00")).await.expect(422).expect_text("It must end after it starts.");
    browser.submit(&form.with("planned_end", "2026-03-14T22:00")).await.expect(303);
    browser.get(&format!("/releases/{id}")).await.expect_text("14 Mar 2026 20:00");
    browser.post("/profile", &[("name", "Ines"), ("time_zone", "Asia/Kolkata"), ("theme", "auto"), ("version", "0")]).await.expect(303);
    browser.get(&format!("/releases/{id}")).await.expect_text("15 Mar 2026 01:30").expect_text("times in Asia/Kolkata");
}

#[tokio::test]
async fn everybody_may_watch_and_stop_watching() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").registered();
    let browser = app.signed_in(Role::Viewer);
    let at = format!("/records/{id}/watching");
    let form = browser.get(&format!("/releases/{id}")).await.expect_text("Watch").form(&at);
    browser.submit(&form).await.expect_see(&format!("/releases/{id}"));
    browser.submit(&form).await.expect(303);
    let page = browser.get(&format!("/releases/{id}")).await.expect_text("Stop watching");
    browser.submit(&page.form(&at)).await.expect(303);
    assert_eq!(app.log(), ["release_registered", "watching_started", "watching_ended"]);
    app.browser_of(&ines(&app)).get(&format!("/releases/{id}")).await.expect_text("Stop watching");
}

#[tokio::test]
async fn markdown_is_drawn_and_can_do_no_harm() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").registered();
    let browser = app.browser_of(&ines(&app));
    let at = format!("/records/{id}/scope");
    let text = "**Bold** <script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)> <a href=\"https://a.example\" onclick=\"b()\">a</a>";
    let form = browser.get(&format!("{at}/edit")).await.form(&at).with("scope", text).with("reason", "<b>plain</b>");
    browser.submit(&form).await.expect(303);
    let page = browser.get(&format!("/releases/{id}")).await.expect_text("<strong>Bold</strong>").expect_text("noopener");
    let harmful = |tag: &html::Tag| tag.attributes.iter().any(|(name, value)| name.starts_with("on") || value.starts_with("javascript:"));
    assert!(!html::tags(&page.body).iter().any(harmful), "{}", page.body);
    assert!(!page.has("<script>") && !page.has("<img"), "{}", page.body);
}

#[tokio::test]
async fn a_release_is_not_found_by_an_rfcs_address() {
    let app = TestApp::start().await;
    let id: RecordId = given::release(&app, "Payroll").registered();
    let browser = app.signed_in(Role::Viewer);
    browser.get(&format!("/changes/{id}")).await.expect(404);
    browser.get(&format!("/records/{id}/items/edit")).await.expect(404);
    browser.get("/releases/0").await.expect(404);
}

#[tokio::test]
async fn a_failure_is_shown_inside_the_readers_own_frame() {
    let app = TestApp::start().await;
    app.signed_in(Role::Viewer).get("/releases/0").await.expect(404).expect_text("aria-label=\"Main\"").expect_text("Sign out");
    app.browser().get("/nowhere").await.expect(404).expect_no_text("Sign out");
}
