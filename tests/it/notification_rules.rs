//! Notification rules: who makes them, who hears by them and who still does, and what can be seen of that beforehand.

use crate::mails::sender;
use crate::support::given::{self, Somebody};
use crate::support::{Browser, MailServer, TestApp, noon};
use chrono::Duration;
use diesel::prelude::*;
use slipway::app::notices::reading::{self, Wishes};
use slipway::app::{deadlines, tasks};
use slipway::domain::ids::NotificationRuleId;
use slipway::domain::notices::{Delivery, Rule, Why};
use slipway::domain::notification_rules::{Condition, Party, Urgency};
use slipway::domain::people::Role;
use slipway::store::schema::notices;
use slipway::store::tasks::Plan;
use slipway::store::{events, notification_rules};

fn ines(app: &TestApp) -> Somebody {
    given::user(app, "Ines", &[Role::ReleaseManager])
}

fn viewer(app: &TestApp, name: &str) -> Somebody {
    given::user(app, name, &[Role::Viewer])
}

fn only(app: &TestApp) -> notification_rules::Kept {
    let mut all = app.read(notification_rules::list);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// A text without its line ends.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Makes a rule by its page: in Rollout the watchers and Zoe hear that it is entered, and nobody else.
async fn made(app: &TestApp, browser: &Browser) -> NotificationRuleId {
    let zoe = viewer(app, "Zoe");
    let page =
        browser.get("/notification-rules/new?event=phase_entered&phase=rollout").await.expect(200).expect_text("Without the rule hear of this: the owner");
    let form = page.form("/notification-rules");
    assert_eq!((form.value("phase"), form.value("condition"), form.value("urgency")), ("rollout", "always", "as_preferred"));
    let chosen = form.with("parties", "watchers").and("people", zoe.id).with("reason", "Zoe books the rooms.");
    browser.submit(&chosen).await.expect_see("/notification-rules");
    only(app).id
}

#[tokio::test]
async fn a_rule_is_made_read_by_everybody_edited_and_removed() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    browser.get("/notification-rules").await.expect(200).expect_text("There are no rules yet");
    let id = made(&app, &browser).await;
    let reader = app.signed_in(Role::Viewer);
    let page = reader.get("/notification-rules").await.expect(200).expect_text("those who watch it, Zoe").expect_text("in every workflow");
    page.expect_no_text("/edit").expect_no_text("/recipients");
    reader.get("/notification-rules?phase=plan").await.expect(200).expect_no_text("Zoe");
    reader.get("/notification-rules?phase=rollout&workflow=release-major").await.expect(200).expect_text("Zoe");
    for path in ["/notification-rules/new", &format!("/notification-rules/{id}/edit"), "/notification-rules/recipients"] {
        reader.get(path).await.expect(403);
    }
    reader.post(&format!("/notification-rules/{id}/removal"), &[("version", "0")]).await.expect(403);
    browser.get("/notification-rules/999/edit").await.expect(404);

    let action = format!("/notification-rules/{id}");
    let form = browser.get(&format!("{action}/edit")).await.expect(200).form(&action);
    assert_eq!(form.value("parties"), "watchers");
    browser.submit(&form.clone().with("urgency", "at_once").with("workflow", "release-minor")).await.expect_see("/notification-rules");
    let again = browser.submit(&form.with("condition", "late")).await.expect(409).expect_text("Changed meanwhile").expect_text("At once").form(&action);
    browser.submit(&again).await.expect_see("/notification-rules");
    assert_eq!(only(&app).rule.condition, Condition::Late);

    let removal = format!("{action}/removal");
    browser.post(&removal, &[("version", "0")]).await.expect(409).expect_text("Changed meanwhile");
    let form = browser.get(&format!("{action}/edit")).await.expect(200).form(&removal);
    browser.submit(&form.with("reason", "The rooms are gone.")).await.expect_see("/notification-rules");
    assert!(app.read(notification_rules::list).is_empty());
    let log = app.read(|conn| events::list(conn, &Default::default(), 10));
    let said: Vec<String> = log.iter().map(events::Entry::sentence).filter(|it| it.contains("notification rule")).collect();
    assert_eq!(said[3], "created the notification rule “Phase entered” (Distribution and rollout, in every workflow; always)");
    assert!(said[0].starts_with("removed the notification rule"), "{said:?}");
    let removed = log[0].event.as_ref().expect("known");
    assert_eq!((removed.remark(), removed.fields().len()), ("The rooms are gone.", 5));
}

