//! The stages of deadlines: their order, their times, and what is told of those that passed unseen.

use super::*;
use crate::domain::ids::{ApprovalId, UserId};
use crate::domain::notices::Why;
use crate::domain::notification_rules::{Party, Recipients};
use crate::domain::records::RecordKind;
use chrono_tz::Tz;
use proptest::prelude::*;

fn at(text: &str) -> DateTime<Utc> {
    chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap().and_utc()
}

fn task() -> Deadline {
    // A Monday morning to the Tuesday evening after: 16 working hours.
    Deadline { subject: Subject::Task, starts_at: at("2026-03-02 09:00"), due_at: at("2026-03-03 17:00") }
}

fn times(deadline: Deadline) -> Vec<(Stage, String)> {
    let calendar = Calendar::default();
    deadline.subject.stages().iter().map(|it| (*it, deadline.at(*it, &calendar).format("%Y-%m-%d %H:%M").to_string())).collect()
}

#[test]
fn work_is_due_soon_then_missed_then_escalated_then_repeated_with_doubling_intervals() {
    let expected = [
        (Stage::DueSoon, "2026-03-03 13:00"),
        (Stage::Missed, "2026-03-03 17:00"),
        (Stage::Escalated, "2026-03-04 17:00"),
        (Stage::FirstRepeat, "2026-03-05 17:00"),
        (Stage::SecondRepeat, "2026-03-09 17:00"),
        (Stage::ThirdRepeat, "2026-03-13 17:00"),
        (Stage::FourthRepeat, "2026-03-25 17:00"),
        (Stage::LastRepeat, "2026-04-16 17:00"),
    ];
    assert_eq!(times(task()), expected.map(|(stage, time)| (stage, time.to_owned())));
}

#[test]
fn an_approver_is_reminded_at_half_and_at_nine_tenths_of_the_time() {
    let approval = Deadline { subject: Subject::Approval, starts_at: at("2026-03-02 09:00"), due_at: at("2026-03-06 11:00") };
    let reminders: Vec<String> = times(approval).into_iter().take(3).map(|(_, time)| time).collect();
    assert_eq!(reminders, ["2026-03-04 10:00", "2026-03-05 15:36", "2026-03-06 11:00"]);
}

#[test]
fn of_stages_that_passed_unseen_only_the_latest_is_told() {
    let calendar = Calendar::default();
    let turn = |behind, now: &str| task().turn(behind, at(now), &calendar);
    assert_eq!(turn(0, "2026-03-03 12:59"), Turn { tell: None, behind: 0, next_at: Some(at("2026-03-03 13:00")) });
    assert_eq!(turn(0, "2026-03-03 13:00"), Turn { tell: Some(Stage::DueSoon), behind: 1, next_at: Some(at("2026-03-03 17:00")) });
    assert_eq!(turn(0, "2026-03-10 08:00"), Turn { tell: Some(Stage::SecondRepeat), behind: 5, next_at: Some(at("2026-03-13 17:00")) });
    assert_eq!(turn(7, "2026-05-01 08:00"), Turn { tell: Some(Stage::LastRepeat), behind: 8, next_at: None });
    assert_eq!(turn(8, "2026-05-01 08:00"), Turn { tell: None, behind: 8, next_at: None });
}

#[test]
fn everybody_hears_once_as_what_they_are_first() {
    let [ada, ben, cleo, dan, eve] = [1, 2, 3, 4, 5].map(UserId);
    let people = People {
        responsible: vec![(ada, Why::Assignee)],
        owner: Some(ben),
        coordinator: Some(cleo),
        watchers: vec![ada, ben, cleo, dan],
        group: vec![eve, ben],
        managers: vec![ben, dan],
        ..People::default()
    };
    let told = |stage| people.told(stage, None);
    assert_eq!(told(Stage::DueSoon), [(ada, Why::Assignee)]);
    assert_eq!(told(Stage::Missed), [(ada, Why::Assignee), (cleo, Why::Coordinator), (ben, Why::Watcher), (dan, Why::Watcher)]);
    assert_eq!(told(Stage::Escalated), [(ben, Why::Owner), (eve, Why::Group)]);
    assert_eq!(told(Stage::LastRepeat), [(ada, Why::Assignee), (ben, Why::Owner)]);
    let without = People { managers: vec![dan, eve], ..people.clone() };
    assert_eq!(without.told(Stage::Escalated, None), [(ben, Why::Owner), (eve, Why::Group), (dan, Why::Manager)], "the owner is no release manager");
}

