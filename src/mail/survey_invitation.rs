//! The mail that asks somebody to answer a survey, or reminds them of it. Its reader may know nothing of releases, and need not have an account.

use super::{Foot, templates};

#[derive(Clone, Debug)]
pub struct SurveyInvitation {
    /// Empty for people outside, to whom a number says nothing.
    pub prefix: String,
    /// Such as `Payroll v4.2`, or the title where there is none.
    pub release: String,
    /// What the release is, in a few words.
    pub title: String,
    pub reminder: bool,
    /// Such as "about a minute".
    pub how_long: String,
    /// Until when answers are taken, if there is an end.
    pub closes: Option<String>,
    pub anonymous: bool,
    /// The marks for the link and for the code.
    pub link: String,
    pub code: String,
    pub foot: Foot,
}

templates!(SurveyInvitation,
    #[template(path = "mail/survey_invitation/subject.txt")];
    #[template(path = "mail/survey_invitation/body.txt")];
    #[template(path = "mail/survey_invitation/body.html")]
);
