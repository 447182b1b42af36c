//! What a notice says: one headline, a few facts in the reader's zone, and the page it is about.

use super::Scene;
use super::audience::Listener;
use super::{accounts, bystanders};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::ids::{ApprovalId, TaskId, UserId};
use crate::domain::notices::Rule;
use crate::domain::notification_rules::Urgency;
use crate::domain::records::RecordKind;
use crate::domain::text::moment;
use crate::store::notices::NewNotice;
use crate::store::records::{Full, Record};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

type Facts = Vec<(String, String)>;

pub fn notice(scene: &Scene<'_>, rule: Rule, to: &Listener, urgency: Urgency, zone: Tz) -> NewNotice {
    let mut facts = match scene.full {
        Some(full) => of_record(scene, full, rule, to, zone),
        None if rule == Rule::Account => accounts::facts(scene, zone),
        None => of_delegation(scene.event, zone),
    };
    facts.retain(|(_, text)| !text.is_empty());
    NewNotice {
        rule,
        record: scene.happened.record,
        occurrence: occurrence(scene.happened.id, to.approval),
        user: to.user,
        why: to.why,
        headline: headline(scene, rule, to),
        facts,
        path: path(scene, rule, to),
        approval: to.approval,
        handover: to.handover,
        urgency,
        concerned: to.concerned,
    }
}

fn occurrence(event: i64, approval: Option<ApprovalId>) -> String {
    approval.map_or_else(|| format!("event {event}"), |approval| format!("event {event}, approval {approval}"))
}

/// What a record is called in a sentence: `Payroll v4.2`, `“New tariff”`.
pub fn called(record: &Record) -> String {
    match record.kind {
        RecordKind::Release => record.name().to_owned(),
        RecordKind::Change => format!("“{}”", record.title),
    }
}

fn headline(scene: &Scene<'_>, rule: Rule, to: &Listener) -> String {
    let (actor, event) = (&scene.happened.actor, scene.event);
    if rule == Rule::Account {
        return accounts::headline(event);
    }
    let Some(full) = scene.full else { return of_people(event, to.user) };
    let (name, said) = (called(&full.record), said(event));
    let step = to.step.as_deref().unwrap_or_default();
    if !to.concerned
        && let Some(told) = bystanders::headline(rule, event, actor, &name)
    {
        return told;
    }
    match rule {
        Rule::Registered => format!("{name} is registered"),
        Rule::PhaseEntered => format!("{name} is now in {}", said.what),
        Rule::ApprovalAsked => match &to.stands_in_for {
            Some(approver) => format!("Your decision on {name} in place of {approver}: {step}"),
            None => format!("Your decision on {name}: {step}"),
        },
        Rule::ApprovalReminded => format!("Your decision on {name} is still awaited: {step}"),
        Rule::ApprovalSettled if matches!(event, Event::ApprovalDecided { .. }) => format!("{actor} {} {name}: {}", said.how, said.what),
        Rule::ApprovalSettled if matches!(event, Event::ApprovalRetracted { .. }) => format!("{actor} took back the denial of {name}: {}", said.what),
        Rule::ApprovalSettled => format!("{name}: {} is {}", said.what, said.how),
        Rule::ApprovalNotNeeded => format!("No answer is needed any more on {name}: {step}"),
        Rule::ApprovalReceipt if to.user == scene.happened.actor_id => format!("You {} {name}: {}", said.how, said.what),
        Rule::ApprovalReceipt if matches!(event, Event::ApprovalRetracted { .. }) => {
            format!("{actor} took back what was decided on {name} in your place: {}", said.what)
        }
        Rule::ApprovalReceipt => format!("{actor} {} {name} in your place: {}", said.how, said.what),
        Rule::TaskAssigned => format!("“{}” is yours, for {name}", said.what),
        Rule::TaskReady => match to.tasks.as_slice() {
            [(_, title, _)] => format!("“{title}” can be started, for {name}"),
            tasks => format!("{} tasks can be started, for {name}", tasks.len()),
        },
        Rule::ChangesAuthorised => format!("All RFCs of {name} are authorised"),
        Rule::ChangesImplemented => format!("All RFCs of {name} are implemented"),
        Rule::WindowMoved => format!("The window of {name} was moved"),
        Rule::DeploymentDone => format!("{name} is deployed"),
        Rule::BackedOut => format!("{name} is being backed out"),
        Rule::Abandoned => format!("{name} was abandoned"),
        Rule::Closed => format!("{name} has ended: {}", said.how),
        Rule::ExitProposed => format!("{name} is back to normal: early life support can end"),
        Rule::ExitEndangered => format!("{name}: {} will not be back to normal in time", said.what),
        Rule::HandoverAsked => format!("{actor} asks {} to take over the support of {name}", said.what),
        Rule::HandoverSettled => format!("{name}: the handover to {} was {}", said.what, said.how),
        Rule::SurveyClosed => format!("{name}: the survey “{}” is closed", said.what),
        Rule::FollowUpAssigned => format!("“{}” is yours, a follow-up action of {name}", said.what),
        Rule::Reopened => format!("{name} was reopened, in {}", said.what),
        Rule::Moved => format!("{name} goes on by {}", said.what),
        Rule::DueSoon | Rule::DeadlineMissed | Rule::DeadlineEscalated | Rule::DeadlineRepeated | Rule::Delegation | Rule::Account => name,
    }
}