#[test]
fn a_rule_names_others_and_whoever_is_responsible_hears_all_the_same() {
    let [ada, ben, cleo, dan, eve] = [1, 2, 3, 4, 5].map(UserId);
    let people = People {
        responsible: vec![(ada, Why::Assignee)],
        owner: Some(ben),
        watchers: vec![cleo],
        requesters: vec![ada, dan],
        members: vec![("cab".into(), eve), ("other".into(), cleo)],
        ..People::default()
    };
    let named = Recipients { parties: vec![Party::Requesters], groups: vec!["cab".into()], people: vec![ben] };
    let told = |stage| people.told(stage, Some(&named));
    assert_eq!(told(Stage::Missed), [(ada, Why::Assignee), (dan, Why::Requester), (eve, Why::Named), (ben, Why::Named)]);
    assert_eq!(told(Stage::Escalated)[0], (ada, Why::Requester), "who had it to do is not told of that anew");
    assert!(people.is_concerned(ada) && !people.is_concerned(dan));
    assert_eq!(people.told(Stage::Missed, Some(&Recipients::default())), [(ada, Why::Assignee)]);
}

#[test]
fn it_is_told_in_the_readers_zone_with_how_late_it_is_and_what_to_do() {
    let matter = Matter {
        kind: RecordKind::Release,
        number: "REL-00042".into(),
        record: "Payroll v4.2".into(),
        page: "/releases/42".into(),
        name: "Brief the service desk".into(),
        task: None,
        approval: Some(ApprovalId(9)),
    };
    let telling = |stage, now: &str| Telling { matter: &matter, deadline: task(), stage, now: at(now) };
    let missed = telling(Stage::Missed, "2026-03-03 17:00");
    assert_eq!(missed.headline(Why::Assignee, Tz::UTC), "Task “Brief the service desk” of Payroll v4.2 was due Tue 3 Mar 2026, 17:00 (UTC)");
    let late = telling(Stage::Escalated, "2026-03-05 18:00");
    assert_eq!(
        late.headline(Why::Owner, Tz::Europe__Berlin),
        "Task “Brief the service desk” of Payroll v4.2 is 2 days late: it was due Tue 3 Mar 2026, 18:00 (Europe/Berlin)"
    );
    let facts = late.facts(Why::Owner, Tz::Europe__Berlin);
    let facts: Vec<String> = facts.into_iter().map(|(label, text)| format!("{label}: {text}")).collect();
    assert_eq!(
        facts,
        [
            "Release: REL-00042 Payroll v4.2",
            "Due: Tue 3 Mar 2026, 18:00 (Europe/Berlin)",
            "Late by: 2 days",
            "What to do: Complete it, or agree on another date."
        ]
    );
    assert_eq!((late.path(Why::Owner), late.path(Why::Substitute)), ("/releases/42".into(), "/approvals/9".into()));
    assert_eq!([5, 60, 119, 2879, 2880].map(|it| spoken(Duration::minutes(it))), ["5 minutes", "1 hour", "1 hour", "47 hours", "2 days"]);
}

fn a_deadline() -> impl Strategy<Value = Deadline> {
    let minutes = 0..400 * 24 * 60i64;
    (prop::sample::select(Subject::ALL), minutes, -3000..60_000i64).prop_map(|(subject, start, length)| {
        let starts_at = at("2026-01-01 00:00") + Duration::minutes(start);
        Deadline { subject, starts_at, due_at: starts_at + Duration::minutes(length) }
    })
}

fn a_calendar() -> impl Strategy<Value = Calendar> {
    prop::sample::select(&[Tz::UTC, Tz::Europe__Berlin, Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Africa__Cairo][..]).prop_map(Calendar::office)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn stages_come_in_order_and_reminders_before_the_due_time(deadline in a_deadline(), calendar in a_calendar()) {
        let times: Vec<_> = deadline.subject.stages().iter().map(|it| deadline.at(*it, &calendar)).collect();
        prop_assert!(times.is_sorted());
        for (stage, time) in deadline.subject.stages().iter().zip(&times) {
            match stage {
                Stage::DueSoon | Stage::HalfGone | Stage::NearlyGone => prop_assert!(*time <= deadline.due_at),
                Stage::Missed => prop_assert_eq!(*time, deadline.due_at),
                Stage::Escalated | Stage::FirstRepeat | Stage::SecondRepeat | Stage::ThirdRepeat | Stage::FourthRepeat | Stage::LastRepeat => {
                    prop_assert!(*time > deadline.due_at);
                }
            }
        }
    }

    /// However rarely one looks, no stage is told twice, none before its time, and the last one is reached.
    #[test]
    fn looking_now_and_then_tells_each_stage_at_most_once(deadline in a_deadline(), calendar in a_calendar(), steps in prop::collection::vec(1..20_000i64, 1..40)) {
        let (mut now, mut behind, mut told) = (deadline.starts_at, 0, Vec::new());
        for minutes in steps.into_iter().chain([60 * 24 * 90]) {
            now += Duration::minutes(minutes);
            let turn = deadline.turn(behind, now, &calendar);
            prop_assert_eq!(turn.tell.is_some(), turn.behind > behind);
            if let Some(stage) = turn.tell {
                prop_assert!(deadline.at(stage, &calendar) <= now && !told.contains(&stage));
                told.push(stage);
            }
            prop_assert!(turn.next_at.is_none_or(|it| it > now));
            prop_assert_eq!(turn.next_at.is_none(), turn.behind == deadline.subject.stages().len());
            behind = turn.behind;
        }
        prop_assert_eq!(told.last(), deadline.subject.stages().last());
    }
}
