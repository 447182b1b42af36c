//! Everything a rule of the work can answer instead of yes. Each is a sentence that says what to do next.

use super::categories::CategoryRefusal;
use super::models::ModelRefusal;
use super::moving::MovingRefusal;
use super::releases::VersionRefusal;
use super::surveys::timing::SurveyRefusal;
use super::tasks::TaskRefusal;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Version(#[from] VersionRefusal),
    #[error(transparent)]
    Task(#[from] TaskRefusal),
    #[error(transparent)]
    Survey(#[from] SurveyRefusal),
    #[error(transparent)]
    Moving(#[from] MovingRefusal),
    #[error(transparent)]
    Category(#[from] CategoryRefusal),
    #[error(transparent)]
    Model(#[from] ModelRefusal),
    #[error("It has ended: nothing can be changed any more.")]
    Ended,
    #[error("It has not ended, so there is nothing to reopen.")]
    NotEnded,
    #[error("It was reopened or changed in a way that leaves no phase to go back to. Tell an administrator.")]
    NoPhaseToReopen,
    #[error("The review is written once the release has come to it.")]
    ReviewNotBegun,
    #[error("This follow-up action is settled already. Reopen it first.")]
    FollowUpSettled,
    #[error("This follow-up action is open already.")]
    FollowUpOpen,
    #[error("“{0}” is no longer confirmed by a word: see on the page where it is put right.")]
    AskedElsewhere(&'static str),
    #[error("“{0}” is not a way out of this phase.")]
    NoSuchTransition(String),
    #[error("“{0}” does not lead anywhere: its workflow is broken. Tell a release manager.")]
    Nowhere(String),
    #[error("Not yet: {}", .0.join(" "))]
    NotReady(Vec<String>),
    #[error("Give the reason: it is asked for here.")]
    NeedsReason,
    #[error("“{0}” is met already, so there is nothing to waive.")]
    NothingToWaive(&'static str),
    #[error("“{0}” is not asked for in this phase.")]
    NotAsked(&'static str),
    #[error("“{0}” cannot be waived: without an approval nobody has decided.")]
    NotWaivable(&'static str),
    #[error("“{requirement}” is waived by others: the policy names {who}.")]
    WaivedByOthers { requirement: &'static str, who: String },
    #[error("Say why it does not apply.")]
    NotApplicableNeedsNote,
    #[error("{change} already belongs to {release}, which is still open. Take it off there first.")]
    BoundElsewhere { change: String, release: String },
    #[error("{0} is related already.")]
    RelatedAlready(String),
    #[error("{0} is not related to it any more.")]
    NotRelated(String),
    #[error("{0} has ended, so it cannot join a release.")]
    ChangeEnded(String),
    #[error("The RFCs are fixed since build began. A release manager can go on with a waiver: give the reason.")]
    ScopeFrozen,
    #[error("This phase asks nobody for approval.")]
    NoApproval,
    #[error("The approvers have been asked already.")]
    AskedAlready,
    #[error("It is approved already.")]
    ApprovedAlready,
    #[error("Nobody is left to ask in “{step}”: {who} has no member who may decide and neither owns nor coordinates this record. Add one.")]
    NobodyToAsk { step: String, who: String },
    #[error("No approval is being asked for right now.")]
    NoOpenRound,
    #[error("This approval was {0}; no answer is needed any more.")]
    Settled(String),
    #[error("It is not your turn yet: an earlier step is still open.")]
    NotYourTurn,
    #[error("You own or coordinate this record, so somebody else must decide.")]
    OwnRecord,
    #[error(
        "{0} cannot be asked here: they must have the right to decide, neither own nor coordinate the record, and not be asked in this step. Choose somebody else."
    )]
    CannotBeAsked(String),
    #[error("{0} was asked instead; no answer is needed any more.")]
    AskedInstead(String),
    #[error("Only an answer that is still awaited can be asked of somebody else.")]
    NotAwaited,
    #[error("The record has moved on since then, so this decision cannot be taken back any more.")]
    MovedOn,
    #[error("This absence is over already.")]
    BackAlready,
    #[error("You have not decided yet, so there is nothing to take back.")]
    NothingToRetract,
    #[error("What you were shown has changed meanwhile. Look at it again, then decide.")]
    ContentChanged,
    #[error("Choose a coded reason for the denial and add a comment.")]
    DenialNeedsReason,
    #[error("{0} has been asked already. Wait for the answer, or withdraw the question.")]
    HandoverAskedAlready(String),
    #[error("Support is handed over already.")]
    HandedOverAlready,
    #[error("The checklist is empty. Lay down the shipped list or add points of your own, then ask.")]
    ChecklistEmpty,
    #[error("First the checklist: {} still open.", open_points(.0))]
    ChecklistOpen(Vec<String>),
    #[error("{0} has been asked with this checklist, so it stays as it is. Withdraw the question to change it.")]
    ChecklistFixed(String),
    #[error("Support was handed over with this checklist, so it stays as it is.")]
    ChecklistAccepted,
    #[error("The checklist is long enough. Put several points into one.")]
    ChecklistFull,
    #[error("There is a checklist already.")]
    ChecklistThere,
    #[error("{0} cannot take it over: it has no member who may decide and neither owns nor coordinates this release. Add one, or ask another group.")]
    NobodyToTakeOver(String),
    #[error("Nobody is asked to take support over right now.")]
    NoOpenHandover,
    #[error("{who} answered already: {answer}. Nothing else is needed.")]
    HandoverSettled { who: String, answer: String },
    #[error("The question was withdrawn, so nobody needs to answer any more.")]
    HandoverWithdrawn,
    #[error("Only members of {0} can answer this.")]
    NotReceiving(String),
    #[error("This model is for another category.")]
    ModelForOther,
    #[error("This account is the last active administrator; name another one first.")]
    LastAdministrator,
    #[error("You cannot disable your own account.")]
    OwnAccount,
    #[error("You cannot reset your own second factor. Switch it off in your profile, with a code, or ask another administrator.")]
    OwnSecondFactor,
    #[error("Change your own password in your profile: the current one is asked for there.")]
    OwnPassword,
    #[error("This account has no second factor.")]
    NoSecondFactor,
    #[error("The policy asks you for a second factor. You can make new recovery codes, or ask an administrator to reset it when you change your phone.")]
    SecondFactorNeeded,
    #[error("This mail waits to be sent already.")]
    QueuedAlready,
    #[error("This mail waits no longer, so there is nothing to cancel.")]
    NotQueued,
    #[error("This mail is just being sent. Look at it again in a minute.")]
    LeavingNow,
    #[error("This attachment was removed already.")]
    RemovedAlready,
    #[error("There is no exit criterion to agree to. Add a metric first.")]
    NoExitCriteria,
    #[error("Somebody has accepted this known error already.")]
    AcceptedAlready,
    #[error("The link is used or expired. Ask whoever runs Slipway for a new one.")]
    LinkSpent,
}

impl Refusal {
    /// What stands over the sentence, on a page of its own.
    pub fn title(&self) -> &'static str {
        let over = matches!(self, Refusal::Ended | Refusal::Survey(SurveyRefusal::Closed) | Refusal::HandoverWithdrawn | Refusal::MovedOn | Refusal::LinkSpent);
        let there_already = matches!(
            self,
            Refusal::NotEnded
                | Refusal::FollowUpSettled
                | Refusal::FollowUpOpen
                | Refusal::NothingToWaive(_)
                | Refusal::AskedAlready
                | Refusal::ApprovedAlready
                | Refusal::Settled(_)
                | Refusal::AskedInstead(_)
                | Refusal::BackAlready
                | Refusal::HandoverAskedAlready(_)
                | Refusal::HandedOverAlready
                | Refusal::HandoverSettled { .. }
                | Refusal::ChecklistAccepted
                | Refusal::ChecklistThere
                | Refusal::QueuedAlready
                | Refusal::NotQueued
                | Refusal::RemovedAlready
                | Refusal::AcceptedAlready
                | Refusal::NoSecondFactor
                | Refusal::NotRelated(_)
                | Refusal::Task(TaskRefusal::Already(_))
                | Refusal::NothingToRetract
        );
        let others = matches!(
            self,
            Refusal::OwnRecord
                | Refusal::NotReceiving(_)
                | Refusal::WaivedByOthers { .. }
                | Refusal::OwnAccount
                | Refusal::OwnSecondFactor
                | Refusal::OwnPassword
        );
        match (over, there_already, others) {
            (true, ..) => "It is over",
            (_, true, _) => "Nothing to do",
            (_, _, true) => "Not for you to do",
            (false, false, false) => "Not yet",
        }
    }
}

/// "“Runbook” is", "“Runbook” and 2 more are".
fn open_points(titles: &[String]) -> String {
    match titles {
        [] => "nothing is".into(),
        [one] => format!("“{one}” is"),
        [first, rest @ ..] => format!("“{first}” and {} more are", rest.len()),
    }
}
