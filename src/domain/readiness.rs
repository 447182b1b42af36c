//! Why a record may or may not go on: every requirement of a transition, with one sentence why and the place to put it right.

use super::approvals::RoundState;
use super::early_life::Exit;
use super::handovers::Handover;
use super::records::Milestone;
use super::requirements::{Confirmation, Outcome, Requirement};
use super::reviews::{Lack, Point};
use super::workflows::Transition;
use std::collections::BTreeMap;

/// All that requirements look at.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Names of the fields that are still empty, by requirement.
    pub missing_details: Vec<&'static str>,
    pub missing_plan: Vec<&'static str>,
    pub risk_assessed: bool,
    pub back_out_plan: bool,
    pub window: bool,
    pub items: usize,
    pub assigned: bool,
    /// Mandatory tasks of this phase that are not done or skipped.
    pub open_tasks: Vec<String>,
    /// The RFCs of a release that were not rejected or withdrawn.
    pub changes: Vec<ChangeFact>,
    /// What was vouched for in this visit of the phase.
    pub confirmations: BTreeMap<Confirmation, Outcome>,
    pub round: Round,
    /// Of an RFC: its review is somebody's word.
    pub of_change: bool,
    pub review: Review,
    /// How early life support stands; looked up where the phase asks for it.
    pub exit: Exit,
    /// How far the handover of support is, in this visit of the phase.
    pub handover: Handover,
    /// Waived in this visit: the reason given.
    pub waived: BTreeMap<Requirement, String>,
}

impl Facts {
    /// Whether support is handed over in this visit, and why: accepted, or confirmed before there was anything to accept.
    pub fn handed_over(&self) -> (bool, String) {
        vouched(Confirmation::HandoverAccepted, self).unwrap_or_else(|| self.handover.verdict())
    }
}

#[derive(Clone, Debug)]
pub struct ChangeFact {
    pub number: String,
    pub milestone: Milestone,
}

/// The approval round of this visit, as far as readiness is concerned.
#[derive(Clone, Debug, Default)]
pub struct Round {
    pub state: Option<RoundState>,
    /// The names of those whose answer is awaited.
    pub awaited: Vec<String>,
    pub denied_by: Vec<String>,
    /// Whether it can be approved no more, though others are still asked.
    pub is_doomed: bool,
    /// Those of the awaited who are away without a substitute, each with their last day away.
    pub away: Vec<(String, String)>,
}

/// What the review came to so far.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// Points that lack something, each with what.
    pub lacking: Vec<(Point, Lack)>,
    /// Titles of follow-up actions that are neither done nor handed on.
    pub open_follow_ups: Vec<String>,
    /// Titles of surveys that can still be answered.
    pub open_surveys: Vec<String>,
    /// Mandatory tasks of any phase that are still open.
    pub open_tasks: Vec<String>,
    /// Incidents and problems that are open and that no follow-up action carries on: number and title.
    pub open_issues: Vec<(String, String)>,
    /// Known errors without a workaround, and those that nobody accepted.
    pub without_workaround: Vec<String>,
    pub not_accepted: Vec<String>,
    /// Titles of surveys that were never opened: they are discarded when the release closes.
    pub drafts: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Met,
    NotMet,
    Waived,
}

/// Where a requirement is put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Details,
    Plan,
    Changes,
    Tasks,
    Confirmation(Confirmation),
    EarlyLife,
    Handover,
    Approvals,
    Review,
    FollowUps,
    Surveys,
}

/// One requirement, evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub requirement: Requirement,
    pub standing: Standing,
    pub why: String,
    pub place: Place,
}

impl Check {
    pub fn blocks(&self) -> bool {
        self.standing == Standing::NotMet
    }
}

/// What still stands between the record and this transition, met or not, in the order to show.
pub fn readiness(transition: &Transition, facts: &Facts) -> Vec<Check> {
    transition.requirements.iter().map(|requirement| check(*requirement, facts)).collect()
}

fn check(requirement: Requirement, facts: &Facts) -> Check {
    let (met, why, place) = evaluate(requirement, facts);
    match facts.waived.get(&requirement) {
        Some(reason) if !met => Check { requirement, standing: Standing::Waived, why: format!("Waived: {reason}"), place },
        Some(_) | None => Check { requirement, standing: if met { Standing::Met } else { Standing::NotMet }, why, place },
    }
}

