//! Who wants no mails about surveys, by their address.

use crate::domain::mails::MailState;
use crate::store::Tx;
use crate::store::schema::{mails, survey_invitations, survey_refusals};
use diesel::pg::PgConnection;
use diesel::prelude::*;

pub fn exists(conn: &mut PgConnection, email: &str) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(survey_refusals::table.find(email))).get_result(conn)
}

/// Returns whether it is news.
pub fn insert(tx: &mut Tx<'_>, email: &str) -> QueryResult<bool> {
    let kept = diesel::insert_into(survey_refusals::table)
        .values((survey_refusals::email.eq(email), survey_refusals::at.eq(tx.now)))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(kept == 1)
}

pub fn delete(tx: &mut Tx<'_>, email: &str) -> QueryResult<bool> {
    Ok(diesel::delete(survey_refusals::table.find(email)).execute(tx.conn)? == 1)
}

/// Keeps the queued mails about surveys to this address from leaving, as far as nobody is just sending them.
pub fn cancel_queued(tx: &mut Tx<'_>, email: &str, why: &str) -> QueryResult<usize> {
    let theirs = survey_invitations::table.filter(survey_invitations::email.eq(email)).select(survey_invitations::id.nullable());
    let waiting = mails::state.eq(MailState::Queued).and(mails::lease.is_null());
    diesel::update(mails::table.filter(waiting).filter(mails::invitation_id.eq_any(theirs)))
        .set((mails::state.eq(MailState::Cancelled), mails::answer.eq(why)))
        .execute(tx.conn)
}
