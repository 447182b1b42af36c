//! Early life support: what is agreed with operations, what is measured, and when support can end.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, Page, TestApp, noon};
use chrono::Duration;
use slipway::domain::early_life::{IssueState, Source};
use slipway::domain::ids::RecordId;
use slipway::domain::notices::Rule;
use slipway::domain::people::Role;
use slipway::domain::requirements::{Confirmation, Outcome, Requirement};
use slipway::store::confirmations::{self, NewConfirmation};
use slipway::store::early_life::{issues, known_errors, readings};

fn home(id: RecordId) -> String {
    format!("/records/{id}/early-life")
}

fn tom(app: &TestApp) -> (Somebody, Browser) {
    let tom = given::user(app, "Tom", &[Role::ReleaseCoordinator]);
    let browser = app.browser_of(&tom);
    (tom, browser)
}

/// What the release page says of a requirement.
fn why(app: &TestApp, id: RecordId, requirement: Requirement) -> (bool, String) {
    let mut sheet = given::sheet(app, id);
    sheet.now = Some(app.clock.now());
    let phase = sheet.full.phase().expect("a phase").clone();
    let checks: Vec<_> = phase.transitions.iter().flat_map(|it| sheet.checks(it)).collect();
    let check = checks.into_iter().find(|it| it.requirement == requirement).expect("it is asked for");
    (!check.blocks(), check.why)
}

async fn post_readings(browser: &Browser, id: RecordId, day: &str, values: &[(&str, &str)]) -> Page {
    let page = browser.get(&home(id)).await.expect(200);
    let mut form = page.form(&format!("/records/{id}/readings")).with("day", day);
    for (field, value) in values {
        form = form.with(field, value);
    }
    browser.submit(&form).await
}

#[tokio::test]
async fn the_rollout_waits_until_operations_agreed_to_the_criteria() {
    let app = TestApp::start().await;
    let (_, browser) = tom(&app);
    let id = given::release(&app, "Payroll").in_phase("build_test");
    let page = browser.get(&format!("/releases/{id}")).await.expect(200).expect_text("Exit criteria agreed");
    assert!(page.has(&format!("href=\"{}\"", home(id))), "a link to the place where it is put right");
    assert_eq!(why(&app, id, Requirement::ExitCriteriaAgreed).1, "Say which metrics must be back to normal, and agree them with operations.");
    browser.get(&home(id)).await.expect(200).expect_text("No exit criteria yet");
    // The approval is asked for last.
    let asked = given::sheet(&app, id).full.phase().expect("a phase").advance().expect("a way").requirements.clone();
    assert!(asked.ends_with(&[Requirement::ExitCriteriaAgreed, Requirement::Approved]), "{asked:?}");

    let form = browser.get(&format!("/records/{id}/metrics/new")).await.expect(200).form(&format!("/records/{id}/metrics"));
    let bad = form.clone().with("name", "Calls a day").with("normal", "a few").with("days", "91").with("tolerance", "-1");
    let page = browser.submit(&bad).await.expect(422).expect_text("is no number").expect_text("from 1 to 90").expect_text("A tolerance is not negative");
    assert_eq!(page.form(&format!("/records/{id}/metrics")).value("name"), "Calls a day");
    let good = form.with("name", "Calls a day").with("unit", "calls").with("normal", "10").with("tolerance", "2,5").with("days", "3").with("better", "down");
    browser.submit(&good).await.expect_see(&format!("{}#criteria", home(id)));
    browser.submit(&good.clone().with("name", "CALLS A DAY")).await.expect(422).expect_text("has a metric of this name already");
    let page = browser.get(&home(id)).await.expect(200).expect_text("at most 12.5 calls (normal 10, tolerance 2.5) for 3 days in a row");
    assert_eq!(why(&app, id, Requirement::ExitCriteriaAgreed), (false, "Operations has not agreed to the exit criteria as they are.".into()));

    // Not by whoever runs the release, and not by typing a name.
    let there = format!("/records/{id}/agreement");
    assert!(!page.has_form(&there) && page.has("Somebody of Operations who does not run the release agrees"));
    browser.post(&there, &[("criteria", "")]).await.expect(409).expect_text("Only members of Operations can answer this.");
    let [kim] = given::receivers(&app, ["Kim"]);
    let hers = app.browser_of(&kim);
    let form = hers.get(&home(id)).await.expect(200).form(&there);
    hers.submit(&form).await.expect_see(&format!("{}#criteria", home(id)));
    browser.get(&home(id)).await.expect_text("Agreed with <strong>Kim, Operations</strong>").expect_text("Recorded by Kim");
    assert_eq!(why(&app, id, Requirement::ExitCriteriaAgreed), (true, "One metric is agreed with Kim, Operations.".into()));
    assert_eq!(app.log().iter().filter(|it| *it == "exit_criteria_agreed").count(), 1);
}