fn evaluate(requirement: Requirement, facts: &Facts) -> (bool, String, Place) {
    match requirement {
        Requirement::DetailsComplete => filled(&facts.missing_details, "All details are given.", Place::Details),
        Requirement::PlanComplete => filled(&facts.missing_plan, "Strategy, users, resources and communication are planned.", Place::Plan),
        Requirement::RiskAssessed => {
            plain(facts.risk_assessed, "Impact and likelihood are assessed.", "Say how likely it is that something goes wrong.", Place::Details)
        }
        Requirement::BackOutPlanWritten => {
            plain(facts.back_out_plan, "The back-out plan is written.", "Write how the service returns to its previous state.", Place::Plan)
        }
        Requirement::WindowSet => plain(facts.window, "The window is set.", "Set when it is planned to start and to end.", Place::Plan),
        Requirement::ItemsNamed => plain(facts.items > 0, "The affected items are named.", "Name the configuration items that it touches.", Place::Details),
        Requirement::Assigned => plain(facts.assigned, "Somebody is assigned.", "Assign somebody.", Place::Details),
        Requirement::TasksDone => tasks(&facts.open_tasks),
        Requirement::ChangesRelated => plain(!facts.changes.is_empty(), "At least one RFC defines the release.", "Relate at least one RFC.", Place::Changes),
        Requirement::ChangesAuthorised => changes(facts, Milestone::Authorised),
        Requirement::ChangesImplemented => changes(facts, Milestone::Implemented),
        Requirement::ChangesClosed => changes(facts, Milestone::Finished),
        Requirement::Approved => approved(&facts.round),
        Requirement::TestsPassed => confirmed(Confirmation::TestsPassed, facts),
        Requirement::DeploymentDone => confirmed(Confirmation::DeploymentDone, facts),
        Requirement::VerificationPassed => confirmed(Confirmation::VerificationPassed, facts),
        Requirement::BackOutFacts => confirmed(Confirmation::BackOutFacts, facts),
        Requirement::ImplementationDone => confirmed(Confirmation::ImplementationDone, facts),
        Requirement::ExitCriteriaAgreed => at(Place::EarlyLife, facts.exit.agreement()),
        Requirement::ExitCriteriaMet => at(Place::EarlyLife, vouched(Confirmation::ExitCriteriaMet, facts).unwrap_or_else(|| facts.exit.verdict())),
        Requirement::HandoverAccepted => at(Place::Handover, facts.handed_over()),
        Requirement::FeedbackConsidered => or_confirmed(Confirmation::FeedbackConsidered, facts, feedback),
        Requirement::ReviewComplete => or_confirmed(Confirmation::ReviewComplete, facts, reviewed),
        Requirement::FollowUpsSettled => or_confirmed(Confirmation::FollowUpsSettled, facts, follow_ups),
        Requirement::NothingOpen => nothing_open(&facts.review),
        Requirement::LogAndCmsCurrent => confirmed(Confirmation::LogAndCmsCurrent, facts),
        Requirement::ScopeFrozen => (false, "The RFCs are fixed since build began.".into(), Place::Changes),
    }
}

fn plain(met: bool, yes: &str, no: &str, place: Place) -> (bool, String, Place) {
    (met, if met { yes } else { no }.to_owned(), place)
}

fn filled(missing: &[&str], complete: &str, place: Place) -> (bool, String, Place) {
    if missing.is_empty() { (true, complete.to_owned(), place) } else { (false, format!("Still missing: {}.", missing.join(", ")), place) }
}

fn tasks(open: &[String]) -> (bool, String, Place) {
    let why = match open {
        [] => "No mandatory task of this phase is open.".to_owned(),
        [one] => format!("“{one}” is still open."),
        [first, rest @ ..] => format!("“{first}” and {} more are still open.", rest.len()),
    };
    (open.is_empty(), why, Place::Tasks)
}

fn changes(facts: &Facts, milestone: Milestone) -> (bool, String, Place) {
    let word = match milestone {
        Milestone::Registered => "registered",
        Milestone::Authorised => "authorised",
        Milestone::Implemented => "implemented",
        Milestone::Finished => "closed",
    };
    let behind: Vec<&str> = facts.changes.iter().filter(|it| it.milestone < milestone).map(|it| it.number.as_str()).collect();
    let why = match behind.as_slice() {
        [] if facts.changes.is_empty() => return (false, "No RFC is related.".into(), Place::Changes),
        [] => format!("All RFCs are {word}."),
        [one] => format!("{one} is not {word} yet."),
        [first, rest @ ..] => format!("{first} and {} more are not {word} yet.", rest.len()),
    };
    (behind.is_empty(), why, Place::Changes)
}

/// By its own source; or by somebody's word, where that was given before there was one.
fn or_confirmed(confirmation: Confirmation, facts: &Facts, evaluate: fn(&Facts) -> (bool, String, Place)) -> (bool, String, Place) {
    if facts.of_change {
        return confirmed(confirmation, facts);
    }
    let (met, why, place) = evaluate(facts);
    match facts.confirmations.get(&confirmation) {
        Some(Outcome::Passed | Outcome::NotApplicable) if !met => (true, "Confirmed.".to_owned(), place),
        Some(_) | None => (met, why, place),
    }
}

fn feedback(facts: &Facts) -> (bool, String, Place) {
    if let Some(title) = facts.review.open_surveys.first() {
        return (false, format!("The survey “{title}” can still be answered: close it first."), Place::Surveys);
    }
    let lacking = facts.review.lacking.iter().any(|(point, lack)| *point == Point::Feedback && *lack == Lack::Outcome);
    plain(!lacking, "The review says what the feedback came to.", "Say in the review what the feedback came to.", Place::Review)
}

