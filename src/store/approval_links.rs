//! The links in mails by which an approval is decided. Neither the token nor the code is here: only what recognises the one.

use super::Tx;
use super::schema::approval_links;
use crate::domain::ids::{ApprovalId, LinkId, MailId, UserId};
use crate::domain::links::Guard;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = approval_links, check_for_backend(diesel::pg::Pg))]
pub struct Link {
    pub id: LinkId,
    pub approval_id: ApprovalId,
    /// Whose it is: the approver, or their substitute.
    pub user_id: UserId,
    pub salt: Vec<u8>,
    /// What was asked when the mail was written.
    pub digest: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// In a row.
    pub wrong_codes: i32,
    pub locked_until: Option<DateTime<Utc>>,
}

pub struct NewLink<'a> {
    pub approval: ApprovalId,
    pub user: UserId,
    pub mail: Option<MailId>,
    pub salt: &'a [u8],
    pub token_hash: &'a [u8],
    pub digest: &'a str,
    pub expires_at: DateTime<Utc>,
}

/// Keeps a link, unless its mail has one already. Returns whether it was kept.
pub fn insert(tx: &mut Tx<'_>, new: &NewLink<'_>) -> QueryResult<bool> {
    let kept = diesel::insert_into(approval_links::table)
        .values((
            approval_links::approval_id.eq(new.approval),
            approval_links::user_id.eq(new.user),
            approval_links::mail_id.eq(new.mail),
            approval_links::salt.eq(new.salt),
            approval_links::token_hash.eq(new.token_hash),
            approval_links::digest.eq(new.digest),
            approval_links::created_at.eq(tx.now),
            approval_links::expires_at.eq(new.expires_at),
        ))
        .on_conflict(approval_links::mail_id)
        .do_nothing()
        .execute(tx.conn)?;
    Ok(kept == 1)
}

/// Parts a mail from its link, so that it gets a new one.
pub fn detach(tx: &mut Tx<'_>, mail: MailId) -> QueryResult<usize> {
    diesel::update(approval_links::table.filter(approval_links::mail_id.eq(mail))).set(approval_links::mail_id.eq(None::<MailId>)).execute(tx.conn)
}

/// The link that a mail has.
pub fn of_mail(conn: &mut PgConnection, mail: MailId) -> QueryResult<Option<Link>> {
    Link::query().filter(approval_links::mail_id.eq(mail)).first(conn).optional()
}

pub fn find(conn: &mut PgConnection, token_hash: &[u8]) -> QueryResult<Option<Link>> {
    Link::query().filter(approval_links::token_hash.eq(token_hash)).first(conn).optional()
}

/// The link, which nobody else may use until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, token_hash: &[u8]) -> QueryResult<Option<Link>> {
    Link::query().filter(approval_links::token_hash.eq(token_hash)).for_no_key_update().first(tx.conn).optional()
}

/// Notes how many wrong codes it took in a row, and until when it takes no more.
pub fn set_guard(tx: &mut Tx<'_>, id: LinkId, guard: Guard) -> QueryResult<()> {
    diesel::update(approval_links::table.find(id))
        .set((approval_links::wrong_codes.eq(guard.wrong_codes), approval_links::locked_until.eq(guard.locked_until)))
        .execute(tx.conn)?;
    Ok(())
}
