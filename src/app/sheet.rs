//! A record with everything its page shows and its rules look at, loaded in a fixed number of queries.

use super::early_life::{EarlyLife, day_of};
use super::phases::asked_for;
use super::reviews::scores;
use crate::domain::approvals::{ApprovalState, RoundState, StepState};
use crate::domain::delegations::last_day;
use crate::domain::early_life::{Exit, IssueState};
use crate::domain::follow_ups::{FollowUpState, names};
use crate::domain::handovers::{Handover, Request, day};
use crate::domain::ids::{ItemId, RecordId, UserId};
use crate::domain::readiness::{ChangeFact, Check, Facts, Review, Round, readiness};
use crate::domain::records::{RecordKind, risk};
use crate::domain::requirements::Requirement;
use crate::domain::reviews::{Point, lack};
use crate::domain::tasks::Predecessors;
use crate::domain::workflows::{Phase, Section, Transition};
use crate::store::approvals::{self, Asked, FullRound};
use crate::store::confirmations::{self, Confirmed};
use crate::store::delegations::{self, Away};
use crate::store::early_life::issues::{self, Issue};
use crate::store::early_life::known_errors::{self, KnownError};
use crate::store::handovers;
use crate::store::handovers::items::Item;
use crate::store::records::{self, Full};
use crate::store::related::{self, RelatedChange};
use crate::store::reviews::{self, Written};
use crate::store::tasks::{self, Named};
use crate::store::users::Person;
use crate::store::visits::{self, Visit};
use crate::store::waivers::{self, Waiver};
use crate::store::{follow_ups, items, results, watchers};
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::pg::PgConnection;
use std::collections::BTreeMap;

pub struct Sheet {
    pub full: Full,
    pub changes: Vec<RelatedChange>,
    pub items: Vec<(ItemId, String)>,
    pub tasks: Vec<Named>,
    pub predecessors: Predecessors,
    pub confirmations: Vec<Confirmed>,
    pub waivers: Vec<Waiver>,
    pub rounds: Vec<FullRound>,
    pub visits: Vec<Visit>,
    pub watchers: Vec<Person>,
    /// What the review says so far, and what remains to be done; where the phase asks for it.
    pub review: Vec<Written>,
    pub follow_ups: Vec<follow_ups::Named>,
    /// Surveys that can still be answered, and those that were never opened.
    pub open_surveys: Vec<String>,
    pub draft_surveys: Vec<String>,
    /// What closed surveys came to, each as a sentence.
    pub feedback: Vec<String>,
    pub issues: Vec<Issue>,
    pub known_errors: Vec<KnownError>,
    /// The checklist of the handover, and what was asked last in this visit.
    pub checklist: Vec<Item>,
    pub handover: Option<handovers::Named>,
    /// Who of those that are asked now is away, once [`Sheet::note_absences`] has looked.
    pub away: BTreeMap<UserId, Away>,
    /// Where the phase shows it.
    pub early_life: EarlyLife,
    /// When it is looked at, once that is said: until then no reading is too old.
    pub now: Option<DateTime<Utc>>,
}

impl Sheet {
    pub fn load(conn: &mut PgConnection, id: RecordId) -> QueryResult<Sheet> {
        let full = records::full(conn, id)?;
        Sheet::around(conn, full)
    }

    /// What surrounds a record that is loaded already, and perhaps locked.
    pub fn around(conn: &mut PgConnection, full: Full) -> QueryResult<Sheet> {
        let id = full.record.id;
        let looks_back = |it: &Phase| it.shows(Section::Review) || asked_for(it, Requirement::NothingOpen);
        let reviewed = full.record.kind == RecordKind::Release && full.phase().is_ok_and(looks_back);
        let (review, follow_ups) = if reviewed { (reviews::list(conn, id)?, follow_ups::of_record(conn, id)?) } else { Default::default() };
        let (open_surveys, draft_surveys) = if reviewed { reviews::unclosed_surveys(conn, id)? } else { Default::default() };
        let feedback = if reviewed { results::summary(conn, id)?.into_iter().map(|it| scores(it).sentence()).collect() } else { Vec::new() };
        let (issues, known_errors) = if reviewed { (issues::list(conn, id)?, known_errors::list(conn, id)?) } else { Default::default() };
        let (changes, items) = match full.record.kind {
            RecordKind::Release => (related::of_release(conn, id)?, Vec::new()),
            RecordKind::Change => (Vec::new(), items::affected(conn, id)?),
        };
        let visits = visits::list(conn, id)?;
        let asks = full.record.kind == RecordKind::Release && full.phase()?.shows(Section::EarlyLife);
        Ok(Sheet {
            early_life: if asks { EarlyLife::load(conn, &full, &visits)? } else { EarlyLife::default() },
            now: None,
            changes,
            items,
            tasks: tasks::of_record(conn, id)?,
            predecessors: tasks::predecessors(conn, id)?,
            confirmations: confirmations::list(conn, id)?,
            waivers: waivers::list(conn, id)?,
            rounds: approvals::rounds(conn, id)?,
            visits,
            watchers: watchers::list(conn, id)?,
            review,
            follow_ups,
            open_surveys,
            draft_surveys,
            feedback,
            issues,
            known_errors,
            checklist: handovers::items::list(conn, id)?,
            handover: handovers::of_visit(conn, id, full.record.visit)?,
            away: BTreeMap::new(),
            full,
        })
    }

