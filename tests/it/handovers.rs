//! Handing support over: the checklist, the question, the answer of who takes over, in the application and from a mail.

mod links;

use crate::support::given::{self, Link, Somebody};
use crate::support::{Browser, MailServer, Page, TestApp};
use chrono::Duration;
use slipway::app::handovers::{self, Answer, checklist};
use slipway::app::{Error, phases};
use slipway::domain::handovers::{HandoverState, SHIPPED};
use slipway::domain::ids::{HandoverId, RecordId};
use slipway::domain::mails::MailState;
use slipway::domain::notices::Rule;
use slipway::domain::people::Role;
use slipway::domain::refusals::Refusal;
use slipway::domain::requirements::{Confirmation, Outcome, Requirement};
use slipway::store::confirmations::NewConfirmation;
use slipway::store::handovers::items::Item;

/// A release in early life support.
fn living(app: &TestApp) -> RecordId {
    given::release(app, "Payroll").with_changes(1).in_phase("early_life")
}

/// The same, with Olga and Pia of operations asked to take over.
fn asked(app: &TestApp) -> (RecordId, HandoverId, [Somebody; 2]) {
    let people = given::receivers(app, ["Olga", "Pia"]);
    let id = living(app);
    (id, given::offer(app, id), people)
}

fn list(app: &TestApp, id: RecordId) -> Vec<Item> {
    given::sheet(app, id).checklist
}

fn titles(app: &TestApp, id: RecordId) -> Vec<String> {
    list(app, id).into_iter().map(|it| it.title).collect()
}

/// Whether support is handed over, and the sentence why or why not.
fn check(app: &TestApp, id: RecordId) -> (bool, String) {
    let sheet = given::sheet(app, id);
    let phase = sheet.full.phase().expect("a phase");
    let found = sheet.checks(phase.advance().expect("a way out")).into_iter().find(|it| it.requirement == Requirement::HandoverAccepted);
    let found = found.expect("it is asked for");
    (!found.blocks(), found.why)
}

fn state(app: &TestApp, id: RecordId) -> HandoverState {
    given::sheet(app, id).handover.expect("somebody was asked").handover.state
}

fn manager(app: &TestApp) -> Somebody {
    given::user(app, "Mara", &[Role::ReleaseManager])
}

fn accept() -> Answer {
    Answer::Accept { note: String::new(), seen: String::new() }
}

#[track_caller]
fn refusal<T: std::fmt::Debug>(answer: slipway::app::Result<T>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_shipped_checklist_is_laid_down_when_early_life_support_begins() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("rollout");
    assert!(list(&app, id).is_empty());
    given::advance(&app, id);
    assert_eq!(titles(&app, id), SHIPPED);
    assert_eq!(check(&app, id), (false, "6 points of the checklist are still open.".into()));
    let page = app.browser_of(&manager(&app)).get(&format!("/releases/{id}")).await.expect(200);
    page.expect_text("6 points of the checklist are still open.").expect_text("Checklist: 0 of 6 done");
}

#[tokio::test]
async fn a_list_that_was_prepared_is_kept_and_an_empty_one_can_be_laid_down() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("rollout");
    app.act(|tx| checklist::add(tx, id, "Print the runbook")).expect("added");
    given::advance(&app, id);
    assert_eq!(titles(&app, id), ["Print the runbook"]);
    let item = list(&app, id).remove(0);
    app.act(|tx| checklist::remove(tx, item.id, item.version)).expect("removed");
    let browser = app.browser_of(&manager(&app));
    let page = browser.get(&format!("/records/{id}/handover")).await.expect(200).expect_text("There is no checklist yet");
    let form = page.form_where(&format!("/records/{id}/handover/items"), "shipped", "yes");
    browser.submit(&form).await.expect_see(&format!("/records/{id}/handover#checklist"));
    assert_eq!(titles(&app, id), SHIPPED);
    assert_eq!(refusal(app.act(|tx| checklist::lay_down(tx, id))), Refusal::ChecklistThere);
}

