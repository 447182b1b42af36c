//! What a file is refused for, where it says so, and what it is never refused for.

use super::{changed, compared, exported, people, taking};
use crate::support::{TestApp, given};
use slipway::domain::calendars::Calendar;
use slipway::domain::configuration::{Configuration, NamedCalendar};
use slipway::domain::notices::Rule;
use slipway::domain::notification_rules::{Condition, NotificationRule, Recipients, Urgency};
use slipway::domain::people::Role;
use slipway::domain::records::RecordKind;
use slipway::domain::releases::Level;
use slipway::domain::requirements::Requirement;
use slipway::store::{categories, models};
use std::collections::BTreeMap;

#[tokio::test]
async fn its_own_file_is_always_taken_whatever_has_become_of_it() {
    let app = TestApp::start().await;
    // Nobody can be asked anywhere: no shipped workflow could be published like this.
    let agree = async |browser: &crate::support::Browser| {
        let file = exported(browser).await;
        compared(browser, &file).await.expect(200).expect_text("the file and this installation agree");
        file
    };
    let browser = app.signed_in(Role::ReleaseManager);
    agree(&browser).await;
    // What no form allows any more: a retired model that is preselected, and rules of what is gone.
    app.write(|tx| {
        let (now, id) = (tx.now, models::list(tx.conn)?.into_iter().find(|it| it.key == "minor").expect("shipped").id);
        models::set_retired(tx, id, Some(now))
    });
    app.write(|tx| diesel::RunQueryDsl::execute(diesel::sql_query("UPDATE categories SET retired_at = now() WHERE key = 'standard-change'"), tx.conn));
    given::next_version(&app, "release-minor", |it| given::phase(it, "plan").name = "Design".into());
    let file = agree(&browser).await;
    assert!(file.contains("workflow_version = 3"), "it says which earlier version is followed: {file}");
    let moved = changed(&file, |it| it.policy.self_approval = true);
    browser.submit(&taking(&browser, &moved).await).await.expect_see("/process");
    agree(&browser).await;
}

#[tokio::test]
async fn a_file_is_refused_whatever_a_form_refuses_and_says_where() {
    let app = TestApp::start().await;
    people(&app);
    given::release(&app, "Payroll").registered();
    let browser = app.signed_in(Role::ReleaseManager);
    let file = exported(&browser).await;
    type Change = fn(&mut Configuration);
    let cases: [(Change, &str); 23] = [
        (|it| it.workflows[0].name = " ".into(), "Workflow “”: name: Fill this in."),
        (|it| it.workflows[0].name = it.workflows[1].name.clone(), "another workflow, or a draft of one, has this name already"),
        (|it| it.workflows[0].phases[1].approvals.clear(), ", phase “Planning and design”, way out “"),
        (|it| it.workflows[0].phases[1].name = "x".repeat(201), "Use at most 200 characters"),
        (|it| it.categories[0].name = "A\u{7}".into(), "This holds a control character."),
        (|it| category(it, "minor").level = Level::Major, "Category “Minor”: Records have this category already"),
        (|it| category(it, "minor").level = Level::Standard, "Category “Minor”: Choose a level of this kind"),
        (|it| category(it, "minor").workflow_version = Some(1), "Category “Minor”: version 1 of “Minor release” cannot be chosen"),
        (|it| it.models[0].retired = true, "is retired, so it cannot be preselected"),
        (|it| it.models[0].name = String::new(), "Release model “”: name: Fill this in."),
        (|it| it.models[0].tasks[0].title = String::new(), ", task “”: Title: Fill this in."),
        (|it| it.models[0].tasks[1].phase = "moon".into(), "”: Choose a phase of the workflow"),
        (|it| it.models[0].tasks[1].key = it.models[0].tasks[0].key.clone(), "another task has its key “"),
        (|it| it.workflows[0].phases[1].approvals[0].position = 200, "position: Write a number from 1 to 99."),
        (|it| it.workflows[0].phases[1].approvals[0].days = 300, "More than 250 working days are no aim."),
        (
            |it| {
                let asked = &mut it.workflows[0].phases[1].transitions[0].requirements;
                asked.insert(0, asked[0]);
            },
            "asks for the same twice.",
        ),
        (|it| it.calendars.push(far()), "Calendar “Far”: 2300-01-01 is no day of the years 1990 to 2199."),
        (|it| it.calendars.push(long()), "Calendar “Long”: At most 1000 holidays can be kept."),
        (
            |it| {
                it.policy.numbering.insert("moon".into(), 2);
            },
            "Policy, numbering: there is no category moon",
        ),
        (|it| it.policy.spacing.between.push("moon".into()), "Policy, spacing.between: there is no category moon"),
        (
            |it| {
                it.policy.waivers.insert(Requirement::TasksDone, vec![Role::Viewer]);
            },
            "Viewer may not waive anything",
        ),
        (|it| it.notification_rules.push(rule(Some("moon"), None)), "This workflow cannot be chosen any more"),
        (|it| it.notification_rules.push(rule(None, Some("moon"))), "No workflow has this phase"),
    ];
    for (change, words) in cases {
        let broken = changed(&file, change);
        compared(&browser, &broken).await.expect(422).expect_text(words);
        let refused = browser.post("/process/import", &[("file", broken.as_str()), ("seen", ""), ("reason", "So")]).await;
        refused.expect(422).expect_text(words);
    }
    assert_eq!(exported(&browser).await, file);
}

