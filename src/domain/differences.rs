//! What changed inside a text, word by word.

use similar::{Algorithm, ChangeTag, TextDiff};
use std::time::Duration;

/// A stretch of a text that was compared with an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Same(String),
    Removed(String),
    Added(String),
}

/// How many characters of what stayed are shown beside a change; the middle of longer stretches is left out.
const AROUND: usize = 120;
/// How long two texts are compared at most; after that whole stretches are said to be replaced.
const PATIENCE: Duration = Duration::from_millis(200);

/// The texts as one, with what was taken out and put in. Of long stretches that stayed only the ends are kept.
pub fn between(before: &str, after: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_words(before, after);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let text = change.value();
        match (pieces.last_mut(), change.tag()) {
            (Some(Piece::Same(so_far)), ChangeTag::Equal) => so_far.push_str(text),
            (Some(Piece::Removed(so_far)), ChangeTag::Delete) => so_far.push_str(text),
            (Some(Piece::Added(so_far)), ChangeTag::Insert) => so_far.push_str(text),
            (_, ChangeTag::Equal) => pieces.push(Piece::Same(text.to_owned())),
            (_, ChangeTag::Delete) => pieces.push(Piece::Removed(text.to_owned())),
            (_, ChangeTag::Insert) => pieces.push(Piece::Added(text.to_owned())),
        }
    }
    let last = pieces.len().saturating_sub(1);
    for (at, piece) in pieces.iter_mut().enumerate() {
        if let Piece::Same(text) = piece {
            *text = shortened(text, at > 0, at < last);
        }
    }
    pieces
}

/// What stayed, without its middle; at the ends of the whole text without its beginning or its end.
fn shortened(text: &str, follows: bool, leads: bool) -> String {
    let length = text.chars().count();
    if length <= 3 * AROUND {
        return text.to_owned();
    }
    let at = |count: usize| text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    let head = text.get(..at(AROUND)).and_then(|it| it.rsplit_once(char::is_whitespace)).map_or("", |(head, _)| head);
    let tail = text.get(at(length - AROUND)..).and_then(|it| it.split_once(char::is_whitespace)).map_or("", |(_, tail)| tail);
    match (follows, leads) {
        (true, true) => format!("{head} … {tail}"),
        (true, false) => format!("{head} …"),
        (false, _) => format!("… {tail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(pieces: &[Piece], wanted: fn(&Piece) -> bool) -> String {
        let of = |it: &Piece| match it {
            Piece::Same(text) | Piece::Removed(text) | Piece::Added(text) => text.clone(),
        };
        pieces.iter().filter(|it| wanted(it)).map(of).collect()
    }

    #[test]
    fn only_the_words_that_changed_are_marked() {
        let pieces = between("Deploy on Monday to all users", "Deploy on Tuesday to all pilot users");
        let marked: Vec<_> = pieces.iter().filter(|it| !matches!(it, Piece::Same(_))).collect();
        let of = |text: &str| text.to_owned();
        assert_eq!(marked, [&Piece::Removed(of("Monday")), &Piece::Added(of("Tuesday")), &Piece::Added(of("pilot "))]);
        assert_eq!(between("", "New"), [Piece::Added(of("New"))]);
    }

    #[test]
    fn long_stretches_that_stayed_are_left_out_but_for_their_ends() {
        let long = "word ".repeat(400);
        let pieces = between(&format!("{long}old {long}"), &format!("{long}new {long}"));
        let kept = text(&pieces, |it| matches!(it, Piece::Same(_)));
        assert!(kept.len() < 300 && kept.starts_with('…') && kept.ends_with('…'), "{kept}");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_of_either_text(before in "[a-d \n]{0,60}", after in "[a-d \n]{0,60}") {
            let pieces = between(&before, &after);
            prop_assert_eq!(text(&pieces, |it| !matches!(it, Piece::Added(_))), before);
            prop_assert_eq!(text(&pieces, |it| !matches!(it, Piece::Removed(_))), after);
        }
    }
}