#[tokio::test]
async fn points_are_added_renamed_moved_removed_and_ticked_off_by_small_forms() {
    let app = TestApp::start().await;
    let id = living(&app);
    let (browser, there) = (app.browser_of(&manager(&app)), format!("/records/{id}/handover"));
    let page = browser.get(&there).await.expect(200);
    let add = page.form_where(&format!("{there}/items"), "asked", "add");
    browser.submit(&add.clone().with("title", "On-call list")).await.expect_see(&format!("{there}#checklist"));
    browser.submit(&add.with("title", " ")).await.expect(422).expect_text("Fill this in.");
    let last = list(&app, id).pop().expect("seven points");
    assert_eq!(last.title, "On-call list");
    let page = browser.get(&there).await;
    browser.submit(&page.form(&format!("/handover-items/{}", last.id)).with("title", "On-call list for summer")).await.expect(303);
    browser.submit(&page.form_where(&format!("/handover-items/{}/position", last.id), "to", "up")).await.expect(303);
    assert_eq!(titles(&app, id)[5], "On-call list for summer");
    let stale = page.form(&format!("/handover-items/{}/removal", last.id));
    browser.submit(&stale).await.expect(409).expect_text("Somebody changed this point");
    let page = browser.get(&there).await;
    browser.submit(&page.form(&format!("/handover-items/{}/state", last.id))).await.expect(303);
    assert!(list(&app, id)[5].is_done() && list(&app, id)[5].done_by.as_deref() == Some("Mara"));
    let page = browser.get(&there).await.expect_text("1 of 7 done");
    browser.submit(&page.form(&format!("/handover-items/{}/state", last.id))).await.expect(303);
    let page = browser.get(&there).await.expect_text("0 of 7 done");
    browser.submit(&page.form(&format!("/handover-items/{}/removal", last.id))).await.expect(303);
    assert_eq!(titles(&app, id), SHIPPED);
    assert_eq!(app.log().iter().filter(|it| *it == "handover_item_edited").count(), 6);
}

#[tokio::test]
async fn a_rename_that_is_refused_comes_back_as_it_was_typed() {
    let app = TestApp::start().await;
    let id = living(&app);
    let browser = app.browser_of(&manager(&app));
    let item = list(&app, id).remove(0);
    let form = browser.get(&format!("/records/{id}/handover")).await.form(&format!("/handover-items/{}", item.id));
    let long = "long ".repeat(50);
    browser.submit(&form.clone().with("title", &long)).await.expect(422).expect_text(&long).expect_text("Use at most 200 characters");
    app.act(|tx| checklist::rename(tx, item.id, item.version, "Meanwhile")).expect("renamed");
    browser.submit(&form.with("title", "Mine")).await.expect(409).expect_text("value=\"Mine\"");
    assert_eq!(titles(&app, id)[0], "Meanwhile");
}

#[tokio::test]
async fn whoever_supports_ticks_off_but_only_who_moves_the_release_edits_the_list_and_asks() {
    let app = TestApp::start().await;
    let [olga] = given::receivers(&app, ["Olga"]);
    let id = living(&app);
    let (viewer, group, item) = (given::user(&app, "Vera", &[Role::Viewer]), given::operations(&app), list(&app, id).remove(0));
    app.act_as(olga.actor(), |tx| checklist::tick(tx, item.id, item.version, true)).expect("she contributes");
    let forbidden = |answer: slipway::app::Result<()>| assert!(matches!(answer, Err(Error::Forbidden(_))), "{answer:?}");
    forbidden(app.act_as(viewer.actor(), |tx| checklist::tick(tx, item.id, 1, false).map(drop)));
    forbidden(app.act_as(olga.actor(), |tx| checklist::add(tx, id, "More")));
    forbidden(app.act_as(olga.actor(), |tx| handovers::ask(tx, id, group, "").map(drop)));
    let page = app.browser_of(&viewer).get(&format!("/records/{id}/handover")).await.expect(200);
    assert!(!page.has("<form method=\"post\" action=\"/handover-items"), "{}", page.body);
}

#[tokio::test]
async fn open_points_keep_one_from_asking_and_are_named() {
    let app = TestApp::start().await;
    given::receivers(&app, ["Olga"]);
    let id = living(&app);
    let group = given::operations(&app);
    let refused = refusal(app.act(|tx| handovers::ask(tx, id, group, "")));
    assert_eq!(refused.to_string(), format!("First the checklist: “{}” and 5 more are still open.", SHIPPED[0]));
    let browser = app.browser_of(&manager(&app));
    let (there, fields) = (format!("/records/{id}/handover"), [("group", group.to_string())]);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(&there, &fields).await.expect(409).expect_text("First the checklist");
    given::tick_all(&app, id);
    assert_eq!(check(&app, id), (false, "Ask the group that takes support over.".into()));
    let form = browser.get(&there).await.expect_text("Operations (one person)").form(&there);
    assert_eq!(form.value("group"), group.to_string(), "operations is proposed");
    browser.submit(&form.with("note", "All there")).await.expect_see(&format!("{there}#request"));
    assert_eq!(check(&app, id), (false, "Operations has been asked since Monday 2 March.".into()));
    browser.post(&there, &fields).await.expect(409).expect_text("Operations has been asked already");
}

