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
    let (mut people, mut bad) = (Vec::new(), Vec::new());
    for (at, line) in list.lines().enumerate() {
        let trimmed = line.trim().trim_start_matches('\u{feff}');
        if trimmed.is_empty() || (people.is_empty() && bad.is_empty() && is_headline(trimmed)) {
            continue;
        }
        match one(trimmed) {
            Ok(listed) => people.push(listed),
            Err(why) => bad.push(BadLine { number: at + 1, text: trimmed.chars().take(60).collect(), why }),
        }
    }
    if bad.is_empty() { Ok(people) } else { Err(bad) }
}

/// What a CSV file may begin with.
fn is_headline(line: &str) -> bool {
    !line.contains('@') && line.to_lowercase().contains("mail") && cells(line).len() > 1
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

/// The cells of a line of CSV, between commas, semicolons or tabs; quoted ones may hold them.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' | ';' | '\t' if !quoted => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            _ => cell.push(c),
        }
    }
    cells.push(cell.trim().to_owned());
    cells
}

#[cfg(test)]
mod tests;
