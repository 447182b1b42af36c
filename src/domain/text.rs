//! Text as people type it: one line or many, never too long, never with characters a database cannot keep.

/// Why a text is not taken. The sentence stands beside the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextRefusal {
    #[error("Fill this in.")]
    Empty,
    #[error("Use at most {limit} characters; this has {length}.")]
    TooLong { limit: usize, length: usize },
    #[error("This holds a control character. Type it again as plain text.")]
    Control,
}

pub const LINE: usize = 200;
pub const PROSE: usize = 20_000;

/// One line that must be there: trimmed, at most [`LINE`] characters.
pub fn line(text: &str) -> Result<String, TextRefusal> {
    let text = optional_line(text)?;
    if text.is_empty() { Err(TextRefusal::Empty) } else { Ok(text) }
}

/// One line that may be empty.
pub fn optional_line(text: &str) -> Result<String, TextRefusal> {
    let text = text.trim();
    if text.chars().any(char::is_control) { Err(TextRefusal::Control) } else { within(text, LINE) }
}

/// Many lines that may be empty; line ends become `\n`.
pub fn prose(text: &str) -> Result<String, TextRefusal> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') { Err(TextRefusal::Control) } else { within(text, PROSE) }
}

/// Many lines that must say something.
pub fn required_prose(text: &str) -> Result<String, TextRefusal> {
    let text = prose(text)?;
    if text.is_empty() { Err(TextRefusal::Empty) } else { Ok(text) }
}

fn within(text: &str, limit: usize) -> Result<String, TextRefusal> {
    let length = text.chars().count();
    if length > limit { Err(TextRefusal::TooLong { limit, length }) } else { Ok(text.to_owned()) }
}

/// A time in words, in somebody's zone, which is named: `Mon 2 Mar 2026, 17:00 (Europe/Berlin)`.
pub fn moment(time: chrono::DateTime<chrono::Utc>, zone: chrono_tz::Tz) -> String {
    format!("{} ({})", time.with_timezone(&zone).format("%a %-d %b %Y, %H:%M"), zone.name())
}

#[cfg(test)]
mod tests;
