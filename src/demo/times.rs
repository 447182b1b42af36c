//! When people of the demo work, when they deploy, and the dice that make their days differ.

use crate::domain::calendars;
use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use chrono_tz::Tz;

pub const ZONE: Tz = Tz::Europe__Berlin;

const MORNING: u32 = 9;
const EVENING: u32 = 17;

fn clock(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
}

fn day_after(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

fn is_working_day(day: NaiveDate) -> bool {
    let holiday = matches!((day.month(), day.day()), (12, 24..=26 | 31) | (1, 1) | (5, 1) | (10, 3));
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !holiday
}

/// `time`, or the next moment at which people are at work.
pub fn at_work(time: DateTime<Utc>) -> DateTime<Utc> {
    let local = time.with_timezone(&ZONE);
    if is_working_day(local.date_naive()) && (MORNING..EVENING).contains(&local.hour()) {
        return time;
    }
    let mut day = local.date_naive();
    if local.hour() >= EVENING {
        day = day_after(day);
    }
    while !is_working_day(day) {
        day = day_after(day);
    }
    // Not everybody at nine sharp.
    calendars::at(day, clock(MORNING, local.minute() / 2), ZONE)
}

/// When people were at work about `time`, and before `today`.
pub fn lately(time: DateTime<Utc>, today: DateTime<Utc>) -> DateTime<Utc> {
    let next = at_work(time);
    if next < today {
        return next;
    }
    let before = |day: NaiveDate| day.checked_sub_days(Days::new(1)).unwrap_or(day);
    let mut day = before(today.with_timezone(&ZONE).date_naive());
    while !is_working_day(day) {
        day = before(day);
    }
    calendars::at(day, clock(MORNING, 40), ZONE)
}

/// So many working minutes later.
pub fn later(from: DateTime<Utc>, minutes: i64) -> DateTime<Utc> {
    let mut time = at_work(from);
    let mut left = Duration::minutes(minutes);
    loop {
        let end = calendars::at(time.with_timezone(&ZONE).date_naive(), clock(EVENING, 0), ZONE);
        if time + left < end {
            return time + left;
        }
        left -= end - time;
        time = at_work(end);
    }
}

/// From and to, for a deployment at that day, or before or after it: a Saturday morning for a big one, else an evening from Tuesday to Thursday.
pub fn window(about: DateTime<Utc>, before: bool, big: bool, dice: &mut Dice) -> (DateTime<Utc>, DateTime<Utc>) {
    let mut day = about.with_timezone(&ZONE).date_naive();
    let fits = |day: NaiveDate| match day.weekday() {
        Weekday::Sat => big,
        Weekday::Tue | Weekday::Wed | Weekday::Thu => !big,
        Weekday::Mon | Weekday::Fri | Weekday::Sun => false,
    };
    while !fits(day) {
        day = if before { day.checked_sub_days(Days::new(1)).unwrap_or(day) } else { day_after(day) };
    }
    let (from, hours) = if big { (clock(7, 0), dice.between(5, 8)) } else { (clock(19, 30 * (dice.between(0, 1) as u32)), dice.between(2, 4)) };
    let start = calendars::at(day, from, ZONE);
    (start, start + Duration::hours(hours))
}

/// Whether it is daytime where somebody lives.
pub fn is_day(time: DateTime<Utc>, zone: Tz) -> bool {
    (7..20).contains(&time.with_timezone(&zone).hour())
}

/// Numbers that look like chance, and are the same each time.
#[derive(Clone, Copy)]
pub struct Dice(u64);

impl Dice {
    pub fn of(name: &str) -> Dice {
        Dice(name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)))
    }

    /// Those of one of many.
    pub fn numbered(seed: u64, nth: u64) -> Dice {
        let mut dice = Dice(seed.rotate_left(32) ^ nth.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        Dice(dice.roll())
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Both ends included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.roll() % (high - low + 1).unsigned_abs()) as i64
    }

    /// One of several; `None` only of none.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { from.get((self.roll() % from.len() as u64) as usize).copied() }
    }
}
