//! Answering a handover from a mail, without signing in.

use super::{Answer, is_current, receiver, settle};
use crate::app::links::{Keys, Outcome};
use crate::app::{Error, Result, mailed_links};
use crate::domain::handovers::{Facts, Standing, standing};
use crate::domain::links::{Code, Knock};
use crate::domain::people::Actor;
use crate::store::handovers::{self, Named};
use crate::store::mailed_links::Link;
use crate::store::records::{self, Full};
use crate::store::users::{self, User};
use crate::store::{PgConnection, Tx};
use chrono::{DateTime, Utc};

/// What a link opens, with all that every page behind it shows.
pub struct Opened {
    pub link: Link,
    pub standing: Standing,
    /// Whose link it is.
    pub holder: User,
    /// As whom they act, unless the account is closed.
    pub actor: Option<Actor>,
    pub asked: Named,
    pub full: Full,
}

impl Opened {
    /// Until when wrong codes keep it shut.
    pub fn locked_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.link.locked_until.filter(|until| now < *until)
    }
}

/// Opens a link. Nothing is changed by that.
pub fn open(conn: &mut PgConnection, token: &str, now: DateTime<Utc>) -> Result<Opened> {
    let link = mailed_links::find(conn, token)?;
    look(conn, link, now)
}

fn look(conn: &mut PgConnection, link: Link, now: DateTime<Utc>) -> Result<Opened> {
    let (handover, user) = link.handover_id.zip(link.user_id).ok_or(Error::NotFound)?;
    let asked = handovers::find(conn, handover)?;
    let full = records::full(conn, asked.handover.record_id)?;
    let actor = users::actor(conn, user)?;
    let receiver = receiver(conn, actor.as_ref(), &full.record, asked.handover.group_id)?;
    let current = is_current(&full.record, asked.handover.visit);
    let standing = standing(&Facts { now, expires_at: link.expires_at, state: asked.handover.state, current, receiver });
    Ok(Opened { standing, holder: users::find(conn, user)?, actor, asked, full, link })
}

/// Answers as the holder of the link, when the code is that of its mail. What came of it is to be kept, even if it is no answer.
pub fn answer(tx: &mut Tx<'_>, keys: &Keys, token: &str, code: Code, answer: &Answer) -> Result<Outcome> {
    let link = mailed_links::lock(tx, token)?;
    let opened = look(tx.conn, link, tx.now)?;
    if opened.standing != Standing::Open {
        return Ok(Outcome::Shut);
    }
    match mailed_links::knock(tx, keys, &opened.link, token, code)? {
        Knock::In => {}
        Knock::Wrong { left } => return Ok(Outcome::WrongCode { left }),
        Knock::Locked => return Ok(Outcome::Locked),
    }
    tx.actor = opened.actor.ok_or(Error::NotFound)?;
    settle(tx, opened.asked.handover.id, answer, true)?;
    Ok(Outcome::Done)
}
