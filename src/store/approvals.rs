//! Approval rounds, their steps, and who was asked in them.

mod inbox;

pub use inbox::{Inbox, inbox};

use super::Tx;
use super::schema::{approval_contents, approval_rounds, approval_steps, approvals, users};
use crate::domain::approvals::{ApprovalState, Content, DenialReason, RoundState, Rule, RuleWord, StepState, Tally, Verdict};
use crate::domain::ids::{ApprovalId, RecordId, RoundId, StepId, UserId};
use crate::domain::workflows::Covered;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error;
use std::collections::BTreeMap;

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = approval_rounds, check_for_backend(diesel::pg::Pg))]
pub struct Round {
    pub id: RoundId,
    pub record_id: RecordId,
    pub phase: String,
    pub visit: i32,
    pub state: RoundState,
    pub opened_at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = approval_steps, check_for_backend(diesel::pg::Pg))]
pub struct Step {
    pub id: StepId,
    pub round_id: RoundId,
    pub position: i32,
    pub name: String,
    #[diesel(column_name = rule)]
    pub rule_word: RuleWord,
    pub percent: Option<i32>,
    pub covers: Vec<Option<Covered>>,
    pub state: StepState,
    pub digest: String,
    pub revision: i32,
    /// Working days that its approvers have, once it is open.
    pub days: i32,
    pub opened_at: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub settled_at: Option<DateTime<Utc>>,
    /// Whether those who run the record may decide in it.
    pub own_may_decide: bool,
}

impl Step {
    pub fn is_late(&self, now: &DateTime<Utc>) -> bool {
        self.state == StepState::Open && self.due_at.is_some_and(|due| due < *now)
    }

    pub fn rule(&self) -> Rule {
        Rule::of_row(self.rule_word, self.percent)
    }

    pub fn covers(&self) -> Vec<Covered> {
        self.covers.iter().copied().flatten().collect()
    }
}

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = approvals, check_for_backend(diesel::pg::Pg))]
pub struct Approval {
    pub id: ApprovalId,
    pub step_id: StepId,
    pub record_id: RecordId,
    pub approver_id: UserId,
    pub asked_as: String,
    pub state: ApprovalState,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<DateTime<Utc>>,
    pub reason: Option<DenialReason>,
    pub comment: String,
    pub seen_digest: Option<String>,
    /// Decided from the mail, without signing in.
    pub by_link: bool,
    /// Since when the answer is awaited.
    pub pending_at: Option<DateTime<Utc>>,
    /// In whose place this person was asked.
    pub replaces_id: Option<ApprovalId>,
}

/// A step with those asked in it and their names.
#[derive(Debug, Clone)]
pub struct Asked {
    pub step: Step,
    pub approvals: Vec<(Approval, String)>,
    /// The names of those who decided in an approver's place.
    pub substitutes: BTreeMap<UserId, String>,
}

impl Asked {
    /// Who was asked in the place of this one.
    pub fn replacement(&self, id: &ApprovalId) -> Option<&str> {
        self.approvals.iter().find(|(it, _)| it.replaces_id == Some(*id)).map(|(_, name)| name.as_str())
    }

    /// Who decided in the approver's place.
    pub fn decider(&self, approval: &Approval) -> Option<&str> {
        let substitute = approval.decided_by.filter(|it| *it != approval.approver_id)?;
        self.substitutes.get(&substitute).map(String::as_str)
    }

    pub fn tally(&self) -> Tally {
        Tally::of(self.approvals.iter().map(|(it, _)| it.state))
    }

    /// Whether it is open, though it can be approved no more.
    pub fn is_doomed(&self) -> bool {
        let (rule, tally) = (self.step.rule(), self.tally());
        rule.verdict(tally) == Verdict::Open && !rule.may_still_approve(tally)
    }

    pub fn is_denied(&self) -> bool {
        self.step.rule().verdict(self.tally()) == Verdict::Denied
    }

    /// Whether it is denied, or will be.
    pub fn is_lost(&self) -> bool {
        self.is_denied() || self.is_doomed()
    }

