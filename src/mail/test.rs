//! The mail that shows that mail works.

use super::{Foot, templates};

/// Sent by `slipway mail test`, and by an administrator to themselves.
#[derive(Clone, Debug)]
pub struct Test {
    pub foot: Foot,
}

templates!(Test,
    #[template(path = "mail/test/subject.txt")];
    #[template(path = "mail/test/body.txt")];
    #[template(path = "mail/test/body.html")]
);
