//! The words of a search, cut as `record_words` cuts those of a record: at whatever is no letter, digit or full stop, so that a version
//! stays in one piece.

/// Every word as a prefix; empty when there is no word in the text.
pub fn query(text: &str) -> String {
    let words = text.split(|it: char| !it.is_alphanumeric() && it != '.').map(|it| it.trim_matches('.')).filter(|it| !it.is_empty()).take(12);
    words.map(|it| format!("'{}':*", it.to_lowercase())).collect::<Vec<_>>().join(" & ")
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn a_version_is_one_word() {
        assert_eq!(query("Payroll_Archive v1.2.1"), "'payroll':* & 'archive':* & 'v1.2.1':*");
        assert_eq!(query("...the end. (e.g. 'A|B')"), "'the':* & 'end':* & 'e.g':* & 'a':* & 'b':*");
        assert_eq!(query(" .. &|! "), "");
    }
}