#[tokio::test]
async fn what_makes_no_rule_comes_back_with_the_reason_beside_the_field() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    made(&app, &browser).await;
    let blank = browser.get("/notification-rules/new").await.expect(200).form("/notification-rules");
    browser.submit(&blank).await.expect(422).expect_text("Choose or fill in something here.");
    let form = browser.get("/notification-rules/new?event=phase_entered").await.form("/notification-rules");
    browser
        .submit(&form.clone().with("phase", "rollout"))
        .await
        .expect(422)
        .expect_text("There is a rule for this event, this place and this condition already.");
    browser.submit(&form.clone().with("phase", "training").with("workflow", "release-minor")).await.expect(422).expect_text("has no such phase");
    browser.submit(&form.clone().with("phase", "nowhere")).await.expect(422).expect_text("No workflow has this phase.");
    browser.submit(&form.clone().with("workflow", "nothing")).await.expect(422).expect_text("This workflow cannot be chosen any more.");
    browser.submit(&form.clone().with("groups", "nobodies")).await.expect(422).expect_text("One of these groups cannot be chosen any more.");
    browser.submit(&form.clone().with("people", "987654")).await.expect(422).expect_text("One of these people cannot be chosen any more.");
    let asked = browser.get("/notification-rules/new?event=approval_asked").await.form("/notification-rules");
    browser.submit(&asked.clone()).await.expect(422).expect_text("Those whom it concerns hear of it in any case.");
    browser.submit(&form.with("event", "delegation")).await.expect(422).expect_text("An absence concerns two people");
    only(&app);
}

#[tokio::test]
async fn in_its_phase_those_hear_whom_the_rule_names_and_nobody_else() {
    let app = TestApp::start().await;
    let (ines, tom) = (ines(&app), given::user(&app, "Tom", &[Role::ReleaseCoordinator]));
    let (vera, zoe, pia) = (viewer(&app, "Vera"), viewer(&app, "Zoe"), viewer(&app, "Pia"));
    given::members(&app, "service_desk", &[zoe.clone(), vera.clone()]);
    given::rule(&app, Rule::PhaseEntered).of_phase("build_test").to(&[Party::Watchers]).telling_group("service_desk").telling_person(pia.id).insert();
    let release = given::release(&app, "Payroll").with_changes(1).registered();
    for (who, watches) in [(&vera, true), (&ines, false), (&tom, false)] {
        // Who owns or coordinates a record watches it from the start.
        app.act_as(who.actor(), |tx| slipway::app::records::watch(tx, release, watches)).expect("noted");
    }
    given::advance(&app, release);
    assert_eq!(app.told_of(tom.id, Rule::PhaseEntered), ["Payroll v1.1 is now in Planning and design"], "the rule is for another phase");
    given::approvers(&app, ["Ada"]);
    given::advance(&app, release);
    let entered = |who: &Somebody| app.told_of(who.id, Rule::PhaseEntered).contains(&"Payroll v1.1 is now in Build and test".to_owned());
    assert_eq!([&vera, &zoe, &pia].map(entered), [true; 3]);
    assert_eq!([&ines, &tom].map(entered), [false; 2], "the rule names others");
    let why = |who: &Somebody| app.told(who.id).into_iter().rfind(|it| it.rule == Rule::PhaseEntered).map(|it| it.why);
    assert_eq!((why(&vera), why(&zoe), why(&pia)), (Some(Why::Watcher), Some(Why::Named), Some(Why::Named)), "as what they are to it first");
}