#[tokio::test]
async fn a_change_of_a_criterion_takes_the_agreement_back() {
    let app = TestApp::start().await;
    let (_, browser) = tom(&app);
    let id = given::release(&app, "Payroll").in_phase("build_test");
    let metric = given::metric(&app, id, "Calls a day", 3);
    let [kim] = given::receivers(&app, ["Kim"]);
    let hers = app.browser_of(&kim);
    let agreement = hers.get(&home(id)).await.form(&format!("/records/{id}/agreement"));
    let edit = browser.get(&format!("/exit-metrics/{metric}/edit")).await.expect(200).form(&format!("/exit-metrics/{metric}"));

    browser.submit(&edit.clone().with("normal", "12")).await.expect(303);
    hers.submit(&agreement).await.expect(409).expect_text("The criteria changed while you looked at them");
    browser.submit(&edit.with("normal", "14")).await.expect(409).expect_text("Changed meanwhile").expect_text("<td>12</td>");
    given::agreed(&app, id);
    assert!(why(&app, id, Requirement::ExitCriteriaAgreed).0);
    let edit = browser.get(&format!("/exit-metrics/{metric}/edit")).await.expect_text("a change takes that back").form(&format!("/exit-metrics/{metric}"));
    let before = app.log().len();
    browser.submit(&edit).await.expect(303);
    assert_eq!(app.log().len(), before, "nothing was changed, and nothing taken back");
    assert!(why(&app, id, Requirement::ExitCriteriaAgreed).0);
    browser.submit(&edit.with("days", "5")).await.expect(303);
    assert!(!why(&app, id, Requirement::ExitCriteriaAgreed).0);
    given::agreed(&app, id);
    browser.post(&format!("/exit-metrics/{metric}/removal"), &[]).await.expect(303);
    assert!(!why(&app, id, Requirement::ExitCriteriaAgreed).0);
    let log = app.log();
    assert_eq!(["metric_added", "metric_edited", "metric_removed"].map(|it| log.iter().filter(|entry| *entry == it).count()), [1, 2, 1]);
}

#[tokio::test]
async fn once_the_rollout_began_a_change_of_the_criteria_needs_a_reason() {
    let app = TestApp::start().await;
    let (_, browser) = tom(&app);
    let id = given::release(&app, "Payroll").in_phase("build_test");
    let metric = given::metric(&app, id, "Calls a day", 3);
    let there = format!("/exit-metrics/{metric}");
    browser.get(&format!("{there}/edit")).await.expect(200).expect_no_text("Why does it change now?");
    given::advance(&app, id);
    let form = browser.get(&format!("{there}/edit")).await.expect_text("Why does it change now?").form(&there).with("normal", "40");
    browser.submit(&form).await.expect(422).expect_text("say why the criteria change now");
    browser.post(&format!("{there}/removal"), &[]).await.expect(422);
    browser.submit(&form.with("reason", "Everybody is back from leave")).await.expect(303);
    assert!(!why_agreed(&app, id), "they are to agree anew");
    let page = browser.get(&format!("/records/{id}/activity")).await.expect(200).expect_text("Everybody is back from leave");
    assert!(page.has("<del>10</del>") && page.has("<ins>40</ins>"));
}

fn why_agreed(app: &TestApp, id: RecordId) -> bool {
    given::sheet(app, id).exit().is_agreed()
}

