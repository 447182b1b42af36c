//! How values are written on pages: times in the reader's zone, Markdown made safe.

use crate::domain::records::{Grade, risk};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use pulldown_cmark::{Options, Parser};

/// HTML of our own making, which templates print as it is.
#[derive(Clone, Debug, Default)]
pub struct Markup(String);

impl Markup {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Markup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Markup {}

/// An icon of the sprite, hidden from screen readers: words stand beside it.
pub fn icon(name: &str) -> Markup {
    Markup(format!("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"{}#{name}\"></use></svg>", super::assets::url("tabler-icons-3.51.0.svg")))
}

/// A time, however many references a template holds it by.
pub trait Moment {
    fn at(&self) -> DateTime<Utc>;
}

impl Moment for DateTime<Utc> {
    fn at(&self) -> DateTime<Utc> {
        *self
    }
}

impl<T: Moment> Moment for &T {
    fn at(&self) -> DateTime<Utc> {
        (**self).at()
    }
}

/// `21 Nov 2026 18:00`, in the reader's zone.
pub fn moment(time: impl Moment, zone: Tz) -> String {
    time.at().with_timezone(&zone).format("%-d %b %Y %H:%M").to_string()
}

/// `21 Nov 2026`.
pub fn day(time: impl Moment, zone: Tz) -> String {
    time.at().with_timezone(&zone).format("%-d %b %Y").to_string()
}

/// The last day of an absence, which ends with it.
pub fn last_day(ends_at: impl Moment, zone: Tz) -> String {
    crate::domain::delegations::last_day(ends_at.at(), zone)
}

/// For `<time datetime>`.
pub fn machine(time: impl Moment) -> String {
    time.at().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// For `<input type="datetime-local">`, in the reader's zone.
pub fn local_input(time: Option<DateTime<Utc>>, zone: Tz) -> String {
    time.map_or_else(String::new, |it| it.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string())
}

/// `in 3 days`, `2 hours ago`.
pub fn relative(time: impl Moment, now: impl Moment) -> String {
    let minutes = (time.at() - now.at()).num_minutes();
    let amount = minutes.unsigned_abs();
    let (count, unit) = match amount {
        0 => return "now".into(),
        1..=59 => (amount, "minute"),
        60..=1439 => (amount / 60, "hour"),
        1440..=86_399 => (amount / 1440, "day"),
        _ => (amount / 43_200, "month"),
    };
    let plural = if count == 1 { "" } else { "s" };
    if minutes > 0 { format!("in {count} {unit}{plural}") } else { format!("{count} {unit}{plural} ago") }
}

/// What stands beside a button that mails people.
pub fn mails(count: impl std::borrow::Borrow<usize>) -> String {
    match *count.borrow() {
        0 => "This mails nobody.".into(),
        1 => "This mails one person.".into(),
        count => format!("This mails {count} people."),
    }
}

/// Markdown as HTML that can do no harm.
pub fn markdown(text: &str) -> Markup {
    let mut html = String::with_capacity(text.len() * 2);
    pulldown_cmark::html::push_html(&mut html, Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH));
    Markup(ammonia::Builder::default().link_rel(Some("noopener noreferrer nofollow")).rm_tags(["img"]).clean(&html).to_string())
}

/// [`markdown`] for pages that lead nowhere else: of links only the words are left.
pub fn markdown_without_links(text: &str) -> Markup {
    let mut html = String::with_capacity(text.len() * 2);
    pulldown_cmark::html::push_html(&mut html, Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH));
    Markup(ammonia::Builder::default().rm_tags(["img", "a"]).clean(&html).to_string())
}

/// `1.5 MB`.
pub fn size(bytes: impl std::borrow::Borrow<i64>) -> String {
    crate::domain::attachments::size(*bytes.borrow())
}

/// The risk of two grades, for the published table.
pub fn risk_label(impact: &Grade, likelihood: &Grade) -> &'static str {
    risk(Some(*impact), Some(*likelihood)).map_or("", Grade::label)
}

/// How long a password must be, and what else there is to say about it.
pub fn password_hint(shortest: impl std::borrow::Borrow<u32>, more: &str) -> String {
    format!("At least {} characters. {more}", shortest.borrow())
}

/// A field where no form with its label is at hand: `planned_start` is "Planned start".
pub fn field_name(name: &str) -> String {
    // Those whose labels say more.
    match name {
        "item" => return "Service or CI".into(),
        "target_days" => return "Target, in working days".into(),
        _ => {}
    }
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Initials for an avatar.
pub fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = letters.next();
    first.into_iter().chain(letters.next_back()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_cannot_carry_a_script() {
        let html = markdown("**bold** <script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>").to_string();
        assert!(html.contains("<strong>bold</strong>"), "{html}");
        assert!(!html.contains("script") && !html.contains("onerror"), "{html}");
    }

    #[test]
    fn distances_are_said_in_the_largest_unit() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let after = |minutes| relative(now + chrono::Duration::minutes(minutes), now);
        assert_eq!([after(-1), after(90), after(-2880), after(90_000)], ["1 minute ago", "in 1 hour", "2 days ago", "in 2 months"]);
    }
}
