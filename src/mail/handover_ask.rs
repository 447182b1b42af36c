//! The mail that asks somebody of a group to take support over: what there is to take over, a link to answer by, and the code to type there.

use super::{Foot, templates};

#[derive(Clone, Debug)]
pub struct HandoverAsk {
    pub prefix: String,
    pub number: String,
    /// Such as `Payroll v4.2`.
    pub name: String,
    pub title: String,
    pub phase: String,
    pub owner: String,
    pub asked_by: String,
    /// The group that is asked.
    pub group: String,
    pub note: String,
    /// The points of the checklist, all of them done.
    pub checklist: Vec<String>,
    /// How early life support stands, in a sentence.
    pub exit: String,
    /// "3 known errors, no open incident or problem".
    pub left_over: String,
    /// The same one by one, a line each.
    pub left: Vec<String>,
    /// How the team is reached, one line each.
    pub team: Vec<String>,
    pub contacts: String,
    /// How long the link can be used.
    pub expires: String,
    /// Where the same can be answered by people who sign in.
    pub page: String,
    /// The marks for the link and for the code.
    pub link: String,
    pub code: String,
    pub foot: Foot,
}

templates!(HandoverAsk,
    #[template(path = "mail/handover_ask/subject.txt")];
    #[template(path = "mail/handover_ask/body.txt")];
    #[template(path = "mail/handover_ask/body.html")]
);