#[tokio::test]
async fn early_life_support_ends_when_every_metric_is_normal_for_the_agreed_days() {
    let app = TestApp::start().await;
    let (tom, _) = tom(&app);
    let id = given::release(&app, "Payroll").in_phase("build_test");
    given::metric(&app, id, "Calls a day", 2);
    given::metric(&app, id, "Errors", 1);
    given::agreed(&app, id);
    given::advance(&app, id);
    // In the rollout already, but on the day on which early life support begins.
    given::reading(&app, id, "Calls a day", 0, 5.0);
    given::advance(&app, id);
    let exit = |app: &TestApp| why(app, id, Requirement::ExitCriteriaMet);
    let entered = given::sheet(&app, id).full.record.phase_entered_at;
    assert!(app.clock.now() >= entered);
    app.clock.advance(Duration::days(1));
    given::reading(&app, id, "Errors", 0, 30.0);
    assert_eq!(exit(&app), (false, "Calls a day: normal for 1 of 2 days. Errors: not normal.".into()));
    given::reading(&app, id, "Calls a day", 0, 9.0);
    assert_eq!(exit(&app), (false, "Errors: not normal.".into()));
    let browser = app.browser_of(&tom); // Who was away for a day signs in again.
    browser.get(&home(id)).await.expect(200).expect_text("1 of 2 metrics normal for the agreed days").expect_no_text("Exit is proposed");
    given::reading(&app, id, "Errors", 0, 3.0);
    assert_eq!(exit(&app), (true, "All metrics are back to normal for the agreed days.".into()));
    browser.get(&home(id)).await.expect(200).expect_text("2 of 2 metrics").expect_text("Exit is proposed");
    app.clock.advance(Duration::days(1));
    assert!(exit(&app).0, "the newest reading is of yesterday");
    app.clock.advance(Duration::days(1));
    assert_eq!(exit(&app).1.split('.').next(), Some("Calls a day: no reading since 3 Mar"));
}

#[tokio::test]
async fn the_end_is_proposed_once_and_again_after_it_was_taken_back() {
    let app = TestApp::start().await;
    let (tom, _) = tom(&app);
    let id = given::release(&app, "Payroll").coordinated_by(&tom).in_phase("early_life");
    let proposals = |app: &TestApp| app.log().iter().filter(|it| *it == "exit_proposed").count();
    given::reading(&app, id, "Calls a day", 0, 9.0);
    assert_eq!(proposals(&app), 1);
    given::reading(&app, id, "Calls a day", 0, 8.0);
    assert_eq!(proposals(&app), 1, "it is proposed already");
    app.clock.advance(Duration::days(1));
    given::reading(&app, id, "Calls a day", 0, 50.0);
    app.clock.advance(Duration::days(1));
    given::reading(&app, id, "Calls a day", 0, 9.0);
    assert_eq!(proposals(&app), 2);
    app.tell();
    assert_eq!(app.told_of(tom.id, Rule::ExitProposed).len(), 2);
}

#[tokio::test]
async fn a_trend_that_misses_the_planned_end_warns_once_an_episode() {
    let app = TestApp::start().await;
    let (tom, _) = tom(&app);
    let id = given::release(&app, "Payroll").coordinated_by(&tom).in_phase("build_test");
    given::metric(&app, id, "Calls a day", 3);
    given::agreed(&app, id);
    given::advance(&app, id);
    given::advance(&app, id);
    let warnings = |app: &TestApp| app.log().iter().filter(|it| *it == "exit_endangered").count();
    for value in [40.0, 41.0, 42.0, 43.0] {
        given::reading(&app, id, "Calls a day", 0, value);
        app.clock.advance(Duration::days(1));
    }
    assert_eq!(warnings(&app), 1);
    let browser = app.browser_of(&tom); // Who was away for a day signs in again.
    browser.get(&home(id)).await.expect(200).expect_text("By its trend it does not get better.").expect_text("Too late");
    for value in [20.0, 11.0, 6.0, 5.0] {
        given::reading(&app, id, "Calls a day", 0, value);
        app.clock.advance(Duration::days(1));
    }
    let browser = app.browser_of(&tom); // Who was away for a day signs in again.
    browser.get(&home(id)).await.expect(200).expect_no_text("Too late");
    assert_eq!(warnings(&app), 1);
    app.tell();
    assert_eq!(app.told_of(tom.id, Rule::ExitEndangered).len(), 1);
}