    /// Looks up who of those that are asked is away at that time.
    pub fn note_absences(&mut self, conn: &mut PgConnection, now: DateTime<Utc>) -> QueryResult<()> {
        let open = self.round().filter(|it| it.round.state == RoundState::Open);
        let own_may = open.is_some_and(|it| it.steps.iter().any(|it| it.step.state == StepState::Open && it.step.own_may_decide));
        let asked = open.into_iter().flat_map(|it| &it.steps).flat_map(|it| &it.approvals).map(|(it, _)| it);
        let awaited: Vec<UserId> = asked.filter(|it| matches!(it.state, ApprovalState::Pending | ApprovalState::Waiting)).map(|it| it.approver_id).collect();
        self.now = Some(now);
        self.away = delegations::away_from(conn, &self.full.record, own_may, &awaited, now)?;
        Ok(())
    }

    /// Those whose answer is awaited now, who are away, and for whom nobody stands in; each with their last day away.
    pub fn missed(&self) -> Vec<(String, String)> {
        let open = self.round().filter(|it| it.round.state == RoundState::Open);
        let asked = open.into_iter().flat_map(|it| &it.steps).flat_map(|it| &it.approvals).filter(|(it, _)| it.state == ApprovalState::Pending);
        let missed = asked.filter_map(|(it, name)| Some((name, self.away.get(&it.approver_id).filter(|it| it.substitute.is_none())?)));
        missed.map(|(name, away)| (name.clone(), last_day(away.until, self.full.calendar.zone()))).collect()
    }

    /// The newest approval round of this visit.
    pub fn round(&self) -> Option<&FullRound> {
        self.rounds.iter().find(|it| it.round.visit == self.full.record.visit)
    }

    /// Every requirement of a transition, evaluated.
    pub fn checks(&self, transition: &Transition) -> Vec<Check> {
        readiness(transition, &self.facts())
    }

    pub fn facts(&self) -> Facts {
        let record = &self.full.record;
        let in_this_visit = |visit: i32| visit == record.visit;
        let mut confirmations = BTreeMap::new();
        for it in self.confirmations.iter().filter(|it| in_this_visit(it.visit)) {
            confirmations.entry(it.subject).or_insert(it.outcome);
        }
        Facts {
            missing_details: self.missing_details(),
            missing_plan: self.missing_plan(),
            risk_assessed: risk(record.impact, record.likelihood).is_some(),
            back_out_plan: self.full.release.as_ref().is_some_and(|it| !it.back_out_plan.is_empty()),
            window: record.planned_start.is_some() && record.planned_end.is_some(),
            items: self.items.len(),
            assigned: record.coordinator_id.is_some(),
            open_tasks: self
                .tasks
                .iter()
                .filter(|it| it.task.phase == record.phase && it.task.mandatory && !it.task.state.is_settled())
                .map(|it| it.task.title.clone())
                .collect(),
            changes: self.changes.iter().filter(|it| it.counts()).map(|it| ChangeFact { number: it.number(), milestone: it.milestone }).collect(),
            confirmations,
            round: self.round().map(|it| Round { away: self.missed(), ..round_fact(it) }).unwrap_or_default(),
            of_change: record.kind == RecordKind::Change,
            review: self.review_facts(),
            exit: self.exit(),
            handover: self.handover(),
            waived: self.waivers.iter().filter(|it| in_this_visit(it.visit)).map(|it| (it.requirement, it.reason.clone())).collect(),
        }
    }

