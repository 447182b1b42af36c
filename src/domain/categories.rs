//! Categories: the kinds of release and RFC, which level each may have, and when one may go.

use super::records::RecordKind;
use super::releases::Level;

/// The levels that a category of this kind may have. They decide numbering, and what a release supersedes.
pub const fn levels(kind: RecordKind) -> &'static [Level] {
    match kind {
        RecordKind::Release => &[Level::Major, Level::Minor, Level::Emergency],
        RecordKind::Change => &[Level::Standard, Level::Normal, Level::Emergency],
    }
}

/// Whether a category may have a level: one of its kind, and once records have it the one that it has. `standing`: what it has now, and how it is used.
pub fn may_have_level(kind: RecordKind, wanted: Level, standing: Option<(Level, Usage)>) -> Result<(), CategoryRefusal> {
    if !levels(kind).contains(&wanted) {
        return Err(CategoryRefusal::NotOfKind { level: wanted.label(), kind });
    }
    match standing {
        Some((level, usage)) if usage.is_used() && level != wanted => Err(CategoryRefusal::LevelOfUsed(level.label())),
        Some(_) | None => Ok(()),
    }
}

/// How many parts the versions of releases of a category may have.
pub const PARTS: std::ops::RangeInclusive<usize> = 1..=3;

/// Why nothing is done with a category. Each is a sentence that says what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CategoryRefusal {
    #[error("{0} has been used, so it cannot be deleted. Retire it: it stays where it is used and is not offered any more.")]
    Used(String),
    #[error("{name} is the last category that a new {} can have. Make another one first.", .kind.label())]
    Last { name: String, kind: RecordKind },
    #[error("Choose a level of this kind. No {} is {level}.", .kind.label())]
    NotOfKind { level: &'static str, kind: RecordKind },
    #[error("Records have this category already, so it stays {0}: what they supersede goes by it. Make another category for the other level.")]
    LevelOfUsed(&'static str),
    #[error("This category is retired already.")]
    RetiredAlready,
    #[error("This category is not retired.")]
    NotRetired,
}

/// More are not counted: a page that says how many there are costs the same, however long the house has worked.
pub const MOST_COUNTED: i64 = 1000;

/// How many records have a category, counted to one more than the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub open: i64,
    pub ended: i64,
}

impl Usage {
    pub fn is_used(self) -> bool {
        self.open + self.ended > 0
    }

    /// `3 open, 12 ended`
    pub fn words(self) -> String {
        let counted = |count: i64, what: &str| match count {
            0 => None,
            1..=MOST_COUNTED => Some(format!("{count} {what}")),
            _ => Some(format!("more than {MOST_COUNTED} {what}")),
        };
        let said: Vec<String> = [counted(self.open, "open"), counted(self.ended, "ended")].into_iter().flatten().collect();
        if said.is_empty() { "not used yet".to_owned() } else { said.join(", ") }
    }
}

/// Whether a category may be deleted: one that was never used, as long as another one is left to choose. `others`: how many can be chosen besides.
pub fn may_be_deleted(name: &str, kind: RecordKind, is_active: bool, usage: Usage, others: usize) -> Result<(), CategoryRefusal> {
    if usage.is_used() {
        return Err(CategoryRefusal::Used(name.to_owned()));
    }
    if is_active { may_be_retired(name, kind, others) } else { Ok(()) }
}

/// Whether a category may be retired: as long as another one is left to choose.
pub fn may_be_retired(name: &str, kind: RecordKind, others: usize) -> Result<(), CategoryRefusal> {
    if others == 0 { Err(CategoryRefusal::Last { name: name.to_owned(), kind }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shipped;

    #[test]
    fn shipped_categories_have_levels_of_their_kind() {
        assert_eq!(shipped::categories().len(), levels(RecordKind::Release).len() + levels(RecordKind::Change).len());
        for kind in RecordKind::ALL {
            assert!(levels(*kind).contains(&Level::Emergency));
        }
    }

    #[test]
    fn what_was_used_is_retired_and_something_is_always_left_to_choose() {
        let used = Usage { open: 0, ended: 1 };
        assert_eq!(may_be_deleted("Major", RecordKind::Release, true, used, 2), Err(CategoryRefusal::Used("Major".into())));
        assert_eq!(may_be_deleted("Major", RecordKind::Release, true, Usage::default(), 1), Ok(()));
        assert!(may_be_deleted("Major", RecordKind::Release, true, Usage::default(), 0).is_err(), "the last one");
        assert_eq!(may_be_deleted("Major", RecordKind::Release, false, Usage::default(), 0), Ok(()), "a retired one is not offered anyway");
        assert_eq!(may_be_retired("Major", RecordKind::Release, 1), Ok(()));
        let last = may_be_retired("Major", RecordKind::Change, 0).unwrap_err().to_string();
        assert_eq!(last, "Major is the last category that a new RFC can have. Make another one first.");
    }

    #[test]
    fn a_level_is_of_its_kind_and_stays_once_records_have_it() {
        let used = Usage { open: 0, ended: 1 };
        let may = |level, standing| may_have_level(RecordKind::Release, level, standing);
        assert_eq!(may(Level::Major, None), Ok(()));
        assert!(may(Level::Standard, None).unwrap_err().to_string().starts_with("Choose a level of this kind"));
        assert_eq!(may(Level::Major, Some((Level::Minor, Usage::default()))), Ok(()));
        assert_eq!(may(Level::Major, Some((Level::Minor, used))), Err(CategoryRefusal::LevelOfUsed(Level::Minor.label())));
        assert_eq!(may(Level::Minor, Some((Level::Minor, used))), Ok(()));
    }

    #[test]
    fn usage_is_said_in_words() {
        let words = |open, ended| Usage { open, ended }.words();
        assert_eq!([words(0, 0), words(1, 0), words(0, 2), words(3, 4)], ["not used yet", "1 open", "2 ended", "3 open, 4 ended"]);
        assert_eq!([words(0, MOST_COUNTED), words(1, MOST_COUNTED + 1)], ["1000 ended", "1 open, more than 1000 ended"]);
    }
}
