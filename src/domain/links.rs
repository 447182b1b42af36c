//! Links in mails by which an approval is decided without signing in: how long they are good, how often one may mistype, what stands behind them.

use super::approvals::{ApprovalState, RoundState};
use chrono::{DateTime, Duration, Utc};

/// How many days a link is good, unless the settings say otherwise.
pub const DAYS: i64 = 14;
/// After so many wrong codes in a row a link takes no more for a while.
pub const WRONG_CODES: i32 = 5;
/// How long that is.
pub const LOCK: Duration = Duration::minutes(15);
/// For so long after it a decision can be undone, even when the round is settled.
pub const UNDO: Duration = Duration::minutes(10);
/// How many digits a code has.
pub const DIGITS: usize = 6;

/// A code as it was typed: six digits, spaces and dashes aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Type the six digits that stand in the mail.")]
pub struct NoCode;

impl Code {
    /// The code that a keyed hash yields.
    pub fn of_hash(hash: &[u8]) -> Code {
        let number = hash.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        Code(u32::try_from(number % 10_u64.pow(6)).unwrap_or_default())
    }

    pub fn parse(text: &str) -> Result<Code, NoCode> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let is_code = digits.len() == DIGITS && digits.bytes().all(|it| it.is_ascii_digit());
        if is_code { digits.parse().map(Code).map_err(|_| NoCode) } else { Err(NoCode) }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

/// How many wrong codes a link took in a row, and until when it takes none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    pub wrong_codes: i32,
    pub locked_until: Option<DateTime<Utc>>,
}

/// What comes of trying a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knock {
    In,
    /// So many more wrong ones and it is locked.
    Wrong {
        left: i32,
    },
    Locked,
}

impl Guard {
    /// What a code does, right or not, and the guard after it.
    pub fn knock(self, right: bool, now: DateTime<Utc>) -> (Knock, Guard) {
        if self.locked_until.is_some_and(|until| now < until) {
            return (Knock::Locked, self);
        }
        if right {
            return (Knock::In, Guard::default());
        }
        let wrong_codes = self.wrong_codes + 1;
        if wrong_codes >= WRONG_CODES {
            (Knock::Locked, Guard { wrong_codes: 0, locked_until: Some(now + LOCK) })
        } else {
            (Knock::Wrong { left: WRONG_CODES - wrong_codes }, Guard { wrong_codes, locked_until: None })
        }
    }
}

/// What is known of the holder of a link, and of the approval behind it.
#[derive(Clone, Debug)]
pub struct Facts {
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub approval: ApprovalState,
    pub round: RoundState,
    /// The round is the newest of the record, which is still in the phase that it was asked for.
    pub current: bool,
    /// Somebody else was asked instead.
    pub replaced: bool,
    pub holder: Holder,
}

/// Whether whoever the link was mailed to may decide at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    May,
    /// The account is closed.
    Closed,
    /// They lost the right to decide.
    NoRight,
    /// They own or coordinate the record by now.
    Own,
    /// They stood in for the approver, and do so no longer.
    StoodIn,
}

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The decision is awaited.
    Open,
    /// An earlier step was reopened: it is not their turn any more, and will be again.
    NotYet,
    /// This approval is decided.
    Decided,
    Expired,
    Withdrawn,
    /// The record has moved on, or a newer round asks.
    Superseded,
    /// Somebody else was asked instead.
    Replaced,
    /// The others settled it.
    NotNeeded,
    /// Whoever holds the link may not decide.
    Barred(Holder),
}

/// What the link opens now. What is over comes before who asks: nobody needs to be told that they may not do what nobody may.
pub fn standing(facts: &Facts) -> Standing {
    if facts.now >= facts.expires_at {
        return Standing::Expired;
    }
    match facts.approval {
        ApprovalState::Approved | ApprovalState::Denied => return Standing::Decided,
        ApprovalState::Excluded if facts.replaced => return Standing::Replaced,
        ApprovalState::Excluded => return Standing::Barred(Holder::Own),
        ApprovalState::Waiting | ApprovalState::Pending | ApprovalState::NotNeeded => {}
    }
    if facts.round == RoundState::Withdrawn {
        return Standing::Withdrawn;
    }
    if !facts.current {
        return Standing::Superseded;
    }
    match (facts.approval, facts.holder) {
        (ApprovalState::NotNeeded, _) => Standing::NotNeeded,
        (_, Holder::Closed | Holder::NoRight | Holder::Own | Holder::StoodIn) => Standing::Barred(facts.holder),
        (ApprovalState::Waiting, Holder::May) => Standing::NotYet,
        (ApprovalState::Pending | ApprovalState::Approved | ApprovalState::Denied | ApprovalState::Excluded, Holder::May) => Standing::Open,
    }
}

/// Whether a decision can still be taken back: within ten minutes even when the round is settled; later only while it is open.
/// Never once the record moved on, or the question was withdrawn.
pub fn may_take_back(round: RoundState, current: bool, decided_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    let lately = decided_at.is_some_and(|at| now < at + UNDO);
    match round {
        RoundState::Open => current,
        RoundState::Approved | RoundState::Denied => current && lately,
        RoundState::Withdrawn => false,
    }
}

#[cfg(test)]
mod tests;
