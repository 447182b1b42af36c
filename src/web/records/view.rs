//! What the page of a record shows, worked out from its sheet.

use super::related::choices as related_choices;
use super::ruled::Ruled;
use super::said::Said;
use super::stepper::{self, Step};
use crate::app::notices::reach::Reach;
use crate::app::sheet::Sheet;
use crate::app::{self, Error, records, tasks};
use crate::domain::approvals::{ApprovalState, RoundState, StepState};
use crate::domain::attachments::Target;
use crate::domain::ids::{ApprovalId, GroupId, RecordId, StepId, UserId};
use crate::domain::mails::MailState;
use crate::domain::notices::Rule;
use crate::domain::people::{Action, Actor};
use crate::domain::readiness::{Check, Place, Standing};
use crate::domain::records::{Grade, RecordKind, risk};
use crate::domain::requirements::{Confirmation, Requirement};
use crate::domain::reviews::Point;
use crate::domain::surveys::SurveyState;
use crate::domain::workflows::{Phase, Section, Transition, TransitionKind};
use crate::store::PgConnection;
use crate::store::approvals::{Approval, Asked, FullRound};
use crate::store::confirmations::Confirmed;
use crate::store::delegations::Away;
use crate::store::events::{self, Entry};
use crate::store::mails::around::{self, Delivery};
use crate::store::moving::versions::{self, Newer};
use crate::store::tasks::Named;
use crate::store::{choices, handovers, models, related};
use crate::web::attachments::Attached;
use crate::web::form::Choice;
use crate::web::frame::Frame;
use crate::web::handovers::Card;
use crate::web::surveys;
use askama::Template;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A way out of the phase, with what stands in it.
pub struct Way {
    pub transition: Transition,
    pub to: String,
    pub checks: Vec<Check>,
    /// How many people taking it mails.
    pub mails: usize,
}

impl Way {
    pub fn is_ready(&self) -> bool {
        !self.checks.iter().any(Check::blocks)
    }

    pub fn open(&self) -> usize {
        self.checks.iter().filter(|it| it.blocks()).count()
    }

    /// Names the form that waives this requirement: the same one may stand in two ways out.
    pub fn form_of(&self, check: &Check) -> String {
        format!("waive-{}-{}", self.transition.key, check.requirement.word())
    }

    pub fn is_grave(&self) -> bool {
        matches!(self.transition.kind, TransitionKind::BackOut | TransitionKind::Abandon)
    }
}

/// The one obvious next step.
pub enum Next {
    /// Everything is met: go on.
    Take,
    /// All but the approval is met: ask for it.
    Ask,
    /// Something is open: put it right there.
    Fix {
        label: &'static str,
        address: String,
    },
    /// The reader's own decision is awaited.
    Decide {
        address: String,
    },
    /// It is up to others.
    Wait,
    Nothing,
}

#[derive(Template)]
#[template(path = "records/show.html")]
pub struct Show {
    pub frame: Frame,
    pub sheet: Sheet,
    pub phase: Phase,
    pub steps: Vec<Step>,
    pub main: Option<Way>,
    pub others: Vec<Way>,
    pub next: Next,
    pub said: Said,
    pub may_edit: bool,
    pub may_move: bool,
    pub may_plan: bool,
    pub ruled: Ruled,
    pub may_reopen: bool,
    pub watching: bool,
    pub my_groups: Vec<GroupId>,
    pub events: Vec<Entry>,
    /// RFCs that may join.
    pub candidates: Vec<Choice>,
    /// Whether there are more than those: they are named by their numbers.
    pub has_other_candidates: bool,
    pub models: Vec<Choice>,
    pub surveys: Vec<surveys::Listed>,
    /// Releases that an RFC belongs or belonged to.
    pub releases: Vec<(RecordId, Option<String>, bool)>,
    /// Whether the mails that asked for approvals left.
    pub deliveries: BTreeMap<ApprovalId, Delivery>,
    pub attached: Attached,
    /// How many people it mails that the deployment is done.
    pub deployment_mails: usize,
    /// How many people an approval round would ask.
    pub would_ask: usize,
    /// Who can be asked in each step of the open round in somebody's place.
    pub replacements: BTreeMap<StepId, Vec<Choice>>,
    /// The handover at a glance, where there is something to it.
    pub handover: Option<Card>,
    /// The newest version of its workflow, where it is newer than its own.
    pub newer: Option<Newer>,
}

