//! Deciding from a mail: the page behind the link, its code, every end that it can come to.

use crate::support::given::{self, Link, Somebody};
use crate::support::{Browser, Page, TestApp};
use chrono::Duration;
use slipway::domain::approvals::{ApprovalState, RoundState};
use slipway::domain::ids::{MailId, RecordId};
use slipway::domain::people::Role;
use slipway::store::approvals::Approval;

/// A release in planning, those who are asked about its plan, and the link of the first of them.
fn asked<const N: usize>(app: &TestApp, names: [&str; N]) -> (RecordId, [Somebody; N], Link) {
    let people = given::approvers(app, names);
    let id = given::release(app, "Payroll").with_changes(1).in_phase("plan");
    given::edit_window(app, id, 14);
    given::ask(app, id);
    let link = given::link_of(app, id, &people[0]);
    (id, people, link)
}

fn approval_of(app: &TestApp, id: RecordId, who: &Somebody) -> Approval {
    let sheet = given::sheet(app, id);
    let all = sheet.rounds[0].steps.iter().flat_map(|it| &it.approvals);
    all.map(|(it, _)| it.clone()).find(|it| it.approver_id == who.id).expect("they are asked")
}

async fn decide(browser: &Browser, link: &Link, decision: &str, code: &str) -> Page {
    let form = browser.get(&link.path).await.expect(200).form(&link.decision());
    browser.submit(&form.with("decision", decision).with("code", code)).await
}

async fn undo(browser: &Browser, link: &Link, code: &str) -> Page {
    let form = browser.get(&link.path).await.form(&link.undo());
    browser.submit(&form.with("code", code)).await
}

#[tokio::test]
async fn an_approver_decides_with_the_code_and_gets_a_receipt() {
    let app = TestApp::start().await;
    let (id, [ada, _ben], link) = asked(&app, ["Ada", "Ben"]);
    let stranger = app.browser();
    let page = stranger.get(&link.path).await.expect(200);
    for text in ["This link is for <strong>Ada</strong>", "Plan: Payroll v1.1", "Payroll, better", "Answer due", "Back-out plan", "16 Mar 2026 12:00 to"] {
        assert!(page.has(text), "no {text:?} in {}", page.body);
    }
    assert!(!page.has(" checked") && !page.has(" selected"), "nothing is chosen beforehand");
    assert!(!page.has(&link.code), "the code stands in the mail alone");
    decide(&stranger, &link, "approve", &link.code).await.expect_see(&link.path);
    let it = approval_of(&app, id, &ada);
    assert_eq!((it.state, it.decided_by, it.by_link), (ApprovalState::Approved, Some(ada.id), true));
    let receipt = stranger.get(&link.path).await.expect(200);
    for text in ["Approved: Payroll v1.1", "by the link in the mail", "Undo the decision"] {
        assert!(receipt.has(text), "no {text:?} in {}", receipt.body);
    }
    assert!(!receipt.has_form(&link.decision()));
    let entry = app.read(|conn| slipway::store::events::list(conn, &Default::default(), 1)).remove(0);
    assert_eq!((entry.actor.as_str(), entry.on_behalf_of, entry.kind.as_str()), ("Ada", None, "approval_decided"));
}

#[tokio::test]
async fn a_denial_needs_its_reason_and_comment_and_the_form_comes_back_as_typed() {
    let app = TestApp::start().await;
    let (id, [ada, ..], link) = asked(&app, ["Ada", "Ben"]);
    let browser = app.browser();
    let form = browser.get(&link.path).await.form(&link.decision()).with("decision", "deny").with("code", &link.code).with("comment", "Too <soon>");
    let page = browser.submit(&form).await.expect(422).expect_text("Choose a reason for the denial.").expect_text("Too &#60;soon&#62;");
    assert!(!page.has(&link.code), "the code is typed again");
    let again = page.form(&link.decision());
    assert_eq!(again.value("decision"), "deny");
    browser.submit(&again.with("reason", "technical").with("code", &link.code)).await.expect_see(&link.path);
    let it = approval_of(&app, id, &ada);
    assert_eq!((it.state, it.comment.as_str()), (ApprovalState::Denied, "Too <soon>"));
}

