//! Attachments: files that belong to a record, what they may be called, and what they are.

use super::ids::TaskId;
use super::reviews::Point;
use super::words::words;

words! {
    /// Where the content is kept.
    pub enum StoragePlace {
        Database = "database" "Database",
        Directory = "directory" "Directory",
    }
}

/// How many one record may have.
pub const AT_MOST: i64 = 200;
/// How many are taken at once.
pub const AT_ONCE: usize = 10;
/// Content is read and written in parts of so many bytes.
pub const PART: usize = 1024 * 1024;
/// A name has at most so many characters.
const NAME: usize = 200;

/// What of a record a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Record,
    Task(TaskId),
    Point(Point),
}

impl Target {
    pub fn task(self) -> Option<TaskId> {
        match self {
            Target::Task(task) => Some(task),
            Target::Record | Target::Point(_) => None,
        }
    }

    pub fn point(self) -> Option<Point> {
        match self {
            Target::Point(point) => Some(point),
            Target::Record | Target::Task(_) => None,
        }
    }
}

/// What a file is called here: of what its sender's computer called it the last part, without what could hide its real end.
pub fn name(claimed: &str) -> String {
    let last = claimed.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control() && !is_unseen(*c)).collect();
    let words = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.trim_end_matches(['.', ' ']) {
        "" => "file".to_owned(),
        name => shortened(name, NAME, |it| it.chars().count()),
    }
}

/// Characters that change how others are read, or take no room: a name with them is not what it looks like.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// The name of a file inside an archive: unpacked, it is a file on every system.
pub fn archived_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_control() || r#"<>:"/\|?*"#.contains(c) { '_' } else { c }).collect();
    shortened(&plain, NAME, str::len)
}

/// At most so long by this measure; its ending stays, if it is a short one.
fn shortened(name: &str, limit: usize, length: fn(&str) -> usize) -> String {
    if length(name) <= limit {
        return name.to_owned();
    }
    let (stem, ending) = name.rfind('.').map(|at| name.split_at(at)).filter(|(_, ending)| length(ending) <= 20).unwrap_or((name, ""));
    let room = limit - length(ending);
    let ends = stem.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| length(&stem[..*end]) <= room);
    format!("{}{ending}", stem[..ends.last().unwrap_or_default()].trim_end())
}

/// `7 bytes`, `1.5 KB`, `24.3 MB`.
pub fn size(bytes: i64) -> String {
    let of = |unit: i64, name: &str| format!("{:.1} {name}", bytes as f64 / unit as f64);
    match bytes {
        1 => "1 byte".to_owned(),
        ..=0 | 2..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => of(1024, "KB"),
        1_048_576..1_073_741_824 => of(1_048_576, "MB"),
        1_073_741_824.. => of(1_073_741_824, "GB"),
    }
}

/// Looks at content as it passes by, and says in the end what it is, whatever its name claims.
#[derive(Clone, Debug, Default)]
pub struct Look {
    head: Vec<u8>,
    /// The beginning of a character that the next piece ends.
    cut: Vec<u8>,
    is_no_text: bool,
}

impl Look {
    const HEAD: usize = 8192;

    pub fn at(&mut self, piece: &[u8]) {
        self.head.extend(piece.iter().take(Look::HEAD - self.head.len()));
        if self.is_no_text {
            return;
        }
        let mut text = std::mem::take(&mut self.cut);
        text.extend(piece);
        let (whole, rest) = match std::str::from_utf8(&text) {
            Ok(whole) => (whole, &[][..]),
            Err(error) if error.error_len().is_none() => (std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(), &text[error.valid_up_to()..]),
            Err(_) => return self.is_no_text = true,
        };
        self.is_no_text = whole.bytes().any(|it| it < b' ' && !b"\t\n\r\x0c\x1b".contains(&it));
        self.cut = rest.to_vec();
    }

    pub fn media_type(&self) -> &'static str {
        let is_text = !self.is_no_text && self.cut.is_empty();
        match infer::get(&self.head) {
            Some(known) => known.mime_type(),
            None if is_text => "text/plain",
            None => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests;
