//! What is taken as text, what is not, and that nothing is lost on the way.

use super::*;
use proptest::prelude::*;

#[test]
fn a_line_is_trimmed_and_must_say_something() {
    assert_eq!(line("  Payroll  "), Ok("Payroll".to_owned()));
    assert_eq!(line("   "), Err(TextRefusal::Empty));
    assert_eq!(optional_line("   "), Ok(String::new()));
    assert_eq!(required_prose(" \r\n "), Err(TextRefusal::Empty));
    assert_eq!(prose(" \r\n "), Ok(String::new()));
}

#[test]
fn nothing_is_cut_off_silently() {
    assert_eq!(line(&"x".repeat(201)), Err(TextRefusal::TooLong { limit: 200, length: 201 }));
    assert_eq!(prose(&"x".repeat(20_001)), Err(TextRefusal::TooLong { limit: 20_000, length: 20_001 }));
}

#[test]
fn characters_count_not_bytes() {
    assert_eq!(line(&"ü".repeat(200)), Ok("ü".repeat(200)));
}

#[test]
fn a_nul_never_reaches_the_database() {
    assert_eq!(prose("a\0b"), Err(TextRefusal::Control));
    assert_eq!(line("a\nb"), Err(TextRefusal::Control));
    assert_eq!(prose("a\r\nb\rc\td"), Ok("a\nb\nc\td".to_owned()));
}

#[test]
fn a_control_character_is_refused_wherever_it_stands() {
    for control in (0..=0x9f).filter_map(char::from_u32).filter(|it| it.is_control()) {
        assert_eq!(line(&format!("A{control}B")), Err(TextRefusal::Control), "{control:?}");
        let taken = prose(&format!("A{control}B")).is_ok();
        assert_eq!(taken, matches!(control, '\n' | '\r' | '\t'), "{control:?}");
    }
}

proptest! {
    #[test]
    fn what_is_taken_is_taken_again_unchanged(text in any::<String>()) {
        for take in [optional_line, prose] {
            if let Ok(taken) = take(&text) {
                prop_assert!(!taken.contains(char::from(0)) && !taken.contains('\r'));
                prop_assert_eq!(take(&taken), Ok(taken));
            }
        }
    }

    #[test]
    fn plain_text_is_kept_word_for_word(text in "[^\\pC\\s]([^\\pC]{0,190}[^\\pC\\s])?") {
        prop_assert_eq!(line(&text), Ok(text.clone()));
        prop_assert_eq!(required_prose(&text), Ok(text));
    }
}
