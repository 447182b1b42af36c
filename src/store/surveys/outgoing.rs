//! Whom a survey is to be mailed to: invitations that nobody was sent yet, and reminders whose time has come.

use crate::domain::ids::{InvitationId, RecordId, UserId};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz};

/// Somebody to write to, held until the transaction ends.
#[derive(Clone, Debug, QueryableByName)]
pub struct Due {
    #[diesel(sql_type = BigInt)]
    pub id: InvitationId,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub user_id: Option<UserId>,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = BigInt)]
    pub record_id: RecordId,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub closes_at: Option<DateTime<Utc>>,
    /// How often anybody is reminded at most.
    #[diesel(sql_type = Integer)]
    pub most: i32,
    /// How often they were.
    #[diesel(sql_type = Integer)]
    pub reminded: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub invited_at: Option<DateTime<Utc>>,
}

/// People of open surveys whom nobody has written to, in the order of the index.
pub fn uninvited(tx: &mut Tx<'_>, limit: i64) -> QueryResult<Vec<Due>> {
    hold(tx, "i.invited_at IS NULL", "i.survey_id, i.id", limit)
}

/// People who have not answered, whose next reminder is due, and who have no mail of the survey still on its way.
pub fn unreminded(tx: &mut Tx<'_>, limit: i64) -> QueryResult<Vec<Due>> {
    let due = "NOT i.answered AND i.next_reminder_at <= $1 \
               AND NOT EXISTS (SELECT FROM mails m WHERE m.invitation_id = i.id AND m.state = 'queued')";
    hold(tx, due, "i.next_reminder_at, i.id", limit)
}

/// Those who may be written to and of whom this is true; those that another instance is at are passed over.
fn hold(tx: &mut Tx<'_>, condition: &str, order: &str, limit: i64) -> QueryResult<Vec<Due>> {
    diesel::sql_query(format!(
        "SELECT i.id, i.user_id, i.email, s.record_id, s.closes_at, s.reminders AS most, i.reminders AS reminded, i.invited_at \
         FROM survey_invitations i JOIN surveys s ON s.id = i.survey_id JOIN records r ON r.id = s.record_id \
         WHERE {condition} AND s.state = 'open' AND (s.closes_at IS NULL OR s.closes_at > $1) AND r.state = 'open' \
         AND NOT EXISTS (SELECT FROM survey_refusals f WHERE f.email = i.email) \
         ORDER BY {order} LIMIT $2 FOR NO KEY UPDATE OF i SKIP LOCKED"
    ))
    .bind::<Timestamptz, _>(tx.now)
    .bind::<BigInt, _>(limit)
    .load(tx.conn)
}

/// Notes that these were invited just now, and when each is reminded first.
pub fn set_invited(tx: &mut Tx<'_>, all: &[(InvitationId, Option<DateTime<Utc>>)]) -> QueryResult<usize> {
    diesel::sql_query("UPDATE survey_invitations i SET invited_at = $3, next_reminder_at = w.next FROM unnest($1, $2) AS w(id, next) WHERE i.id = w.id")
        .bind::<Array<BigInt>, _>(all.iter().map(|it| it.0).collect::<Vec<_>>())
        .bind::<Array<Nullable<Timestamptz>>, _>(all.iter().map(|it| it.1).collect::<Vec<_>>())
        .bind::<Timestamptz, _>(tx.now)
        .execute(tx.conn)
}

/// Notes that these were reminded once more, and when the next time is.
pub fn set_reminded(tx: &mut Tx<'_>, all: &[(InvitationId, Option<DateTime<Utc>>)]) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE survey_invitations i SET reminders = i.reminders + 1, next_reminder_at = w.next FROM unnest($1, $2) AS w(id, next) WHERE i.id = w.id",
    )
    .bind::<Array<BigInt>, _>(all.iter().map(|it| it.0).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(all.iter().map(|it| it.1).collect::<Vec<_>>())
    .execute(tx.conn)
}