pub fn category<'a>(it: &'a mut Configuration, key: &str) -> &'a mut slipway::domain::configuration::Category {
    it.categories.iter_mut().find(|it| it.key == key).expect("shipped")
}

fn long() -> NamedCalendar {
    let first = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
    // Every other day.
    let days: BTreeMap<_, _> = first.iter_days().step_by(2).take(1001).map(|it| (it, "Off".to_owned())).collect();
    let calendar = Calendar::office(chrono_tz::Tz::UTC).with_holidays(&days).expect("somebody works");
    NamedCalendar { name: "Long".into(), is_default: false, calendar }
}

fn far() -> NamedCalendar {
    let days = BTreeMap::from([(chrono::NaiveDate::from_ymd_opt(2300, 1, 1).expect("a day"), "Far away".to_owned())]);
    let calendar = Calendar::office(chrono_tz::Tz::UTC).with_holidays(&days).expect("somebody works");
    NamedCalendar { name: "Far".into(), is_default: false, calendar }
}

pub fn rule(workflow: Option<&str>, phase: Option<&str>) -> NotificationRule {
    NotificationRule {
        event: Rule::PhaseEntered,
        workflow: workflow.map(str::to_owned),
        phase: phase.map(str::to_owned),
        condition: Condition::Late,
        recipients: Recipients::default(),
        urgency: Urgency::AsPreferred,
    }
}

#[tokio::test]
async fn a_category_stays_on_an_earlier_version_or_moves_to_the_newest_as_the_file_says() {
    let app = TestApp::start().await;
    people(&app);
    let newest = given::next_version(&app, "release-minor", |it| given::phase(it, "plan").name = "Design".into());
    let browser = app.signed_in(Role::ReleaseManager);
    let file = changed(&exported(&browser).await, |it| category(it, "minor").workflow_version = None);
    compared(&browser, &file).await.expect(200).expect_text("edited the category Minor").expect_text("workflow version");
    browser.submit(&taking(&browser, &file).await).await.expect_see("/process");
    let minor = app.read(|conn| categories::all(conn, RecordKind::Release)).into_iter().find(|it| it.key == "minor").expect("shipped");
    assert_eq!(minor.workflow_id, newest);
    compared(&browser, &file).await.expect(200).expect_text("the file and this installation agree");
}

#[tokio::test]
async fn whoever_is_at_work_on_what_the_file_publishes_is_named_beforehand() {
    let app = TestApp::start().await;
    people(&app);
    let draft = given::workflow_draft(&app, "release-minor");
    given::workflow_draft(&app, "release-major");
    let browser = app.signed_in(Role::ReleaseManager);
    let file = changed(&exported(&browser).await, |it| {
        let minor = it.workflows.iter_mut().find(|it| it.key == "release-minor").expect("shipped");
        minor.phases[1].name = "Design".into();
    });
    let page = compared(&browser, &file).await.expect(200).expect_text("Somebody is at work on what the file would publish");
    assert_eq!(page.body.matches("/workflow-drafts/").count(), 1);
    page.expect_text(&format!("/workflow-drafts/{draft}"));
}
