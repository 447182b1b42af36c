//! A mail that tells one thing: what happened, the facts, and where to look.

use super::{Foot, templates};

/// Something that one person is told.
#[derive(Clone, Debug)]
pub struct Notice {
    /// `[REL-00042] `, or empty.
    pub prefix: String,
    /// What kind of news it is.
    pub kind: &'static str,
    pub headline: String,
    /// Label and text, in order.
    pub facts: Vec<(String, String)>,
    /// The page that it is about, in full, and what the button to it says.
    pub link: String,
    pub button: &'static str,
    pub foot: Foot,
}

templates!(Notice,
    #[template(path = "mail/notice/subject.txt")];
    #[template(path = "mail/notice/body.txt")];
    #[template(path = "mail/notice/body.html")]
);
