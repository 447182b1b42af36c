//! An event of each kind as it could happen to a record next, made of what the record has.

use super::pending;
use crate::app::sheet::Sheet;
use crate::domain::approvals::{ApprovalState, RoundState, StepState};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::handovers::HandoverState;
use crate::domain::ids::{FollowUpId, GroupId, HandoverId, SurveyId};
use crate::domain::notices::Rule;
use crate::domain::notices::catalogue::Audience;
use crate::domain::records::RecordKind;
use crate::domain::requirements::{Confirmation, Outcome};
use crate::domain::workflows::TransitionKind;
use crate::store::tasks::Named;

/// What stands for a reason that somebody would give.
const REASON: &str = "The reason that is given.";

/// The event that a rule tells of; none for what no event tells.
pub fn event(rule: Rule, sheet: &Sheet) -> Option<Event> {
    let record = &sheet.full.record;
    let phase = record.phase_name.clone();
    let (step, reason) = (step(sheet), REASON.to_owned());
    let ended =
        |transition, outcome: &str| Event::RecordEnded { transition, from: phase.clone(), outcome: outcome.into(), reason: REASON.into(), summary: Vec::new() };
    Some(match rule {
        Rule::Registered => match record.kind {
            RecordKind::Release => {
                Event::ReleaseRegistered { identifier: record.name().to_owned(), title: record.title.clone(), category: sheet.full.category.name.clone() }
            }
            RecordKind::Change => Event::ChangeRegistered { title: record.title.clone(), category: sheet.full.category.name.clone() },
        },
        Rule::PhaseEntered => Event::PhaseEntered { transition: TransitionKind::Advance, from: before(sheet), to: phase, reason: String::new() },
        Rule::BackedOut => Event::PhaseEntered { transition: TransitionKind::BackOut, from: phase, to: backed_out_to(sheet), reason },
        Rule::Abandoned => ended(TransitionKind::Abandon, "Abandoned"),
        Rule::Closed => ended(TransitionKind::Close, "Closed"),
        Rule::Reopened => Event::RecordReopened { phase, reason },
        Rule::Moved => Event::WorkflowChanged { workflow: "its workflow".to_owned(), from_version: 1, to_version: 2, fields: Vec::new(), reason },
        Rule::ApprovalAsked => Event::StepOpened { step, approvals: pending(sheet), approvers: Vec::new() },
        Rule::ApprovalNotNeeded => Event::StepSettled { step, state: StepState::Approved, spared: pending(sheet) },
        Rule::ApprovalSettled => Event::RoundSettled { phase, state: RoundState::Approved, spared: Vec::new(), denials: Vec::new() },
        Rule::ApprovalReceipt => Event::ApprovalDecided {
            step,
            decision: ApprovalState::Approved,
            reason: None,
            comment: String::new(),
            digest: String::new(),
            approval: pending(sheet).first().copied(),
            by_link: true,
            dooms: false,
        },
        Rule::TaskAssigned => {
            let task = tasks(sheet).into_iter().find(|it| it.task.assignee_id.is_some());
            Event::TaskAssigned {
                title: task.map_or_else(|| "Task".to_owned(), |it| it.task.title.clone()),
                before: String::new(),
                after: task.and_then(|it| it.assignee.clone()).unwrap_or_default(),
                task: task.map(|it| it.task.id),
                assignee: task.and_then(|it| it.task.assignee_id),
            }
        }
        Rule::TaskReady => {
            let tasks = tasks(sheet);
            Event::TasksReady { tasks: tasks.iter().map(|it| it.task.id).collect(), titles: tasks.iter().map(|it| it.task.title.clone()).collect() }
        }
        Rule::ChangesAuthorised => Event::ChangesAllAuthorised { count: sheet.changes.len() },
        Rule::ChangesImplemented => Event::ChangesAllImplemented { count: sheet.changes.len() },
        Rule::WindowMoved => Event::RecordEdited { section: "Window".into(), fields: moved() },
        Rule::DeploymentDone => {
            Event::ConfirmationRecorded { subject: Confirmation::DeploymentDone, outcome: Outcome::Passed, note: String::new(), link: String::new() }
        }
        Rule::ExitProposed | Rule::ExitEndangered | Rule::HandoverAsked | Rule::HandoverSettled | Rule::SurveyClosed | Rule::FollowUpAssigned => {
            Event::Aftercare(aftercare(rule, sheet)?)
        }
        Rule::ApprovalReminded | Rule::DueSoon | Rule::DeadlineMissed | Rule::DeadlineEscalated | Rule::DeadlineRepeated | Rule::Delegation | Rule::Account => {
            return None;
        }
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds of news are made by the function above")]
fn aftercare(rule: Rule, sheet: &Sheet) -> Option<Aftercare> {
    let offered = sheet.handover.as_ref();
    let (handover, group) = offered.map_or((HandoverId(0), GroupId(0)), |it| (it.handover.id, it.handover.group_id));
    let group_name = offered.map_or_else(|| "the group that is asked".to_owned(), |it| it.group.clone());
    let note = String::new();
    Some(match rule {
        Rule::ExitProposed => Aftercare::ExitProposed { days: 1 },
        Rule::ExitEndangered => Aftercare::ExitEndangered { metric: "A metric".into(), until: sheet.full.record.phase_due_at },
        Rule::HandoverAsked => Aftercare::HandoverAsked { handover, group, group_name, note },
        Rule::HandoverSettled => {
            let asked_by = offered.map_or(sheet.full.record.owner_id, |it| it.handover.asked_by);
            Aftercare::HandoverAnswered { handover, state: HandoverState::Accepted, group_name, note, by_link: false, asked_by }
        }
        Rule::SurveyClosed => Aftercare::SurveyClosed { survey: SurveyId(0), title: "Survey".into(), answered: 0, invited: 0 },
        Rule::FollowUpAssigned => {
            let action = sheet.follow_ups.iter().map(|it| &it.action).find(|it| it.assignee_id.is_some());
            Aftercare::FollowUpAdded {
                follow_up: action.map_or(FollowUpId(0), |it| it.id),
                title: action.map_or_else(|| "Follow-up action".to_owned(), |it| it.title.clone()),
                assignee: action.and_then(|it| it.assignee_id),
            }
        }
        _ => return None,
    })
}

/// Whether an audience stands for somebody: nobody is asked to accept what was not offered.
pub fn is_there(audience: &Audience) -> bool {
    !matches!(audience, Audience::Receivers(HandoverId(0), _))
}

/// The phase before the present one.
fn before(sheet: &Sheet) -> String {
    let workflow = &sheet.full.workflow;
    let at = workflow.position(&sheet.full.record.phase).and_then(|it| it.checked_sub(1));
    at.and_then(|it| workflow.phases.get(it)).map(|it| it.name.clone()).unwrap_or_default()
}

fn backed_out_to(sheet: &Sheet) -> String {
    let workflow = &sheet.full.workflow;
    let leads = workflow.phases.iter().flat_map(|it| &it.transitions).find(|it| it.kind == TransitionKind::BackOut);
    leads.and_then(|it| workflow.phase(&it.to)).map_or_else(|| "Back-out".to_owned(), |it| it.name.clone())
}

/// The step that is asked now, or that the phase would ask first.
fn step(sheet: &Sheet) -> String {
    let asked = pending(sheet);
    let open = sheet.round().into_iter().flat_map(|it| &it.steps).find(|it| it.approvals.iter().any(|(it, _)| asked.contains(&it.id)));
    let planned = || sheet.full.phase().ok()?.approvals.first().map(|it| it.name.clone());
    open.map(|it| it.step.name.clone()).or_else(planned).unwrap_or_else(|| "Approval".to_owned())
}

/// What is still to be done in the phase.
fn tasks(sheet: &Sheet) -> Vec<&Named> {
    sheet.tasks.iter().filter(|it| it.task.phase == sheet.full.record.phase && !it.task.state.is_settled()).collect()
}

fn moved() -> Vec<FieldChange> {
    let change = |field: &str| FieldChange { field: field.into(), before: "the time that it had before".into(), after: String::new() };
    vec![change("Planned start"), change("Planned end")]
}
