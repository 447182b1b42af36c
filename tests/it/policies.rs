//! The policy: read by all, edited by few with a reason, kept in versions, and felt wherever it rules.

mod dates;
mod decisions;
mod security;

use crate::support::html::Form;
use crate::support::{Browser, TestApp, given};
use slipway::app::Error;
use slipway::app::policies::set_numbering;
use slipway::domain::people::Role;
use slipway::domain::policies::{Policy, Strictness};
use slipway::domain::requirements::Requirement;
use slipway::store::policies;

/// The form as it stands, with a reason and the next date.
pub async fn form(browser: &Browser) -> Form {
    let page = browser.get("/policy/edit").await.expect(200);
    page.form("/policy").with("reason", "Twice too many").with("review_on", "2026-12-01")
}

fn current(app: &TestApp) -> Policy {
    app.read(policies::current)
}

#[tokio::test]
async fn the_shipped_policy_rules_what_was_ruled_before_it() {
    let app = TestApp::start().await;
    assert_eq!(current(&app), Policy::default());
    let reader = app.signed_in(Role::Viewer);
    let page = reader.get("/policy").await.expect(200).expect_text("Version 1").expect_text("Nobody is reminded to look at this policy again");
    page.expect_text("two parts: v1.3").expect_text("any requirement but an approval").expect_text("at least 15 characters").expect_no_text("/policy/edit");
}

#[tokio::test]
async fn everybody_reads_it_and_those_who_configure_the_process_edit_it() {
    let app = TestApp::start().await;
    for role in [Role::Viewer, Role::Contributor, Role::ReleaseApprover, Role::ReleaseCoordinator] {
        let browser = app.signed_in(role);
        browser.get("/policy").await.expect(200);
        browser.get("/policy/1").await.expect(200);
        browser.get("/policy/edit").await.expect(403);
        browser.post("/policy", &[("reason", "So"), ("review_on", "2026-12-01"), ("version", "1")]).await.expect(403);
    }
    for nothing in ["/policy/2", "/policy/0", "/policy/new", "/policy/99999999999"] {
        app.signed_in(Role::Viewer).get(nothing).await.expect(404);
    }
    let browser = app.signed_in(Role::ReleaseManager);
    let form = form(&browser).await.with("count-major", "1").with("days-major", "90").with("else-major", "refuse").with("parts-minor", "3");
    browser.submit(&form).await.expect_see("/policy");
    let page = browser.get("/policy").await.expect(200).expect_text("Version 2").expect_text("Twice too many").expect_text("Review by Tue 1 Dec 2026");
    let page = page.expect_text("Major releases of one CI ship at most once in 90 days; others are refused.");
    page.expect_text("<del>any number</del> → <ins>once in 90 days, else refuse</ins>").expect_text("<del>2 parts</del> → <ins>3 parts</ins>");
    let before = browser.get("/policy/1").await.expect(200).expect_text("This is an earlier version").expect_text("two parts: v1.3");
    before.expect_no_text("/policy/edit").expect_no_text("ship at most");
    assert_eq!(app.log(), ["process_shaped"]);
    let root = app.signed_in(Role::Administrator);
    root.get("/activity")
        .await
        .expect(200)
        .expect_text("edited the policy of this installation")
        .expect_text("Twice too many")
        .expect_text("Frequency of Major");
}

#[tokio::test]
async fn what_is_saved_comes_back_in_the_form_as_it_was_chosen() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::Administrator);
    let waive = "waive-plan_complete";
    let form = form(&browser).await.with("gap", "14").with("gap-else", "refuse").and("between", "minor").with(waive, "release_coordinator");
    let form = form.with("self_approval", "yes").with("session_idle", "60").with("shortest_password", "20");
    browser.submit(&form).await.expect_see("/policy");
    let again = browser.get("/policy/edit").await.form("/policy");
    let mut expected = form.with("version", "2").with("reason", "").fields;
    let mut found = again.fields;
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    browser.get("/policy").await.expect_text("May ship in between planned releases").expect_text("<strong>Release Coordinator may waive</strong>");
}

#[tokio::test]
async fn whoever_saved_meanwhile_is_not_overwritten() {
    let app = TestApp::start().await;
    let (one, other) = (app.signed_in(Role::ReleaseManager), app.signed_in(Role::Administrator));
    let (first, second) = (form(&one).await.with("gap", "7"), form(&other).await.with("gap", "14"));
    one.submit(&first).await.expect_see("/policy");
    let page = other.submit(&second).await.expect(409).expect_text("Changed meanwhile").expect_text("<td>7 days, else warn</td><td>14 days, else warn</td>");
    assert_eq!(current(&app).spacing.days, 7);
    let form = page.form("/policy");
    assert_eq!((form.value("gap"), form.value("reason")), ("14", "Twice too many"), "nothing typed is lost");
    other.submit(&form).await.expect_see("/policy");
    assert_eq!(current(&app).spacing.days, 14);
}