#[tokio::test]
async fn a_group_without_anybody_who_may_accept_is_not_asked() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::ReleaseManager]);
    let viewer = given::user(&app, "Vera", &[Role::Viewer]);
    let id = given::release(&app, "Payroll").with_changes(1).owned_by(&ines).in_phase("early_life");
    given::members(&app, "operations", &[ines, viewer]);
    given::tick_all(&app, id);
    let group = given::operations(&app);
    let refused = refusal(app.act(|tx| handovers::ask(tx, id, group, "")));
    assert!(refused.to_string().starts_with("Operations cannot take it over"), "{refused}");
    assert!(given::sheet(&app, id).handover.is_none());
}

#[tokio::test]
async fn only_a_phase_that_is_left_by_handing_over_asks() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").with_changes(1).in_phase("rollout");
    let group = given::operations(&app);
    assert!(matches!(refusal(app.act(|tx| handovers::ask(tx, id, group, ""))), Refusal::NotAsked(_)));
    let change = given::sheet(&app, id).changes[0].id;
    app.browser_of(&manager(&app)).get(&format!("/records/{change}/handover")).await.expect(404);
}

#[tokio::test]
async fn members_who_may_accept_are_told_and_see_it_among_what_waits_for_them() {
    let app = TestApp::start().await;
    let [olga] = given::receivers(&app, ["Olga"]);
    let (viewer, ines) = (given::user(&app, "Vera", &[Role::Viewer]), given::user(&app, "Ines", &[Role::ReleaseManager]));
    given::members(&app, "operations", &[olga.clone(), viewer.clone(), ines.clone()]);
    let id = given::release(&app, "Payroll").with_changes(1).owned_by(&ines).in_phase("early_life");
    let handover = given::offer(&app, id);
    assert_eq!(app.told_of(olga.id, Rule::HandoverAsked), ["Slipway asks Operations to take over the support of Payroll v1.1"]);
    assert!(app.told_of(viewer.id, Rule::HandoverAsked).is_empty() && app.told_of(ines.id, Rule::HandoverAsked).is_empty());
    let (row, there) = ("Take over Payroll v1.1", format!("/handovers/{handover}"));
    app.browser_of(&olga).get("/").await.expect(200).expect_text(row).expect_text(&there);
    app.browser_of(&ines).get("/").await.expect(200).expect_no_text(row);
    app.browser_of(&olga).get(&format!("/releases/{id}")).await.expect_text(&there);
}

#[tokio::test]
async fn somebody_of_the_group_accepts_in_the_application() {
    let app = TestApp::start().await;
    let (id, handover, [olga, _]) = asked(&app);
    let (browser, there) = (app.browser_of(&olga), format!("/handovers/{handover}"));
    let page = browser.get(&there).await.expect(200).expect_text("All is written down").expect_text(SHIPPED[0]).expect_text("no known error");
    assert!(!page.has(" checked"), "nothing is chosen beforehand");
    let form = page.form(&format!("{there}/answer"));
    browser.submit(&form).await.expect(422).expect_text("Choose to accept or to decline.");
    browser.submit(&form.with("answer", "accept").with("note", "Welcome")).await.expect_see(&there);
    assert_eq!(check(&app, id), (true, "Accepted by Olga for Operations on Monday 2 March.".into()));
    let page = browser.get(&there).await.expect(200).expect_text("Accepted by Olga").expect_text("Welcome");
    assert!(!page.has_form(&format!("{there}/answer")));
    let owner = given::sheet(&app, id).full.record.owner_id;
    assert_eq!(app.told_of(owner, Rule::HandoverSettled), ["Payroll v1.1: the handover to Operations was accepted"]);
    given::fulfil(&app, id, Requirement::ExitCriteriaMet);
    given::advance(&app, id);
}

