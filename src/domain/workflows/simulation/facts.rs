//! What a sample would look like to the rules: the same facts as those of a real record, made of the choices.

use super::{Ground, Sample};
use crate::domain::approvals::{RoundState, StepState};
use crate::domain::early_life::{Course, Exit};
use crate::domain::handovers::{Handover, HandoverState, Request};
use crate::domain::readiness::{ChangeFact, Facts, Review, Round};
use crate::domain::records::{Milestone, RecordKind};
use crate::domain::requirements::{Confirmation, Outcome, Requirement};
use crate::domain::reviews::{Lack, Point};
use crate::domain::workflows::world::can_be_met;
use crate::domain::workflows::{ApprovalStep, Phase, Section};

/// What people do on the page of a release whether or not its phase asks for it, where later phases depend on it.
pub const BESIDES: [Requirement; 2] = [Requirement::ChangesRelated, Requirement::ExitCriteriaAgreed];

const WAIVED: &str = "as an example.";

/// Whether what meets a requirement is still there in the next phase.
pub fn lasts(requirement: Requirement, kind: RecordKind) -> bool {
    let release = kind == RecordKind::Release;
    match requirement {
        Requirement::DetailsComplete
        | Requirement::ChangesRelated
        | Requirement::PlanComplete
        | Requirement::RiskAssessed
        | Requirement::BackOutPlanWritten
        | Requirement::WindowSet
        | Requirement::ItemsNamed
        | Requirement::Assigned
        | Requirement::ChangesAuthorised
        | Requirement::ChangesImplemented
        | Requirement::ChangesClosed
        | Requirement::ExitCriteriaAgreed
        | Requirement::NothingOpen => true,
        Requirement::FeedbackConsidered | Requirement::ReviewComplete | Requirement::FollowUpsSettled => release,
        Requirement::TasksDone
        | Requirement::TestsPassed
        | Requirement::DeploymentDone
        | Requirement::VerificationPassed
        | Requirement::BackOutFacts
        | Requirement::ImplementationDone
        | Requirement::ExitCriteriaMet
        | Requirement::HandoverAccepted
        | Requirement::LogAndCmsCurrent
        | Requirement::Approved
        | Requirement::ScopeFrozen => false,
    }
}

