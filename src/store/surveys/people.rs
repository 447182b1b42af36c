//! Who is on the list of a survey, and who may not be.

use crate::domain::approvals::ApprovalState;
use crate::domain::ids::{GroupId, InvitationId, RecordId, SLIPWAY, SurveyId, UserId};
use crate::domain::surveys::Audience;
use crate::store::Tx;
use crate::store::schema::{approvals, group_members, records, release_changes, survey_invitations, survey_refusals, tasks, users};
use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, sql};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::{BTreeMap, BTreeSet};

/// How many rows a statement writes or asks for at once.
const CHUNK: usize = 1000;

/// Somebody on the list.
#[derive(Clone, Debug, Queryable)]
pub struct Invitation {
    pub id: InvitationId,
    pub audience: Audience,
    pub name: String,
    pub email: String,
    pub answered: bool,
    pub invited_at: Option<DateTime<Utc>>,
}

/// A page of the list, in the order in which people were put on it. `after` is where the page before it ended.
pub fn page(conn: &mut PgConnection, survey: SurveyId, audience: Option<Audience>, after: Option<InvitationId>, limit: i64) -> QueryResult<Vec<Invitation>> {
    let mut query = survey_invitations::table
        .filter(survey_invitations::survey_id.eq(survey))
        .filter(survey_invitations::id.gt(after.unwrap_or(InvitationId(0))))
        .order(survey_invitations::id)
        .limit(limit)
        .select((
            survey_invitations::id,
            survey_invitations::audience,
            survey_invitations::name,
            survey_invitations::email,
            survey_invitations::answered,
            survey_invitations::invited_at,
        ))
        .into_boxed();
    if let Some(audience) = audience {
        query = query.filter(survey_invitations::audience.eq(audience));
    }
    query.load(conn)
}

pub fn find(conn: &mut PgConnection, survey: SurveyId, id: InvitationId) -> QueryResult<Audience> {
    survey_invitations::table.find(id).filter(survey_invitations::survey_id.eq(survey)).select(survey_invitations::audience).first(conn)
}

/// Somebody to put on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvitation {
    pub audience: Audience,
    pub user: Option<UserId>,
    pub name: String,
    pub email: String,
}

/// Puts people on the list; whoever is on it already stays as they are. How many came on it.
pub fn insert(tx: &mut Tx<'_>, survey: SurveyId, people: &[NewInvitation]) -> QueryResult<usize> {
    let mut count = 0;
    for chunk in people.chunks(CHUNK) {
        let row = |it: &NewInvitation| {
            (
                survey_invitations::survey_id.eq(survey),
                survey_invitations::audience.eq(it.audience),
                survey_invitations::user_id.eq(it.user),
                survey_invitations::name.eq(it.name.clone()),
                survey_invitations::email.eq(it.email.clone()),
            )
        };
        let rows: Vec<_> = chunk.iter().map(row).collect();
        count += diesel::insert_into(survey_invitations::table).values(rows).on_conflict_do_nothing().execute(tx.conn)?;
    }
    Ok(count)
}

/// Takes somebody off the list who was not invited yet; whether there was such a person.
pub fn delete(tx: &mut Tx<'_>, survey: SurveyId, id: InvitationId) -> QueryResult<bool> {
    let that = survey_invitations::table.find(id).filter(survey_invitations::survey_id.eq(survey)).filter(survey_invitations::invited_at.is_null());
    Ok(diesel::delete(that).execute(tx.conn)? > 0)
}

/// How many of an audience are on the list.
pub fn listed(conn: &mut PgConnection, survey: SurveyId, audience: Audience) -> QueryResult<i64> {
    let those = survey_invitations::table.filter(survey_invitations::survey_id.eq(survey)).filter(survey_invitations::audience.eq(audience));
    those.select(count_star()).first(conn)
}

/// Which of these addresses want no mails about surveys any more.
pub fn refused(conn: &mut PgConnection, emails: &[&str]) -> QueryResult<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for chunk in emails.chunks(CHUNK) {
        let some: Vec<String> = survey_refusals::table.filter(survey_refusals::email.eq_any(chunk)).select(survey_refusals::email).load(conn)?;
        found.extend(some);
    }
    Ok(found)
}

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Account {
    pub id: UserId,
    pub name: String,
    /// In lower case.
    pub email: String,
}

fn address() -> diesel::expression::SqlLiteral<Text> {
    sql("lower(users.email)")
}

/// Whose of these addresses are those of accounts.
pub fn accounts(conn: &mut PgConnection, emails: &[&str]) -> QueryResult<BTreeMap<String, Account>> {
    let mut found = BTreeMap::new();
    for chunk in emails.chunks(CHUNK) {
        let some: Vec<Account> = users::table
            .filter(users::email.eq_any(chunk))
            .filter(users::disabled_at.is_null())
            .filter(users::id.ne(SLIPWAY))
            .select((users::id, users::name, address()))
            .load(conn)?;
        found.extend(some.into_iter().map(|it| (it.email.clone(), it)));
    }
    Ok(found)
}

/// These people and the members of these groups, by name, each once.
pub fn chosen(conn: &mut PgConnection, people: &[UserId], groups: &[GroupId]) -> QueryResult<Vec<Account>> {
    let members = group_members::table.filter(group_members::group_id.eq_any(groups)).select(group_members::user_id);
    users::table
        .filter(users::id.eq_any(people).or(users::id.eq_any(members)))
        .filter(users::disabled_at.is_null())
        .filter(users::id.ne(SLIPWAY))
        .order((users::name, users::id))
        .select((users::id, users::name, address()))
        .load(conn)
}

/// Who worked on a release, by name: its owner and coordinator, the assignees of its RFCs and of the tasks of all of them, and whoever
/// decided an approval. Who only asked for an RFC did not.
pub fn workers(conn: &mut PgConnection, release: RecordId) -> QueryResult<Vec<Account>> {
    let mut all: Vec<RecordId> = release_changes::table.filter(release_changes::release_id.eq(release)).select(release_changes::change_id).load(conn)?;
    all.push(release);
    let runs: Vec<(RecordId, UserId, Option<UserId>)> =
        records::table.filter(records::id.eq_any(&all)).select((records::id, records::owner_id, records::coordinator_id)).load(conn)?;
    let run = |(id, owner, coordinator): (RecordId, UserId, Option<UserId>)| [(id == release).then_some(owner), coordinator];
    let mut people: BTreeSet<UserId> = runs.into_iter().flat_map(run).flatten().collect();
    let assignees: Vec<Option<UserId>> = tasks::table.filter(tasks::record_id.eq_any(&all)).select(tasks::assignee_id).distinct().load(conn)?;
    people.extend(assignees.into_iter().flatten());
    let decided: Vec<(UserId, Option<UserId>)> = approvals::table
        .filter(approvals::record_id.eq_any(&all))
        .filter(approvals::state.eq_any([ApprovalState::Approved, ApprovalState::Denied]))
        .select((approvals::approver_id, approvals::decided_by))
        .distinct()
        .load(conn)?;
    people.extend(decided.into_iter().map(|(approver, decider)| decider.unwrap_or(approver)));
    chosen(conn, &people.into_iter().collect::<Vec<_>>(), &[])
}
