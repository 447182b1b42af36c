//! Follow-up actions: what remains to be done after a release.

use super::words::words;

/// Whether a text names this number: whole, not as the beginning of a longer one.
pub fn names(text: &str, number: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric();
    let starts = |at: usize| !text.get(..at).is_some_and(|it| it.ends_with(is_part));
    let ends = |at: usize| !text.get(at + number.len()..).is_some_and(|it| it.starts_with(is_part));
    !number.is_empty() && text.match_indices(number).any(|(at, _)| starts(at) && ends(at))
}

words! {
    pub enum FollowUpState {
        Open = "open" "Open",
        Done = "done" "Done",
        HandedOn = "handed_on" "Handed on",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_named_as_a_whole() {
        let named = |text| names(text, "INC-4");
        assert_eq!(["INC-4", "Mend (INC-4).", "INC-40 and INC-4", "INC-40", "XINC-4", ""].map(named), [true, true, true, false, false, false]);
        assert!(!names("Mend it", ""));
    }
}