    /// Who denied, in whose place if not their own, and why.
    pub fn denials(&self) -> impl Iterator<Item = (String, &Approval)> {
        let denied = self.approvals.iter().filter(|(it, _)| it.state == ApprovalState::Denied);
        denied.map(|(it, name)| (self.decider(it).map_or_else(|| name.clone(), |by| format!("{by} for {name}")), it))
    }

    /// In whose place this one was asked.
    pub fn replaced(&self, approval: &Approval) -> Option<&str> {
        self.approvals.iter().find(|(it, _)| Some(it.id) == approval.replaces_id).map(|(_, name)| name.as_str())
    }
}

/// A round with its steps in order.
#[derive(Debug, Clone)]
pub struct FullRound {
    pub round: Round,
    pub steps: Vec<Asked>,
}

/// All rounds of a record, the newest first, in three queries.
pub fn rounds(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<FullRound>> {
    let rounds = Round::query().filter(approval_rounds::record_id.eq(record)).order(approval_rounds::id.desc()).limit(20).load(conn)?;
    with_steps(conn, rounds)
}

pub fn find_round(conn: &mut PgConnection, id: RoundId) -> QueryResult<FullRound> {
    let round = Round::query().filter(approval_rounds::id.eq(id)).first(conn)?;
    with_steps(conn, vec![round])?.pop().ok_or(Error::NotFound)
}

fn with_steps(conn: &mut PgConnection, rounds: Vec<Round>) -> QueryResult<Vec<FullRound>> {
    let ids: Vec<RoundId> = rounds.iter().map(|it| it.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let steps = Step::query().filter(approval_steps::round_id.eq_any(&ids)).order((approval_steps::position, approval_steps::id)).load(conn)?;
    let step_ids: Vec<StepId> = steps.iter().map(|it| it.id).collect();
    let mut asked: Vec<(Approval, String)> = approvals::table
        .inner_join(users::table.on(users::id.eq(approvals::approver_id)))
        .filter(approvals::step_id.eq_any(step_ids))
        .order(users::name)
        .select((Approval::as_select(), users::name))
        .load(conn)?;
    let others: Vec<UserId> = asked.iter().filter_map(|(it, _)| it.decided_by.filter(|by| *by != it.approver_id)).collect();
    let substitutes: BTreeMap<UserId, String> = if others.is_empty() {
        BTreeMap::new()
    } else {
        users::table.filter(users::id.eq_any(others)).select((users::id, users::name)).load::<(UserId, String)>(conn)?.into_iter().collect()
    };
    let mut of_step = |step: Step| {
        let (approvals, rest) = std::mem::take(&mut asked).into_iter().partition(|(it, _)| it.step_id == step.id);
        asked = rest;
        Asked { step, approvals, substitutes: substitutes.clone() }
    };
    let mut all: Vec<Asked> = steps.into_iter().map(&mut of_step).collect();
    let full = rounds.into_iter().map(|round| {
        let (steps, rest) = std::mem::take(&mut all).into_iter().partition(|it| it.step.round_id == round.id);
        all = rest;
        FullRound { round, steps }
    });
    Ok(full.collect())
}

pub fn newest_round(conn: &mut PgConnection, record: RecordId) -> QueryResult<Option<RoundId>> {
    approval_rounds::table.filter(approval_rounds::record_id.eq(record)).select(diesel::dsl::max(approval_rounds::id)).first(conn)
}

pub fn open_round(tx: &mut Tx<'_>, record: RecordId, phase: &str, visit: i32) -> QueryResult<RoundId> {
    diesel::insert_into(approval_rounds::table)
        .values((
            approval_rounds::record_id.eq(record),
            approval_rounds::phase.eq(phase),
            approval_rounds::visit.eq(visit),
            approval_rounds::state.eq(RoundState::Open),
            approval_rounds::opened_at.eq(tx.now),
            approval_rounds::opened_by.eq(tx.actor.id),
        ))
        .returning(approval_rounds::id)
        .get_result(tx.conn)
}

pub struct NewStep<'a> {
    pub position: i32,
    pub name: &'a str,
    pub rule: Rule,
    pub covers: &'a [Covered],
    pub digest: &'a str,
    pub days: i32,
    pub asked_as: &'a str,
    pub approvers: &'a [UserId],
    pub own_may_decide: bool,
}

/// A step and those asked in it. Both wait; settling the round opens the first ones.
pub fn add_step(tx: &mut Tx<'_>, record: RecordId, round: RoundId, new: &NewStep<'_>) -> QueryResult<()> {
    let covers: Vec<Option<Covered>> = new.covers.iter().copied().map(Some).collect();
    let step: StepId = diesel::insert_into(approval_steps::table)
        .values((
            approval_steps::round_id.eq(round),
            approval_steps::record_id.eq(record),
            approval_steps::position.eq(new.position),
            approval_steps::name.eq(new.name),
            approval_steps::rule.eq(new.rule.word()),
            approval_steps::percent.eq(new.rule.percent()),
            approval_steps::covers.eq(covers),
            approval_steps::state.eq(StepState::Waiting),
            approval_steps::digest.eq(new.digest),
            approval_steps::days.eq(new.days),
            approval_steps::own_may_decide.eq(new.own_may_decide),
        ))
        .returning(approval_steps::id)
        .get_result(tx.conn)?;
    let rows: Vec<_> = new
        .approvers
        .iter()
        .map(|approver| {
            (
                approvals::step_id.eq(step),
                approvals::record_id.eq(record),
                approvals::approver_id.eq(*approver),
                approvals::asked_as.eq(new.asked_as),
                approvals::state.eq(ApprovalState::Waiting),
            )
        })
        .collect();
    diesel::insert_into(approvals::table).values(rows).execute(tx.conn)?;
    Ok(())
}

/// Takes a step into another round, or to another place in its own; the answers in it, and the links to them, stay good.
pub fn take_over(tx: &mut Tx<'_>, step: StepId, round: RoundId, position: i32) -> QueryResult<()> {
    diesel::update(approval_steps::table.find(step)).set((approval_steps::round_id.eq(round), approval_steps::position.eq(position))).execute(tx.conn)?;
    Ok(())
}

/// Keeps what approvers are shown, under its digest.
pub fn keep_content(tx: &mut Tx<'_>, record: RecordId, content: &Content) -> QueryResult<String> {
    let digest = content.digest();
    let value = serde_json::to_value(content).map_err(|cause| Error::SerializationError(cause.into()))?;
    diesel::insert_into(approval_contents::table)
        .values((
            approval_contents::record_id.eq(record),
            approval_contents::digest.eq(&digest),
            approval_contents::content.eq(value),
            approval_contents::at.eq(tx.now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(digest)
}

pub fn content(conn: &mut PgConnection, record: RecordId, digest: &str) -> QueryResult<Content> {
    let value: serde_json::Value = approval_contents::table.find((record, digest)).select(approval_contents::content).first(conn)?;
    serde_json::from_value(value).map_err(|cause| Error::DeserializationError(cause.into()))
}

pub fn set_digest(tx: &mut Tx<'_>, step: StepId, digest: &str) -> QueryResult<()> {
    diesel::update(approval_steps::table.find(step))
        .set((approval_steps::digest.eq(digest), approval_steps::revision.eq(approval_steps::revision + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Takes a step into a state. With `due`, its time counts from now and ends then; without, it has what time it had.
pub fn set_step(tx: &mut Tx<'_>, step: &Step, state: StepState, due: Option<DateTime<Utc>>) -> QueryResult<()> {
    let opened_at = step.opened_at.or((state == StepState::Open).then_some(tx.now));
    let settled_at = matches!(state, StepState::Approved | StepState::Denied | StepState::NotNeeded).then_some(tx.now);
    diesel::update(approval_steps::table.find(step.id))
        .set((
            approval_steps::state.eq(state),
            approval_steps::opened_at.eq(opened_at),
            approval_steps::due_at.eq(due.or(step.due_at)),
            approval_steps::settled_at.eq(settled_at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_round(tx: &mut Tx<'_>, round: RoundId, state: RoundState) -> QueryResult<()> {
    let settled_at = (state != RoundState::Open).then_some(tx.now);
    diesel::update(approval_rounds::table.find(round)).set((approval_rounds::state.eq(state), approval_rounds::settled_at.eq(settled_at))).execute(tx.conn)?;
    Ok(())
}

/// Takes approvals that nobody has decided from one state to another.
pub fn set_undecided(tx: &mut Tx<'_>, step: StepId, from: &[ApprovalState], to: ApprovalState) -> QueryResult<()> {
    let pending_at = (to == ApprovalState::Pending).then_some(tx.now);
    diesel::update(approvals::table.filter(approvals::step_id.eq(step)).filter(approvals::state.eq_any(from.to_vec())))
        .set((approvals::state.eq(to), approvals::pending_at.eq(pending_at)))
        .execute(tx.conn)?;
    Ok(())
}

pub struct Decision<'a> {
    pub state: ApprovalState,
    pub reason: Option<DenialReason>,
    pub comment: &'a str,
    pub seen_digest: &'a str,
    /// From the mail, without signing in.
    pub by_link: bool,
}

pub fn decide(tx: &mut Tx<'_>, id: ApprovalId, decision: &Decision<'_>) -> QueryResult<()> {
    diesel::update(approvals::table.find(id))
        .set((
            approvals::state.eq(decision.state),
            approvals::decided_by.eq(tx.actor.id),
            approvals::decided_at.eq(tx.now),
            approvals::reason.eq(decision.reason),
            approvals::comment.eq(decision.comment),
            approvals::seen_digest.eq(decision.seen_digest),
            approvals::by_link.eq(decision.by_link),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// [`undecide`], and their time to answer begins anew.
pub fn ask_anew(tx: &mut Tx<'_>, id: ApprovalId) -> QueryResult<()> {
    undecide(tx, id)?;
    diesel::update(approvals::table.find(id)).set(approvals::pending_at.eq(tx.now)).execute(tx.conn)?;
    Ok(())
}

/// Back to pending. What was seen is kept, so that the page can say what changed since.
pub fn undecide(tx: &mut Tx<'_>, id: ApprovalId) -> QueryResult<()> {
    diesel::update(approvals::table.find(id))
        .set((
            approvals::state.eq(ApprovalState::Pending),
            approvals::by_link.eq(false),
            approvals::decided_by.eq(None::<UserId>),
            approvals::decided_at.eq(None::<DateTime<Utc>>),
            approvals::reason.eq(None::<DenialReason>),
            approvals::comment.eq(""),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// For good, in this round; the decision, if there was one, does not count.
pub fn exclude(tx: &mut Tx<'_>, id: ApprovalId) -> QueryResult<()> {
    undecide(tx, id)?;
    diesel::update(approvals::table.find(id)).set(approvals::state.eq(ApprovalState::Excluded)).execute(tx.conn)?;
    Ok(())
}

/// Asks somebody else in the place of one whose answer is not given: in the same step, from the same state.
pub fn replace(tx: &mut Tx<'_>, old: &Approval, to: UserId) -> QueryResult<ApprovalId> {
    exclude(tx, old.id)?;
    diesel::insert_into(approvals::table)
        .values((
            approvals::step_id.eq(old.step_id),
            approvals::record_id.eq(old.record_id),
            approvals::approver_id.eq(to),
            approvals::asked_as.eq(&old.asked_as),
            approvals::state.eq(old.state),
            approvals::pending_at.eq((old.state == ApprovalState::Pending).then_some(tx.now)),
            approvals::replaces_id.eq(old.id),
        ))
        .returning(approvals::id)
        .get_result(tx.conn)
}

pub fn find(conn: &mut PgConnection, id: ApprovalId) -> QueryResult<(Approval, RoundId)> {
    approvals::table.inner_join(approval_steps::table).filter(approvals::id.eq(id)).select((Approval::as_select(), approval_steps::round_id)).first(conn)
}
