//! Asking by mail: what the link of a survey opens, when one is reminded, whether a mail is still wanted.

use super::SurveyState;
use chrono::{DateTime, Duration, Utc};

/// What is known of a survey, and of what was answered by a link to it.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    pub now: DateTime<Utc>,
    pub state: SurveyState,
    pub closes_at: Option<DateTime<Utc>>,
    /// Of the link itself, if it ends before the survey.
    pub expires_at: Option<DateTime<Utc>>,
    /// The release has not ended.
    pub release_open: bool,
    /// This person has answered, by whichever link.
    pub answered: bool,
    /// What this link finds again: an answer that was sent, or one that was begun.
    pub sent: Option<bool>,
}

/// What a link to a survey opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    NotYet,
    /// Nothing is answered yet.
    Open,
    /// Something is answered, but not sent.
    Begun,
    /// Answered; it may be changed.
    Answered,
    /// Answered by the link of another mail, which alone finds that answer again.
    AnsweredElsewhere,
    /// Its time is over.
    Expired,
    /// It was closed, or the release has ended.
    Closed,
}

impl Standing {
    /// Whether answers are taken.
    pub fn takes_answers(self) -> bool {
        match self {
            Standing::Open | Standing::Begun | Standing::Answered => true,
            Standing::NotYet | Standing::AnsweredElsewhere | Standing::Expired | Standing::Closed => false,
        }
    }
}

/// What the link opens now.
pub fn standing(facts: &Facts) -> Standing {
    let over = |end: Option<DateTime<Utc>>| end.is_some_and(|end| facts.now >= end);
    match facts.state {
        SurveyState::Draft if facts.release_open => return Standing::NotYet,
        SurveyState::Draft => return Standing::Closed,
        SurveyState::Open | SurveyState::Closed if over(facts.closes_at) || over(facts.expires_at) => return Standing::Expired,
        SurveyState::Open if facts.release_open => {}
        SurveyState::Open | SurveyState::Closed => return Standing::Closed,
    }
    match (facts.sent, facts.answered) {
        (Some(true), _) => Standing::Answered,
        (Some(false) | None, true) => Standing::AnsweredElsewhere,
        (Some(false), false) => Standing::Begun,
        (None, false) => Standing::Open,
    }
}

/// When somebody who was invited is reminded for the next time, after so many reminders: when half, and when 85 % of the time is over;
/// without an end after three days and after seven.
pub fn next_reminder(invited_at: DateTime<Utc>, closes_at: Option<DateTime<Utc>>, reminded: i32, most: i32) -> Option<DateTime<Utc>> {
    if reminded >= most {
        return None;
    }
    let (percent, days) = match reminded {
        0 => (50, 3),
        1 => (85, 7),
        _ => return None,
    };
    match closes_at {
        Some(end) if end > invited_at => Some(invited_at + Duration::seconds((end - invited_at).num_seconds() * percent / 100)),
        Some(_) => None,
        None => Some(invited_at + Duration::days(days)),
    }
}

/// Whether a mail that asks for an answer is still wanted at the moment when it could leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Yes,
    Answered,
    Refused,
    Closed,
    /// The survey was discarded, or the person taken off its list.
    Gone,
}

impl Wanted {
    /// Why such a mail does not leave; `None` if it does.
    pub fn why_not(self) -> Option<&'static str> {
        match self {
            Wanted::Yes => None,
            Wanted::Answered => Some("They had answered before the mail left."),
            Wanted::Refused => Some("They want no mails about surveys."),
            Wanted::Closed => Some("The survey was over before the mail left."),
            Wanted::Gone => Some("They are not asked any more."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn day(day: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, day, 12, 0, 0).single().expect("a day")
    }

    #[test]
    fn reminders_come_at_half_and_near_the_end_and_never_a_third_time() {
        let at = |reminded, most| next_reminder(day(1), Some(day(21)), reminded, most);
        assert_eq!((at(0, 2), at(1, 2), at(2, 2)), (Some(day(11)), Some(day(18)), None));
        assert_eq!((at(0, 0), at(1, 1), at(2, 9)), (None, None, None));
        assert_eq!(next_reminder(day(1), None, 0, 2), Some(day(4)));
        assert_eq!(next_reminder(day(1), None, 1, 2), Some(day(8)));
        assert_eq!(next_reminder(day(9), Some(day(8)), 0, 2), None, "it is over already");
    }

    #[test]
    fn a_link_opens_what_its_survey_allows() {
        let facts = Facts { now: day(5), state: SurveyState::Open, closes_at: Some(day(9)), expires_at: None, release_open: true, answered: false, sent: None };
        let of = |change: fn(&mut Facts)| {
            let mut changed = facts;
            change(&mut changed);
            standing(&changed)
        };
        assert_eq!(of(|_| {}), Standing::Open);
        assert_eq!(of(|it| it.state = SurveyState::Draft), Standing::NotYet);
        assert_eq!(of(|it| it.state = SurveyState::Closed), Standing::Closed);
        assert_eq!(of(|it| it.release_open = false), Standing::Closed);
        assert_eq!(of(|it| it.now = day(9)), Standing::Expired);
        assert_eq!(of(|it| (it.now, it.state) = (day(10), SurveyState::Closed)), Standing::Expired);
        assert_eq!(of(|it| it.expires_at = Some(day(5))), Standing::Expired);
        assert_eq!(of(|it| it.sent = Some(false)), Standing::Begun);
        assert_eq!(of(|it| (it.sent, it.answered) = (Some(true), true)), Standing::Answered);
        assert_eq!(of(|it| (it.sent, it.answered) = (Some(false), true)), Standing::AnsweredElsewhere);
        assert_eq!(of(|it| it.answered = true), Standing::AnsweredElsewhere);
    }
}
