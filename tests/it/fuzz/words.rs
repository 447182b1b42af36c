//! What careless and hostile people type: values, and ways to send them.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// Our mark inside markup of theirs: wherever it comes back as a tag or an attribute, something was not escaped.
pub const MARK: &str = "zqz";

const MARKUP: [&str; 8] = [
    "<zqz>",
    "\"><zqz a=\"",
    "'><zqz a='",
    "\" zqz=\"1",
    "</textarea></title></script><zqz>",
    "[zqz](javascript:zqz)",
    "<a href=\"javascript:zqz\">zqz</a><img src=x onerror=zqz>",
    "${zqz}{{zqz}}<%= zqz %>",
];

const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "1",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999",
    "1.5",
    "-0.0000001",
    "1e308",
    "NaN",
    "0x10",
    "+1",
    "١٢٣",
];

const TEXTS: [&str; 16] = [
    "",
    " ",
    "\0",
    "a\0b",
    "\u{202e}drawkcab\u{202c}",
    "مرحبا بالعالم",
    "💥👩‍👩‍👧‍👦",
    "e\u{301}\u{301}\u{301}\u{301}",
    "\u{feff}\u{200b}\u{2028}",
    "\r\n\t\u{7f}",
    "' OR 1=1--",
    "../../etc/passwd",
    "%00%ff",
    "null",
    "=cmd|' /C calc'!A1",
    "true",
];

const DATES: [&str; 10] = [
    "9999-12-31T23:59",
    "0000-00-00",
    "-0001-01-01",
    "1990-01-01T00:00",
    "2026-02-30",
    "2026-03-29T02:30",
    "24:00",
    "2026-05-01",
    "262143-12-31T23:59",
    "2026-05-01T12:00+99:00",
];

/// A sequence of throws; the same seed throws the same.
pub struct Dice(StdRng);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(StdRng::seed_from_u64(seed))
    }

    pub fn one_in(&mut self, count: u32) -> bool {
        self.0.random_ratio(1, count)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    /// A place in a list of this length, often one of the last.
    pub fn late(&mut self, length: usize) -> usize {
        let from = if self.one_in(2) { length.saturating_sub(12) } else { 0 };
        from + self.below((length - from).max(1))
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        from.choose(&mut self.0).expect("something to pick from")
    }

    /// A value that nobody hoped for, or (`theirs`) the id of something else.
    pub fn value(&mut self, theirs: &[String]) -> String {
        match self.below(12) {
            0..=2 => (*self.pick(&MARKUP)).to_owned(),
            3 | 4 => (*self.pick(&NUMBERS)).to_owned(),
            5 | 6 => (*self.pick(&TEXTS)).to_owned(),
            7 => (*self.pick(&DATES)).to_owned(),
            8 => self.below(40).to_string(),
            9 => self.pick(&["y", "<zqz>", "\u{202e}", "💥", "1"]).repeat(self.length()),
            _ => self.pick(theirs).clone(),
        }
    }

    /// Mostly about as long as a field takes, sometimes far longer.
    fn length(&mut self) -> usize {
        *self.pick(&[200, 201, 1000, 5000, 20_001, 60_000])
    }

    /// A part of a path, as it is sent.
    pub fn part(&mut self, theirs: &[String]) -> String {
        let value: String = self.value(theirs).chars().take(300).collect();
        match self.below(20) {
            0 => "%FF%FE".to_owned(),
            1 => "%".to_owned(),
            2 => "%2e%2e%2f".to_owned(),
            _ => url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20"),
        }
    }

    /// These pairs as a body, now and then broken on its way.
    pub fn body(&mut self, fields: &[(String, String)]) -> String {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        match self.below(60) {
            0 => body.replace('=', ""),
            1 => body + "&%",
            2 => body + "&%ff%fe=%c3%28",
            3 => body + "&=&&==&;",
            4 => body + &"&a=b".repeat(5000),
            5 => body.chars().take(10).collect(),
            _ => body,
        }
    }
}
