//! Words broken into lines that fit a box, however wide their letters are.

use super::{COLUMN, PADDING};

/// How wide a letter of a title and of a note is at most on average, in tenths of a unit.
pub const TITLE: usize = 84;
pub const NOTE: usize = 71;

/// Lines of the text, each narrow enough; a word that is too long is broken.
pub fn wrapped(text: &str, letter: usize) -> Vec<String> {
    let room = usize::try_from(COLUMN - 2 * PADDING - 8).unwrap_or_default() * 10 * HALVES / letter;
    let mut lines: Vec<String> = Vec::new();
    for piece in text.split_whitespace().flat_map(|word| pieces(word, room)) {
        match lines.last_mut() {
            Some(line) if width(line) + HALVES + width(&piece) <= room => {
                line.push(' ');
                line.push_str(&piece);
            }
            Some(_) | None => lines.push(piece),
        }
    }
    lines
}

/// Widths are counted in halves of an average letter.
const HALVES: usize = 2;

/// Capitals and letters of other scripts are wider than the small ones of ours, those of East Asia twice as wide.
fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

fn width_of(letter: char) -> usize {
    match letter {
        '\u{1100}'.. => 2 * HALVES,
        '\u{0250}'.. => HALVES + 1,
        _ if letter.is_uppercase() => HALVES + 1,
        _ => HALVES,
    }
}

/// The word, in as many pieces as it takes for each to fit.
fn pieces(word: &str, room: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for letter in word.chars() {
        match pieces.last_mut() {
            Some(piece) if width(piece) + width_of(letter) <= room => piece.push(letter),
            Some(_) | None => pieces.push(letter.to_string()),
        }
    }
    pieces
}
