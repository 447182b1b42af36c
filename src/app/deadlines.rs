//! The sweep: tells what is due soon, missed, or missed for long, and notes how far each deadline has come.

use super::Result;
use crate::domain::deadlines::{Matter, People, Stage, Subject, Telling, is_asked};
use crate::domain::ids::{ApprovalId, FollowUpId, SurveyId, TaskId, UserId};
use crate::domain::notices::Why;
use crate::store::deadlines::{self, Around, Due, Facts};
use crate::store::notices::{self, NewNotice};
use crate::store::{Tx, audience, calendars};

/// Sees to up to `limit` deadlines whose next stage has come, in one transaction and a fixed number of statements. Returns how many there were.
/// Several may sweep at once: each takes what no other holds.
pub fn sweep(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let due = deadlines::claim(tx, limit)?;
    if due.is_empty() {
        return Ok(0);
    }
    let known = calendars::known(tx.conn)?;
    let (mut told, mut advanced) = (Vec::new(), Vec::with_capacity(due.len()));
    for it in &due {
        let turn = it.deadline().turn(usize::try_from(it.occurrence).unwrap_or_default(), tx.now, known.get(it.calendar_id));
        advanced.push((it, i32::try_from(turn.behind).unwrap_or(i32::MAX), turn.next_at));
        told.extend(turn.tell.map(|stage| (it, stage)));
    }
    let new = notices_of(tx, &due, &told)?;
    notices::add_all(tx, &new)?;
    deadlines::advance(tx, &advanced)?;
    Ok(due.len())
}

fn notices_of(tx: &mut Tx<'_>, due: &[Due], told: &[(&Due, Stage)]) -> Result<Vec<NewNotice>> {
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let facts = Facts::load(tx.conn, due, tx.now)?;
    let mut heard: Vec<(&Due, Stage, Matter, UserId, Why)> = Vec::new();
    for (it, stage) in told {
        let Some((matter, people)) = around(&facts, it) else { continue };
        heard.extend(people.told(*stage).into_iter().map(|(user, why)| (*it, *stage, matter.clone(), user, why)));
    }
    let readers: Vec<UserId> = heard.iter().map(|(.., user, _)| *user).collect();
    let zones = audience::zones(tx.conn, &readers)?;
    let notice = |(due, stage, matter, user, why): (&Due, Stage, Matter, UserId, Why)| {
        let zone = zones.get(&user).copied().unwrap_or_default();
        let telling = Telling { matter: &matter, deadline: due.deadline(), stage, now: tx.now };
        NewNotice {
            rule: stage.rule(),
            record: due.record_id,
            occurrence: occurrence(&facts, due, stage, why),
            user,
            why,
            headline: telling.headline(why, zone),
            facts: telling.facts(why, zone),
            path: telling.path(why),
            approval: telling.approval(why),
            handover: None,
        }
    };
    Ok(heard.into_iter().map(notice).collect())
}

/// What tells a notice apart from others. Whoever is asked decides each approval; all others hear of a step once, however many are asked in it.
fn occurrence(facts: &Facts, due: &Due, stage: Stage, why: Why) -> String {
    let step = match due.subject {
        Subject::Approval if !is_asked(why) => facts.steps.get(&ApprovalId(due.subject_id)),
        Subject::Approval
        | Subject::Phase
        | Subject::Task
        | Subject::PlannedStart
        | Subject::PlannedEnd
        | Subject::FollowUp
        | Subject::Survey
        | Subject::PolicyReview => None,
    };
    step.map_or_else(|| due.occurrence_of(stage), |(step, _)| due.occurrence_of_step(*step, stage))
}

/// What a deadline is about, and who is around it; none if that is gone.
fn around(facts: &Facts, due: &Due) -> Option<(Matter, People)> {
    let Some(record) = due.record_id else { return Some(review(facts)) };
    let record = facts.record(record)?;
    let (name, phase) = match due.subject {
        Subject::Phase | Subject::PlannedStart | Subject::PlannedEnd | Subject::PolicyReview => (record.phase_name.as_str(), record.phase.as_str()),
        Subject::Task => facts.tasks.get(&TaskId(due.subject_id)).map(|(title, phase)| (title.as_str(), phase.as_str()))?,
        Subject::FollowUp => (facts.follow_ups.get(&FollowUpId(due.subject_id)).map(|(title, _)| title.as_str())?, record.phase.as_str()),
        Subject::Survey => (facts.surveys.get(&SurveyId(due.subject_id)).map(String::as_str)?, record.phase.as_str()),
        Subject::Approval => (facts.steps.get(&ApprovalId(due.subject_id)).map(|(_, name)| name.as_str())?, record.phase.as_str()),
    };
    let matter = Matter {
        kind: Some(record.kind),
        number: record.kind.number(record.id),
        record: record.identifier.clone().unwrap_or_else(|| record.title.clone()),
        page: page(due, record),
        name: name.to_owned(),
        task: (due.subject == Subject::Task).then_some(TaskId(due.subject_id)),
        approval: (due.subject == Subject::Approval).then_some(ApprovalId(due.subject_id)),
    };
    let mut responsible = responsible(facts, due);
    if responsible.is_empty() {
        responsible.push(record.coordinator_id.map_or((record.owner_id, Why::Owner), |it| (it, Why::Coordinator)));
    }
    let people = People {
        responsible,
        owner: Some(record.owner_id),
        coordinator: record.coordinator_id,
        watchers: facts.watchers(record.id),
        group: facts.group_of(record, phase),
        managers: facts.managers.clone(),
    };
    Some((matter, people))
}

/// The policy, which those who shape the process look at again.
fn review(facts: &Facts) -> (Matter, People) {
    let matter = Matter { kind: None, number: String::new(), record: String::new(), page: "/policy".into(), name: String::new(), task: None, approval: None };
    let managers = facts.managers.iter().map(|it| (*it, Why::Manager));
    let administrators = facts.administrators.iter().map(|it| (*it, Why::Administrator));
    (matter, People { responsible: managers.chain(administrators).collect(), managers: facts.managers.clone(), ..People::default() })
}

fn page(due: &Due, record: &Around) -> String {
    match due.subject {
        Subject::FollowUp => format!("/records/{}/review#follow-up-{}", record.id, due.subject_id),
        Subject::Survey => format!("/surveys/{}", due.subject_id),
        Subject::Phase | Subject::Task | Subject::Approval | Subject::PlannedStart | Subject::PlannedEnd | Subject::PolicyReview => {
            format!("{}/{}", record.kind.path(), record.id)
        }
    }
}

/// Who does it, or whose answer is awaited; nobody if that is not said.
fn responsible(facts: &Facts, due: &Due) -> Vec<(UserId, Why)> {
    match due.subject {
        Subject::Task => {
            let doers = facts.doers.iter().filter(|it| it.task.0 == due.subject_id);
            doers.map(|it| (it.user, if it.by_group { Why::Group } else { Why::Assignee })).collect()
        }
        Subject::Approval => {
            let asked = facts.asked.iter().filter(|it| it.approval.0 == due.subject_id);
            asked.map(|it| (it.user, if it.stands_in_for.is_some() { Why::Substitute } else { Why::Approver })).collect()
        }
        Subject::FollowUp => {
            let assignee = facts.follow_ups.get(&FollowUpId(due.subject_id)).and_then(|(_, assignee)| *assignee);
            assignee.into_iter().map(|it| (it, Why::Assignee)).collect()
        }
        Subject::Phase | Subject::PlannedStart | Subject::PlannedEnd | Subject::Survey | Subject::PolicyReview => Vec::new(),
    }
}
