//! The daily digest: when somebody's is due.

use chrono::{DateTime, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;

/// The day, in the reader's zone, whose digest is due now; `None` if it was seen to, or if its hour has not come.
pub fn due(now: DateTime<Utc>, zone: Tz, hour: u32, seen_to: Option<NaiveDate>) -> Option<NaiveDate> {
    let local = now.with_timezone(&zone);
    let today = local.date_naive();
    (local.hour() >= hour && seen_to.is_none_or(|day| day < today)).then_some(today)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Duration, TimeZone};
    use proptest::prelude::*;

    #[test]
    fn it_is_due_once_a_day_from_its_hour_on_in_the_readers_zone() {
        let berlin = chrono_tz::Europe::Berlin;
        let at = |hour| Utc.with_ymd_and_hms(2026, 3, 2, hour, 30, 0).single().expect("a time");
        let today = NaiveDate::from_ymd_opt(2026, 3, 2);
        assert_eq!(due(at(6), berlin, 8, None), None);
        assert_eq!(due(at(7), berlin, 8, None), today);
        assert_eq!(due(at(9), berlin, 8, today), None);
    }

    proptest! {
        /// Whatever the zone, the hour and its clock changes: looking every quarter of an hour for thirty days makes thirty digests.
        #[test]
        fn every_day_has_one(zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"]), hour in 0u32..24, start in 0i64..525_600) {
            let zone: Tz = zone.parse().expect("a zone");
            let begin = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).single().expect("a time") + Duration::minutes(start);
            let mut seen_to = Some(begin.with_timezone(&zone).date_naive());
            let mut made = 0;
            for step in 1..=(30 * 24 * 4) {
                if let Some(day) = due(begin + Duration::minutes(15 * step), zone, hour, seen_to) {
                    prop_assert!(seen_to.is_some_and(|before| before < day));
                    seen_to = Some(day);
                    made += 1;
                }
            }
            prop_assert!((29..=30).contains(&made), "{made}");
        }
    }
}
