//! The daily digest: everything that somebody wanted to hear together, record by record.

use super::{Foot, templates};

/// The news of a day.
#[derive(Clone, Debug)]
pub struct Digest {
    pub day: String,
    pub groups: Vec<Group>,
    pub foot: Foot,
}

/// The news of one record.
#[derive(Clone, Debug)]
pub struct Group {
    /// Number and name; what is about no record stands under "Other news".
    pub title: String,
    pub link: String,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub at: String,
    pub headline: String,
    pub link: String,
}

impl Digest {
    fn count(&self) -> usize {
        self.groups.iter().map(|it| it.lines.len()).sum()
    }
}

templates!(Digest,
    #[template(path = "mail/digest/subject.txt")];
    #[template(path = "mail/digest/body.txt")];
    #[template(path = "mail/digest/body.html")]
);
