//! The way back: a model that was applied, and made again from the release, is the same plan.

use super::super::*;
use super::planning::ground;
use crate::domain::calendars::{Calendar, holidays, hours};
use crate::domain::ids::TaskId;
use chrono::{DateTime, Duration, TimeZone, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

/// A plan as an editor can leave it: in the order of the phases, each task after some of those before it.
fn a_model() -> impl Strategy<Value = Model> {
    let phases = ground().phases().count();
    let task = (0..phases, any::<bool>(), -30..30i32, 0..4usize, any::<u16>(), any::<bool>());
    prop::collection::vec(task, 0..10).prop_map(|mut wishes| {
        wishes.sort_by_key(|it| it.0);
        let ground = ground();
        let phases: Vec<_> = ground.phases().collect();
        let draft = |(at, (phase, by_phase, offset, doer, mask, mandatory)): (usize, &(usize, bool, i32, usize, u16, bool))| {
            let may_wait = |other: usize| wishes[other].0 == *phase || phases[wishes[other].0].condition.is_none();
            Draft {
                key: format!("new-{at}"),
                title: format!("Task {at}"),
                phase: phases[*phase].key.clone(),
                anchor: Some(if *by_phase { Anchor::Phase } else { Anchor::Deployment }),
                offset: offset.to_string(),
                group: if *doer == 1 { "operations".into() } else { String::new() },
                assignee: (*doer == 2).then_some(UserId(1)),
                after: (0..at).filter(|it| mask & (1 << it) != 0 && may_wait(*it)).map(|it| format!("new-{it}")).collect(),
                mandatory: *mandatory,
                ..Draft::default()
            }
        };
        let drafts: Vec<Draft> = wishes.iter().enumerate().map(draft).collect();
        let texts = PlanTexts { back_out_plan: "Restore".into(), ..PlanTexts::default() };
        Model { tasks: settle(&drafts, &[], &ground).expect("it is made to fit"), texts }
    })
}

/// Offices, night shifts, and a week with a holiday in it.
fn a_calendar() -> impl Strategy<Value = Calendar> {
    let zones = prop::sample::select(vec![Tz::UTC, Tz::Europe__Berlin, Tz::America__New_York, Tz::Asia__Tokyo, Tz::Pacific__Apia]);
    (zones, prop::sample::select(vec!["09:00-17:00", "00:00-06:00, 22:00-24:00"]), any::<bool>()).prop_map(|(zone, worked, weekends)| {
        let week = std::array::from_fn(|day| if day < 5 || weekends { hours(worked).expect("hours") } else { Vec::new() });
        Calendar::new(zone, week, holidays("2026-03-04\n2026-03-20\n2026-04-03").expect("days")).expect("somebody works")
    })
}

fn a_time() -> impl Strategy<Value = DateTime<Utc>> {
    (0..80 * 24 * 60i64).prop_map(|minutes| Utc.with_ymd_and_hms(2026, 2, 1, 0, 0, 0).single().expect("there is") + Duration::minutes(minutes))
}

/// The release as it stands after the model was applied.
fn applied(model: &Model, anchors: &impl Fn(&str) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>), calendar: &Calendar) -> Vec<Planned> {
    let id = |key: &str| model.tasks.iter().position(|it| it.key == key).map(|at| TaskId(100 + at as i64));
    let of = |it: &ModelTask| {
        let (phase_entered, deployment) = anchors(&it.phase);
        Planned {
            id: id(&it.key).expect("its own"),
            key: Some(it.key.clone()),
            phase: it.phase.clone(),
            title: it.title.clone(),
            description: it.description.clone(),
            group: it.group.clone(),
            assignee: it.assignee,
            anchor: Some(it.anchor),
            offset: Some(it.offset),
            due_at: Anchors { phase_entered, deployment, calendar }.due(it.anchor, i64::from(it.offset)),
            mandatory: it.mandatory,
            after: it.after.iter().filter_map(|key| id(key)).rev().collect(),
        }
    };
    let mut tasks: Vec<Planned> = model.tasks.iter().map(of).collect();
    // As lists of tasks come: by their due time.
    tasks.sort_by_key(|it| (it.due_at, it.id));
    tasks
}

