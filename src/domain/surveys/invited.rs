//! Lists of people to invite, as somebody pastes them: one a line, with or without a name.

use crate::domain::people::EmailAddress;
use crate::domain::text;

/// How many lines are read at once.
pub const MOST: usize = 50_000;

/// Somebody on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    pub email: EmailAddress,
}

/// A line that names nobody, with its number as an editor shows it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {number}, “{text}”: {why}")]
pub struct BadLine {
    pub number: usize,
    pub text: String,
    pub why: &'static str,
}

const NO_ADDRESS: &str = "there is no e-mail address in it. Write one such as Ines Kovač <ines@example.org>.";
const TWO_ADDRESSES: &str = "there are several addresses in it. Write each on a line of its own.";
const SPOILT: &str = "this is no complete e-mail address, such as ines@example.org.";
const LONG: &str = "the name is too long, or holds a control character.";

/// Reads a list: `address`, `Name <address>`, or CSV of name and address in either order. Empty lines and a headline are passed over.
/// Either every line names somebody, or the lines that do not are told.
pub fn read(list: &str) -> Result<Vec<Listed>, Vec<BadLine>> {
    let (mut people, mut bad, mut is_table) = (Vec::new(), Vec::new(), false);
    for (at, line) in list.lines().enumerate() {
        let trimmed = line.trim().trim_start_matches('\u{feff}').trim_end_matches([',', ';', ' ']);
        let is_first = people.is_empty() && bad.is_empty() && !is_table;
        is_table |= is_first && is_headline(trimmed);
        if trimmed.is_empty() || (is_first && is_table) {
            continue;
        }
        for entry in if is_table { vec![trimmed.to_owned()] } else { entries(trimmed) } {
            match one(&entry) {
                Ok(listed) => people.push(listed),
                Err(why) => bad.push(BadLine { number: at + 1, text: trimmed.chars().take(60).collect(), why }),
            }
        }
    }
    if bad.is_empty() { Ok(people) } else { Err(bad) }
}

/// What a CSV file may begin with.
fn is_headline(line: &str) -> bool {
    let lower = line.to_lowercase();
    !line.contains('@') && (lower.contains("mail") || lower.contains("address")) && cells(line).len() > 1
}

/// Mail programs put several people on a line, with something between that no name is without an address of its own.
fn entries(line: &str) -> Vec<String> {
    for between in [&[';'][..], &[',', ';'][..]] {
        let parts: Vec<String> = split(line, between).into_iter().filter(|it| !it.trim().is_empty()).collect();
        if parts.len() > 1 && parts.iter().all(|it| it.contains('@')) {
            return parts.into_iter().map(|it| it.trim().to_owned()).collect();
        }
    }
    vec![line.to_owned()]
}

fn one(line: &str) -> Result<Listed, &'static str> {
    let (name, address) = match line.strip_suffix('>').and_then(|it| it.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"').to_owned(), address.trim().to_owned()),
        None => named(line)?,
    };
    if !address.contains('@') {
        return Err(NO_ADDRESS);
    }
    let email = EmailAddress::parse(&address).map_err(|_| if address.matches('@').count() > 1 { TWO_ADDRESSES } else { SPOILT })?;
    Ok(Listed { name: text::optional_line(&name).map_err(|_| LONG)?, email })
}

fn named(line: &str) -> Result<(String, String), &'static str> {
    let (addresses, names): (Vec<String>, Vec<String>) = cells(line).into_iter().filter(|it| !it.is_empty()).partition(|it| it.contains('@'));
    let mut addresses = addresses.into_iter();
    let address = addresses.next().ok_or(NO_ADDRESS)?;
    if addresses.next().is_some() {
        return Err(TWO_ADDRESSES);
    }
    Ok((names.join(" "), address))
}

/// What stands between the cells of a line of CSV.
const CSV: &[char] = &[',', ';', '\t'];

/// The cells of a line, without their quotes.
fn cells(line: &str) -> Vec<String> {
    split(line, CSV).into_iter().map(|it| it.replace('"', "").trim().to_owned()).collect()
}

/// The parts of a line; quoted ones may hold what stands between them.
fn split(line: &str, between: &[char]) -> Vec<String> {
    let (mut parts, mut part, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        quoted ^= c == '"';
        if !quoted && between.contains(&c) {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests;
