//! The handover of support to the group that takes it over: its checklist, how it is answered, and what a mailed link to it opens.

use super::words::words;
use chrono::{DateTime, Utc};

words! {
    pub enum HandoverState {
        Asked = "asked" "Asked",
        Accepted = "accepted" "Accepted",
        Declined = "declined" "Declined",
        Withdrawn = "withdrawn" "Withdrawn",
    }
}

words! {
    /// Where a point of the checklist goes.
    pub enum Direction {
        Up = "up" "Up",
        Down = "down" "Down",
    }
}

/// The checklist that every handover starts with.
pub const SHIPPED: [&str; 6] = [
    "Runbook and operating instructions are complete and were walked through",
    "Monitoring and alerts are in place and reach the people on duty",
    "Known errors and workarounds are written down and understood",
    "Contacts and escalation are agreed",
    "Access rights and licences are given",
    "Open incidents and problems are explained",
];

/// A checklist longer than this is no help to anybody.
pub const MOST_ITEMS: usize = 50;

/// What the requirement looks at: the checklist, and the newest request of this visit of the phase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handover {
    pub items: usize,
    pub open_items: usize,
    pub request: Option<Request>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub state: HandoverState,
    /// The group that is asked, in the words of a page: "Operations".
    pub group: String,
    /// The day on which it was asked, and the one on which it was settled, in words.
    pub asked: String,
    pub settled: String,
    /// Who answered, and what they said.
    pub by: String,
    pub answer: String,
}

impl Handover {
    /// Whether support is handed over, and a sentence why or why not.
    pub fn verdict(&self) -> (bool, String) {
        match &self.request {
            Some(it) => match it.state {
                HandoverState::Accepted => (true, format!("Accepted by {} for {} on {}.", it.by, it.group, it.settled)),
                HandoverState::Asked => (false, format!("{} has been asked since {}.", it.group, it.asked)),
                HandoverState::Declined => (false, format!("Declined by {}: {} Put it right and ask again.", it.by, sentence(&it.answer))),
                HandoverState::Withdrawn => (false, self.before_asking()),
            },
            None => (false, self.before_asking()),
        }
    }

    fn before_asking(&self) -> String {
        match (self.items, self.open_items) {
            (0, _) => "The checklist of the handover is empty.".into(),
            (_, 0) => "Ask the group that takes support over.".into(),
            (_, 1) => "One point of the checklist is still open.".into(),
            (_, open) => format!("{open} points of the checklist are still open."),
        }
    }
}

/// The first line of what somebody said, short enough for a list, as a sentence.
fn sentence(text: &str) -> String {
    const MOST: usize = 160;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.chars().count() > MOST {
        return line.chars().take(MOST).collect::<String>() + "…";
    }
    if line.ends_with(['.', '!', '?', '…']) { line.to_owned() } else { format!("{line}.") }
}

/// A day in words: "Monday 2 March".
pub fn day(at: DateTime<Utc>, zone: chrono_tz::Tz) -> String {
    at.with_timezone(&zone).format("%A %-d %B").to_string()
}

/// Whether somebody may answer at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    May,
    /// The account is closed.
    Closed,
    /// They lost the right to decide.
    NoRight,
    /// They own or coordinate the release.
    Own,
    /// They are not in the group, or no longer.
    NoMember,
}

/// What is known of a mailed link, and of the handover behind it.
#[derive(Clone, Debug)]
pub struct Facts {
    pub now: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub state: HandoverState,
    /// The release is still in the phase that it was asked in.
    pub current: bool,
    pub receiver: Receiver,
}

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The answer is awaited.
    Open,
    /// Accepted or declined.
    Settled,
    Withdrawn,
    /// The release has moved on.
    Superseded,
    Expired,
    /// Whoever holds the link may not answer.
    Barred(Receiver),
}

/// What the link opens now. What is over comes before who asks: nobody needs to be told that they may not do what nobody may.
pub fn standing(facts: &Facts) -> Standing {
    if facts.expires_at.is_some_and(|at| facts.now >= at) {
        return Standing::Expired;
    }
    match (facts.state, facts.receiver) {
        (HandoverState::Accepted | HandoverState::Declined, _) => Standing::Settled,
        (HandoverState::Asked | HandoverState::Withdrawn, _) if !facts.current => Standing::Superseded,
        (HandoverState::Withdrawn, _) => Standing::Withdrawn,
        (HandoverState::Asked, Receiver::May) => Standing::Open,
        (HandoverState::Asked, Receiver::Closed | Receiver::NoRight | Receiver::Own | Receiver::NoMember) => Standing::Barred(facts.receiver),
    }
}

#[cfg(test)]
mod tests;
