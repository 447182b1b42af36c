//! How much of long texts fits on a page that must stay small: the rest stands on a page of its own.

use crate::domain::approvals::Difference;
use crate::domain::differences::Piece;
use crate::web::decision::Changed;
use crate::web::filters::{Markup, markdown_without_links};

/// Bytes of HTML for what is decided on.
const CONTENT: usize = 5_000;
/// Bytes of HTML for a list.
const LINES: usize = 2_000;
/// Bytes of text for what changed.
const CHANGED: usize = 2_500;

/// A part of what is decided on, as far as there is room for it.
pub struct Part {
    pub name: String,
    pub text: Markup,
    pub is_cut: bool,
}

/// The parts in full.
pub fn whole(parts: Vec<(String, String)>) -> Vec<Part> {
    parts.into_iter().map(|(name, text)| Part { name, text: markdown_without_links(&text), is_cut: false }).collect()
}

/// The parts, each cut to its share of the room; what one leaves the next ones have.
pub fn fitting(parts: Vec<(String, String)>) -> Vec<Part> {
    let (mut left, mut count) = (CONTENT, parts.len());
    let mut fitting = Vec::with_capacity(count);
    for (name, text) in parts {
        let (text, is_cut) = cut(&text, left / count.max(1));
        left = left.saturating_sub(text.to_string().len());
        count -= 1;
        fitting.push(Part { name, text, is_cut });
    }
    fitting
}

/// As much of a text as fits into so many bytes of HTML.
fn cut(text: &str, room: usize) -> (Markup, bool) {
    let (mut taken, mut is_cut) = (text, false);
    loop {
        let html = markdown_without_links(taken);
        let length = html.to_string().len();
        if length <= room || taken.is_empty() {
            return (html, is_cut);
        }
        is_cut = true;
        taken = start(taken, (taken.len() * room / length).min(taken.len() - 1) * 9 / 10);
    }
}

/// The beginning of a text: at most so many bytes, up to the end of a line or at least of a word.
fn start(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|it| text.is_char_boundary(*it)).unwrap_or_default();
    let head = text.get(..end).unwrap_or_default();
    let line = head.rfind('\n').filter(|it| *it > end / 2);
    line.or_else(|| head.rfind(' ')).and_then(|it| head.get(..it)).unwrap_or(head).trim_end()
}

/// As many lines from the start as there is room for in one of so many lists.
pub fn lines(all: &[&str], lists: usize) -> Vec<String> {
    let mut left = LINES / lists.max(1);
    let fits = |it: &&&str| {
        // As in `cut_pieces`, with a tag around it.
        let length = it.len() + 4 * it.matches(['<', '>', '&', '"', '\'']).count() + 12;
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    };
    all.iter().take_while(fits).map(|it| (*it).to_owned()).collect()
}

/// Of a part, the stretches that changed.
pub struct Marked {
    pub part: String,
    pub pieces: Vec<Piece>,
    pub is_cut: bool,
}

/// What changed, as far as there is room for it.
pub fn marked(changed: &[Changed]) -> Vec<(&'static str, Vec<Marked>)> {
    let count = changed.iter().map(|it| it.parts.len()).sum::<usize>().max(1);
    let mark = |it: &Difference| {
        let (pieces, is_cut) = cut_pieces(it.pieces(), CHANGED / count);
        Marked { part: it.part.clone(), pieces, is_cut }
    };
    changed.iter().map(|it| (it.since, it.parts.iter().map(mark).collect())).collect()
}

fn cut_pieces(pieces: Vec<Piece>, room: usize) -> (Vec<Piece>, bool) {
    let (mut left, mut is_cut) = (room, false);
    let mut kept = Vec::new();
    for piece in pieces {
        if left == 0 {
            return (kept, true);
        }
        let mut fit = |text: String| {
            // Of what is escaped each character may take five bytes; a tag takes a dozen.
            let length = text.len() + 4 * text.matches(['<', '>', '&', '"', '\'']).count() + 12;
            if length <= left {
                left -= length;
                text
            } else {
                let head = start(&text, left * text.len() / length).to_owned();
                (left, is_cut) = (0, true);
                head + " …"
            }
        };
        kept.push(match piece {
            Piece::Same(text) => Piece::Same(fit(text)),
            Piece::Removed(text) => Piece::Removed(fit(text)),
            Piece::Added(text) => Piece::Added(fit(text)),
        });
    }
    (kept, is_cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_stand_whole_and_long_ones_share_the_room() {
        let parts = |texts: &[&str]| texts.iter().map(|it| ("Scope".to_owned(), (*it).to_owned())).collect::<Vec<_>>();
        let all = fitting(parts(&["Short", &"**word** ".repeat(5_000), "| a |\n|---|\n| <&> |"]));
        assert_eq!(all.iter().map(|it| it.is_cut).collect::<Vec<_>>(), [false, true, false]);
        assert!(all.iter().map(|it| it.text.to_string().len()).sum::<usize>() <= CONTENT);
        assert!(all[1].text.to_string().len() > CONTENT / 3, "it has what the short ones leave");
        for hard in ["<".repeat(20_000), "é".repeat(20_000), "\n".repeat(20_000) + "x", "[a](https://example.org) ".repeat(900)] {
            let (html, _) = cut(&hard, 500);
            assert!(html.to_string().len() <= 500);
            assert!(!html.to_string().contains("<a"));
        }
    }

    #[test]
    fn what_changed_is_cut_as_well() {
        let parts = vec![Difference { part: "Plan".into(), before: "old ".repeat(3_000), after: "new & ".repeat(3_000) }];
        let marked = marked(&[Changed { since: "then", parts }]);
        assert!(marked[0].1[0].is_cut);
    }
}
