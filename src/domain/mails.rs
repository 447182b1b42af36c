//! Mails: what they are, what becomes of them, and when another try is worth it.

use super::approvals::ApprovalState;
use super::handovers::HandoverState;
use super::notices::Rule;
use super::surveys::asking::Wanted;
use super::words::words;
use chrono::Duration;

words! {
    pub enum MailKind {
        Notice = "notice" "Notice",
        Digest = "digest" "Digest",
        Test = "test" "Test",
        /// To answer a survey, or a reminder of it.
        Invitation = "invitation" "Invitation",
    }
}

words! {
    pub enum MailState {
        Queued = "queued" "Queued",
        Sent = "sent" "Sent",
        Failed = "failed" "Failed",
        Cancelled = "cancelled" "Cancelled",
    }
}

/// After so many tries in vain a mail has failed: after about four days, so that a server that is down over a long weekend loses nothing.
pub const MOST_TRIES: i32 = 25;

/// A notice that waited longer than this is no news any more.
pub const STALE_AFTER: Duration = Duration::days(7);

/// While the server is away, this is between two tries: nothing is known about the mail itself, and soon after the server is back all have left.
const AWAY_DELAY: Duration = Duration::seconds(40);

const SHORTEST_DELAY: Duration = Duration::minutes(1);
const LONGEST_DELAY: Duration = Duration::hours(6);

/// Why a mail did not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server is there and did not take this mail: 4xx, a connection that broke.
    Passing,
    /// The server is in trouble, or the way to it: it takes no mail from anybody.
    Away,
    /// The server will never take this mail: 5xx.
    Refused,
    /// The server does not let us in at all: 535 and its like.
    Credentials,
}

/// What follows from a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    TryAgain(Duration),
    /// The same, and the try does not count.
    Wait(Duration),
    Fail,
    /// Nothing is sent until somebody looks at it; the try does not count.
    Pause,
}

impl Fault {
    /// What follows after `tries` tries, this one included; `chance` between 0 and 1 spreads the next ones out.
    pub fn verdict(self, tries: i32, chance: f64) -> Verdict {
        match self {
            Fault::Passing if tries >= MOST_TRIES => Verdict::Fail,
            Fault::Passing => Verdict::TryAgain(delay(tries, chance)),
            Fault::Away => Verdict::Wait(spread(AWAY_DELAY, chance)),
            Fault::Refused => Verdict::Fail,
            Fault::Credentials => Verdict::Pause,
        }
    }
}

/// A minute after the first try, then twice as long each time, up to six hours; a quarter more or less by chance.
fn delay(tries: i32, chance: f64) -> Duration {
    let doublings = u32::try_from(tries - 1).unwrap_or(0).min(16);
    spread((SHORTEST_DELAY * 2i32.pow(doublings)).min(LONGEST_DELAY), chance)
}

fn spread(plain: Duration, chance: f64) -> Duration {
    let factor = 0.75 + chance.clamp(0.0, 1.0) / 2.0;
    Duration::milliseconds((plain.num_milliseconds() as f64 * factor) as i64)
}

/// What is known about a mail at the moment when it could leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Of its notice, if it has one.
    pub rule: Option<Rule>,
    /// The approval it is about, as it stands.
    pub approval: Option<ApprovalState>,
    /// The handover that it asks about, as it stands.
    pub handover: Option<HandoverState>,
    /// What became of the mails that asked this person for that approval.
    pub asked: Asked,
    /// Whether what it says is late was done, or moved.
    pub settled: bool,
    /// Of a mail that asks somebody to answer a survey: whether it still should.
    pub wanted: Option<Wanted>,
    /// Whether its reader's account is closed.
    pub disabled: bool,
    /// Since it was queued, or an administrator had it sent again.
    pub age: Duration,
}

/// Whether somebody was asked for an approval by mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    #[default]
    Never,
    /// That mail still waits, or is just being sent.
    Perhaps,
    Certainly,
}

/// What to do with a mail whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relevance {
    Send,
    /// It cannot be told yet.
    Wait,
    /// Nobody needs it any more; why, as a sentence.
    Cancel(&'static str),
}

/// Whether a mail still says something that its reader needs to hear.
pub fn relevance(facts: &Facts) -> Relevance {
    if facts.disabled {
        return Relevance::Cancel("The account of the recipient is closed.");
    }
    if let Some(wanted) = facts.wanted {
        // It is no news, and so never stale: it is wanted for as long as the survey is open.
        return wanted.why_not().map_or(Relevance::Send, Relevance::Cancel);
    }
    if facts.settled {
        return Relevance::Cancel("It was done or moved before the mail left.");
    }
    if facts.rule == Some(Rule::HandoverAsked) {
        return match facts.handover {
            Some(HandoverState::Asked) => Relevance::Send,
            Some(HandoverState::Accepted | HandoverState::Declined) => Relevance::Cancel("Somebody else answered before the mail left."),
            Some(HandoverState::Withdrawn) | None => Relevance::Cancel("The answer was no longer needed when the mail could leave."),
        };
    }
    match (facts.rule, facts.approval) {
        (Some(Rule::ApprovalAsked | Rule::ApprovalReminded), Some(ApprovalState::Pending)) => Relevance::Send,
        (Some(Rule::ApprovalAsked | Rule::ApprovalReminded), Some(ApprovalState::Approved | ApprovalState::Denied)) => {
            Relevance::Cancel("It was decided before the mail left.")
        }
        (Some(Rule::ApprovalAsked | Rule::ApprovalReminded), Some(ApprovalState::Waiting | ApprovalState::NotNeeded | ApprovalState::Excluded)) => {
            Relevance::Cancel("The answer was no longer needed when the mail could leave.")
        }
        (Some(Rule::ApprovalNotNeeded), Some(ApprovalState::Pending)) => Relevance::Cancel("The answer is awaited again."),
        (Some(Rule::ApprovalNotNeeded), Some(_)) => match facts.asked {
            Asked::Certainly => Relevance::Send,
            Asked::Perhaps => Relevance::Wait,
            Asked::Never => Relevance::Cancel("The mail that asked never left, so there is nothing to take back."),
        },
        _ if facts.rule != Some(Rule::ApprovalReceipt) && facts.age > STALE_AFTER => {
            Relevance::Cancel("It waited for more than a week, and is no news any more.")
        }
        _ => Relevance::Send,
    }
}

/// The subject's first word, the same for all mails about one record.
pub fn prefix(number: &str) -> String {
    format!("[{number}] ")
}

#[cfg(test)]
mod tests;
