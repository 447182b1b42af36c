//! The post-implementation review of a release: point by point, from what is known.

use super::context::unchanged;
use super::error::FormErrors;
use super::records::{lock_open, moving};
use super::sheet::Sheet;
use super::{Error, Result, approvals};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::follow_ups::FollowUpState;
use crate::domain::ids::RecordId;
use crate::domain::records::RecordKind;
use crate::domain::refusals::Refusal;
use crate::domain::requirements::{Confirmation, Outcome};
use crate::domain::reviews::{History, Point, PointOutcome, Scores};
use crate::domain::tasks::TaskState;
use crate::domain::workflows::{PhaseKind, Section};
use crate::store::confirmations;
use crate::store::records;
use crate::store::related::RelatedChange;
use crate::store::reviews::{self, Draft, Written};
use crate::store::{PgConnection, Tx, events, results, users};
use diesel::QueryResult;

/// What is vouched for on an RFC, and tells how it went.
const OF_CHANGES: [Confirmation; 2] = [Confirmation::ImplementationDone, Confirmation::VerificationPassed];

/// Writes what the review says about one point. Whoever wrote about it meanwhile is not overwritten.
pub fn write(tx: &mut Tx<'_>, id: RecordId, point: Point, seen: i32, draft: &Draft) -> Result<()> {
    let full = lock_open(tx, id, moving)?;
    if full.record.kind != RecordKind::Release {
        return Err(Error::NotFound);
    }
    if !full.phase()?.shows(Section::Review) {
        return Err(Refusal::ReviewNotBegun.into());
    }
    let before = reviews::list(tx.conn, id)?.into_iter().find(|it| it.point == point);
    unchanged(before.as_ref().map_or(0, |it| it.version), seen)?;
    if draft.outcome.is_some() && draft.finding.is_empty() {
        return Err(FormErrors::of("finding", "Say what was found, be it a few words.").into());
    }
    let owner = match draft.owner_id {
        Some(user) => users::active_name(tx.conn, user)?.ok_or_else(|| FormErrors::of("owner", "This person cannot be chosen any more."))?,
        None => String::new(),
    };
    let fields = changes(before.as_ref(), draft, owner);
    if fields.is_empty() {
        return Ok(());
    }
    reviews::write(tx, id, point, draft)?;
    records::touch(tx, id)?;
    events::record(tx, id, &Event::Aftercare(Aftercare::ReviewPointRecorded { point, fields }))?;
    approvals::refresh(tx, id)
}

fn changes(before: Option<&Written>, draft: &Draft, owner: String) -> Vec<FieldChange> {
    let text = |of: fn(&Written) -> &str| before.map_or("", of);
    let pairs = [
        FieldChange::between("Outcome", before.and_then(|it| it.outcome).map_or("", PointOutcome::label), draft.outcome.map_or("", PointOutcome::label)),
        FieldChange::between("Owner", text(|it| it.owner.as_deref().unwrap_or_default()), owner),
        FieldChange::between("Finding", text(|it| &it.finding), &draft.finding),
        FieldChange::between("Evidence", text(|it| &it.evidence), &draft.evidence),
    ];
    pairs.into_iter().flatten().collect()
}

