//! Who hears what.

use super::catalogue::{Audience, tellings};
use super::*;
use crate::domain::approvals::{ApprovalState, RoundState, StepState};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::{ApprovalId, TaskId, UserId};
use crate::domain::workflows::TransitionKind;

fn rules(event: &Event) -> Vec<Rule> {
    tellings(event).into_iter().map(|it| it.rule).collect()
}

fn entered(transition: TransitionKind) -> Event {
    Event::PhaseEntered { transition, from: "Rollout".into(), to: "Back-out".into(), reason: "It is slow.".into() }
}

fn edited(field: &str, before: &str) -> Event {
    let fields = vec![FieldChange { field: field.into(), before: before.into(), after: "2026-03-09 22:00 UTC".into() }];
    Event::RecordEdited { section: "Window".into(), fields }
}

#[test]
fn a_way_through_the_workflow_is_told_as_what_it_is() {
    assert_eq!(rules(&entered(TransitionKind::Advance)), [Rule::PhaseEntered]);
    assert_eq!(rules(&entered(TransitionKind::BackOut)), [Rule::BackedOut]);
    let ended = |transition| Event::RecordEnded { transition, from: "Review".into(), outcome: "Closed".into(), reason: String::new(), summary: Vec::new() };
    assert_eq!(rules(&ended(TransitionKind::Abandon)), [Rule::Abandoned]);
    assert_eq!(rules(&ended(TransitionKind::Close)), [Rule::Closed]);
}

#[test]
fn a_window_is_moved_only_if_there_was_one() {
    assert_eq!(rules(&edited("Planned start", "2026-03-02 22:00 UTC")), [Rule::WindowMoved]);
    assert_eq!(rules(&edited("Planned start", "")), []);
    assert_eq!(rules(&edited("Title", "Payrol")), []);
}

#[test]
fn those_who_need_not_answer_any_more_are_told_and_nobody_else() {
    let settled = |spared| Event::StepSettled { step: "Plan".into(), state: StepState::Approved, spared };
    assert_eq!(rules(&settled(vec![])), []);
    assert_eq!(tellings(&settled(vec![ApprovalId(5)]))[0].audience, [Audience::Approvers(vec![ApprovalId(5)])]);
    let round = Event::RoundSettled { phase: "Plan".into(), state: RoundState::Denied, spared: vec![ApprovalId(6)], denials: vec![] };
    assert_eq!(rules(&round), [Rule::ApprovalSettled, Rule::ApprovalNotNeeded]);
}

#[test]
fn a_receipt_goes_to_who_decided_from_a_mail_and_to_whom_they_stood_in_for() {
    let decided = |by_link| Event::ApprovalDecided {
        step: "Plan".into(),
        decision: ApprovalState::Approved,
        reason: None,
        comment: String::new(),
        digest: String::new(),
        approval: Some(ApprovalId(5)),
        by_link,
        dooms: false,
    };
    assert_eq!(tellings(&decided(true))[0].audience, [Audience::Actor, Audience::Represented]);
    assert_eq!(tellings(&decided(false))[0].audience, [Audience::Represented]);
}

#[test]
fn tasks_are_told_to_whoever_does_them() {
    let assigned = |assignee| Event::TaskAssigned { title: "Brief".into(), before: String::new(), after: "Ada".into(), task: Some(TaskId(3)), assignee };
    assert_eq!(tellings(&assigned(Some(UserId(7))))[0].audience, [Audience::Person(UserId(7))]);
    assert_eq!(rules(&assigned(None)), []);
}

#[test]
fn what_waits_for_an_answer_cannot_be_muted() {
    for rule in [Rule::ApprovalAsked, Rule::ApprovalReminded] {
        assert!(!rule.may_be_muted() && rule.tells_the_actor(), "{rule:?}");
    }
    assert!(Rule::PhaseEntered.may_be_muted() && !Rule::PhaseEntered.tells_the_actor());
}

#[test]
fn every_rule_says_what_it_tells() {
    for rule in Rule::ALL {
        assert!(rule.meaning().ends_with('.'), "{rule:?}");
    }
}

#[test]
fn the_page_of_rules_says_who_hears_by_the_catalogue() {
    let decided = Event::StepSettled { step: "Plan".into(), state: StepState::Approved, spared: vec![ApprovalId(5)] };
    let settled = Event::RoundSettled { phase: "Plan".into(), state: RoundState::Approved, spared: Vec::new(), denials: vec![] };
    let ready = Event::TasksReady { tasks: vec![TaskId(3)], titles: vec!["Brief".into()] };
    let asked_by = UserId(7);
    let answered = crate::domain::events::Aftercare::HandoverAnswered {
        handover: crate::domain::ids::HandoverId(1),
        state: crate::domain::handovers::HandoverState::Accepted,
        group_name: "Desk".into(),
        note: String::new(),
        by_link: false,
        asked_by,
    };
    let events = [
        entered(TransitionKind::Advance),
        entered(TransitionKind::BackOut),
        edited("Planned start", "2026-03-02 22:00 UTC"),
        Event::ChangesAllAuthorised { count: 1 },
        Event::ChangeRegistered { title: "Part".into(), category: "Normal".into() },
        Event::RecordReopened { phase: "Plan".into(), reason: "So".into() },
        Event::Aftercare(answered),
        decided,
        settled,
        ready,
    ];
    for event in &events {
        for telling in tellings(event) {
            let usual = telling.rule.usual();
            let others: Vec<Audience> = telling.audience.iter().filter(|it| !it.is_concerned()).cloned().collect();
            assert_eq!(others, usual.parties.iter().map(|it| it.audience()).collect::<Vec<_>>(), "{:?}", telling.rule);
            assert_eq!(telling.audience.iter().any(Audience::is_concerned), usual.concerned.is_some(), "{:?}", telling.rule);
        }
    }
}