/// What of an event its headline is about, and what became of it.
#[derive(Default)]
struct Said {
    what: String,
    how: String,
    from: String,
    task: Option<TaskId>,
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the catalogue decides which events are told; what is not about any of this says nothing here")]
fn said(event: &Event) -> Said {
    let nothing = Said::default();
    match event {
        Event::PhaseEntered { from, to, .. } => Said { what: to.clone(), from: from.clone(), ..nothing },
        Event::RecordEnded { from, outcome, .. } => Said { how: outcome.to_lowercase(), from: from.clone(), ..nothing },
        Event::RoundSettled { phase, state, .. } => Said { what: phase.clone(), how: state.label().to_lowercase(), ..nothing },
        Event::ApprovalRetracted { step, .. } => Said { what: step.clone(), ..nothing },
        Event::ApprovalDecided { step, decision, .. } => Said { what: step.clone(), how: decision.label().to_lowercase(), ..nothing },
        Event::TaskAdded { title, task, .. } | Event::TaskAssigned { title, task, .. } | Event::TaskEdited { title, task, .. } => {
            Said { what: title.clone(), task: *task, ..nothing }
        }
        Event::Aftercare(Aftercare::ExitEndangered { metric, .. }) => Said { what: metric.clone(), ..nothing },
        Event::Aftercare(Aftercare::HandoverAsked { group_name, .. }) => Said { what: group_name.clone(), ..nothing },
        Event::Aftercare(Aftercare::HandoverAnswered { group_name, state, .. }) => {
            Said { what: group_name.clone(), how: state.label().to_lowercase(), ..nothing }
        }
        Event::Aftercare(Aftercare::SurveyClosed { title, .. })
        | Event::Aftercare(Aftercare::FollowUpAdded { title, .. })
        | Event::Aftercare(Aftercare::FollowUpEdited { title, .. }) => Said { what: title.clone(), ..nothing },
        Event::RecordReopened { phase, .. } => Said { what: phase.clone(), ..nothing },
        Event::WorkflowChanged { workflow, to_version, .. } => Said { what: format!("version {to_version} of {workflow}"), ..nothing },
        _ => nothing,
    }
}

fn of_people(event: &Event, reader: UserId) -> String {
    let (Event::DelegationGiven { user, name, substitute_name, .. } | Event::DelegationEnded { user, name, substitute_name, .. }) = event else {
        return event.sentence();
    };
    let begins = matches!(event, Event::DelegationGiven { .. });
    match (*user == reader, substitute_name.as_str(), begins) {
        (true, "", true) => "You are noted as away".into(),
        (true, "", false) => "You are noted as back".into(),
        (true, substitute, true) => format!("{substitute} stands in for you"),
        (true, substitute, false) => format!("{substitute} no longer stands in for you"),
        (false, ..) if *user != reader && left_alone(event, reader) => format!("{name}, who stands in for you, is away for some of these days"),
        (false, _, true) => format!("You stand in for {name}"),
        (false, _, false) => format!("You no longer stand in for {name}"),
    }
}

/// Whether the one who is away now would have stood in for this person.
fn left_alone(event: &Event, reader: UserId) -> bool {
    matches!(event, Event::DelegationGiven { left_alone, .. } if left_alone.contains(&reader))
}

fn path(scene: &Scene<'_>, rule: Rule, to: &Listener) -> String {
    let record = scene.full.map(|it| it.record.path());
    let only = to.tasks.first().filter(|_| to.tasks.len() == 1).map(|(id, ..)| *id);
    let task = said(scene.event).task.or(only);
    match (record, to.approval, task) {
        (None, ..) if rule == Rule::Account => "/profile".into(),
        (None, ..) => "/delegations".into(),
        (Some(_), Some(approval), _) if rule != Rule::ApprovalNotNeeded => format!("/approvals/{approval}"),
        (Some(_), None, Some(task)) => format!("/tasks/{task}"),
        (Some(path), None, None) => page(scene, rule, to).unwrap_or(path),
        (Some(path), ..) => path,
    }
}

/// The page of its own that some news are about.
fn page(scene: &Scene<'_>, rule: Rule, to: &Listener) -> Option<String> {
    let record = scene.happened.record?;
    match (rule, scene.event) {
        (Rule::HandoverAsked, _) => to.handover.map(|it| format!("/handovers/{it}")),
        (Rule::HandoverSettled, Event::Aftercare(Aftercare::HandoverAnswered { handover, .. })) => Some(format!("/handovers/{handover}")),
        (Rule::ExitProposed | Rule::ExitEndangered, _) => Some(format!("/records/{record}/early-life")),
        (Rule::SurveyClosed, Event::Aftercare(Aftercare::SurveyClosed { survey, .. })) => Some(format!("/surveys/{survey}/results")),
        (
            Rule::FollowUpAssigned,
            Event::Aftercare(Aftercare::FollowUpAdded { follow_up, .. }) | Event::Aftercare(Aftercare::FollowUpEdited { follow_up, .. }),
        ) => Some(format!("/records/{record}/review#follow-up-{follow_up}")),
        _ => None,
    }
}

fn fact(label: &str, text: impl Into<String>) -> (String, String) {
    (label.to_owned(), text.into())
}

fn time(time: Option<DateTime<Utc>>, zone: Tz) -> String {
    time.map_or_else(String::new, |it| moment(it, zone))
}

fn of_delegation(event: &Event, zone: Tz) -> Facts {
    let Event::DelegationGiven { from, until, .. } = event else { return Vec::new() };
    vec![fact("From", moment(*from, zone)), fact("Until", moment(*until - chrono::Duration::minutes(1), zone))]
}

fn of_record(scene: &Scene<'_>, full: &Full, rule: Rule, to: &Listener, zone: Tz) -> Facts {
    let record = &full.record;
    let mut facts = match record.kind {
        RecordKind::Release => vec![fact("Release", format!("{}: {}", record.number(), record.title))],
        RecordKind::Change => vec![fact("RFC", record.number())],
    };
    facts.extend(of_event(scene, full, rule, to, zone));
    let told_by_program = scene.happened.actor_id == crate::domain::ids::SLIPWAY;
    let by = if told_by_program || rule == Rule::ApprovalReceipt { String::new() } else { scene.happened.actor.clone() };
    facts.push(fact("By", by));
    facts
}

fn of_event(scene: &Scene<'_>, full: &Full, rule: Rule, to: &Listener, zone: Tz) -> Facts {
    let record = &full.record;
    let remark = scene.event.remark();
    let window = || fact("Window", window(record, zone));
    match rule {
        Rule::Registered => {
            vec![fact("Category", &full.category.name), fact("Owner", &full.owner), fact("Coordinator", full.coordinator.clone().unwrap_or_default()), window()]
        }
        Rule::PhaseEntered => vec![fact("Was in", said(scene.event).from), fact("To be left by", time(record.phase_due_at, zone)), fact("Reason", remark)],
        Rule::BackedOut | Rule::Abandoned => vec![fact("Was in", said(scene.event).from), fact("Reason", remark)],
        Rule::Closed => {
            let summary = if let Event::RecordEnded { summary, .. } = scene.event { summary.clone() } else { Vec::new() };
            [fact("Was in", said(scene.event).from), fact("Reason", remark)].into_iter().chain(summary).collect()
        }
        Rule::ApprovalAsked | Rule::ApprovalReminded => {
            let changed = if let Event::ApprovalReopened { changed, .. } = scene.event { changed.join(", ") } else { String::new() };
            vec![fact("Changed since you decided", changed), fact("Answer by", time(to.due_at, zone)), window()]
        }
        Rule::ApprovalSettled if matches!(scene.event, Event::ApprovalRetracted { .. }) => {
            let revives = matches!(scene.event, Event::ApprovalRetracted { revives: true, .. });
            let prospect = if revives { "and it can be approved" } else { "though it cannot be approved while others deny" };
            vec![fact("What follows", format!("{} is asked again, {prospect}.", scene.happened.actor))]
        }
        Rule::ApprovalSettled | Rule::ApprovalNotNeeded if !matches!(scene.event, Event::ApprovalDecided { .. }) => {
            vec![fact("Because", because(scene.event)), fact("Denied by", denials(scene.event))]
        }
        Rule::ApprovalSettled | Rule::ApprovalNotNeeded | Rule::ApprovalReceipt => {
            let reason = if let Event::ApprovalDecided { reason: Some(reason), .. } = scene.event { reason.label() } else { "" };
            let advice = if rule == Rule::ApprovalSettled { "Others are still asked, but it cannot be approved as it stands." } else { "" };
            vec![fact("Reason", reason), fact("Comment", remark), fact("Recorded", moment(scene.happened.at, zone)), fact("What follows", advice)]
        }
        Rule::TaskReady if !to.concerned => bystanders::tasks(scene.event),
        Rule::TaskReady => to.tasks.iter().map(|(_, title, due)| fact("Task", dated(title, *due, zone))).collect(),
        Rule::WindowMoved => {
            let before = scene.event.fields().into_iter().filter(|it| it.field.starts_with("Planned"));
            std::iter::once(fact("Now", window().1)).chain(before.map(|it| fact(&format!("{} before", it.field), it.before))).collect()
        }
        Rule::DeploymentDone | Rule::HandoverAsked | Rule::HandoverSettled => vec![fact("Note", remark)],
        Rule::Reopened => vec![fact("Reason", remark)],
        Rule::Moved => {
            let changes = scene.event.fields().into_iter().filter(|it| it.field != "Due").map(changed);
            [fact("Reason", remark), fact("To be left by", time(record.phase_due_at, zone))].into_iter().chain(changes).collect()
        }
        Rule::SurveyClosed => answered(scene.event),
        Rule::ExitEndangered => vec![fact("To end by", time(record.phase_due_at, zone))],
        Rule::TaskAssigned
        | Rule::ChangesAuthorised
        | Rule::ChangesImplemented
        | Rule::DueSoon
        | Rule::DeadlineMissed
        | Rule::DeadlineEscalated
        | Rule::DeadlineRepeated
        | Rule::ExitProposed
        | Rule::FollowUpAssigned
        | Rule::Delegation
        | Rule::Account => Vec::new(),
    }
}

/// A value with what it was before.
fn changed(it: FieldChange) -> (String, String) {
    match (it.before.as_str(), it.after.as_str()) {
        ("", _) => (it.field, it.after),
        (before, "") => (it.field, format!("no longer {before}")),
        (before, after) => (it.field, format!("{after}, before that {before}")),
    }
}

fn answered(event: &Event) -> Facts {
    let Event::Aftercare(Aftercare::SurveyClosed { answered, invited, .. }) = event else { return Vec::new() };
    vec![fact("Answered", format!("{answered} of {invited}"))]
}

fn window(record: &Record, zone: Tz) -> String {
    match (record.planned_start, record.planned_end) {
        (Some(start), Some(end)) => format!("{} to {}", moment(start, zone), moment(end, zone)),
        (start, end) => time(start.or(end), zone),
    }
}

fn dated(title: &str, due: Option<DateTime<Utc>>, zone: Tz) -> String {
    due.map_or_else(|| title.to_owned(), |due| format!("{title}, due {}", moment(due, zone)))
}

fn denials(event: &Event) -> String {
    if let Event::RoundSettled { denials, .. } = event { denials.join("\n") } else { String::new() }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only these make an answer needless")]
fn because(event: &Event) -> String {
    match event {
        Event::StepSettled { step, state, .. } => format!("{step} was {}.", state.label().to_lowercase()),
        Event::RoundSettled { phase, state, .. } => format!("The approval of {phase} was {}.", state.label().to_lowercase()),
        Event::RoundWithdrawn { reason, .. } => format!("It was withdrawn: {reason}"),
        Event::ApprovalReassigned { to, reason, .. } => format!("{to} was asked instead: {reason}"),
        _ => String::new(),
    }
}
