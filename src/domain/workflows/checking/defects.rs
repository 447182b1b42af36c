//! The kinds of finding, each a sentence that says what to do next.

use crate::domain::records::Milestone;
use crate::domain::requirements::Requirement;
use crate::domain::workflows::editing::MOST_DAYS;
use crate::domain::workflows::{Section, TransitionKind};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    #[error("A workflow needs a phase to start in and an end. Add a phase.")]
    NoPhase,
    #[error("It has no {0}. Give it one.")]
    Nameless(&'static str),
    #[error("Something else here has the {what} “{text}” as well. Choose another.")]
    Twice { what: &'static str, text: String },
    #[error("More than {MOST_DAYS} working days are no aim. Choose fewer.")]
    TooManyDays,
    #[error("A record starts in the first phase, so that must be a main phase. Move a main phase to the top.")]
    StartNotMain,
    #[error("A record starts in the first phase, so it cannot be optional. Take its condition away.")]
    StartOptional,
    #[error("A record starts as registered. Set the milestone of the first phase to “Registered”.")]
    StartMilestone,
    #[error("Only a main phase can be optional. Take the condition away, or make it a main phase.")]
    OptionalNotMain,
    #[error("An optional phase that is passed over is left by its advance, and this one has none. Add a transition that advances.")]
    OptionalWithoutAdvance,
    #[error("An end is where the work is finished. Set its milestone to “Finished”.")]
    EndMilestone,
    #[error("A record that is still on its way is not finished. Choose an earlier milestone.")]
    FinishedTooSoon,
    #[error("Nothing follows an end. Remove its transitions and approval steps, or make it another kind of phase.")]
    AfterEnd,
    #[error("A main phase is left by going on, and this one has no transition that advances or closes. Add one.")]
    NoWayOn,
    #[error("It leads to “{0}”, which is no phase of this workflow. Choose another.")]
    Nowhere(String),
    #[error("It leads to an end, so it must close or abandon. Change its kind, or where it leads.")]
    EndsOtherwise,
    #[error("It closes or abandons, so it must lead to an end. Choose one.")]
    LeadsToNoEnd,
    #[error("It leads to an end without saying how the record ended. Choose the outcome.")]
    NoOutcome,
    #[error("The record goes on after it, so it has no outcome yet. Take the outcome away.")]
    OutcomeTooSoon,
    #[error("A record that has ended is not open. Choose another outcome.")]
    EndsOpen,
    #[error("Such records do not end like that. Choose another outcome.")]
    EndsAsOthers,
    #[error("What is abandoned did not end as closed. Choose another outcome, or let it close.")]
    AbandonedAsClosed,
    #[error("It advances, so it must lead to a phase further down. Choose one, or send back instead.")]
    AdvancesBack,
    #[error("It advances to an earlier milestone than this phase has. Set the milestones in the order of the work.")]
    LosesMilestone,
    #[error("A side phase is entered by backing out. Change the kind of the transition, or where it leads.")]
    EntersSide(TransitionKind),
    #[error("It sends back, so it must lead to this phase or one further up. Choose one, or advance instead.")]
    SendsForward,
    #[error("It sends back to a later milestone than this phase has. Set the milestones in the order of the work.")]
    GainsMilestone,
    #[error("It sends back to an optional phase; when that is passed over, the record lands after this phase without what it asks. Lead it further up.")]
    SlipsPast,
    #[error("Backing out leads to a side phase. Choose one, or another kind of transition.")]
    BacksOutElsewhere,
    #[error("Abandoning and backing out cannot be undone. Let it ask for the reason.")]
    GraveWithoutReason,
    #[error("The way out in need must not be barred. Take its requirements away.")]
    GraveBarred,
    #[error("No record can end as closed here. Add a transition that closes with that outcome.")]
    NeverCloses,
    #[error("No transition leads here from the first phase. Lead one here, or remove the phase.")]
    Unreachable,
    #[error("From here no end can be reached. Add a transition that leads on.")]
    DeadEnd,
    #[error("The rollout has begun here, and nothing leads back out at once. Add a transition that backs out.")]
    NoBackOut,
    #[error("“{}” can never be met here: {why}", .requirement.label())]
    NeverMet { requirement: Requirement, why: Why },
    #[error("Approvers are asked here, but no transition waits for them. Let the main one ask for “Approved”, or remove the steps.")]
    NotAwaited,
    #[error("It leads on without the approval of this phase. Let it ask for “Approved”.")]
    PastApproval,
    #[error("It covers nothing that such a record has, so nothing would be decided on. Choose what it covers.")]
    CoversNothing,
    #[error("{0} % is no share that can be reached. Choose 1 to 100.")]
    NoShare(u8),
    #[error("There is no group “{0}”. Choose another.")]
    NoGroup(String),
    #[error("Nobody can be asked: {0} has no member with an open account and the right to decide. Add one to the group, or choose others.")]
    NobodyInGroup(String),
    #[error("Nobody can be asked: no open account is {0} with the right to decide. Choose others, or give somebody the role.")]
    NobodyInRole(&'static str),
    #[error("Nobody can be asked: none of the chosen has an open account and the right to decide. Choose others.")]
    NobodyNamed,
    #[error("Only {0} can be asked, and nobody is left for a record that {0} owns or coordinates. Add somebody, or allow self-approval.")]
    OnlyTheOwner(String),
    #[error("Nobody would hear of it: {0} has no member with an open account. Add one, or choose another group.")]
    NobodyHears(String),
}

/// Why a requirement can never be met in a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("an RFC has no such thing. Remove it.")]
    NotOfChanges,
    #[error("a release names no affected items of its own. Remove it.")]
    NotOfReleases,
    #[error("it guards the list of RFCs and is no gate. Freeze the scope of the phase instead.")]
    OnlyAGuard,
    #[error("the phase does not show “{}”. Add the section.", .0.label())]
    NotShown(Section),
    #[error("nobody is asked in this phase. Add an approval step.")]
    NobodyAsked,
    #[error("a record can come here without an RFC, and none can join any more. Ask for “RFCs related” before the scope is frozen.")]
    ChangesFrozen,
    #[error("no RFC that can be registered comes as far as “{}”. Look at the workflows of the RFCs.", .0.label())]
    NoChangeSoFar(Milestone),
    #[error("no phase before it shows “Early life support”, where exit criteria are agreed. Add the section, or ask for “Exit criteria agreed” there.")]
    NotAgreedBefore,
    #[error("no group has a member who may take support over. Add one to a group.")]
    NobodyTakesOver,
}