#[tokio::test]
async fn a_record_that_leaves_a_phase_is_told_by_the_rules_of_that_one() {
    let app = TestApp::start().await;
    let (vera, zoe) = (viewer(&app, "Vera"), viewer(&app, "Zoe"));
    given::rule(&app, Rule::Abandoned).of_phase("plan").telling_person(vera.id).insert();
    given::rule(&app, Rule::Abandoned).telling_person(zoe.id).insert();
    let (early, planned) = (given::release(&app, "Payroll").registered(), given::release(&app, "Shop").with_changes(1).in_phase("plan"));
    for id in [early, planned] {
        given::take(&app, id, "abandon", "It is not wanted.");
    }
    assert_eq!(app.told_of(vera.id, Rule::Abandoned), ["Shop v1.1 was abandoned"]);
    assert_eq!(app.told_of(zoe.id, Rule::Abandoned), ["Payroll v1.1 was abandoned"], "the more specific rule counts, and not both");
}

#[tokio::test]
async fn conditions_look_at_the_record() {
    let app = TestApp::start().await;
    let zoe = viewer(&app, "Zoe");
    given::rule(&app, Rule::Registered).when(Condition::Emergency).telling_person(zoe.id).insert();
    given::rule(&app, Rule::Registered).when(Condition::ImpactAndUrgencyHigh).to(&[Party::Owner]).telling_person(zoe.id).insert();
    given::release(&app, "Payroll").registered();
    assert_eq!(app.told_of(zoe.id, Rule::Registered), [""; 0]);
    given::release(&app, "Shop").grave().registered();
    given::release(&app, "Warehouse").emergency().registered();
    assert_eq!(app.told_of(zoe.id, Rule::Registered), ["Shop v1.1 is registered", "Warehouse v1.0.1 is registered"]);
}

#[tokio::test]
async fn what_is_somebodys_own_is_not_taken_from_them_and_others_hear_it_in_other_words() {
    let app = TestApp::start().await;
    let [ada] = given::approvers(&app, ["Ada"]);
    let (zoe, cora) = (viewer(&app, "Zoe"), given::user(&app, "Cora", &[Role::Contributor]));
    for event in [Rule::ApprovalAsked, Rule::TaskAssigned, Rule::TaskReady, Rule::ApprovalReceipt] {
        given::rule(&app, event).to(&[Party::Requesters]).telling_person(zoe.id).telling_person(ada.id).insert();
    }
    let release = given::release(&app, "Payroll").with_changes(1).registered();
    let plan = Plan { phase: "plan".into(), title: "Brief the desk".into(), assignee_id: Some(cora.id), ..Plan::default() };
    app.act(|tx| tasks::add(tx, release, &plan, &[])).expect("added");
    given::advance(&app, release);
    given::ask(&app, release);
    assert_eq!(app.told_of(ada.id, Rule::ApprovalAsked), ["Your decision on Payroll v1.1: Plan"], "once, as who is asked");
    assert_eq!(app.told_of(zoe.id, Rule::ApprovalAsked), ["Decisions on Payroll v1.1 are asked: Plan"]);
    assert_eq!(app.told_of(ines(&app).id, Rule::ApprovalAsked), ["Decisions on Payroll v1.1 are asked: Plan"], "she requested the RFC");
    assert_eq!(app.told_of(cora.id, Rule::TaskAssigned), ["“Brief the desk” is yours, for Payroll v1.1"]);
    assert_eq!(app.told_of(zoe.id, Rule::TaskAssigned), ["“Brief the desk” has a new assignee, for Payroll v1.1"]);
    assert_eq!(app.told_of(zoe.id, Rule::TaskReady), ["“Brief the desk” can be started, for Payroll v1.1"]);
    given::approve(&app, release, ada.id);
    assert_eq!(app.told_of(zoe.id, Rule::ApprovalReceipt), ["Ada approved Payroll v1.1: Plan"]);
}

