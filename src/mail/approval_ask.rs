//! The mail that asks for a decision: all it takes, a link to decide by, and the code to type there.

use super::{Foot, templates};

/// A decision that is asked for, or reminded of.
#[derive(Clone, Debug)]
pub struct ApprovalAsk {
    pub prefix: String,
    pub number: String,
    /// Such as `Payroll v4.2`, or the title where there is none.
    pub name: String,
    pub title: String,
    pub step: String,
    pub phase: String,
    pub asked_as: String,
    /// For whom, if the reader stands in for somebody.
    pub instead_of: Option<String>,
    pub reminder: bool,
    /// How late the answer is, if it is.
    pub late: Option<String>,
    pub due: Option<String>,
    pub owner: String,
    /// What the step covers, part by part, shortened.
    pub parts: Vec<(String, String)>,
    /// What is not as it was when this reader decided before.
    pub changed: Vec<Changed>,
    /// How long the link can be used.
    pub expires: String,
    /// Where the same can be decided by people who sign in.
    pub page: String,
    /// The marks for the link and for the code.
    pub link: String,
    pub code: String,
    pub foot: Foot,
}

/// A part as it was, and as it is.
#[derive(Clone, Debug)]
pub struct Changed {
    pub part: String,
    pub before: String,
    pub after: String,
}

templates!(ApprovalAsk,
    #[template(path = "mail/approval_ask/subject.txt")];
    #[template(path = "mail/approval_ask/body.txt")];
    #[template(path = "mail/approval_ask/body.html")]
);