#[tokio::test]
async fn both_a_choice_and_the_code_are_needed() {
    let app = TestApp::start().await;
    let (id, _, link) = asked(&app, ["Ada", "Ben"]);
    let browser = app.browser();
    let form = browser.get(&link.path).await.form(&link.decision());
    browser.submit(&form).await.expect(422).expect_text("Choose to approve or to deny").expect_text("Type the six digits");
    browser.submit(&form.clone().with("code", &link.code)).await.expect(422).expect_text("Choose to approve or to deny");
    browser.submit(&form.clone().with("decision", "approve")).await.expect(422).expect_text("Type the six digits");
    assert_eq!(given::pending(&app, id).len(), 2);
    let spaced = format!(" {} {}", &link.code[..3], &link.code[3..]);
    browser.submit(&form.with("decision", "approve").with("code", spaced)).await.expect_see(&link.path);
}

#[tokio::test]
async fn whoever_opens_the_address_that_a_form_was_sent_to_gets_the_form() {
    let app = TestApp::start().await;
    let (_, _, link) = asked(&app, ["Ada"]);
    app.browser().get(&link.decision()).await.expect_see(&link.path);
    app.browser().get("/s/nothing/answers").await.expect_see("/s/nothing");
    let signed_in = app.signed_in(slipway::domain::people::Role::Viewer);
    signed_in.get("/session/end").await.expect(405).expect_text("Go back to the page with the form.");
}

#[tokio::test]
async fn five_wrong_codes_in_a_row_lock_it_for_a_quarter_of_an_hour() {
    let app = TestApp::start().await;
    let (id, _, link) = asked(&app, ["Ada", "Ben"]);
    let browser = app.browser();
    for left in ["4 more tries are left", "3 more tries are left", "2 more tries are left", "one more try is left"] {
        decide(&browser, &link, "approve", link.wrong_code()).await.expect(422).expect_text(left).expect_text("value=\"approve\" checked");
    }
    decide(&browser, &link, "approve", link.wrong_code()).await.expect(429).expect_text("Locked for a while").expect_text("2 Mar 2026 12:15 (UTC)");
    browser.get(&link.path).await.expect(429).expect_text("Locked for a while");
    browser.post(&link.decision(), &[("decision", "approve"), ("code", &link.code)]).await.expect(429);
    assert_eq!(given::pending(&app, id).len(), 2, "not even by the right one");
    app.clock.advance(Duration::minutes(15));
    decide(&browser, &link, "approve", &link.code).await.expect_see(&link.path);
}

#[tokio::test]
async fn a_right_code_forgets_the_wrong_ones_and_the_code_of_another_mail_is_wrong() {
    let app = TestApp::start().await;
    let (id, [ada, ben], link) = asked(&app, ["Ada", "Ben"]);
    let other = given::link_of(&app, id, &ben);
    let again = given::link_of(&app, id, &ada);
    let browser = app.browser();
    for wrong in [&other.code, &again.code, &other.code, &again.code] {
        decide(&browser, &link, "approve", wrong).await.expect(422);
    }
    decide(&browser, &link, "approve", &link.code).await.expect(303);
    undo(&browser, &link, link.wrong_code()).await.expect(422).expect_text("4 more tries are left");
}

#[tokio::test]
async fn too_many_forms_to_one_link_have_to_wait_and_shut_nobody_else_out() {
    let app = TestApp::start().await;
    let (_, _, link) = asked(&app, ["Ada"]);
    let browser = app.browser();
    let mut last = 0;
    for _ in 0..61 {
        last = browser.post(&link.decision(), &[]).await.status;
    }
    assert_eq!(last, 429);
    browser.post(&link.decision(), &[]).await.expect(429).expect_text("Too many attempts").expect_no_text(link.token());
    browser.post("/a/nothing/decision", &[]).await.expect(404);
}