#[tokio::test]
async fn a_reading_is_corrected_and_the_log_keeps_what_it_was() {
    let app = TestApp::start().await;
    let (_, browser) = tom(&app);
    let id = given::release(&app, "Payroll").in_phase("early_life");
    let metric = given::sheet(&app, id).early_life.metrics[0].id;
    let field = format!("value-{metric}");
    let today = noon().date_naive().to_string();
    let page = browser.get(&home(id)).await.expect(200);
    assert_eq!(page.form(&format!("/records/{id}/readings")).value("day"), today, "today is proposed");
    post_readings(&browser, id, &today, &[]).await.expect(422).expect_text("Fill in at least one value");
    post_readings(&browser, id, &today, &[(&field, "NaN")]).await.expect(422).expect_text("is no number");
    post_readings(&browser, id, "2026-03-03", &[(&field, "9")]).await.expect(422).expect_text("lies ahead");
    post_readings(&browser, id, "2025-03-03", &[(&field, "9")]).await.expect(422).expect_text("lies before the rollout");
    let early = browser.get(&home(id)).await.form(&format!("/records/{id}/readings")).with(&field, "7");
    post_readings(&browser, id, &today, &[(&field, "12,5")]).await.expect_see(&home(id));
    browser.submit(&early).await.expect(409).expect_text("Somebody recorded readings of this day meanwhile");
    let page = browser.get(&format!("{}?day={today}", home(id))).await.expect(200);
    assert_eq!(page.form(&format!("/records/{id}/readings")).value(&field), "12.5");
    post_readings(&browser, id, &today, &[(&field, "9")]).await.expect_see(&home(id));
    let known = app.read(|conn| readings::list(conn, id));
    assert_eq!(known.iter().map(|it| (it.value, it.source, it.by.as_str())).collect::<Vec<_>>(), [(9.0, Source::Form, "Tom")]);
    browser.get(&format!("/records/{id}/activity")).await.expect_text("Calls a day, 2 Mar 2026").expect_text("<del>12.5 calls</del>");
    let csv = browser.get(&format!("{}.csv", home(id))).await.expect(200);
    assert_eq!(csv.body.lines().nth(1).and_then(|it| it.split(',').nth(2)), Some("9"));
}

#[tokio::test]
async fn a_table_is_taken_as_a_whole_or_not_at_all() {
    let app = TestApp::start().await;
    let (tom, _) = tom(&app);
    let id = given::release(&app, "Payroll").in_phase("early_life");
    app.clock.advance(Duration::days(2));
    let at = format!("/records/{id}/readings/table");
    let browser = app.browser_of(&tom); // Who was away for a day signs in again.
    let form = browser.get(&home(id)).await.expect(200).form(&at);
    let before = app.log();
    let bad = "day,Calls a day\n2026-03-02,9\n2026-03-03,many\n2026-13-03,1\n";
    let page = browser.submit(&form.clone().with("table", bad)).await.expect(422);
    let page = page.expect_text("Line 3: “many” is no number").expect_text("Line 4: Write the day as");
    assert!(page.form(&at).value("table").contains("many"), "it comes back as it was");
    assert_eq!(app.log(), before);
    let good = "day;Calls a day\n2026-03-02;9,5\n2026-03-03;8\n";
    browser.submit(&form.clone().with("table", good)).await.expect_see(&home(id));
    browser.submit(&form.with("table", good)).await.expect_see(&home(id));
    assert_eq!(app.read(|conn| readings::list(conn, id)).iter().map(|it| it.value).collect::<Vec<_>>(), [9.5, 8.0]);
    assert_eq!(app.log().iter().filter(|it| *it == "readings_recorded").count(), 1, "the same again changes nothing");
}

