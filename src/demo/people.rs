//! The people of the demo, their roles, and the groups that they are in.

use crate::app::Result;
use crate::domain::events::Event;
use crate::domain::ids::UserId;
use crate::domain::people::{Actor, Role};
use crate::store::schema::{group_members, groups};
use crate::store::users::{self, NewUser};
use crate::store::{Db, Tx, events};
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use diesel::prelude::*;

/// The password of every demo account.
pub const PASSWORD: &str = "slipway-demo-2026";

/// Somebody in the demo, named where a story tells of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Ines,
    Tomasz,
    Miriam,
    Daniel,
    Henrik,
    Aylin,
    Paul,
    Sofia,
    Jonas,
    Elena,
    Marcus,
    Lucia,
    Katrin,
    Felix,
    Priya,
    Oliver,
    Nadia,
}

struct Person {
    who: Who,
    name: &'static str,
    email: &'static str,
    zone: &'static str,
    roles: &'static [Role],
    groups: &'static [&'static str],
}

const BERLIN: &str = "Europe/Berlin";
const LONDON: &str = "Europe/London";
const NEW_YORK: &str = "America/New_York";

const fn person(who: Who, name: &'static str, email: &'static str, zone: &'static str, roles: &'static [Role], groups: &'static [&'static str]) -> Person {
    Person { who, name, email, zone, roles, groups }
}

/// In the order of [`Who`].
const PEOPLE: [Person; 17] = [
    person(Who::Ines, "Ines Kovač", "ines.kovac@demo.slipway.example", BERLIN, &[Role::ReleaseManager], &["ecab"]),
    person(Who::Tomasz, "Tomasz Wieczorek", "tomasz.wieczorek@demo.slipway.example", BERLIN, &[Role::ReleaseManager], &[]),
    person(Who::Miriam, "Miriam Vogel", "miriam.vogel@demo.slipway.example", BERLIN, &[Role::ReleaseCoordinator], &[]),
    person(Who::Daniel, "Daniel Osei", "daniel.osei@demo.slipway.example", LONDON, &[Role::ReleaseCoordinator, Role::Contributor], &[]),
    person(Who::Henrik, "Henrik Lindqvist", "henrik.lindqvist@demo.slipway.example", BERLIN, &[Role::ReleaseApprover], &["cab", "ecab"]),
    person(Who::Aylin, "Aylin Demir", "aylin.demir@demo.slipway.example", BERLIN, &[Role::ReleaseApprover], &["cab"]),
    person(Who::Paul, "Paul Schreiber", "paul.schreiber@demo.slipway.example", BERLIN, &[Role::ReleaseApprover], &["cab", "ecab"]),
    person(Who::Sofia, "Sofia Marchetti", "sofia.marchetti@demo.slipway.example", BERLIN, &[Role::ReleaseApprover], &[]),
    person(Who::Jonas, "Jonas Weber", "jonas.weber@demo.slipway.example", BERLIN, &[Role::Contributor], &["operations"]),
    person(Who::Elena, "Elena Petrova", "elena.petrova@demo.slipway.example", BERLIN, &[Role::Contributor], &["operations"]),
    person(Who::Marcus, "Marcus Reed", "marcus.reed@demo.slipway.example", NEW_YORK, &[Role::Contributor], &["operations"]),
    person(Who::Lucia, "Lucía Fernández", "lucia.fernandez@demo.slipway.example", BERLIN, &[Role::Contributor], &["service_desk"]),
    person(Who::Katrin, "Katrin Albrecht", "katrin.albrecht@demo.slipway.example", BERLIN, &[Role::Contributor], &["service_desk"]),
    person(Who::Felix, "Felix Hartmann", "felix.hartmann@demo.slipway.example", BERLIN, &[Role::Contributor], &[]),
    person(Who::Priya, "Priya Raman", "priya.raman@demo.slipway.example", BERLIN, &[Role::Contributor], &[]),
    person(Who::Oliver, "Oliver Brandt", "oliver.brandt@demo.slipway.example", BERLIN, &[Role::Viewer], &[]),
    person(Who::Nadia, "Nadia Haddad", "nadia.haddad@demo.slipway.example", BERLIN, &[Role::Administrator], &[]),
];

/// An account that was made, to be told to whoever loaded the demo.
#[derive(Clone, Debug)]
pub struct Account {
    pub name: &'static str,
    pub email: &'static str,
    pub roles: &'static [Role],
    /// Keys of the groups.
    pub groups: &'static [&'static str],
}

pub fn accounts() -> Vec<Account> {
    PEOPLE.iter().map(|it| Account { name: it.name, email: it.email, roles: it.roles, groups: it.groups }).collect()
}

/// Those of a group.
pub fn members(group: &str) -> Vec<Who> {
    PEOPLE.iter().filter(|it| it.groups.contains(&group)).map(|it| it.who).collect()
}

/// Creates everybody, in the order of [`Who`].
pub fn create(db: &Db) -> anyhow::Result<Vec<Actor>> {
    let hash = hashed(PASSWORD)?;
    let mut actors = Vec::new();
    for person in &PEOPLE {
        let id = db.write_now(Actor::slipway(), |tx| insert(tx, person, &hash))?;
        let actor = db.read_now::<_, crate::app::Error>(|conn| Ok(users::actor(conn, id)?))?;
        actors.push(actor.ok_or_else(|| anyhow::anyhow!("{} cannot act", person.name))?);
    }
    Ok(actors)
}

fn insert(tx: &mut Tx<'_>, person: &Person, hash: &str) -> Result<UserId> {
    let new = NewUser { email: person.email, name: person.name, password_hash: Some(hash), time_zone: person.zone, roles: person.roles };
    let id = users::insert(tx, &new)?;
    let joined = groups::table.filter(groups::key.eq_any(person.groups.to_vec())).select((groups::id, id.into_sql::<diesel::sql_types::BigInt>()));
    diesel::insert_into(group_members::table).values(joined).into_columns((group_members::group_id, group_members::user_id)).execute(tx.conn)?;
    events::record(tx, None, &Event::UserCreated { user: id, name: person.name.to_owned(), roles: person.roles.to_vec() })?;
    Ok(id)
}

/// argon2id with 19 MiB, two passes, one lane.
pub fn hashed(password: &str) -> anyhow::Result<String> {
    let params = Params::new(19_456, 2, 1, None).map_err(|cause| anyhow::anyhow!("{cause}"))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Ok(argon2.hash_password(password.as_bytes()).map_err(|cause| anyhow::anyhow!("{cause}"))?.to_string())
}