    fn review_facts(&self) -> Review {
        let written = |point: Point| self.review.iter().find(|it| it.point == point);
        let actions = |point: Point| self.follow_ups.iter().filter(|it| it.action.point == point).count();
        let lacks = |point: Point| lack(written(point).and_then(|it| it.outcome), written(point).is_some_and(|it| it.owner_id.is_some()), actions(point));
        let open = |it: &&follow_ups::Named| it.action.state == FollowUpState::Open;
        Review {
            lacking: Point::ALL.iter().filter_map(|point| Some((*point, lacks(*point)?))).collect(),
            open_follow_ups: self.follow_ups.iter().filter(open).map(|it| it.action.title.clone()).collect(),
            open_surveys: self.open_surveys.clone(),
            open_tasks: self.tasks.iter().filter(|it| it.task.mandatory && it.task.state.is_open()).map(|it| it.task.title.clone()).collect(),
            open_issues: self.left_issues().map(|it| (it.number.clone(), it.title.clone())).collect(),
            without_workaround: self.known_errors.iter().filter(|it| it.workaround.is_empty()).map(|it| it.title.clone()).collect(),
            not_accepted: self.known_errors.iter().filter(|it| it.accepted_at.is_none()).map(|it| it.title.clone()).collect(),
            drafts: self.draft_surveys.clone(),
        }
    }

    /// Incidents and problems that are open and that no follow-up action names.
    fn left_issues(&self) -> impl Iterator<Item = &Issue> {
        let carried = move |number: &str| {
            let texts = self.follow_ups.iter().flat_map(|it| [&it.action.title, &it.action.description, &it.action.note]);
            texts.into_iter().any(|text| names(text, number))
        };
        self.issues.iter().filter(move |it| it.state == IssueState::Open && !carried(&it.number))
    }

    /// How early life support stands.
    pub fn exit(&self) -> Exit {
        self.early_life.exit(self.now.map(|it| day_of(it, &self.full)))
    }

    /// How far the handover of support is, in this visit of the phase.
    fn handover(&self) -> Handover {
        self.handover_with(self.handover.as_ref())
    }

    /// The same with another request than the newest of this visit; days are in the zone of the record's calendar.
    pub fn handover_with(&self, asked: Option<&handovers::Named>) -> Handover {
        let zone = self.full.calendar.zone();
        let request = |it: &handovers::Named| Request {
            state: it.handover.state,
            group: it.group.clone(),
            asked: day(it.handover.asked_at, zone),
            settled: it.handover.settled_at.map_or_else(String::new, |at| day(at, zone)),
            by: it.settled_by.clone().unwrap_or_default(),
            answer: it.handover.answer.clone(),
        };
        let open_items = self.checklist.iter().filter(|it| !it.is_done()).count();
        Handover { items: self.checklist.len(), open_items, request: asked.map(request) }
    }

    fn missing_details(&self) -> Vec<&'static str> {
        let record = &self.full.record;
        let release = record.kind == RecordKind::Release;
        let fields = [
            (release && record.coordinator_id.is_none(), "coordinator"),
            (record.scope.is_empty(), if release { "scope" } else { "description" }),
            (record.reason.is_empty(), "reason"),
            (record.impact.is_none(), "impact"),
            (record.urgency.is_none(), "urgency"),
        ];
        missing(&fields)
    }

    fn missing_plan(&self) -> Vec<&'static str> {
        let Some(release) = &self.full.release else { return Vec::new() };
        let fields = [
            (release.strategy.is_none(), "strategy"),
            (release.affected_users.is_empty(), "affected users"),
            (release.resources.is_empty(), "resources"),
            (release.communication_plan.is_empty(), "communication"),
        ];
        missing(&fields)
    }
}

fn missing(fields: &[(bool, &'static str)]) -> Vec<&'static str> {
    fields.iter().filter(|(missing, _)| *missing).map(|(_, name)| *name).collect()
}

fn round_fact(full: &FullRound) -> Round {
    let who = |state: ApprovalState| full.steps.iter().flat_map(|step| &step.approvals).filter(move |(it, _)| it.state == state).map(|(_, name)| name.clone());
    let is_doomed = full.steps.iter().any(Asked::is_doomed);
    let waiting = full.steps.iter().any(|it| it.step.state == StepState::Open);
    Round {
        state: Some(full.round.state),
        awaited: if waiting && full.round.state == RoundState::Open { who(ApprovalState::Pending).collect() } else { Vec::new() },
        denied_by: full.steps.iter().filter(|it| !is_doomed || it.is_doomed()).flat_map(Asked::denials).map(|(who, _)| who).collect(),
        is_doomed,
        away: Vec::new(),
    }
}