#[tokio::test]
async fn what_was_confirmed_before_still_counts_and_is_not_asked_any_more() {
    let app = TestApp::start().await;
    let (_, browser) = tom(&app);
    let id = given::release(&app, "Payroll").in_phase("early_life");
    let page = browser.get(&format!("/releases/{id}")).await.expect(200).expect_no_text("confirm-exit_criteria_met");
    assert!(page.has(&home(id)));
    let form = [("subject", "exit_criteria_met"), ("outcome", "passed")];
    browser.post(&format!("/records/{id}/confirmations"), &form).await.expect(409).expect_text("no longer confirmed by a word");
    let visit = given::sheet(&app, id).full.record.visit;
    let old = NewConfirmation { subject: Confirmation::ExitCriteriaMet, outcome: Outcome::Passed, note: "", link: "" };
    app.write(|tx| confirmations::insert(tx, id, visit, &old));
    assert_eq!(why(&app, id, Requirement::ExitCriteriaMet), (true, "Confirmed.".into()));
}

#[tokio::test]
async fn incidents_and_known_errors_are_kept_and_accepted() {
    let app = TestApp::start().await;
    let (_, browser) = tom(&app);
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    let id = given::release(&app, "Payroll").in_phase("early_life");
    let helper = app.browser_of(&cora);
    let form = helper.get(&format!("/records/{id}/issues/new")).await.expect(200).form(&format!("/records/{id}/issues"));
    let form = form.with("number", "INC-4711").with("title", "Slow sign-in").with("severity", "high");
    helper.submit(&form.clone().with("link", "http://desk.example/INC-4711")).await.expect(422).expect_text("starts with https://");
    helper.submit(&form.clone().with("link", "https://desk.example/INC-4711")).await.expect_see(&format!("{}#issues", home(id)));
    helper.submit(&form).await.expect(422).expect_text("This number is noted here already");
    let issue = app.read(|conn| issues::list(conn, id)).remove(0);
    let edit = helper.get(&format!("/issues/{}/edit", issue.id)).await.expect(200).form(&format!("/issues/{}", issue.id));
    helper.submit(&edit.clone().with("state", "resolved")).await.expect(303);
    helper.submit(&edit).await.expect(409);
    let issue = app.read(|conn| issues::find(conn, issue.id));
    assert_eq!((issue.state, issue.resolved_at), (IssueState::Resolved, Some(noon())));

    let form = helper.get(&format!("/records/{id}/known-errors/new")).await.expect(200).form(&format!("/records/{id}/known-errors"));
    helper.submit(&form.with("title", "Old bookmarks fail").with("workaround", "Make **new** ones")).await.expect(303);
    let error = app.read(|conn| known_errors::list(conn, id)).remove(0);
    let accept = format!("/known-errors/{}/acceptance", error.id);
    assert!(!helper.get(&home(id)).await.has_form(&accept));
    helper.post(&accept, &[("version", "0")]).await.expect(403);
    let form = browser.get(&home(id)).await.expect(200).form(&accept);
    browser.submit(&form).await.expect_see(&format!("{}#known-errors", home(id)));
    browser.get(&home(id)).await.expect_text("Accepted by Tom").expect_text("<strong>new</strong>");
    let edit = helper.get(&format!("/known-errors/{}/edit", error.id)).await.expect(200).form(&format!("/known-errors/{}", error.id));
    helper.submit(&edit.with("workaround", "None")).await.expect(303);
    assert_eq!(app.read(|conn| known_errors::find(conn, error.id)).accepted_by, None, "they accepted something else");
}

