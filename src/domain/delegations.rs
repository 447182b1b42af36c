//! Delegation: who is away from when until when, and who decides in their place meanwhile.

use super::ids::UserId;
use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

/// Nobody plans to be away for longer.
pub const LONGEST: Duration = Duration::days(366);

/// An absence, as it is asked for.
#[derive(Clone, Debug)]
pub struct Absence {
    pub user: UserId,
    pub substitute: Option<UserId>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

impl Absence {
    pub fn overlaps(&self, (from, until): &Days) -> bool {
        self.starts_at < *until && *from < self.ends_at
    }
}

/// Why an absence is not noted. Each sentence stands beside a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AbsenceRefusal {
    #[error("The last day must not be before the first.")]
    Backwards,
    #[error("This lies in the past.")]
    Past,
    #[error("Note a year at most.")]
    TooLong,
    #[error("Nobody can stand in for themselves. Choose somebody else, or nobody.")]
    Oneself,
    #[error("They are away themselves on some of these days. Choose somebody who is there, or nobody.")]
    SubstituteAway,
    #[error("This overlaps with an absence that is noted already. End that one first, or choose other days.")]
    Overlaps,
}

impl AbsenceRefusal {
    /// The field of the form that it is about.
    pub const fn field(self) -> &'static str {
        match self {
            AbsenceRefusal::Backwards | AbsenceRefusal::Past | AbsenceRefusal::TooLong => "until",
            AbsenceRefusal::Oneself | AbsenceRefusal::SubstituteAway => "substitute",
            AbsenceRefusal::Overlaps => "from",
        }
    }
}

/// From when until when somebody is away.
pub type Days = (DateTime<Utc>, DateTime<Utc>);

/// May it be noted, beside these times at which the same person is away already, and those of whoever would stand in?
pub fn check(new: &Absence, known: &[Days], substitute: &[Days], now: DateTime<Utc>) -> Result<(), AbsenceRefusal> {
    if new.ends_at <= new.starts_at {
        Err(AbsenceRefusal::Backwards)
    } else if new.ends_at <= now {
        Err(AbsenceRefusal::Past)
    } else if new.ends_at - new.starts_at > LONGEST {
        Err(AbsenceRefusal::TooLong)
    } else if new.substitute == Some(new.user) {
        Err(AbsenceRefusal::Oneself)
    } else if known.iter().any(|it| new.overlaps(it)) {
        Err(AbsenceRefusal::Overlaps)
    } else if substitute.iter().any(|it| new.overlaps(it)) {
        Err(AbsenceRefusal::SubstituteAway)
    } else {
        Ok(())
    }
}

/// When a day begins somewhere. Where clocks are put forward at midnight it is an hour later.
pub fn beginning(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let first = |local: NaiveDateTime| zone.from_local_datetime(&local).earliest();
    first(midnight).or_else(|| first(midnight + Duration::hours(1))).map_or_else(|| midnight.and_utc(), |it| it.to_utc())
}

/// The last day of an absence, as people say it: "12 Mar 2026". It ends with that day.
pub fn last_day(ends_at: DateTime<Utc>, zone: Tz) -> String {
    (ends_at - Duration::seconds(1)).with_timezone(&zone).format("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + Duration::days(number)
    }

    fn absence(from: i64, until: i64) -> Absence {
        Absence { user: UserId(1), substitute: Some(UserId(2)), starts_at: day(from), ends_at: day(until) }
    }

    #[test]
    fn an_absence_ends_after_it_starts_and_overlaps_with_no_other() {
        let known = [(day(10), day(20))];
        let of = |from, until| check(&absence(from, until), &known, &[], day(5));
        assert_eq!(of(6, 10), Ok(()), "up to the next one");
        assert_eq!(of(20, 21), Ok(()), "right after it");
        assert_eq!(of(1, 6), Ok(()), "begun already");
        for (from, until) in [(9, 11), (12, 13), (19, 30), (1, 40)] {
            assert_eq!(of(from, until), Err(AbsenceRefusal::Overlaps), "{from} to {until}");
        }
        assert_eq!(of(8, 8), Err(AbsenceRefusal::Backwards));
        assert_eq!(of(1, 5), Err(AbsenceRefusal::Past));
        assert_eq!(of(30, 400), Err(AbsenceRefusal::TooLong));
        assert_eq!(check(&Absence { substitute: Some(UserId(1)), ..absence(6, 8) }, &[], &[], day(5)), Err(AbsenceRefusal::Oneself));
        let of = |from, until| check(&absence(from, until), &[], &known, day(5));
        assert_eq!([of(6, 10), of(20, 21)], [Ok(()), Ok(())], "whoever stands in leaves then, or is back");
        assert_eq!(of(9, 11), Err(AbsenceRefusal::SubstituteAway));
    }

    #[test]
    fn the_last_day_is_the_one_that_it_ends_with() {
        let midnight = DateTime::parse_from_rfc3339("2026-03-13T00:00:00+01:00").expect("a moment").to_utc();
        assert_eq!(last_day(midnight, Tz::Europe__Berlin), "12 Mar 2026");
        assert_eq!(last_day(midnight, Tz::Asia__Tokyo), "13 Mar 2026");
        let day = NaiveDate::from_ymd_opt(2026, 3, 13).expect("a day");
        assert_eq!(beginning(day, Tz::Europe__Berlin), midnight);
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_begins_an_hour_later() {
        let day = NaiveDate::from_ymd_opt(2026, 4, 24).expect("a day");
        assert_eq!(beginning(day, Tz::Africa__Cairo).to_rfc3339(), "2026-04-23T22:00:00+00:00");
    }
}
