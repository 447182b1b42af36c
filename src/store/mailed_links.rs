//! The links in mails by which a survey is answered or a handover accepted. Neither the token nor the code is here: only what recognises the one.

use super::Tx;
use super::schema::{mailed_links, survey_invitations, surveys};
use crate::domain::ids::{HandoverId, InvitationId, LinkId, MailId, UserId};
use crate::domain::links::Guard;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = mailed_links, check_for_backend(diesel::pg::Pg))]
pub struct Link {
    pub id: LinkId,
    pub invitation_id: Option<InvitationId>,
    pub handover_id: Option<HandoverId>,
    /// Whose it is, if they have an account.
    pub user_id: Option<UserId>,
    /// Wiped where nothing may tie an answer to a person.
    pub salt: Option<Vec<u8>>,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    /// In a row.
    pub wrong_codes: i32,
    pub locked_until: Option<DateTime<Utc>>,
}

impl Link {
    pub fn guard(&self) -> Guard {
        Guard { wrong_codes: self.wrong_codes, locked_until: self.locked_until }
    }
}

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Invitation(InvitationId),
    Handover(HandoverId),
}

pub struct NewLink<'a> {
    pub target: Target,
    pub user: Option<UserId>,
    pub mail: Option<MailId>,
    pub salt: &'a [u8],
    pub token_hash: &'a [u8],
    pub expires_at: Option<DateTime<Utc>>,
}

/// Keeps a link, unless its mail has one already. Returns whether it was kept.
pub fn insert(tx: &mut Tx<'_>, new: &NewLink<'_>) -> QueryResult<bool> {
    let (invitation, handover) = match new.target {
        Target::Invitation(id) => (Some(id), None),
        Target::Handover(id) => (None, Some(id)),
    };
    let kept = diesel::insert_into(mailed_links::table)
        .values((
            mailed_links::invitation_id.eq(invitation),
            mailed_links::handover_id.eq(handover),
            mailed_links::user_id.eq(new.user),
            mailed_links::mail_id.eq(new.mail),
            mailed_links::salt.eq(new.salt),
            mailed_links::token_hash.eq(new.token_hash),
            mailed_links::created_at.eq(tx.now),
            mailed_links::expires_at.eq(new.expires_at),
        ))
        .on_conflict(mailed_links::mail_id)
        .do_nothing()
        .execute(tx.conn)?;
    Ok(kept == 1)
}

/// Parts a mail from its link, so that it gets a new one.
pub fn detach(tx: &mut Tx<'_>, mail: MailId) -> QueryResult<usize> {
    diesel::update(mailed_links::table.filter(mailed_links::mail_id.eq(mail))).set(mailed_links::mail_id.eq(None::<MailId>)).execute(tx.conn)
}

/// The link that a mail has.
pub fn of_mail(conn: &mut PgConnection, mail: MailId) -> QueryResult<Option<Link>> {
    Link::query().filter(mailed_links::mail_id.eq(mail)).first(conn).optional()
}

pub fn find(conn: &mut PgConnection, token_hash: &[u8]) -> QueryResult<Option<Link>> {
    Link::query().filter(mailed_links::token_hash.eq(token_hash)).first(conn).optional()
}

/// The link, which nobody else may use until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, token_hash: &[u8]) -> QueryResult<Option<Link>> {
    Link::query().filter(mailed_links::token_hash.eq(token_hash)).for_no_key_update().first(tx.conn).optional()
}

pub fn set_guard(tx: &mut Tx<'_>, id: LinkId, guard: Guard) -> QueryResult<()> {
    diesel::update(mailed_links::table.find(id))
        .set((mailed_links::wrong_codes.eq(guard.wrong_codes), mailed_links::locked_until.eq(guard.locked_until)))
        .execute(tx.conn)?;
    Ok(())
}

/// Forgets by what these links were made, where they lead to anonymous answers: from then on not even the secret key tells whose they are.
pub fn wipe_anonymous(tx: &mut Tx<'_>, mails: &[MailId]) -> QueryResult<usize> {
    let anonymous = survey_invitations::table.inner_join(surveys::table).filter(surveys::anonymous.eq(true)).select(survey_invitations::id.nullable());
    let theirs = mailed_links::mail_id.eq_any(mails).and(mailed_links::salt.is_not_null());
    diesel::update(mailed_links::table.filter(theirs).filter(mailed_links::invitation_id.eq_any(anonymous)))
        .set(mailed_links::salt.eq(None::<Vec<u8>>))
        .execute(tx.conn)
}

/// The same for one link, when something is answered by it.
pub fn wipe(tx: &mut Tx<'_>, id: LinkId) -> QueryResult<usize> {
    diesel::update(mailed_links::table.find(id).filter(mailed_links::salt.is_not_null())).set(mailed_links::salt.eq(None::<Vec<u8>>)).execute(tx.conn)
}