#[tokio::test]
async fn what_makes_no_policy_comes_back_with_the_reason_beside_the_field() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::Administrator);
    let fine = form(&browser).await;
    let cases = [
        ("reason", " ", "Fill this in."),
        ("review_on", "", "Choose or fill in something here."),
        ("review_on", "2026-03-02", "Choose a day that is still to come."),
        ("count-major", "1", "Major: write how many releases and in how many days"),
        ("gap", "soon", "Write the days as a number"),
        ("gap", "1000", "Write 0 to 730 days."),
        ("parts-minor", "4", "A version has one to three parts."),
        ("session_idle", "x", "Write a number."),
        ("session_idle", "20000", "It is longer than a session lasts at all."),
        ("shortest_password", "8", "Write 15 to 28 characters."),
        ("sign_in_attempts", "1", "Write 3 to 100 tries."),
    ];
    for (field, text, why) in cases {
        let page = browser.submit(&fine.clone().with("gap", "9").with(field, text)).await.expect(422).expect_text(why);
        if field != "parts-minor" {
            assert_eq!(page.form("/policy").value(field), text, "nothing typed is lost");
        }
    }
    let half = fine.clone().with("count-minor", "0").with("days-minor", "30");
    browser.submit(&half).await.expect(422).expect_text("Write how many releases, 1 to 100");
    let once = form(&browser).await;
    browser.submit(&once).await.expect_see("/policy");
    let nothing = form(&browser).await;
    browser.submit(&nothing).await.expect(422).expect_text("Nothing is changed.");
    assert_eq!(app.read(|conn| policies::list(conn, 10)).len(), 2);
}

#[tokio::test]
async fn a_release_manager_leaves_the_security_settings_as_they_are() {
    let app = TestApp::start().await;
    given::policy(&app, |it| it.security.session_idle = 60);
    let browser = app.signed_in(Role::ReleaseManager);
    let form = form(&browser).await.with("gap", "7");
    assert!(!form.names.iter().any(|it| it == "session_idle"));
    let mut forged = form.fields;
    forged.push(("session_idle".into(), "400".into()));
    let fields: Vec<(&str, &str)> = forged.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post("/policy", &fields).await.expect_see("/policy");
    assert_eq!((current(&app).spacing.days, current(&app).security.session_idle), (7, 60));
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager]);
    let mut policy = current(&app);
    policy.security.session_idle = 400;
    let draft = slipway::app::policies::Draft { policy, reason: "So".into(), review_on: "2026-12-01".parse().expect("a day") };
    let refused = app.act_as(ines.actor(), |tx| slipway::app::policies::edit(tx, 3, &draft)).expect_err("it is not theirs");
    assert!(matches!(refused, Error::Forbidden(_)), "{refused}");
}

#[tokio::test]
async fn releases_are_numbered_as_their_category_is() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager]);
    let browser = app.browser_of(&ines);
    app.act_as(ines.actor(), |tx| set_numbering(tx, "minor", 3, "Builds count")).expect("it is set");
    browser.get("/policy").await.expect_text("Builds count").expect_text("<del>2 parts</del> → <ins>3 parts</ins>");
    let item = given::item(&app, "Payroll").to_string();
    let minor = browser.get("/releases/new").await.expect(200).expect_text("Three parts: v1.2.1").form("/releases");
    let categories = app.read(|conn| slipway::store::categories::list(conn, slipway::domain::records::RecordKind::Release));
    let id = categories.iter().find(|it| it.key == "minor").expect("it is shipped").id;
    let form = minor.with("category", id).with("item", &item).with("title", "Better").with("version", "1.1");
    let page = browser.submit(&form).await.expect(422);
    page.expect_text("Releases of this category have versions of 3 parts; this one has 2.");
    browser.submit(&form.with("version", "")).await.expect(303);
    browser.get("/releases").await.expect_text("Payroll v1.0.1");
    let unknown = app.act(|tx| set_numbering(tx, "nothing", 2, "So")).expect_err("there is none");
    assert!(matches!(unknown, Error::NotFound));
    for (parts, reason) in [(4, "So"), (0, "So"), (1, "")] {
        assert!(matches!(app.act(|tx| set_numbering(tx, "minor", parts, reason)), Err(Error::Invalid(_))), "{parts}");
    }
    let before = app.log().len();
    app.act(|tx| set_numbering(tx, "minor", 3, "")).expect("nothing changes, so nothing is asked");
    assert_eq!(app.log().len(), before);
    let viewer = given::user(&app, "Vera", &[Role::Viewer]);
    assert!(matches!(app.act_as(viewer.actor(), |tx| set_numbering(tx, "minor", 2, "So")), Err(Error::Forbidden(_))));
}

#[tokio::test]
async fn what_supersedes_what_goes_by_level_however_it_is_numbered() {
    let app = TestApp::start().await;
    given::policy(&app, |it| it.numbering = [("major".to_owned(), 2)].into());
    let minor = given::release(&app, "Payroll").version("v1.1").in_phase("closed");
    let major = given::release(&app, "Payroll").major().version("v1.2").in_phase("closed");
    let release = given::sheet(&app, minor).full.release.expect("it is a release");
    assert_eq!(release.superseded_by, Some(major));
}

#[tokio::test]
async fn each_version_tells_what_was_changed_by_whom_and_why() {
    let app = TestApp::start().await;
    given::apart(&app, 14, Strictness::Warn);
    given::policy(&app, |it| it.let_waive(Requirement::PlanComplete, &[]));
    let page = app.signed_in(Role::Viewer).get("/policy").await.expect(200).expect_text("Version 3").expect_text("The policy that Slipway comes with.");
    page.expect_text("<dt>Planned releases apart</dt><dd><del>as you like</del> → <ins>14 days, else warn</ins></dd>")
        .expect_text("<dt>Waiving “Plan complete”</dt><dd><del>Administrator, Release Manager</del> → <ins>nobody</ins></dd>")
        .expect_text("<strong>Nobody may waive</strong>");
}
