//! Versions: how they read, which are proposed, which are refused and why, and what supersedes what.

use super::{Level, Version, VersionRefusal, identifier, supersedes};
use proptest::prelude::*;

const LEVELS: [Level; 3] = [Level::Major, Level::Minor, Level::Emergency];

fn v(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn all(texts: &[&str]) -> Vec<Version> {
    texts.iter().map(|it| v(it)).collect()
}

/// Small numbers, so that versions meet.
fn a_version() -> impl Strategy<Value = Version> {
    prop::collection::vec(0..5i32, 1..=3).prop_map(Version::of_parts)
}

fn a_level() -> impl Strategy<Value = Level> {
    prop::sample::select(LEVELS.to_vec())
}

/// What a CI can really have: versions that were taken one after the other, typed or as proposed.
fn a_history() -> impl Strategy<Value = Vec<Version>> {
    prop::collection::vec((a_level(), prop::option::of(a_version())), 0..12).prop_map(|wishes| {
        let mut taken = Vec::new();
        for (level, wish) in wishes {
            let version = wish.unwrap_or_else(|| Version::next(level.parts(), &taken));
            if version.fits(level.parts(), &taken).is_ok() {
                taken.push(version);
            }
        }
        taken
    })
}

/// A version as one number that grows as versions do; a part that is not there comes before 0.
fn rank(parts: &[i32]) -> i32 {
    (0..3).fold(0, |rank, index| rank * 10 + parts.get(index).map_or(0, |part| part + 1))
}

proptest! {
    #[test]
    fn a_version_reads_back_as_it_is_written(parts in prop::collection::vec(0..=999_999_999i32, 1..=3)) {
        let version = Version::of_parts(parts.clone());
        prop_assert_eq!(Version::parse(&version.to_string()), Ok(version.clone()));
        prop_assert_eq!(version.parts(), parts);
    }

    #[test]
    fn whatever_is_typed_is_read_or_refused(text in "[vV]?[0-9.+ -]{0,8}|\\PC{0,6}") {
        if let Ok(version) = Version::parse(&text) {
            prop_assert!((1..=3).contains(&version.parts().len()) && version.parts().iter().all(|it| *it >= 0));
            prop_assert_eq!(v(&version.to_string()), version);
        }
    }

    #[test]
    fn what_is_proposed_fits(level in a_level(), history in a_history()) {
        let next = Version::next(level.parts(), &history);
        prop_assert_eq!(next.fits(level.parts(), &history), Ok(()), "{} among {:?}", next, history);
    }

    #[test]
    fn what_is_proposed_can_be_typed_and_is_in_front(level in a_level(), history in a_history()) {
        let next = Version::next(level.parts(), &history);
        prop_assert_eq!(&v(&next.to_string()), &next);
        let longest = history.iter().filter(|it| it.parts().len() >= next.parts().len()).map(|it| rank(it.parts())).max();
        prop_assert!(longest.is_none_or(|it| it < rank(next.parts())), "{} among {:?}", next, history);
    }

    #[test]
    fn a_version_fits_if_it_is_free_goes_forwards_and_continues_something(level in a_level(), version in a_version(), history in a_history()) {
        let (length, parts) = (level.parts(), version.parts());
        let right_parts = parts.len() == length;
        let in_line = |it: &&Version| it.parts().len() >= length && it.parts()[..length - 1] == parts[..length - 1];
        let forwards = || history.iter().filter(in_line).all(|it| it.parts()[length - 1] < parts[length - 1]);
        let something_to_continue = history.iter().any(|it| it.parts().len() < length);
        let continues = || history.iter().any(|it| (0..length - 1).all(|index| it.parts().get(index).copied().unwrap_or(0) == parts[index]));
        let expected = right_parts && !history.contains(&version) && forwards() && (length == 1 || !something_to_continue || continues());
        prop_assert_eq!(version.fits(level.parts(), &history).is_ok(), expected, "{} among {:?}", version, history);
    }

    #[test]
    fn the_reason_is_the_true_one(level in a_level(), version in a_version(), history in a_history()) {
        match version.fits(level.parts(), &history) {
            Ok(()) => {}
            Err(VersionRefusal::Malformed) => prop_assert!(false, "a version is never malformed"),
            Err(VersionRefusal::WrongParts { found, .. }) => prop_assert!(found == version.parts().len() && found != level.parts()),
            Err(VersionRefusal::Taken { next, .. }) => {
                prop_assert!(history.contains(&version));
                prop_assert_eq!(next, Version::next(level.parts(), &history));
            }
            Err(VersionRefusal::Backwards { latest, next, .. }) => {
                prop_assert!(history.contains(&latest) && rank(latest.parts()) > rank(version.parts()));
                prop_assert_eq!(next, Version::next(level.parts(), &history));
            }
            Err(VersionRefusal::NoBase { base, next, .. }) => {
                prop_assert!(!history.contains(&base) && version.parts().starts_with(base.parts()));
                prop_assert_eq!(next, Version::next(level.parts(), &history));
            }
        }
    }

    #[test]
    fn a_larger_release_supersedes_the_smaller_ones_before_it(one in (a_level(), a_version()), other in (a_level(), a_version())) {
        let size = |level: Level| LEVELS.iter().rev().position(|it| *it == level);
        let expected = size(one.0) > size(other.0) && rank(other.1.parts()) < rank(one.1.parts());
        prop_assert_eq!(supersedes((one.0, &one.1), (other.0, &other.1)), expected);
    }

    #[test]
    fn by_their_own_numbers_the_larger_ones_are_shorter(one in a_level(), other in a_level()) {
        prop_assert_eq!(one.outranks(other), one.parts() < other.parts());
    }
}

#[test]
fn versions_are_typed_with_or_without_the_v() {
    for text in ["v1.3", "1.3", "V1.3", "  v1.3 ", "v01.03"] {
        assert_eq!(Version::parse(text).unwrap().to_string(), "v1.3");
    }
    assert_eq!(v("v20261121").to_string(), "v20261121", "a date is a number too");
    for text in ["", "v", "vv1", "v1.", ".1", "v1..2", "v1.2.3.4", "1,2", "v-1", "+1", "v1.x", "v 1", "v1234567890", "１"] {
        assert_eq!(Version::parse(text), Err(VersionRefusal::Malformed), "{text:?}");
    }
}

#[test]
fn the_next_version_continues_the_newest() {
    let next = |level: Level, existing: &[&str]| Version::next(level.parts(), &all(existing)).to_string();
    assert_eq!(LEVELS.map(|level| next(level, &[])), ["v1", "v1.1", "v1.0.1"]);
    assert_eq!(LEVELS.map(|level| next(level, &["1"])), ["v2", "v1.1", "v1.0.1"]);
    assert_eq!(LEVELS.map(|level| next(level, &["1", "1.1", "1.2", "1.2.1"])), ["v2", "v1.3", "v1.2.2"]);
    assert_eq!(LEVELS.map(|level| next(level, &["1", "1.9", "2"])), ["v3", "v2.1", "v2.0.1"]);
    assert_eq!(LEVELS.map(|level| next(level, &["3.1"])), ["v4", "v3.2", "v3.1.1"], "a CI that joined in the middle of its life");
}

#[test]
fn a_refused_version_says_why_and_what_is_free() {
    let refusal = |version: &str, level: Level, existing: &[&str]| v(version).fits(level.parts(), &all(existing)).unwrap_err().to_string();
    assert_eq!(refusal("1.3", Level::Major, &[]), "Releases of this category have versions of one part; this one has 2.");
    assert_eq!(refusal("2", Level::Emergency, &[]), "Releases of this category have versions of 3 parts; this one has 1.");
    assert_eq!(refusal("1.3", Level::Minor, &["1", "1.3"]), "v1.3 exists already for this CI; the next free one is v1.4.");
    assert_eq!(refusal("1.2", Level::Minor, &["1", "1.3"]), "v1.2 goes backwards: v1.3 exists already. The next free one is v1.4.");
    assert_eq!(refusal("3", Level::Major, &["3.1"]), "v3 goes backwards: v3.1 exists already. The next free one is v4.");
    assert_eq!(refusal("2.1", Level::Minor, &["1"]), "v2.1 needs v2 before it, and this CI has no such release. The next free one is v1.1.");
}

#[test]
fn an_older_line_can_still_be_repaired() {
    assert_eq!(v("1.3.1").fits(Level::Emergency.parts(), &all(&["1", "1.3", "2"])), Ok(()));
}

#[test]
fn the_process_names_what_supersedes_what() {
    let of = |text: &str| (LEVELS[v(text).parts().len() - 1], v(text));
    let over = |one: &str, other: &str| {
        let (one, other) = (of(one), of(other));
        supersedes((one.0, &one.1), (other.0, &other.1))
    };
    assert!(over("2", "1.3") && over("2", "1.2.1"), "major over minor and emergency");
    assert!(over("1.3", "1.2.1"), "minor over emergency");
    assert!(!over("2", "1") && !over("1.3", "1.2") && !over("1.3.2", "1.3.1"), "never over its own kind");
    assert!(!over("1", "1.3") && !over("1.3", "1.3.1"), "never over what came after it");
    assert!(supersedes((Level::Major, &v("2.1")), (Level::Minor, &v("2.0"))), "however they are numbered");
}

#[test]
fn an_identifier_is_the_ci_and_the_version() {
    assert_eq!(identifier("HR_System", &v("1.2.1")), "HR_System v1.2.1");
    assert_eq!(identifier("  HR   System ", &v("2")), "HR_System v2");
}
