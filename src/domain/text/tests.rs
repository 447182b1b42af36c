use super::*;

#[test]
fn a_line_is_trimmed_and_must_say_something() {
    assert_eq!(line("  Payroll  "), Ok("Payroll".to_owned()));
    assert_eq!(line("   "), Err(TextRefusal::Empty));
}

#[test]
fn nothing_is_cut_off_silently() {
    assert_eq!(line(&"x".repeat(201)), Err(TextRefusal::TooLong { limit: 200, length: 201 }));
}

#[test]
fn a_nul_never_reaches_the_database() {
    assert_eq!(prose("a\0b"), Err(TextRefusal::Control));
    assert_eq!(line("a\nb"), Err(TextRefusal::Control));
    assert_eq!(prose("a\r\nb"), Ok("a\nb".to_owned()));
}
