//! Asking by mail: invitations and reminders go into the outbox, some at a time, so that a survey of fifty thousand needs no more memory than one of five hundred.

use crate::app::Result;
use crate::domain::surveys::asking::next_reminder;
use crate::store::Tx;
use crate::store::mails::{self, NewMail};
use crate::store::surveys::outgoing::{self, Due};

/// So many people are written to in one transaction.
pub const AT_ONCE: i64 = 500;

/// Invites people of open surveys whom nobody has written to yet; those who want no such mails are left out. Returns how many were invited.
pub fn invite(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let due = outgoing::uninvited(tx, limit)?;
    let next: Vec<_> = due.iter().map(|it| (it.id, next_reminder(tx.now, it.closes_at, 0, it.most))).collect();
    queue(tx, &due)?;
    outgoing::set_invited(tx, &next)?;
    Ok(due.len())
}

/// Reminds those who have not answered, when their time has come. Returns how many.
pub fn remind(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let due = outgoing::unreminded(tx, limit)?;
    let next = |it: &Due| next_reminder(it.invited_at.unwrap_or(tx.now), it.closes_at, it.reminded + 1, it.most);
    let next: Vec<_> = due.iter().map(|it| (it.id, next(it))).collect();
    // A survey whose reminders were switched off meanwhile sends none.
    let wanted: Vec<Due> = due.into_iter().filter(|it| it.reminded < it.most).collect();
    queue(tx, &wanted)?;
    outgoing::set_reminded(tx, &next)?;
    Ok(next.len())
}

fn queue(tx: &mut Tx<'_>, due: &[Due]) -> Result<()> {
    let new: Vec<NewMail> = due.iter().map(|it| NewMail::inviting(tx, it.id, it.user_id, it.record_id, &it.email)).collect();
    mails::insert_all(tx, &new)?;
    Ok(())
}