/// What is known of a release when it is reviewed, in a fixed number of queries.
pub fn history(conn: &mut PgConnection, sheet: &Sheet) -> QueryResult<History> {
    let record = &sheet.full.record;
    let named = |user: &str, of: &crate::store::waivers::Waiver| (of.requirement.label().to_owned(), user.to_owned(), of.reason.clone());
    let tasks = |state: TaskState| sheet.tasks.iter().filter(move |it| it.task.state == state);
    let deployed = |it: &&crate::store::confirmations::Confirmed| it.subject == Confirmation::DeploymentDone && it.outcome == Outcome::Passed;
    let handover = reviews::handed(conn, record.id)?;
    let vouched = confirmations::newest(conn, &sheet.changes.iter().map(|it| it.id).collect::<Vec<_>>(), &OF_CHANGES)?;
    let results = |it: &RelatedChange| {
        let said = OF_CHANGES.iter().filter_map(|subject| Some((subject, vouched.get(&(it.id, *subject))?)));
        said.map(|(subject, outcome)| format!("{}: {}", subject.label(), outcome.label().to_lowercase())).collect::<Vec<_>>()
    };
    Ok(History {
        late_phases: late_phases(sheet),
        setbacks: setbacks(sheet),
        waivers: sheet.waivers.iter().map(|it| named(&it.by, it)).collect(),
        failed_tasks: tasks(TaskState::Failed).map(|it| it.task.title.clone()).collect(),
        skipped_tasks: tasks(TaskState::Skipped).map(|it| (it.task.title.clone(), it.task.note.clone())).collect(),
        open_tasks: sheet.tasks.iter().filter(|it| it.task.state.is_open()).map(|it| it.task.title.clone()).collect(),
        planned: record.planned_start.zip(record.planned_end),
        deployed_at: sheet.confirmations.iter().find(deployed).map(|it| it.at),
        changes: sheet.changes.iter().map(|it| (format!("{} “{}”", it.number(), it.title), result_of(it, &results(it)))).collect(),
        issues: reviews::issues(conn, record.id)?,
        known_errors: reviews::known_errors(conn, record.id)?,
        metrics: sheet.exit().courses.into_iter().map(|it| (it.name, it.row >= it.days)).collect(),
        handover,
        surveys: results::summary(conn, record.id)?.into_iter().map(scores).collect(),
    })
}

/// The figures of a closed survey.
pub(super) fn scores(it: results::Summary) -> Scores {
    Scores { csat: it.ratings.csat(), nps: it.recommendations.nps(), title: it.title, invited: it.invited, answered: it.answered }
}

/// What an RFC came to: `closed; implementation done: passed`.
fn result_of(change: &RelatedChange, vouched: &[String]) -> String {
    std::iter::once(state_of(change)).chain(vouched.iter().cloned()).collect::<Vec<_>>().join("; ")
}

fn state_of(change: &RelatedChange) -> String {
    if change.state == crate::domain::records::RecordState::Open { format!("in {}", change.phase_name) } else { change.state.label().to_lowercase() }
}

fn late_phases(sheet: &Sheet) -> Vec<(String, chrono::Duration)> {
    let late = |it: &crate::store::visits::Visit| it.left_at.zip(it.due_at).filter(|(left, due)| left > due).map(|(left, due)| (it.name.clone(), left - due));
    sheet.visits.iter().filter_map(late).collect()
}

/// Phases after which the record stood further back than before, or beside the way.
fn setbacks(sheet: &Sheet) -> Vec<String> {
    let workflow = &sheet.full.workflow;
    let back = |pair: &[crate::store::visits::Visit]| match pair {
        [before, after] => {
            let aside = workflow.phase(&after.phase).is_some_and(|it| it.kind == PhaseKind::Side);
            let from_aside = workflow.phase(&before.phase).is_some_and(|it| it.kind == PhaseKind::Side);
            let behind = workflow.position(&after.phase) <= workflow.position(&before.phase);
            ((aside || behind) && !from_aside).then(|| before.name.clone())
        }
        _ => None,
    };
    sheet.visits.windows(2).filter_map(back).collect()
}

/// What a release came to, for those who are told that it is closed: label and text.
pub fn summary(conn: &mut PgConnection, sheet: &Sheet) -> QueryResult<Vec<(String, String)>> {
    if sheet.full.release.is_none() {
        return Ok(Vec::new());
    }
    let known = history(conn, sheet)?;
    let points = |outcome: PointOutcome| sheet.review.iter().filter(|it| it.outcome == Some(outcome)).count();
    let in_order = points(PointOutcome::Met) + points(PointOutcome::NotApplicable);
    let settled = |state: FollowUpState| sheet.follow_ups.iter().filter(|it| it.action.state == state).count();
    let mut summary = vec![("Review".to_owned(), format!("{in_order} of {} points in order", Point::ALL.len()))];
    if !sheet.follow_ups.is_empty() {
        summary.push(("Follow-up actions".to_owned(), format!("{} done, {} handed on", settled(FollowUpState::Done), settled(FollowUpState::HandedOn))));
    }
    let say = |point: Point, label: &str| {
        let said: Vec<String> = known.known(sheet.full.calendar.zone()).into_iter().filter(|(it, _)| *it == point).map(|(_, said)| said).collect();
        (label.to_owned(), said.join(" "))
    };
    summary.extend([say(Point::Feedback, "Feedback"), say(Point::Performance, "Dates"), say(Point::Incidents, "Incidents")]);
    Ok(summary)
}
