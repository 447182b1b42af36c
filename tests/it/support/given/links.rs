//! What mails carry, without the mails.

use super::pending;
use super::people::Somebody;
use crate::support::TestApp;
use slipway::app::links::{self, Keys};
use slipway::domain::ids::{ApprovalId, RecordId, UserId};

/// A link and its code, as they stand in a mail.
#[derive(Clone, Debug)]
pub struct Link {
    pub path: String,
    pub code: String,
}

impl Link {
    pub fn token(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub fn decision(&self) -> String {
        format!("{}/decision", self.path)
    }

    /// Where the answer to a handover goes.
    pub fn answer(&self) -> String {
        format!("{}/answer", self.path)
    }

    pub fn undo(&self) -> String {
        format!("{}/undo", self.path)
    }

    /// A code of the right shape that is not this one's.
    pub fn wrong_code(&self) -> &'static str {
        if self.code == "000000" { "111111" } else { "000000" }
    }
}

/// The link for this person to this approval.
pub fn link(app: &TestApp, approval: ApprovalId, user: UserId) -> Link {
    let secrets = app.act(|tx| links::offer(tx, &Keys::of(&app.config), approval, user)).expect("a link");
    Link { path: secrets.path, code: secrets.code }
}

/// The link of this approver to what they are asked on this record now.
#[track_caller]
pub fn link_of(app: &TestApp, record: RecordId, who: &Somebody) -> Link {
    let (approval, ..) = pending(app, record).into_iter().find(|(_, it, _)| *it == who.id).expect("they are asked");
    link(app, approval, who.id)
}