#[tokio::test]
async fn declining_needs_a_reason_and_they_can_be_asked_again() {
    let app = TestApp::start().await;
    let (id, handover, [olga, pia]) = asked(&app);
    let (browser, there) = (app.browser_of(&olga), format!("/handovers/{handover}"));
    let form = browser.get(&there).await.form(&format!("{there}/answer")).with("answer", "decline");
    let again = browser.submit(&form).await.expect(422).expect_text("Give the reason").form(&format!("{there}/answer"));
    assert_eq!(again.value("answer"), "decline");
    browser.submit(&again.with("note", "The runbook is missing")).await.expect_see(&there);
    assert_eq!(check(&app, id), (false, "Declined by Olga: The runbook is missing. Put it right and ask again.".into()));
    let second = given::offer(&app, id);
    app.act_as(pia.actor(), |tx| handovers::answer(tx, second, &accept())).expect("accepted");
    assert!(check(&app, id).0);
    app.browser_of(&pia).get(&format!("/records/{id}/handover")).await.expect(200).expect_text("Asked earlier").expect_text("The runbook is missing");
    let refused = refusal(app.act(|tx| handovers::ask(tx, id, given::operations(&app), "")));
    assert_eq!(refused, Refusal::HandedOverAlready);
}

#[tokio::test]
async fn only_members_who_do_not_run_the_release_answer() {
    let app = TestApp::start().await;
    let [olga] = given::receivers(&app, ["Olga"]);
    let id = living(&app);
    let handover = given::offer(&app, id);
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    assert!(matches!(refusal(app.act_as(cora.actor(), |tx| handovers::answer(tx, handover, &accept()))), Refusal::NotReceiving(_)));
    app.write(|tx| {
        use diesel::prelude::*;
        use slipway::store::schema::records::dsl;
        diesel::update(dsl::records.find(id)).set(dsl::owner_id.eq(olga.id)).execute(tx.conn)
    });
    assert_eq!(refusal(app.act_as(olga.actor(), |tx| handovers::answer(tx, handover, &accept()))), Refusal::OwnRecord);
    let there = format!("/handovers/{handover}");
    app.browser_of(&olga).get(&there).await.expect_text("somebody else must take it over").expect_no_text("answer-form");
    app.browser_of(&cora).get(&there).await.expect_text("A member of Operations answers this").expect_no_text("answer-form");
    let viewer = given::user(&app, "Vera", &[Role::Viewer]);
    app.browser_of(&viewer).post(&format!("{there}/answer"), &[("answer", "accept")]).await.expect(403);
}

#[tokio::test]
async fn the_first_answer_settles_it_and_the_second_learns_who_was_first() {
    let app = TestApp::start().await;
    let (_, handover, [olga, pia]) = asked(&app);
    let there = format!("/handovers/{handover}");
    let late = app.browser_of(&pia).get(&there).await.form(&format!("{there}/answer")).with("answer", "accept");
    app.act_as(olga.actor(), |tx| handovers::answer(tx, handover, &accept())).expect("accepted");
    app.browser_of(&pia).submit(&late).await.expect(409).expect_text("Olga answered already: accepted.");
}

#[tokio::test]
async fn of_two_who_answer_at_once_one_wins() {
    let app = TestApp::start().await;
    for _ in 0..5 {
        let (id, handover, people) = asked(&app);
        let answers: Vec<_> = std::thread::scope(|scope| {
            let running: Vec<_> = people
                .iter()
                .map(|who| {
                    let (db, actor) = (app.another_db(), who.actor());
                    scope.spawn(move || db.write_now(actor, |tx| handovers::answer(tx, handover, &accept())))
                })
                .collect();
            running.into_iter().map(|it| it.join().expect("it ends")).collect()
        });
        let won = answers.iter().filter(|it| it.is_ok()).count();
        assert_eq!(won, 1, "{answers:?}");
        let lost = answers.into_iter().find(Result::is_err).expect("one lost");
        assert!(matches!(refusal(lost), Refusal::HandoverSettled { .. }));
        assert_eq!(state(&app, id), HandoverState::Accepted);
    }
}

