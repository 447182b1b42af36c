//! The links in mails by which an approval is decided without signing in.

use super::Tx;
use super::schema::{approval_links, approval_steps, approvals};
use crate::domain::ids::{ApprovalId, MailId, UserId};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

/// From which the token and the code of a mail are made.
pub fn salt_of_mail(conn: &mut PgConnection, mail: MailId) -> QueryResult<Option<Vec<u8>>> {
    approval_links::table.filter(approval_links::mail_id.eq(mail)).select(approval_links::salt).first(conn).optional()
}

/// Notes the link of a mail, with what its step asks now; returns the salt that counts, which is an earlier one if somebody was quicker.
pub fn insert(tx: &mut Tx<'_>, mail: MailId, approval: ApprovalId, user: UserId, salt: &[u8], hash: &[u8], expires: DateTime<Utc>) -> QueryResult<Vec<u8>> {
    let digest: String = approvals::table.inner_join(approval_steps::table).filter(approvals::id.eq(approval)).select(approval_steps::digest).first(tx.conn)?;
    diesel::insert_into(approval_links::table)
        .values((
            approval_links::approval_id.eq(approval),
            approval_links::user_id.eq(user),
            approval_links::mail_id.eq(mail),
            approval_links::salt.eq(salt),
            approval_links::token_hash.eq(hash),
            approval_links::digest.eq(digest),
            approval_links::created_at.eq(tx.now),
            approval_links::expires_at.eq(expires),
        ))
        .on_conflict(approval_links::mail_id)
        .do_nothing()
        .execute(tx.conn)?;
    approval_links::table.filter(approval_links::mail_id.eq(mail)).select(approval_links::salt).first(tx.conn)
}