#[tokio::test]
async fn a_deadline_escalates_to_whom_the_rule_names() {
    let app = TestApp::start().await;
    let (zoe, ines) = (viewer(&app, "Zoe"), ines(&app));
    given::rule(&app, Rule::DeadlineMissed).of_phase("assess").of_workflow("release-minor").when(Condition::Late).telling_person(zoe.id).insert();
    given::rule(&app, Rule::DeadlineEscalated).of_phase("assess").to(&[Party::Managers]).urgency(Urgency::Digest).insert();
    let release = given::release(&app, "Payroll").registered();
    let coordinator = given::sheet(&app, release).full.record.coordinator_id.expect("Tom");
    let due = given::sheet(&app, release).full.record.phase_due_at.expect("it is due");
    app.clock.set(due + Duration::minutes(1));
    while app.act(|tx| deadlines::sweep(tx, 50)).expect("swept") > 0 {}
    let heard = |rule: Rule| -> Vec<i64> {
        let mut all: Vec<i64> = app.read(|conn| notices::table.filter(notices::rule.eq(rule)).select(notices::user_id).load(conn));
        all.sort_unstable();
        all
    };
    let mut expected = [coordinator.0, zoe.id.0];
    expected.sort_unstable();
    assert_eq!(heard(Rule::DeadlineMissed), expected, "whoever is responsible hears all the same");
    app.clock.advance(Duration::days(1));
    while app.act(|tx| deadlines::sweep(tx, 50)).expect("swept") > 0 {}
    assert_eq!(heard(Rule::DeadlineEscalated), [ines.id.0]);
    let delivery: Vec<Delivery> = app.read(|conn| notices::table.filter(notices::rule.eq(Rule::DeadlineEscalated)).select(notices::delivery).load(conn));
    assert_eq!(delivery, [Delivery::Digest]);
}

#[tokio::test]
async fn a_mail_leaves_by_a_rule_at_once_though_its_reader_has_a_digest() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (zoe, vera, pia) = (viewer(&app, "Zoe"), viewer(&app, "Vera"), viewer(&app, "Pia"));
    let wish = |who: &Somebody, delivery| {
        app.act_as(who.actor(), |tx| reading::wish(tx, &Wishes { by_rule: vec![(Rule::Registered, delivery)], digest_hour: 8 })).expect("kept");
    };
    wish(&zoe, Delivery::Digest);
    wish(&vera, Delivery::Never);
    let rule = given::rule(&app, Rule::Registered).when(Condition::Emergency).urgency(Urgency::AtOnce);
    rule.telling_person(zoe.id).telling_person(vera.id).telling_person(pia.id).insert();
    let release = given::release(&app, "Payroll").emergency().registered();
    app.tell();
    sender(&app, &server).empty().await;
    let mut received = server.received();
    received.sort_by(|one, other| one.to.cmp(&other.to));
    assert_eq!(received.iter().map(|it| it.to.as_str()).collect::<Vec<_>>(), ["pia@example.org", "zoe@example.org"], "who turned it off gets no mail");
    let parsed = received[1].parsed();
    assert_eq!(parsed.subject(), Some(format!("[REL-{:05}] Payroll v1.0.1 is registered", release.0).as_str()));
    let text = flowing(&parsed.body_text(0).expect("text"));
    assert!(text.contains("You get this because you are named by a notification rule"), "{text}");
    assert_eq!(app.told(vera.id).len(), 1, "the bell has it all the same");
}

#[tokio::test]
async fn what_only_tells_of_an_offered_handover_is_a_mail_of_its_own() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let zoe = viewer(&app, "Zoe");
    given::rule(&app, Rule::HandoverAsked).telling_person(zoe.id).insert();
    let living = given::release(&app, "Payroll").in_phase("early_life");
    given::receivers(&app, ["Rosa"]);
    given::offer(&app, living);
    app.tell();
    sender(&app, &server).empty().await;
    let to_zoe = server.received().into_iter().find(|it| it.to == "zoe@example.org").expect("it left");
    let text = flowing(&to_zoe.parsed().body_text(0).expect("text"));
    assert!(text.contains("to take over the support of Payroll v1.1") && !text.contains("/h/"), "{text}");
}