fn reviewed(facts: &Facts) -> (bool, String, Place) {
    let why = match facts.review.lacking.as_slice() {
        [] => "Every point has its outcome and its owner.".to_owned(),
        [(point, lack)] => format!("“{}” lacks {}.", point.label(), lack.words()),
        [(point, lack), rest @ ..] => {
            format!("“{}” lacks {}, and {} more {} not complete.", point.label(), lack.words(), rest.len(), if rest.len() == 1 { "is" } else { "are" })
        }
    };
    (facts.review.lacking.is_empty(), why, Place::Review)
}

fn follow_ups(facts: &Facts) -> (bool, String, Place) {
    let why = match facts.review.open_follow_ups.as_slice() {
        [] => "No follow-up action is open.".to_owned(),
        [one] => format!("“{one}” is neither done nor handed on."),
        [first, rest @ ..] => format!("“{first}” and {} more are neither done nor handed on.", rest.len()),
    };
    (facts.review.open_follow_ups.is_empty(), why, Place::FollowUps)
}

fn nothing_open(review: &Review) -> (bool, String, Place) {
    if let Some(title) = review.open_surveys.first() {
        return (false, format!("The survey “{title}” can still be answered."), Place::Surveys);
    }
    let (met, why, place) = tasks(&review.open_tasks);
    if !met {
        return (met, why, place);
    }
    let more = |all: usize| match all {
        0 | 1 => String::new(),
        2 => " One more is like it.".to_owned(),
        _ => format!(" {} more are like it.", all - 1),
    };
    if let Some((number, title)) = review.open_issues.first() {
        let why = format!("{number} “{title}” is still open: resolve it, or name it in a follow-up action that carries it on.");
        return (false, why + &more(review.open_issues.len()), Place::EarlyLife);
    }
    if let Some(title) = review.without_workaround.first() {
        return (false, format!("The known error “{title}” has no workaround.{}", more(review.without_workaround.len())), Place::EarlyLife);
    }
    if let Some(title) = review.not_accepted.first() {
        return (false, format!("Nobody has accepted the known error “{title}”.{}", more(review.not_accepted.len())), Place::EarlyLife);
    }
    let drafts = match review.drafts.as_slice() {
        [] => String::new(),
        [one] => format!(" The survey “{one}” was never opened and is discarded with the closing."),
        [one, rest @ ..] => format!(" The survey “{one}” and {} more were never opened and are discarded with the closing.", rest.len()),
    };
    (true, format!("No mandatory task, survey, incident or problem is open, and every known error is accepted.{drafts}"), place)
}

fn confirmed(confirmation: Confirmation, facts: &Facts) -> (bool, String, Place) {
    let (met, why) = match facts.confirmations.get(&confirmation) {
        Some(Outcome::Passed) => (true, "Confirmed.".to_owned()),
        Some(Outcome::NotApplicable) => (true, "Recorded as not applicable.".to_owned()),
        Some(Outcome::Failed) => (false, "Recorded as failed.".to_owned()),
        None => (false, confirmation.question().to_owned()),
    };
    (met, why, Place::Confirmation(confirmation))
}

/// What was confirmed before a fuller source took its place, if that meets the requirement.
fn vouched(confirmation: Confirmation, facts: &Facts) -> Option<(bool, String)> {
    let (met, why, _) = confirmed(confirmation, facts);
    met.then_some((met, why))
}

fn at(place: Place, (met, why): (bool, String)) -> (bool, String, Place) {
    (met, why, place)
}

fn approved(round: &Round) -> (bool, String, Place) {
    let (met, why) = match round.state {
        Some(RoundState::Approved) => (true, "Approved.".to_owned()),
        Some(RoundState::Denied) => (false, format!("Denied by {}. Put it right and ask again.", round.denied_by.join(", "))),
        Some(RoundState::Open) => (false, awaited(round)),
        Some(RoundState::Withdrawn) | None => (false, "The approvers have not been asked yet.".to_owned()),
    };
    (met, why, Place::Approvals)
}

fn awaited(round: &Round) -> String {
    let away = |(name, until): &(String, String)| format!(" {name} is away until {until} and nobody stands in: ask somebody else.");
    let awaited = match round.awaited.as_slice() {
        [] => "Nobody is left to answer.".to_owned(),
        [one] => format!("Waiting for {one}."),
        [one, two] => format!("Waiting for {one} and {two}."),
        [first, rest @ ..] => format!("Waiting for {first} and {} others.", rest.len()),
    };
    let denied = match round.denied_by.as_slice() {
        [] => String::new(),
        names if round.is_doomed => format!(" {} denied, so it cannot be approved as it stands.", names.join(", ")),
        names => format!(" {} denied.", names.join(", ")),
    };
    awaited + &denied + &round.away.iter().map(away).collect::<String>()
}

#[cfg(test)]
mod tests;
