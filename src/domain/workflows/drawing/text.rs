//! Words broken into lines that fit a box, however wide their letters are.

use super::{COLUMN, PADDING};

/// How wide a letter of a title and of a note is at most on average, in tenths of a unit.
pub const TITLE: usize = 84;
pub const NOTE: usize = 71;

/// Lines of the text, each narrow enough; a word that is too long is broken.
pub fn wrapped(text: &str, letter: usize) -> Vec<String> {
    let room = usize::try_from(COLUMN - 2 * PADDING - 8).unwrap_or_default() * 10 / letter;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(room.max(1)) {
            let piece: String = piece.iter().collect();
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + piece.chars().count() <= room => {
                    line.push(' ');
                    line.push_str(&piece);
                }
                Some(_) | None => lines.push(piece),
            }
        }
    }
    lines
}
