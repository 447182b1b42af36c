//! The second factor: a code that an app shows for half a minute, and recovery codes for when the app is gone.

use super::people::Role;
use super::policies::Security;
use super::words::words;
use chrono::{DateTime, Duration, Utc};
use totp_rs::Builder;

/// How many recovery codes somebody gets at a time.
pub const RECOVERY_CODES: usize = 10;
/// Bytes of what the codes are made of: as long as the hash that makes them.
pub const LENGTH: usize = 20;
/// Seconds for which a code is shown.
pub const STEP: i64 = 30;
/// How the installation is called in the app.
const ISSUER: &str = "Slipway";
const DIGITS: usize = 6;

words! {
    /// Who needs a second factor to work here.
    #[derive(Default)]
    pub enum Duty {
        #[default]
        Voluntary = "voluntary" "Each as they like",
        Administrators = "administrators" "Administrators must have one",
        Everybody = "everybody" "Everybody must have one",
    }
}

impl Duty {
    /// Whether somebody with these roles must have one.
    pub fn binds(self, roles: &[Role]) -> bool {
        match self {
            Duty::Voluntary => false,
            Duty::Administrators => roles.contains(&Role::Administrator),
            Duty::Everybody => true,
        }
    }
}

words! {
    /// What happened to a second factor; the label is what the log says was done, before "the second factor of …".
    pub enum FactorDeed {
        SwitchedOn = "switched_on" "switched on",
        SwitchedOff = "switched_off" "switched off",
        Reset = "reset" "reset",
        CodesRenewed = "codes_renewed" "made new recovery codes for",
        CodeUsed = "code_used" "used a recovery code in the place of",
        Refused = "refused" "refused a code for",
        Locked = "locked" "locked, after too many wrong codes,",
    }
}

/// What the codes are made of; the app of its owner has the same. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed([u8; LENGTH]);

impl Seed {
    pub fn new(bytes: [u8; LENGTH]) -> Seed {
        Seed(bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn codes(&self) -> totp_rs::Totp {
        // Six digits, half a minute, SHA-1: what every app can do. One step before and after counts as well.
        Builder::new().with_secret(self.0.to_vec()).with_skew(1).build_noncompliant()
    }

    /// To be typed into an app that scans nothing: letters and digits, four and four.
    pub fn text(&self) -> String {
        let letters = totp_rs::Secret::from(self.0.to_vec()).to_base32();
        letters.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    /// The address that an app scans.
    pub fn address(&self, email: &str) -> String {
        let account: String = url::form_urlencoded::byte_serialize(email.as_bytes()).collect();
        format!("otpauth://totp/{ISSUER}:{account}?secret={}&issuer={ISSUER}", self.text().replace(' ', ""))
    }

    /// The code that is shown at this time.
    pub fn code_at(&self, time: DateTime<Utc>) -> String {
        self.codes().generate(seconds(time)).to_string()
    }

    /// The step, counted from 1970, to which a code belongs, if it is shown now, was a moment ago, or will be in a moment.
    pub fn step_of(&self, code: &str, now: DateTime<Utc>) -> Option<i64> {
        self.codes().check(code, seconds(now)).and_then(|it| i64::try_from(it).ok())
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed")
    }
}

fn seconds(time: DateTime<Utc>) -> u64 {
    u64::try_from(time.timestamp()).unwrap_or_default()
}

/// With what somebody proves that it is them.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// Six digits.
    Code(String),
    /// A recovery code, in small letters and digits alone.
    Recovery(String),
}

impl Proof {
    /// As it was typed: spaces, dashes and capitals do not matter.
    pub fn of(typed: &str) -> Proof {
        let plain: String = typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(100).collect();
        let is_code = plain.len() == DIGITS && plain.bytes().all(|it| it.is_ascii_digit());
        if is_code { Proof::Code(plain) } else { Proof::Recovery(plain) }
    }
}

/// How many wrong codes came in a row, and until when none is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    pub wrong_codes: i32,
    pub locked_until: Option<DateTime<Utc>>,
}

impl Guard {
    pub fn is_locked(&self, now: DateTime<Utc>) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    /// After another wrong code: as many in a row as the policy lets somebody try to sign in, then one more each time that it says.
    pub fn after_wrong(self, security: &Security, now: DateTime<Utc>) -> Guard {
        let wrong_codes = self.wrong_codes.saturating_add(1);
        let too_many = u32::try_from(wrong_codes).is_ok_and(|it| it >= security.sign_in_attempts);
        Guard { wrong_codes, locked_until: too_many.then(|| now + Duration::minutes(security.lock_minutes.into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a time")
    }

    /// The secret of the appendix of RFC 6238.
    fn seed() -> Seed {
        Seed::new(*b"12345678901234567890")
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")] {
            assert_eq!(seed().code_at(at(time)), code);
            assert_eq!(seed().step_of(code, at(time)), Some(time / STEP));
        }
        assert_eq!(seed().text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let address = "otpauth://totp/Slipway:ines%2Ba%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Slipway";
        assert_eq!(seed().address("ines+a@example.org"), address);
    }

    #[test]
    fn a_code_is_good_for_its_step_and_the_ones_beside_it() {
        let code = seed().code_at(at(3_000));
        let good = |time| seed().step_of(&code, at(time));
        assert_eq!([2_969, 2_970, 3_029, 3_059].map(good), [None, Some(100), Some(100), Some(100)]);
        assert_eq!(good(3_060), None);
        assert_eq!(seed().step_of("12345", at(3_000)), None);
    }

    #[test]
    fn what_is_typed_may_have_spaces_dashes_and_capitals() {
        assert!(Proof::of(" 123 456 ") == Proof::Code("123456".into()));
        assert!(Proof::of("ABCDE-fgh23") == Proof::Recovery("abcdefgh23".into()));
        assert!(Proof::of("1234567") == Proof::Recovery("1234567".into()));
    }

    #[test]
    fn after_too_many_wrong_codes_there_is_one_more_each_time_that_the_policy_says() {
        let security = Security { sign_in_attempts: 3, lock_minutes: 5, ..Security::default() };
        let two = Guard::default().after_wrong(&security, at(0)).after_wrong(&security, at(0));
        assert!(!two.is_locked(at(0)));
        let three = two.after_wrong(&security, at(0));
        assert!(three.is_locked(at(299)) && !three.is_locked(at(300)));
        assert!(three.after_wrong(&security, at(300)).is_locked(at(599)));
    }

    #[test]
    fn duty_goes_by_the_roles_of_now() {
        let both = [Role::Viewer, Role::Administrator];
        assert!(Duty::Administrators.binds(&both) && !Duty::Administrators.binds(&[Role::Viewer]));
        assert!(Duty::Everybody.binds(&[Role::Viewer]) && !Duty::Voluntary.binds(&both));
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_looked_at_and_hardly_ever_right(typed in ".{0,200}", time in 0i64..4_000_000_000) {
            if let Proof::Code(code) = Proof::of(&typed) {
                let step = seed().step_of(&code, at(time));
                prop_assert!(step.is_none_or(|it| (it - time / STEP).abs() <= 1));
            }
        }
    }
}