#[tokio::test]
async fn a_used_link_shows_what_was_decided_and_takes_no_second_decision() {
    let app = TestApp::start().await;
    let (id, [ada, _], link) = asked(&app, ["Ada", "Ben"]);
    let second = given::link_of(&app, id, &ada);
    let browser = app.browser();
    let form = browser.get(&link.path).await.form(&link.decision()).with("decision", "deny").with("reason", "technical").with("comment", "No");
    decide(&browser, &link, "approve", &link.code).await.expect(303);
    let page = browser.submit(&form.clone().with("code", &link.code)).await.expect(409).expect_text("Approved: Payroll v1.1");
    page.expect_text("What you sent just now was not recorded").expect_text("<blockquote>No</blockquote>");
    let same = form.with("decision", "approve").with("comment", "").with("code", &link.code);
    browser.submit(&same).await.expect(409).expect_no_text("was not recorded");
    browser.get(&second.path).await.expect(200).expect_text("Approved: Payroll v1.1");
    assert_eq!(app.log().iter().filter(|it| *it == "approval_decided").count(), 1);
    let (_, _, link) = asked(&app, ["Cleo", "Dora"]);
    let denial = browser.get(&link.path).await.form(&link.decision()).with("decision", "deny").with("reason", "technical");
    let denial = denial.with("comment", "Not tried:\r\nthe way back").with("code", &link.code);
    browser.submit(&denial).await.expect(303);
    browser.submit(&denial).await.expect(409).expect_no_text("was not recorded");
    browser.submit(&denial.with("reason", "financial")).await.expect(409).expect_text("was not recorded");
}

#[tokio::test]
async fn a_decision_is_undone_for_ten_minutes_even_when_it_settled_the_round() {
    let app = TestApp::start().await;
    let (id, [ada], link) = asked(&app, ["Ada"]);
    let browser = app.browser();
    decide(&browser, &link, "approve", &link.code).await.expect(303);
    assert_eq!(given::sheet(&app, id).rounds[0].round.state, RoundState::Approved);
    undo(&browser, &link, "").await.expect(422).expect_text("Type the six digits");
    app.clock.advance(Duration::minutes(9));
    undo(&browser, &link, &link.code).await.expect_see(&link.path);
    assert_eq!(given::sheet(&app, id).rounds[0].round.state, RoundState::Open);
    let it = approval_of(&app, id, &ada);
    assert_eq!((it.state, it.decided_by, it.by_link), (ApprovalState::Pending, None, false));
    browser.get(&link.path).await.expect(200).expect_text("Your decision is taken back");
    decide(&browser, &link, "approve", &link.code).await.expect(303);
    let late = browser.get(&link.path).await.form(&link.undo()).with("code", &link.code);
    app.clock.advance(Duration::minutes(10));
    browser.submit(&late).await.expect(409).expect_text("It cannot be taken back any more");
    assert_eq!(given::sheet(&app, id).rounds[0].round.state, RoundState::Approved);
}

#[tokio::test]
async fn a_denied_round_that_is_opened_again_asks_about_what_was_edited_meanwhile() {
    let app = TestApp::start().await;
    let (id, [ada, ben, cleo], link) = asked(&app, ["Ada", "Ben", "Cleo"]);
    given::approve(&app, id, ben.id);
    given::approve(&app, id, cleo.id);
    given::deny(&app, id, ada.id);
    assert_eq!(given::sheet(&app, id).rounds[0].round.state, RoundState::Denied);
    given::edit_window(&app, id, 21);
    let sheet = given::sheet(&app, id);
    let edit = slipway::app::records::Edit::Details(slipway::store::records::Details { owner_id: cleo.id, ..details(&sheet) });
    app.act(|tx| slipway::app::records::edit(tx, id, sheet.full.record.version, &edit)).expect("saved");
    undo(&app.browser(), &link, &link.code).await.expect(303);
    let states = [&ada, &ben, &cleo].map(|it| approval_of(&app, id, it).state);
    assert_eq!(states, [ApprovalState::Pending, ApprovalState::Pending, ApprovalState::Excluded]);
    app.browser().get(&link.path).await.expect(200).expect_text("23 Mar 2026").expect_text("What changed since the mail was sent");
}

#[tokio::test]
async fn while_the_round_is_open_a_decision_is_retracted_as_late_as_one_likes() {
    let app = TestApp::start().await;
    let (id, [ada, _], link) = asked(&app, ["Ada", "Ben"]);
    let browser = app.browser();
    decide(&browser, &link, "approve", &link.code).await.expect(303);
    app.clock.advance(Duration::hours(30));
    browser.get(&link.path).await.expect_text("Take the decision back").expect_no_text("Undo the decision");
    undo(&browser, &link, &link.code).await.expect(303);
    assert_eq!(approval_of(&app, id, &ada).state, ApprovalState::Pending);
}