#[tokio::test]
async fn somebody_of_the_group_that_takes_over_accepts_a_known_error() {
    let app = TestApp::start().await;
    let [olga] = given::receivers(&app, ["Olga"]);
    let id = given::release(&app, "Payroll").in_phase("early_life");
    let error = given::early_life_left(&app, id);
    let browser = app.browser_of(&olga);
    let form = browser.get(&home(id)).await.expect(200).form(&format!("/known-errors/{error}/acceptance"));
    browser.submit(&form).await.expect(303);
    assert_eq!(app.read(|conn| known_errors::find(conn, error)).accepted_by.as_deref(), Some("Olga"));
    // Another group was asked: they have no say any more.
    let kit = given::user(&app, "Kit", &[Role::Contributor]);
    given::members(&app, "service_desk", std::slice::from_ref(&kit));
    let desk = app.read(slipway::store::groups::list).into_iter().find(|it| it.key == "service_desk").expect("a shipped group").id;
    given::tick_all(&app, id);
    app.act(|tx| slipway::app::handovers::ask(tx, id, desk, "")).expect("asked");
    let more = slipway::store::early_life::known_errors::Draft { title: "Late reports".into(), symptoms: String::new(), workaround: "Wait".into() };
    let second = app.act(|tx| slipway::app::early_life::known_errors::add(tx, id, &more)).expect("added");
    let accept = format!("/known-errors/{second}/acceptance");
    assert!(!browser.get(&home(id)).await.has_form(&accept));
    assert!(app.browser_of(&kit).get(&home(id)).await.has_form(&accept));
    browser.post(&accept, &[("version", "0")]).await.expect(403);
}

#[tokio::test]
async fn after_its_phase_it_is_judged_as_of_its_end() {
    let app = TestApp::start().await;
    let (tom, _) = tom(&app);
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("review");
    app.clock.advance(Duration::days(9));
    let browser = app.browser_of(&tom);
    let page = browser.get(&home(id)).await.expect(200).expect_text("1 of 1 metric normal for the agreed days");
    page.expect_no_text("no reading since").expect_no_text("Exit is proposed");
}

#[tokio::test]
async fn the_team_and_its_contacts_stand_on_the_page() {
    let app = TestApp::start().await;
    let (tom, browser) = tom(&app);
    let id = given::release(&app, "Payroll").coordinated_by(&tom).in_phase("rollout");
    let page = browser.get(&format!("/records/{id}/team/edit")).await.expect(200);
    let member = page.form(&format!("/records/{id}/team"));
    browser.submit(&member).await.expect(422).expect_text("Choose somebody, or write a name");
    browser.submit(&member.clone().with("user", tom.id).with("role", "Lead")).await.expect(303);
    browser.submit(&member.with("name", "Night shift").with("contact", "+49 30 1234")).await.expect(303);
    let contacts = page.form(&format!("/records/{id}/contacts")).with("contacts", "Call **1234** by day");
    browser.submit(&contacts).await.expect_see(&format!("{}#team", home(id)));
    browser.submit(&contacts).await.expect(409);
    let page = browser.get(&home(id)).await.expect(200).expect_text("Night shift").expect_text("+49 30 1234").expect_text("<strong>1234</strong>");
    assert!(page.has("Lead"));
    assert_eq!(app.log().iter().filter(|it| *it == "early_life_edited").count(), 3);
}

#[tokio::test]
async fn an_rfc_has_no_early_life_and_a_release_that_ended_keeps_its_own_as_it_was() {
    let app = TestApp::start().await;
    let (_, browser) = tom(&app);
    let rfc = given::change(&app, "Update").registered();
    browser.get(&home(rfc)).await.expect(404);
    let id = given::release(&app, "Payroll").in_phase("closed");
    let page = browser.get(&home(id)).await.expect(200).expect_text("Calls a day");
    assert!(!page.has_form(&format!("/records/{id}/readings")));
    browser.post(&format!("/records/{id}/readings/table"), &[("table", "day,Calls a day\n2026-03-02,1")]).await.expect(409);
    browser.get(&format!("/records/{id}/metrics/new")).await.expect(409);
}

#[tokio::test]
async fn whoever_may_not_record_readings_is_told_that_and_not_what_is_wrong_with_them() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("early_life");
    let viewer = app.signed_in(Role::Viewer);
    for (to, field, text) in
        [("readings", "day", ""), ("readings", "day", "2026-03-02"), ("readings/table", "table", ""), ("readings/table", "table", "nonsense")]
    {
        viewer.post(&format!("/records/{id}/{to}"), &[(field, text)]).await.expect(403);
    }
}
