//! Which passwords are taken: long ones that nobody guesses first.

use std::collections::HashSet;
use std::sync::LazyLock;

/// What no policy goes below: the lists of common passwords begin here.
pub const SHORTEST: u32 = 15;
pub const LONGEST: usize = 200;

/// A password that may be used. It is never printed.
#[derive(Clone)]
pub struct Password(String);

/// Why a password is not taken. The sentence stands beside the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefusal {
    #[error("Use at least {0} characters: a few words in a row are easy to remember.")]
    TooShort(u32),
    #[error("Use at most {LONGEST} characters.")]
    TooLong,
    #[error("This password is on the lists that attackers try first. Choose another.")]
    Common,
    #[error("This password only repeats itself or follows a row. Choose another.")]
    Pattern,
    #[error("This password is little more than your e-mail address. Choose another.")]
    Address,
    #[error("This password is little more than words of this program and its trade. Choose another.")]
    Context,
}

/// Passwords of [`SHORTEST`] characters and more that are used by many, in lower case and without anything but letters and digits.
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Words that are guessed first because of what this is.
static CONTEXT: LazyLock<Vec<&'static str>> = LazyLock::new(|| include_str!("context_words.txt").lines().collect());

/// Characters that stand beside one another, on the keyboard or in the alphabet. The digits go round.
const ROWS: [&str; 8] =
    ["12345678901", "abcdefghijklmnopqrstuvwxyza", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"];

impl Password {
    /// Checks what somebody with this e-mail address wants to use, where the policy asks for so many characters.
    pub fn parse(text: &str, email: &str, shortest: u32) -> Result<Password, PasswordRefusal> {
        let length = text.chars().count();
        let shortest = shortest.max(SHORTEST);
        if u32::try_from(length).is_ok_and(|it| it < shortest) {
            return Err(PasswordRefusal::TooShort(shortest));
        }
        if length > LONGEST {
            return Err(PasswordRefusal::TooLong);
        }
        if repeats(text) || follows_rows(&text.to_lowercase()) {
            return Err(PasswordRefusal::Pattern);
        }
        let plain: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let bare = plain.trim_matches(|c: char| c.is_ascii_digit());
        if COMMON.contains(plain.as_str()) || COMMON.contains(bare) {
            return Err(PasswordRefusal::Common);
        }
        if is_mostly(text, email) {
            return Err(PasswordRefusal::Address);
        }
        if is_mostly_made_of(&plain, &CONTEXT) {
            return Err(PasswordRefusal::Context);
        }
        Ok(Password(text.to_owned()))
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// Few different characters, or a short piece over and over.
fn repeats(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let different: HashSet<&char> = chars.iter().collect();
    let over_and_over = |piece: usize| chars.iter().skip(piece).zip(&chars).all(|(a, b)| a == b);
    different.len() < 5 || (1..=5).any(over_and_over)
}

/// Three in four characters are the next, or the one before, in some row.
fn follows_rows(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let steps = chars.windows(2).filter(|pair| are_neighbours(pair[0], pair[1])).count();
    steps * 4 >= (chars.len() - 1) * 3
}

fn are_neighbours(a: char, b: char) -> bool {
    let (there, back) = (String::from_iter([a, b]), String::from_iter([b, a]));
    a == b || ROWS.iter().any(|row| row.contains(&there) || row.contains(&back))
}

/// Hardly anything is left once the parts of the address are taken out.
fn is_mostly(text: &str, email: &str) -> bool {
    let email = email.to_lowercase();
    let (local, domain) = email.split_once('@').unwrap_or((&email, ""));
    let parts: Vec<&str> = [email.as_str(), local, domain].into_iter().chain(local.split(['.', '-', '_', '+'])).collect();
    is_mostly_made_of(&text.to_lowercase(), &parts)
}

fn is_mostly_made_of(text: &str, parts: &[&str]) -> bool {
    let mut left = text.to_owned();
    let mut parts: Vec<&&str> = parts.iter().filter(|it| it.chars().count() >= 3).collect();
    parts.sort_by_key(|it| std::cmp::Reverse(it.len()));
    for part in parts {
        left = left.replace(*part, "");
    }
    let left = left.chars().filter(|c| c.is_alphanumeric()).count();
    left < text.chars().count() && left < 6
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str) -> Option<PasswordRefusal> {
        Password::parse(text, "ines.okafor@example.org", SHORTEST).err()
    }

    #[test]
    fn a_few_words_in_a_row_will_do() {
        assert_eq!(refused("lantern tugboat gravel"), None);
        assert_eq!(refused("Zwölf Boxkämpfer jagen"), None);
    }

    #[test]
    fn fifteen_characters_are_the_least_and_they_are_counted_as_people_count() {
        assert_eq!(refused("tugboat gravel"), Some(PasswordRefusal::TooShort(15)));
        assert_eq!(refused("tugboat gravelß"), None);
        let longer = Password::parse("tugboat gravelß", "ines@example.org", 20).err();
        assert_eq!(longer, Some(PasswordRefusal::TooShort(20)), "a policy may ask for more");
        assert!(Password::parse("tugboat gravel", "ines@example.org", 3).is_err(), "but never for less");
        assert_eq!(refused(&"tugboat gravel ".repeat(14)), Some(PasswordRefusal::TooLong));
    }

    #[test]
    fn common_ones_are_refused_however_they_are_dressed_up() {
        assert_eq!(refused("passwordpassword"), Some(PasswordRefusal::Common));
        assert_eq!(refused("Password-Password1!"), Some(PasswordRefusal::Common));
        assert_eq!(refused("correct horse battery staple"), Some(PasswordRefusal::Common));
    }

    #[test]
    fn patterns_are_refused() {
        for text in ["aaaaaaaaaaaaaaa", "123456789012345", "987654321098765", "abcdefghijklmnop", "qwertyuiopasdfghjkl", "1qaz2wsx3edc4rfv", "xyz1xyz1xyz1xyz1"]
        {
            assert_eq!(refused(text), Some(PasswordRefusal::Pattern), "{text}");
        }
    }

    #[test]
    fn ones_own_address_is_no_password() {
        for text in ["ines.okafor@example.org", "ines.okafor2026", "InesOkafor-example.org"] {
            assert_eq!(refused(text), Some(PasswordRefusal::Address), "{text}");
        }
        assert_eq!(refused("ines likes tugboats"), None);
    }

    #[test]
    fn words_of_the_trade_alone_are_no_password() {
        for text in ["Slipway-Release-Manager1", "welcome administrator", "release deployment 2026"] {
            assert_eq!(refused(text), Some(PasswordRefusal::Context), "{text}");
        }
        assert_eq!(refused("our release sank near Dover"), None);
        let plain = |it: &&&str| it.len() >= 3 && it.bytes().all(|c| c.is_ascii_lowercase());
        assert_eq!(CONTEXT.iter().filter(plain).count(), CONTEXT.len());
    }

    #[test]
    fn the_list_holds_nothing_that_could_never_match() {
        for line in COMMON.iter() {
            assert!(line.chars().count() >= SHORTEST as usize - 3 && line.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{line}");
        }
        assert!(COMMON.len() >= 300);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_gets_an_answer(text in ".{0,250}", email in ".{0,40}") {
            if Password::parse(&text, &email, SHORTEST).is_ok() {
                prop_assert!((SHORTEST as usize..=LONGEST).contains(&text.chars().count()));
            }
        }
    }
}
