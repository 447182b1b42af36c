//! How mails put things: lines that fit, times in the reader's zone, texts cut short.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// The width of plain text.
const WIDTH: usize = 72;

/// What stands at the foot of each mail: why this person gets it, and how to change that.
#[derive(Clone, Debug)]
pub struct Foot {
    /// A sentence: "You get this because …".
    pub why: String,
    /// How to turn this kind off, where that is allowed.
    pub mute: Option<Mute>,
    /// Where one says what one wants to be told.
    pub settings: Option<String>,
    /// Where Slipway is, for those who can sign in there.
    pub home: Option<String>,
}

/// The way to get no more mails of a kind.
#[derive(Clone, Debug)]
pub struct Mute {
    /// Such as "Turn mails of this kind off".
    pub words: &'static str,
    /// The mark for its address.
    pub mark: String,
}

/// Text as one line: what could end a header is a space.
pub fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Plain text with lines that fit, and never more than one empty line.
pub fn tidy(text: &str) -> String {
    let mut out = String::new();
    let mut empty = 0;
    for line in text.trim().lines() {
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(&wrap(line));
            out.push('\n');
        }
    }
    out
}

/// HTML without the indentation of its template.
pub fn flush(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for line in html.lines().map(str::trim_start).filter(|it| !it.is_empty()) {
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// One line as several, broken between words; addresses stay whole. What follows is indented like the first.
fn wrap(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    let indent: String = line.chars().take_while(|c| *c == ' ').collect();
    let hanging = if line.trim_start().starts_with("- ") { format!("{indent}  ") } else { indent.clone() };
    let (mut out, mut length) = (indent.clone(), indent.len());
    let mut first = true;
    for word in line.split_whitespace() {
        let wide = word.chars().count();
        if !first && length + 1 + wide > WIDTH {
            out.push('\n');
            out.push_str(&hanging);
            length = hanging.len();
        } else if !first {
            out.push(' ');
            length += 1;
        }
        out.push_str(word);
        length += wide;
        first = false;
    }
    out
}

/// A text that shows what it is about: at most so many characters and 12 lines, none of them empty, cut between words; an ellipsis stands for the rest.
pub fn shortened(text: &str, most: usize) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|it| !it.is_empty()).collect();
    let whole = lines.join("\n").trim().to_owned();
    let few_lines = lines.iter().take(12).copied().collect::<Vec<_>>().join("\n");
    let mut short: String = few_lines.trim_start().chars().take(most).collect();
    if short.len() == whole.len() {
        return short;
    }
    if short.len() < few_lines.len()
        && let Some(at) = short.rfind(char::is_whitespace)
    {
        short.truncate(at);
    }
    format!("{} …", short.trim_end())
}

/// `21 Nov 2026 18:00 (Europe/Berlin)`.
pub fn moment(time: DateTime<Utc>, zone: Tz) -> String {
    format!("{} ({})", time.with_timezone(&zone).format("%-d %b %Y %H:%M"), zone.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_addresses_stay_whole() {
        let address = format!("https://example.org/{}", "a".repeat(90));
        let text = tidy(&format!("{}\n\n\n\n  Go to {address} now\n- {}", "word ".repeat(40), "item ".repeat(30)));
        assert!(text.lines().all(|it| it.chars().count() <= WIDTH || it.contains(&address)), "{text}");
        assert!(text.contains(&address) && !text.contains("\n\n\n") && text.contains("\n  item"), "{text}");
    }

    #[test]
    fn a_text_is_cut_between_words_and_only_if_it_is_long() {
        assert_eq!(shortened(" Short. ", 20), "Short.");
        assert_eq!(shortened("One two three", 9), "One two …");
        assert_eq!(shortened(&"line\n".repeat(20), 1000).lines().count(), 12);
        assert_eq!(shortened("ÄÖÜäöüß", 3), "ÄÖÜ …");
    }

    #[test]
    fn nothing_breaks_out_of_a_line() {
        assert_eq!(one_line("Fine\r\nBcc: all@example.org\u{0}\n"), "Fine Bcc: all@example.org");
    }
}
