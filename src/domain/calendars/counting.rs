//! How many working days lie between two times: the way back from a due time to the days it was reckoned with.

use super::{Calendar, beside};
use chrono::{DateTime, Duration, NaiveDate, Utc};

/// Nobody plans farther than this many days ahead.
const LONGEST: usize = 3 * 366;

impl Calendar {
    /// The working days that [`Calendar::end`] leads from one time to the day of another with; negative ones lie before it.
    /// A day on which nobody works counts as the working day before it.
    pub fn days_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        let target = self.due_day(to);
        let (first, last) = (self.next_working(self.day_of(from), true), self.next_working(self.day_of(from), false));
        if target >= first {
            self.steps(first, target)
        } else {
            // From a day off, the working day just before it cannot be named: no day at all leads forward. The one before it is the nearest.
            let back = -self.steps(target, last);
            if back == 0 && first != last { -1 } else { back }
        }
    }

    /// Whether two due times fall on the same working day.
    pub fn same_day(&self, one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
        self.due_day(one) == self.due_day(other)
    }

    /// The working day that something due at this time belongs to. Midnight is the end of a day, not the beginning of the next.
    fn due_day(&self, due: DateTime<Utc>) -> NaiveDate {
        self.next_working(self.day_of(due - Duration::microseconds(1)), false)
    }

    /// How many working days one goes from the first of two working days to the second.
    fn steps(&self, mut day: NaiveDate, to: NaiveDate) -> i64 {
        let mut steps = 0;
        for _ in 0..LONGEST {
            if day >= to {
                break;
            }
            day = self.next_working(beside(day, true), true);
            steps += 1;
        }
        steps
    }
}