#[tokio::test]
async fn one_sees_beforehand_who_would_get_what_and_why_and_how() {
    let app = TestApp::start().await;
    let manager = ines(&app);
    let browser = app.browser_of(&manager);
    browser.get("/notification-rules/recipients").await.expect(200).expect_text("There is no release yet to look at.");
    let (zoe, vera) = (viewer(&app, "Zoe"), viewer(&app, "Vera"));
    let release = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    given::release(&app, "Payroll portal").registered();
    app.act_as(vera.actor(), |tx| slipway::app::records::watch(tx, release, true)).expect("watched");
    app.act_as(vera.actor(), |tx| reading::wish(tx, &Wishes { by_rule: vec![(Rule::PhaseEntered, Delivery::Never)], digest_hour: 8 })).expect("kept");
    let number = format!("REL-{:05}", release.0);

    let form = browser.get("/notification-rules/recipients").await.expect(200).form("/notification-rules/recipients");
    let page = browser.submit(&form.clone().with("q", &number).with("event", "phase_entered")).await.expect(200);
    let page = page.expect_text("No rule applies").expect_text("Ines").expect_text("own it").expect_text("Only in Slipway: they turned these mails off");
    let page = page.expect_text("Payroll v1.1 is now in Planning and design").expect_text(&format!("[{number}]")).expect_text("nothing is sent");
    page.expect_no_text("Zoe");
    browser.submit(&form.clone().with("q", "Payroll")).await.expect(200).expect_text("Which one?").expect_text("Payroll portal");
    browser.submit(&form.clone().with("q", "Nothing of the kind")).await.expect(200).expect_text("No release or RFC matches.");

    let rule = given::rule(&app, Rule::PhaseEntered).of_phase("rollout").telling_person(zoe.id).urgency(Urgency::Digest).insert();
    browser.submit(&form.clone().with("q", &number)).await.expect_text("No rule applies");
    let there = format!("/notification-rules/recipients?event=phase_entered&record={release}&phase=rollout");
    let page = browser.get(&there).await.expect(200).expect_text("By the rule").expect_text("In their daily digest").expect_text("Distribution and rollout");
    page.expect_no_text("Vera");
    browser.get(&format!("/notification-rules/recipients?rule={rule}")).await.expect(200).expect_text("By the rule").expect_text("Zoe");
    let html = browser.get(&there.replace("recipients?", "recipients/mail?")).await.expect(200).expect_text("Payroll v1.1 is now in Distribution and rollout");
    assert!(html.header("content-security-policy").contains("default-src 'none'"));
    let told: i64 = app.read(|conn| notices::table.filter(notices::user_id.eq(zoe.id)).count().get_result(conn));
    assert_eq!(told, 0, "looking tells nobody");

    given::rule(&app, Rule::DeadlineMissed).of_phase("rollout").telling_person(zoe.id).insert();
    let late = browser
        .get(&there.replace("phase_entered", "deadline_missed"))
        .await
        .expect(200)
        .expect_text("Phase “Distribution and rollout” of Payroll v1.1 was due");
    late.expect_text("Zoe").expect_text("By the rule").expect_text("coordinate it");

    // Every kind of news can be looked at, for a release and for an RFC.
    given::approvers(&app, ["Ada"]);
    given::ask(&app, release);
    let change = given::sheet(&app, release).changes[0].id;
    for event in Rule::ALL.iter().filter(|it| it.may_be_ruled()) {
        for record in [release, change] {
            browser.get(&format!("/notification-rules/recipients?event={}&record={record}", event.word())).await.expect(200);
        }
    }
    let asked = browser.get(&format!("/notification-rules/recipients?event=approval_asked&record={release}")).await.expect(200);
    asked.expect_text("Ada").expect_text("are asked to approve it").expect_text("••••••");
}

#[tokio::test]
async fn pages_count_whom_a_rule_would_mail() {
    let app = TestApp::start().await;
    let (ines, zoe) = (ines(&app), viewer(&app, "Zoe"));
    let release = given::release(&app, "Payroll").with_changes(1).registered();
    let browser = app.browser_of(&ines);
    browser.get(&format!("/releases/{release}")).await.expect(200).expect_text("This mails one person.");
    given::rule(&app, Rule::Abandoned).of_phase("assess").to(&[Party::Coordinator]).telling_person(zoe.id).insert();
    browser.get(&format!("/releases/{release}")).await.expect(200).expect_text("This mails 2 people.");
    assert_eq!(app.clock.now(), noon());
}