impl Show {
    pub fn load(conn: &mut PgConnection, frame: Frame, actor: &Actor, id: RecordId, kind: RecordKind) -> app::Result<Show> {
        let mut sheet = Sheet::load(conn, id)?;
        sheet.note_absences(conn, frame.now)?;
        let record = &sheet.full.record;
        if record.kind != kind {
            return Err(Error::NotFound);
        }
        let phase = sheet.full.phase()?.clone();
        let open = record.is_open();
        let may_edit = open && actor.may(records::editing(actor, record));
        let may_move = open && actor.may(records::moving(actor, record));
        let reach = Reach::load(conn, &sheet, actor.id)?;
        let main = phase.advance().map(|it| way(&sheet, it, &reach));
        let my_groups = choices::groups_of(conn, actor.id)?;
        let mine = own_part(&sheet, actor, &my_groups);
        let others = phase.transitions.iter().filter(|it| Some(it.key.as_str()) != main.as_ref().map(|way| way.transition.key.as_str()));
        let others = others.map(|it| way(&sheet, it, &reach)).collect();
        let release = kind == RecordKind::Release;
        let free = if release && may_edit { Some(related::candidates(conn)?) } else { None };
        let models = if release && may_edit { models::list(conn)?.into_iter().filter(|it| it.category_id == record.category_id).collect() } else { Vec::new() };
        let ruled = Ruled::load(conn, actor, &sheet.full)?;
        let to_ask = may_move && sheet.round().is_none_or(|it| matches!(it.round.state, RoundState::Denied | RoundState::Withdrawn));
        let would_ask = if to_ask { app::approvals::would_ask(conn, &sheet, &ruled.policy, frame.now)? } else { 0 };
        let may_reassign = open && actor.may(Action::Reassign);
        let replacements = if may_reassign { replacements(conn, &sheet)? } else { BTreeMap::new() };
        let handover = if release { Card::load(conn, &sheet)? } else { None };
        Ok(Show {
            replacements,
            handover,
            newer: if open { versions::newer(conn, record.workflow_id)? } else { None },
            steps: stepper::steps(&sheet.full, &sheet.visits),
            next: main.as_ref().map_or(Next::Nothing, |it| next(&sheet, it, mine, Means { may_move, may_edit, may_reassign })),
            said: Said::default(),
            main,
            others,
            may_edit,
            may_move,
            ruled,
            may_plan: open && actor.may(tasks::managing(actor, record)),
            may_reopen: !open && actor.may(Action::Reopen),
            watching: sheet.watchers.iter().any(|it| it.id == actor.id),
            my_groups,
            events: events::list(conn, &events::Filter { record: Some(id), ..Default::default() }, 8)?,
            has_other_candidates: free.as_ref().is_some_and(|it| !it.is_all),
            candidates: free.map_or_else(Vec::new, |it| related_choices(it.newest)),
            models: Choice::list(models.into_iter().map(|it| (it.id, it.name))),
            surveys: if release && phase.shows(Section::Surveys) { surveys::listed(conn, id)? } else { Vec::new() },
            releases: if release { Vec::new() } else { related::of_change(conn, id)? },
            deliveries: if sheet.rounds.is_empty() { BTreeMap::new() } else { around::deliveries(conn, id)? },
            attached: Attached::load(conn, &frame, actor, &sheet.full.record, Target::Record)?,
            deployment_mails: reach.of_news(&sheet, Rule::DeploymentDone),
            would_ask,
            phase,
            frame,
            sheet,
        })
    }

    pub fn shows(&self, section: Section) -> bool {
        self.phase.shows(section)
    }

    pub fn is_release(&self) -> bool {
        self.sheet.full.record.kind == RecordKind::Release
    }

    /// Whether the plan is something that a model can be made of, by whoever looks at it.
    pub fn may_make_model(&self) -> bool {
        let category = &self.sheet.full.category;
        self.is_release() && !self.sheet.tasks.is_empty() && category.retired_at.is_none() && self.frame.may(Action::ConfigureProcess)
    }

    pub fn risk(&self) -> Option<Grade> {
        risk(self.sheet.full.record.impact, self.sheet.full.record.likelihood)
    }

    /// The confirmations that this phase asks for, each with the newest of this visit.
    pub fn asked_confirmations(&self) -> Vec<(Confirmation, Option<&Confirmed>)> {
        let asked = self
            .phase
            .transitions
            .iter()
            .flat_map(|it| &it.requirements)
            .filter_map(|it| it.confirmation())
            .filter(|it| !it.is_replaced(self.sheet.full.record.kind));
        let mut seen = Vec::new();
        for it in asked {
            if !seen.contains(&it) {
                seen.push(it);
            }
        }
        let newest = |it: Confirmation| self.sheet.confirmations.iter().find(|given| given.subject == it && given.visit == self.sheet.full.record.visit);
        seen.into_iter().map(|it| (it, newest(it))).collect()
    }

