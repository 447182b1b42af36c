//! What only a release has: its version and its plan.

use super::Tx;
use super::schema::{categories, records, releases};
use crate::domain::ids::{ItemId, RecordId};
use crate::domain::models::PlanTexts;
use crate::domain::records::{RecordKind, RecordState};
use crate::domain::releases::{Distribution, Level, Strategy, Version};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = releases, check_for_backend(diesel::pg::Pg))]
pub struct Release {
    pub record_id: RecordId,
    pub ci_id: ItemId,
    pub number: Vec<Option<i32>>,
    pub strategy: Option<Strategy>,
    pub distribution: Option<Distribution>,
    pub deployment_plan: String,
    pub communication_plan: String,
    pub back_out_plan: String,
    pub resources: String,
    pub affected_users: String,
    pub superseded_by: Option<RecordId>,
}

impl Release {
    pub fn version(&self) -> Version {
        version(&self.number)
    }

    /// The number of the release that took its place.
    pub fn successor(&self) -> Option<String> {
        self.superseded_by.map(|it| RecordKind::Release.number(it))
    }
}

fn version(number: &[Option<i32>]) -> Version {
    Version::of_parts(number.iter().copied().flatten().collect())
}

/// The versions a CI has, abandoned ones included: a number is never used twice.
pub fn versions(conn: &mut PgConnection, item: ItemId) -> QueryResult<Vec<Version>> {
    let rows: Vec<Vec<Option<i32>>> = releases::table.filter(releases::ci_id.eq(item)).select(releases::number).load(conn)?;
    Ok(rows.iter().map(|it| version(it)).collect())
}

pub fn insert(tx: &mut Tx<'_>, record: RecordId, item: ItemId, version: &Version) -> QueryResult<()> {
    let number: Vec<Option<i32>> = version.parts().iter().copied().map(Some).collect();
    diesel::insert_into(releases::table).values((releases::record_id.eq(record), releases::ci_id.eq(item), releases::number.eq(number))).execute(tx.conn)?;
    Ok(())
}

/// How it is deployed: one section, edited together.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = releases, treat_none_as_null = true)]
pub struct Plan {
    pub strategy: Option<Strategy>,
    pub distribution: Option<Distribution>,
    pub deployment_plan: String,
    pub communication_plan: String,
    pub back_out_plan: String,
    pub resources: String,
    pub affected_users: String,
}

pub fn set_plan(tx: &mut Tx<'_>, record: RecordId, plan: &Plan) -> QueryResult<()> {
    diesel::update(releases::table.find(record)).set(plan).execute(tx.conn)?;
    super::records::touch(tx, record)
}

/// Fills in the texts that are still empty.
pub fn fill_texts(tx: &mut Tx<'_>, release: &Release, texts: &PlanTexts) -> QueryResult<bool> {
    let or = |own: &String, text: &String| if own.is_empty() { text.clone() } else { own.clone() };
    let plan = Plan {
        strategy: release.strategy,
        distribution: release.distribution,
        deployment_plan: or(&release.deployment_plan, &texts.deployment_plan),
        communication_plan: or(&release.communication_plan, &texts.communication_plan),
        back_out_plan: or(&release.back_out_plan, &texts.back_out_plan),
        resources: or(&release.resources, &texts.resources),
        affected_users: or(&release.affected_users, &texts.affected_users),
    };
    let own = [&release.deployment_plan, &release.communication_plan, &release.back_out_plan, &release.resources, &release.affected_users];
    let filled = [&plan.deployment_plan, &plan.communication_plan, &plan.back_out_plan, &plan.resources, &plan.affected_users];
    if own == filled {
        return Ok(false);
    }
    set_plan(tx, release.record_id, &plan)?;
    Ok(true)
}

/// The CI's closed releases that are not superseded yet: id, level and version.
pub fn closed_of(conn: &mut PgConnection, item: ItemId) -> QueryResult<Vec<(RecordId, Level, Version)>> {
    let rows: Vec<(RecordId, Level, Vec<Option<i32>>)> = releases::table
        .inner_join(records::table.inner_join(categories::table))
        .filter(releases::ci_id.eq(item))
        .filter(releases::superseded_by.is_null())
        .filter(records::state.eq(RecordState::Closed))
        .select((releases::record_id, categories::level, releases::number))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, level, number)| (id, level, version(&number))).collect())
}

pub fn supersede(tx: &mut Tx<'_>, older: RecordId, by: RecordId) -> QueryResult<()> {
    diesel::update(releases::table.find(older)).set(releases::superseded_by.eq(by)).execute(tx.conn)?;
    Ok(())
}

/// Undoes [`supersede`] for all that this one superseded. Returns which they were.
pub fn reinstate(tx: &mut Tx<'_>, by: RecordId) -> QueryResult<Vec<RecordId>> {
    diesel::update(releases::table.filter(releases::superseded_by.eq(by)))
        .set(releases::superseded_by.eq(None::<RecordId>))
        .returning(releases::record_id)
        .get_results(tx.conn)
}