proptest! {
    #[test]
    fn a_model_applied_and_made_again_from_the_release_is_the_same_plan(model in a_model(), calendar in a_calendar(), entered in prop::option::of(a_time()), deployment in prop::option::of(a_time())) {
        let times = |_: &str| (entered, deployment);
        let tasks = applied(&model, &times, &calendar);
        let again = derive(&tasks, model.texts.clone(), &ground(), |_| Anchors { phase_entered: entered, deployment, calendar: &calendar });
        prop_assert_eq!(&again, &model);
        prop_assert_eq!(differences(&model, &again, &ground()), vec![]);
    }

    #[test]
    fn dates_that_were_set_by_hand_come_out_on_the_same_day_again(model in a_model(), calendar in a_calendar(), entered in a_time(), deployment in a_time()) {
        let times = |_: &str| (Some(entered), Some(deployment));
        let anchors = Anchors { phase_entered: Some(entered), deployment: Some(deployment), calendar: &calendar };
        let mut tasks = applied(&model, &times, &calendar);
        for it in &mut tasks {
            (it.anchor, it.offset) = (None, None);
        }
        let again = derive(&tasks, PlanTexts::default(), &ground(), |_| anchors);
        for (was, is) in model.tasks.iter().zip(&again.tasks) {
            prop_assert_eq!(anchors.due(is.anchor, i64::from(is.offset)), anchors.due(was.anchor, i64::from(was.offset)), "{}", was.title);
            prop_assert!(is.offset.abs() <= was.offset.abs(), "the nearer anchor counts");
        }
    }

    #[test]
    fn days_between_are_the_days_that_were_counted(calendar in a_calendar(), from in a_time(), days in -60..60i64) {
        prop_assert_eq!(calendar.days_between(from, calendar.end(from, days)), days);
    }

    #[test]
    fn a_date_by_hand_is_never_farther_off_than_the_day_before_a_day_off(calendar in a_calendar(), from in a_time(), to in a_time()) {
        let reckoned = calendar.end(from, calendar.days_between(from, to));
        let next = calendar.end(from, calendar.days_between(from, to) + 1);
        prop_assert!(calendar.same_day(reckoned, to) || (reckoned < to && to < next), "{reckoned} for {to}");
    }
}

#[test]
fn what_people_took_from_their_group_is_the_groups_again_and_what_has_no_date_is_due_with_its_phase() {
    let calendar = Calendar::office(Tz::UTC);
    let nothing = Anchors { phase_entered: None, deployment: None, calendar: &calendar };
    let task = |id: i64, title: &str| Planned {
        id: TaskId(id),
        key: None,
        phase: "plan".into(),
        title: title.into(),
        description: String::new(),
        group: Some("operations".into()),
        assignee: Some(UserId(1)),
        anchor: None,
        offset: None,
        due_at: None,
        mandatory: true,
        after: vec![TaskId(1), TaskId(77)],
    };
    let model = derive(&[task(2, "Test it"), task(1, "Test it")], PlanTexts::default(), &ground(), |_| nothing);
    let [first, second] = model.tasks.as_slice() else { panic!("{model:?}") };
    assert_eq!((first.key.as_str(), second.key.as_str()), ("test_it", "test_it_2"));
    assert_eq!((&first.group, first.assignee), (&Some("operations".into()), None));
    let target = ground().phase("plan").and_then(|it| it.target_days).unwrap_or_default();
    assert_eq!((first.anchor, first.offset), (Anchor::Phase, target as i32));
    assert_eq!(second.after, ["test_it"], "a task that is not there is waited for no longer");
}