#[tokio::test]
async fn what_is_settled_is_not_undone_once_the_release_moved_on() {
    let app = TestApp::start().await;
    let (id, _, link) = asked(&app, ["Ada"]);
    let browser = app.browser();
    decide(&browser, &link, "approve", &link.code).await.expect(303);
    given::advance(&app, id);
    browser.get(&link.path).await.expect(200).expect_text("It cannot be taken back any more");
    browser.post(&link.undo(), &[("code", &link.code)]).await.expect(409);
}

#[tokio::test]
async fn what_changed_since_the_mail_and_since_the_earlier_decision_is_marked_by_word() {
    let app = TestApp::start().await;
    let (id, _, link) = asked(&app, ["Ada", "Ben"]);
    let browser = app.browser();
    let old = browser.get(&link.path).await.expect_no_text("What changed").form(&link.decision());
    given::edit_window(&app, id, 21);
    let page = browser.submit(&old.with("decision", "approve").with("code", &link.code)).await.expect(422);
    let page = page
        .expect_text("What you were shown has changed meanwhile")
        .expect_text("What changed since the mail was sent")
        .expect_text("<del>2026-03-16</del><ins>2026-03-23</ins>");
    browser.submit(&page.form(&link.decision()).with("code", &link.code)).await.expect(303);
    given::edit_window(&app, id, 28);
    let page = browser.get(&link.path).await.expect(200).expect_text("What changed since the earlier decision").expect_text("<del>2026-03-23</del>");
    assert_eq!(page.body.matches("<h2>What changed").count(), 2);
}

/// The page that the link comes to, from a link that was good.
async fn ends(app: &TestApp, link: &Link, status: u16, text: &str) {
    let browser = app.browser();
    let page = browser.get(&link.path).await.expect(status).expect_text(text);
    assert!(!page.has_form(&link.decision()) && !page.has_form(&link.undo()), "{}", page.body);
    let before = app.log();
    browser.post(&link.decision(), &[("decision", "approve"), ("code", &link.code)]).await.expect(409).expect_text(text);
    browser.get(&format!("{}/content", link.path)).await.expect(status).expect_text(text);
    assert_eq!(app.log(), before);
}

#[tokio::test]
async fn after_fourteen_days_or_as_many_as_are_set_a_link_has_expired() {
    for (flags, days) in [(&[][..], 14), (&["--link-days", "3"][..], 3)] {
        let app = TestApp::start_with(flags).await;
        let (_, _, link) = asked(&app, ["Ada"]);
        app.clock.advance(Duration::days(days) - Duration::seconds(1));
        app.browser().get(&link.path).await.expect(200);
        app.clock.advance(Duration::seconds(1));
        ends(&app, &link, 410, "This link has expired").await;
    }
}

#[tokio::test]
async fn each_end_has_its_own_page() {
    let app = TestApp::start().await;
    let (id, [ada, ben], link) = asked(&app, ["Ada", "Ben"]);
    let theirs = given::link_of(&app, id, &ben);
    app.browser().get("/a/nothing").await.expect(404).expect_text("This link is not known");

    app.act(|tx| slipway::app::approvals::withdraw(tx, id, "The plan is wrong")).expect("withdrawn");
    ends(&app, &link, 410, "The question was withdrawn").await;

    given::ask(&app, id);
    let (mine, denied) = (given::link_of(&app, id, &ada), given::link_of(&app, id, &ben));
    ends(&app, &theirs, 410, "The question was withdrawn").await;
    app.act(|tx| slipway::app::users::disable(tx, ada.id)).expect("closed");
    ends(&app, &mine, 403, "This account is closed").await;
    app.act(|tx| slipway::app::users::enable(tx, ada.id)).expect("open");
    app.write(|tx| slipway::store::users::set_roles(tx, ada.id, &[Role::Viewer]));
    ends(&app, &mine, 403, "No longer allowed to decide").await;
    app.write(|tx| slipway::store::users::set_roles(tx, ada.id, &[Role::ReleaseApprover]));

    given::approve(&app, id, ada.id);
    given::approve(&app, id, ben.id);
    given::advance(&app, id);
    app.browser().get(&denied.path).await.expect(200).expect_text("Approved: Payroll v1.1");
}