    /// What was confirmed on earlier visits, or is not asked any more.
    pub fn earlier_confirmations(&self) -> Vec<&Confirmed> {
        self.sheet.confirmations.iter().filter(|it| it.visit != self.sheet.full.record.visit || it.subject.is_replaced(self.sheet.full.record.kind)).collect()
    }

    /// How far the review is, in a sentence.
    pub fn review_standing(&self) -> String {
        let review = self.sheet.facts().review;
        let complete = Point::ALL.len() - review.lacking.len();
        let open = match review.open_follow_ups.len() {
            0 => String::new(),
            1 => ", one follow-up action is open".to_owned(),
            count => format!(", {count} follow-up actions are open"),
        };
        format!("{complete} of {} points are complete{open}.", Point::ALL.len())
    }

    /// Since when those are asked whose answer is awaited now.
    pub fn asked_since(&self) -> Option<DateTime<Utc>> {
        let round = self.sheet.round().filter(|it| it.round.state == RoundState::Open)?;
        round.steps.iter().find(|it| it.step.state == StepState::Open)?.step.opened_at
    }

    pub fn round(&self) -> Option<&FullRound> {
        self.sheet.round()
    }

    /// Whether the mail that asked for this approval left.
    pub fn delivery(&self, id: &ApprovalId) -> Option<&Delivery> {
        self.deliveries.get(id)
    }

    pub fn earlier_rounds(&self) -> Vec<&FullRound> {
        let newest = self.sheet.round().map(|it| it.round.id);
        self.sheet.rounds.iter().filter(|it| Some(it.round.id) != newest).collect()
    }

    /// How many people a withdrawal of the question mails.
    pub fn awaited(&self) -> usize {
        let open = self.sheet.round().filter(|it| it.round.state == RoundState::Open);
        let asked = open.into_iter().flat_map(|it| &it.steps).flat_map(|it| &it.approvals);
        let stands_in = |it: &UserId| self.sheet.away.get(it).and_then(|it| it.substitute.as_ref()).map(|it| it.id);
        let told = asked.filter(|(it, _)| it.state == ApprovalState::Pending).flat_map(|(it, _)| [Some(it.approver_id), stands_in(&it.approver_id)]);
        told.flatten().filter(|it| !self.frame.is_me(it)).collect::<std::collections::BTreeSet<_>>().len()
    }

    pub fn may_ask(&self) -> bool {
        self.may_move && self.would_ask > 0
    }

    /// Whether the reader may change the RFCs although that takes a waiver by now.
    pub fn may_thaw(&self) -> bool {
        self.may_edit && self.ruled.may_waive(Requirement::ScopeFrozen)
    }

    /// Whether a change of the RFCs takes a waiver by now.
    pub fn frozen(&self) -> bool {
        self.phase.scope_frozen
    }

    /// Where the reader puts a requirement right.
    pub fn address(&self, check: &Check) -> String {
        address(&self.sheet, check)
    }

    pub fn waivable(&self, check: &Check) -> bool {
        self.may_move && check.blocks() && self.ruled.may_waive(check.requirement)
    }
}

fn way(sheet: &Sheet, transition: &Transition, reach: &Reach) -> Way {
    let to = sheet.full.workflow.destination(transition, sheet.full.record.grades());
    let mails = to.map_or(0, |it| reach.of_transition(sheet, transition.kind, it));
    Way { transition: transition.clone(), to: to.map_or_else(String::new, |it| it.name.clone()), checks: sheet.checks(transition), mails }
}

/// Names the form that asks somebody else in the place of this approver.
pub fn reassignment(id: &ApprovalId) -> String {
    format!("reassign-{id}")
}

/// Whether the reader is asked, or stands in for whom it asks.
pub fn is_mine(approval: &Approval, away: &BTreeMap<UserId, Away>, frame: &Frame) -> bool {
    let substitute = away.get(&approval.approver_id).and_then(|it| it.substitute.as_ref());
    frame.is_me(&approval.approver_id) || substitute.is_some_and(|it| frame.is_me(&it.id))
}