#[tokio::test]
async fn while_they_are_asked_the_list_stays_as_it_was_shown_until_the_question_is_withdrawn() {
    let app = TestApp::start().await;
    let (id, handover, [olga, _]) = asked(&app);
    let item = list(&app, id).remove(0);
    let refused = refusal(app.act(|tx| checklist::tick(tx, item.id, item.version, false)));
    assert!(refused.to_string().starts_with("Operations has been asked with this checklist"), "{refused}");
    let (browser, there) = (app.browser_of(&manager(&app)), format!("/records/{id}/handover"));
    let form = browser.get(&there).await.form(&format!("{there}/withdrawal"));
    browser.submit(&form).await.expect(422).expect_text("Fill this in.");
    browser.submit(&form.with("reason", "One more test")).await.expect_see(&format!("{there}#request"));
    assert_eq!(state(&app, id), HandoverState::Withdrawn);
    assert_eq!(refusal(app.act_as(olga.actor(), |tx| handovers::answer(tx, handover, &accept()))), Refusal::HandoverWithdrawn);
    app.act(|tx| checklist::tick(tx, item.id, item.version, false)).expect("open again");
    assert_eq!(check(&app, id), (false, "One point of the checklist is still open.".into()));
    assert_eq!(refusal(app.act(|tx| handovers::withdraw(tx, id, "Again"))), Refusal::NoOpenHandover);
}

#[tokio::test]
async fn leaving_the_phase_withdraws_the_question() {
    let app = TestApp::start().await;
    let (id, handover, [olga, _]) = asked(&app);
    let link = given::link_to(&app, handover, &olga);
    given::take(&app, id, "back_out", "It does not work");
    assert!(given::sheet(&app, id).handover.is_none(), "nothing counts for the new visit");
    app.browser().get(&link.path).await.expect(410).expect_text("This question is out of date");
    assert_eq!(app.log().iter().filter(|it| *it == "handover_withdrawn").count(), 1);
    assert_eq!(titles(&app, id), SHIPPED, "the list is kept");
}

#[tokio::test]
async fn a_word_is_not_taken_any_more_but_one_that_was_given_counts() {
    let app = TestApp::start().await;
    let id = living(&app);
    let new = NewConfirmation { subject: Confirmation::HandoverAccepted, outcome: Outcome::Passed, note: "", link: "" };
    assert!(matches!(refusal(app.act(|tx| phases::confirm(tx, id, &new))), Refusal::AskedElsewhere(_)));
    let browser = app.browser_of(&manager(&app));
    browser.get(&format!("/releases/{id}")).await.expect(200).expect_no_text("confirm-handover_accepted");
    let visit = given::sheet(&app, id).full.record.visit;
    app.write(|tx| slipway::store::confirmations::insert(tx, id, visit, &new));
    assert_eq!(check(&app, id), (true, "Confirmed.".into()));
}

// What is taken over.

#[tokio::test]
async fn who_takes_over_sees_what_is_open_and_is_told_when_that_changed_meanwhile() {
    let app = TestApp::start().await;
    let (id, handover, [olga, pia]) = asked(&app);
    given::early_life_left(&app, id);
    let (browser, there) = (app.browser_of(&olga), format!("/handovers/{handover}"));
    let page =
        browser.get(&there).await.expect(200).expect_text("INC-1").expect_text("Slow sign-in").expect_text("Old bookmarks fail").expect_text("Make new ones");
    let form = page.form(&format!("{there}/answer")).with("answer", "accept");
    let link = given::link_to(&app, handover, &pia);
    let mailed = app.browser().get(&link.path).await.expect(200).expect_text("INC-1 Slow sign-in (high)").expect_text("Workaround: Make new ones");
    let mailed = mailed.form(&link.answer()).with("answer", "accept").with("code", &link.code);
    let more = slipway::store::early_life::known_errors::Draft { title: "Late reports".into(), symptoms: String::new(), workaround: String::new() };
    app.act(|tx| slipway::app::early_life::known_errors::add(tx, id, &more)).expect("added");
    let changed = "New: Known error: Late reports. No workaround is known.";
    let page = browser.submit(&form).await.expect(409).expect_text(changed);
    app.browser().submit(&mailed).await.expect(409).expect_text(changed);
    assert_eq!(state(&app, id), HandoverState::Asked);
    browser.submit(&page.form(&format!("{there}/answer")).with("answer", "accept")).await.expect_see(&there);
    browser.get(&there).await.expect(200).expect_text("What was taken over with it");
    let taken = given::sheet(&app, id).handover.expect("it is answered").handover.taken;
    assert_eq!(taken.lines().count(), 3, "{taken}");
}

// From a mail.
