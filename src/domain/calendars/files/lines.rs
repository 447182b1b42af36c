//! The lines of an iCalendar file: unfolded, and each taken apart.

use super::BadFile;

/// A property: its name in capitals, its value as it stands. Parameters are passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it begins in the file, from 1 on.
    pub number: usize,
    pub name: String,
    pub value: String,
}

/// More than any property has.
const LONGEST: usize = 20_000;
/// How much of a name is kept.
const NAME: usize = 100;

/// The properties of a file. A line that begins with a space or a tab goes on from the one before.
pub fn unfolded(text: &str) -> Result<Vec<Line>, BadFile> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    for (at, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), whole.last_mut()) {
            (Some(more), Some((number, begun))) => {
                begun.push_str(more);
                if begun.len() > LONGEST {
                    return Err(BadFile::Garbled(*number));
                }
            }
            (Some(_), None) => return Err(BadFile::NotACalendar),
            (None, _) if line.trim().is_empty() => {}
            (None, _) => whole.push((at + 1, line.to_owned())),
        }
    }
    let first = whole.first().map(|(_, line)| line.trim().to_ascii_uppercase());
    if first.as_deref() != Some("BEGIN:VCALENDAR") {
        return Err(BadFile::NotACalendar);
    }
    whole.into_iter().map(|(number, line)| parted(&line).map(|(name, value)| Line { number, name, value }).ok_or(BadFile::Garbled(number))).collect()
}

/// `NAME;PARAMETER="a:b":value`: the first colon outside of quotes parts them.
fn parted(line: &str) -> Option<(String, String)> {
    let mut quoted = false;
    let at = line.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == ':' && !quoted).then_some(at)
    })?;
    let (before, value) = line.split_at_checked(at)?;
    let name = before.split(';').next().unwrap_or_default().trim().to_ascii_uppercase();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_name.then(|| (name, value.get(1..).unwrap_or_default().trim().to_owned()))
}

impl Line {
    /// The value as one line of text, without what it is escaped with.
    pub fn text(&self) -> String {
        let (mut text, mut letters) = (String::new(), self.value.chars());
        while let Some(c) = letters.next() {
            match c {
                '\\' => match letters.next() {
                    Some('n' | 'N') => text.push(' '),
                    Some(escaped) => text.push(escaped),
                    None => {}
                },
                c if c.is_control() => text.push(' '),
                c => text.push(c),
            }
        }
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        words.chars().take(NAME).collect()
    }
}
