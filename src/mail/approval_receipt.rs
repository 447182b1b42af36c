//! The mail that confirms a decision to whoever gave it, and to the person in whose place it was given.

use super::{Foot, templates};

/// A decision that was recorded.
#[derive(Clone, Debug)]
pub struct ApprovalReceipt {
    pub prefix: String,
    pub headline: String,
    pub facts: Vec<(String, String)>,
    /// Whether somebody else decided in the place of the reader.
    pub in_their_place: bool,
    pub page: String,
    pub foot: Foot,
}

templates!(ApprovalReceipt,
    #[template(path = "mail/approval_receipt/subject.txt")];
    #[template(path = "mail/approval_receipt/body.txt")];
    #[template(path = "mail/approval_receipt/body.html")]
);