#[tokio::test]
async fn who_is_no_longer_needed_or_has_been_overtaken_is_told_so() {
    let app = TestApp::start().await;
    let people = given::approvers(&app, ["Ada", "Ben", "Cleo"]);
    let id = given::release(&app, "Payroll").in_phase("build_test");
    given::ask(&app, id);
    let link = given::link_of(&app, id, &people[2]);
    given::approve(&app, id, people[0].id);
    given::approve(&app, id, people[1].id);
    ends(&app, &link, 410, "No answer is needed any more").await;
    let cab = given::link_of(&app, id, &people[2]);
    let first = approval_of(&app, id, &people[0]).id;
    app.act_as(people[0].actor(), |tx| slipway::app::approvals::retract(tx, first)).expect("retracted");
    app.browser().get(&cab.path).await.expect(200).expect_text("It is not your turn");
    given::approve(&app, id, people[0].id);
    given::deny(&app, id, people[0].id);
    given::ask(&app, id);
    ends(&app, &cab, 410, "This question is out of date").await;
}

#[tokio::test]
async fn whoever_becomes_owner_does_not_decide_and_somebody_else_who_is_asked_does() {
    let app = TestApp::start().await;
    let (id, [ada, ben], link) = asked(&app, ["Ada", "Ben"]);
    let cleo = given::user(&app, "Cleo", &[Role::ReleaseApprover]);
    let (approval, ..) = given::pending(&app, id).into_iter().find(|(_, it, _)| *it == ben.id).expect("asked");
    let theirs = given::link(&app, approval, ben.id);
    app.act(|tx| slipway::app::approvals::reassign(tx, approval, cleo.id, "Ben left")).expect("asked");
    ends(&app, &theirs, 410, "Cleo was asked instead of Ben").await;
    decide(&app.browser(), &given::link_of(&app, id, &cleo), "approve", "").await.expect(422);
    let sheet = given::sheet(&app, id);
    let details = slipway::store::records::Details { owner_id: ada.id, ..details(&sheet) };
    app.act(|tx| slipway::app::records::edit(tx, id, sheet.full.record.version, &slipway::app::records::Edit::Details(details))).expect("saved");
    ends(&app, &link, 403, "Ada owns or coordinates Payroll v1.1 by now").await;
}

fn details(sheet: &slipway::app::sheet::Sheet) -> slipway::store::records::Details {
    let record = &sheet.full.record;
    slipway::store::records::Details {
        title: record.title.clone(),
        owner_id: record.owner_id,
        coordinator_id: record.coordinator_id,
        impact: record.impact,
        urgency: record.urgency,
        likelihood: record.likelihood,
    }
}

#[tokio::test]
async fn somebody_who_is_signed_in_sees_whose_it_is_and_decides_by_the_code() {
    let app = TestApp::start().await;
    let (id, [ada, ben], link) = asked(&app, ["Ada", "Ben"]);
    app.browser_of(&ada).get(&link.path).await.expect(200).expect_text("Open it in Slipway").expect_no_text("not your link");
    let browser = app.browser_of(&ben);
    browser.get(&link.path).await.expect(200).expect_text("You are signed in as Ben, but this is not your link");
    decide(&browser, &link, "approve", &link.code).await.expect(303);
    assert_eq!(approval_of(&app, id, &ada).decided_by, Some(ada.id));
    assert_eq!(approval_of(&app, id, &ben).state, ApprovalState::Pending);
}

#[tokio::test]
async fn a_mail_has_one_link_however_often_it_is_rendered() {
    let app = TestApp::start().await;
    let (id, [ada, ben], _) = asked(&app, ["Ada", "Ben"]);
    let keys = slipway::app::links::Keys::of(&app.config);
    let mail: MailId = app.write(|tx| {
        let new = slipway::store::mails::NewMail::to(tx, slipway::domain::mails::MailKind::Notice, ada.id, Some(id), "ada@example.org");
        Ok(slipway::store::mails::insert_all(tx, &[new])?.remove(0))
    });
    let (approval, ..) = given::pending(&app, id).into_iter().find(|(_, it, _)| *it == ada.id).expect("asked");
    let make = |user| app.act(|tx| slipway::app::links::for_mail(tx, &keys, mail, approval, user));
    let first = make(ada.id).expect("made");
    let again = make(ada.id).expect("the same");
    assert!(first == again);
    assert!(make(ben.id).is_err(), "it is hers");
    let other = slipway::app::links::Keys::new(b"another installation");
    let foreign = app.act(|tx| slipway::app::links::for_mail(tx, &other, mail, approval, ada.id)).expect("derived");
    assert!(foreign.path != first.path && app.browser().get(&foreign.path).await.status == 404);
}