/// What of the open requirements is the reader's own to do: a decision, or a task of this phase.
fn own_part(sheet: &Sheet, actor: &Actor, my_groups: &[GroupId]) -> Option<Next> {
    let asked = sheet.round().into_iter().flat_map(|it| &it.steps).flat_map(|it| &it.approvals);
    let record = &sheet.full.record;
    let stands_in = |approver| sheet.away.get(&approver).and_then(|it| it.substitute.as_ref()).is_some_and(|it| it.id == actor.id);
    let mine = |it: &&Approval| it.state == ApprovalState::Pending && (it.approver_id == actor.id || stands_in(it.approver_id));
    if let Some(approval) = asked.map(|(it, _)| it).find(mine) {
        return Some(Next::Decide { address: format!("/approvals/{}", approval.id) });
    }
    let to_me = |it: &&handovers::Named| it.handover.is_asked() && my_groups.contains(&it.handover.group_id) && !record.is_run_by(actor.id);
    if let Some(asked) = sheet.handover.as_ref().filter(to_me).filter(|_| actor.may(Action::Decide)) {
        return Some(Next::Decide { address: format!("/handovers/{}", asked.handover.id) });
    }
    let open = |it: &&Named| it.task.phase == record.phase && it.task.mandatory && it.task.state.is_open() && it.task.assignee_id == Some(actor.id);
    sheet.tasks.iter().find(open).map(|it| Next::Fix { label: "Go to my task", address: format!("/tasks/{}", it.task.id) })
}

/// What the reader may do about it.
#[derive(Clone, Copy)]
struct Means {
    may_move: bool,
    may_edit: bool,
    may_reassign: bool,
}

/// Those who can be asked in somebody's place, for each step whose answers are not all given.
fn replacements(conn: &mut PgConnection, sheet: &Sheet) -> app::Result<BTreeMap<StepId, Vec<Choice>>> {
    let Some(round) = sheet.round().filter(|it| it.round.state == RoundState::Open) else { return Ok(BTreeMap::new()) };
    let deciders = choices::deciders(conn)?;
    let open = round.steps.iter().filter(|it| matches!(it.step.state, StepState::Open | StepState::Waiting));
    let of_step = |step: &Asked| {
        let fit = deciders.iter().filter(|it| app::approvals::can_replace(&sheet.full.record, step, it.id));
        (step.step.id, Choice::list(fit.map(|it| (it.id, it.name.clone()))))
    };
    Ok(open.map(of_step).collect())
}

fn next(sheet: &Sheet, main: &Way, mine: Option<Next>, means: Means) -> Next {
    let Means { may_move, may_edit, may_reassign } = means;
    let mut blockers = main.checks.iter().filter(|it| it.standing == Standing::NotMet).peekable();
    let approval_only = main.checks.iter().filter(|it| it.blocks()).all(|it| it.requirement == Requirement::Approved);
    let asked = sheet.round().is_some_and(|it| it.round.state == RoundState::Open);
    let is_offered = sheet.handover.as_ref().is_some_and(|it| it.handover.is_asked());
    if let (Some(_), Some(mine)) = (blockers.peek(), mine) {
        return mine;
    }
    match blockers.peek() {
        None if may_move => Next::Take,
        None => Next::Wait,
        Some(_) if approval_only && asked && may_reassign && !sheet.missed().is_empty() => {
            Next::Fix { label: "Ask somebody else", address: "#approvals".to_owned() }
        }
        Some(_) if approval_only && asked => Next::Wait,
        Some(_) if approval_only && may_move => Next::Ask,
        // Whoever is asked to take over has to answer first.
        Some(_) if is_offered && main.checks.iter().filter(|it| it.blocks()).all(|it| it.place == Place::Handover) => Next::Wait,
        Some(first) if may_edit => Next::Fix { label: first.requirement.remedy(), address: address(sheet, first) },
        Some(_) => Next::Wait,
    }
}

fn address(sheet: &Sheet, check: &Check) -> String {
    let id = sheet.full.record.id;
    let record = &sheet.full.record;
    match check.place {
        Place::Details if check.requirement == Requirement::ItemsNamed => format!("/records/{id}/items/edit"),
        Place::Details if check.requirement == Requirement::DetailsComplete && (record.scope.is_empty() || record.reason.is_empty()) => {
            format!("/records/{id}/scope/edit")
        }
        Place::Details => format!("/records/{id}/details/edit"),
        Place::Plan if check.requirement == Requirement::WindowSet => format!("/records/{id}/window/edit"),
        Place::Plan => format!("/records/{id}/plan/edit"),
        Place::Changes => "#changes".to_owned(),
        Place::Tasks => "#tasks".to_owned(),
        Place::Confirmation(confirmation) => format!("#confirm-{}", confirmation.word()),
        Place::EarlyLife => format!("/records/{id}/early-life"),
        Place::Handover => format!("/records/{id}/handover"),
        Place::Approvals => "#approvals".to_owned(),
        Place::Review => format!("/records/{id}/review"),
        Place::FollowUps => format!("/records/{id}/review#follow-ups"),
        Place::Surveys => format!("/records/{id}/surveys"),
    }
}