impl Ground<'_> {
    /// Whether the page of a record in this phase offers what meets the requirement.
    pub fn can_meet(&self, sample: &Sample, phase: &Phase, requirement: Requirement) -> bool {
        let release = self.world.kind == RecordKind::Release;
        let can_join = release && !phase.scope_frozen && phase.shows(Section::Changes);
        let has_change = change(sample).is_some() || can_join;
        let comes = |milestone: Milestone| has_change && phase.shows(Section::Changes) && self.world.milestones.iter().any(|it| *it >= milestone);
        match requirement {
            Requirement::DetailsComplete
            | Requirement::PlanComplete
            | Requirement::RiskAssessed
            | Requirement::WindowSet
            | Requirement::Assigned
            | Requirement::NothingOpen => true,
            Requirement::BackOutPlanWritten => release,
            Requirement::ItemsNamed => !release,
            Requirement::TasksDone => phase.shows(Section::Tasks),
            Requirement::ChangesRelated => has_change && phase.shows(Section::Changes),
            Requirement::ChangesAuthorised => comes(Milestone::Authorised),
            Requirement::ChangesImplemented => comes(Milestone::Implemented),
            Requirement::ChangesClosed => comes(Milestone::Finished),
            Requirement::ExitCriteriaAgreed => release && phase.shows(Section::EarlyLife),
            Requirement::ExitCriteriaMet if release => phase.shows(Section::EarlyLife),
            Requirement::HandoverAccepted if release => self.world.takes_over(),
            Requirement::FeedbackConsidered | Requirement::ReviewComplete | Requirement::FollowUpsSettled if release => phase.shows(Section::Review),
            Requirement::TestsPassed
            | Requirement::DeploymentDone
            | Requirement::VerificationPassed
            | Requirement::BackOutFacts
            | Requirement::ImplementationDone
            | Requirement::ExitCriteriaMet
            | Requirement::HandoverAccepted
            | Requirement::FeedbackConsidered
            | Requirement::ReviewComplete
            | Requirement::FollowUpsSettled
            | Requirement::LogAndCmsCurrent => phase.shows(Section::Confirmations),
            Requirement::Approved | Requirement::ScopeFrozen => false,
        }
    }

    /// Whether a step can come to an approval: somebody is left to ask, and all of them are enough.
    pub fn can_approve(&self, step: &ApprovalStep) -> bool {
        let left = self.world.left_to_ask(step);
        left > 0 && can_be_met(step.rule, left)
    }

    pub fn facts(&self, sample: &Sample) -> Facts {
        let release = self.world.kind == RecordKind::Release;
        let has = |it: Requirement| sample.kept.contains(&it) || sample.met.contains(&it);
        let lacks = |it: Requirement, what: &'static str| if has(it) { Vec::new() } else { vec![what] };
        let titles = |it: Requirement, title: &str| if has(it) { Vec::new() } else { vec![title.to_owned()] };
        let confirmed = Confirmation::ALL.iter().filter(|it| !it.is_replaced(self.world.kind) && has(it.requirement()));
        Facts {
            missing_details: lacks(Requirement::DetailsComplete, if release { "scope" } else { "description" }),
            missing_plan: if release { lacks(Requirement::PlanComplete, "strategy") } else { Vec::new() },
            risk_assessed: has(Requirement::RiskAssessed),
            back_out_plan: release && has(Requirement::BackOutPlanWritten),
            window: has(Requirement::WindowSet),
            items: usize::from(!release && has(Requirement::ItemsNamed)),
            assigned: has(Requirement::Assigned),
            open_tasks: titles(Requirement::TasksDone, "A task of this phase"),
            changes: if release { change(sample).into_iter().collect() } else { Vec::new() },
            confirmations: confirmed.map(|it| (*it, Outcome::Passed)).collect(),
            round: self.round_fact(sample),
            of_change: !release,
            review: Review {
                lacking: lacking(has(Requirement::FeedbackConsidered), has(Requirement::ReviewComplete)),
                open_follow_ups: titles(Requirement::FollowUpsSettled, "A follow-up action"),
                open_surveys: Vec::new(),
                open_tasks: titles(Requirement::NothingOpen, "A task"),
                ..Review::default()
            },
            exit: if release { exit(has(Requirement::ExitCriteriaAgreed), has(Requirement::ExitCriteriaMet)) } else { Exit::default() },
            handover: if release && has(Requirement::HandoverAccepted) { accepted() } else { Handover { items: 1, ..Handover::default() } },
            waived: sample.waived.iter().map(|it| (*it, WAIVED.to_owned())).collect(),
        }
    }

    fn round_fact(&self, sample: &Sample) -> Round {
        let Some((state, states)) = self.round(sample) else { return Round::default() };
        let steps = self.phase(sample).map_or(&[][..], |it| &it.approvals);
        let open = steps.iter().zip(&states).filter(|(_, state)| **state == StepState::Open);
        let denied = steps.iter().zip(&states).filter(|(_, state)| **state == StepState::Denied);
        let names = |step: &ApprovalStep| self.world.asked(&step.approvers).into_iter().map(|it| it.name.clone()).collect::<Vec<_>>();
        Round {
            state: Some(state),
            awaited: if state == RoundState::Open { open.flat_map(|(step, _)| names(step)).collect() } else { Vec::new() },
            denied_by: denied.map(|(step, _)| format!("“{}”", step.name)).collect(),
            is_doomed: false,
            away: Vec::new(),
        }
    }
}

/// The RFC of the sample release, as far as it has come.
fn change(sample: &Sample) -> Option<ChangeFact> {
    let has = |it: Requirement| sample.kept.contains(&it);
    let milestone = if has(Requirement::ChangesClosed) {
        Milestone::Finished
    } else if has(Requirement::ChangesImplemented) {
        Milestone::Implemented
    } else if has(Requirement::ChangesAuthorised) {
        Milestone::Authorised
    } else if has(Requirement::ChangesRelated) {
        Milestone::Registered
    } else {
        return None;
    };
    Some(ChangeFact { number: "The RFC".into(), milestone })
}

/// What the review lacks; who looked at the feedback wrote its point.
fn lacking(feedback: bool, complete: bool) -> Vec<(Point, Lack)> {
    let points = [(!feedback && !complete, Point::Feedback), (!complete, Point::Lessons)];
    points.into_iter().filter(|(lacks, _)| *lacks).map(|(_, point)| (point, Lack::Outcome)).collect()
}

fn exit(agreed: bool, met: bool) -> Exit {
    let row = if met { 3 } else { 0 };
    let course = Course { name: "Calls a day".into(), days: 3, row, newest: None, is_normal: met, is_current: met };
    // Criteria that are met have been agreed, if only here.
    Exit { agreed_with: if agreed || met { "operations".into() } else { String::new() }, courses: vec![course] }
}

fn accepted() -> Handover {
    let word = |it: &str| it.to_owned();
    let request = Request {
        state: HandoverState::Accepted,
        group: word("the group that takes over"),
        asked: word("one day"),
        settled: word("the next day"),
        by: word("a member"),
        answer: String::new(),
    };
    Handover { items: 1, open_items: 0, request: Some(request) }
}
