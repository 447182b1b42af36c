//! Users, and the boards that decide.

use crate::support::{TestApp, noon};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use chrono::Duration;
use chrono_tz::Tz;
use slipway::domain::delegations::Absence;
use slipway::domain::ids::{DelegationId, UserId};
use slipway::domain::people::{Actor, Role, Theme};
use slipway::store::groups;
use slipway::store::users::{self, NewUser};
use std::sync::LazyLock;

/// Everybody's password.
pub const PASSWORD: &str = "lantern tugboat gravel";

/// A hash that is quick to compare.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let params = Params::new(8, 1, 1, None).expect("in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(PASSWORD.as_bytes()).expect("a hash").to_string()
});

#[derive(Clone, Debug)]
pub struct Somebody {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub roles: Vec<Role>,
}

impl Somebody {
    /// As whom they act.
    pub fn actor(&self) -> Actor {
        Actor { id: self.id, name: self.name.clone(), roles: self.roles.clone(), zone: Tz::UTC, theme: Theme::Auto }
    }
}

/// A user of this name, whose address is made of it and whose password is [`PASSWORD`]; the same one if asked for again.
pub fn user(app: &TestApp, name: &str, roles: &[Role]) -> Somebody {
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    if let Some(found) = app.read(|conn| users::find_by_email(conn, &email)) {
        let roles = app.read(|conn| users::roles(conn, found.id));
        return Somebody { id: found.id, email, name: found.name, roles };
    }
    let id = app.write(|tx| users::insert(tx, &NewUser { email: &email, name, password_hash: Some(&HASH), time_zone: "UTC", roles }));
    Somebody { id, email, name: name.to_owned(), roles: roles.to_vec() }
}

/// Release approvers of these names, who are the CAB and the ECAB as well.
pub fn approvers<const N: usize>(app: &TestApp, names: [&str; N]) -> [Somebody; N] {
    let people = names.map(|name| user(app, name, &[Role::ReleaseApprover]));
    members(app, "cab", &people);
    members(app, "ecab", &people);
    people
}

/// Puts exactly these into a group.
pub fn members(app: &TestApp, group: &str, people: &[Somebody]) {
    let ids: Vec<UserId> = people.iter().map(|it| it.id).collect();
    let group = app.read(groups::list).into_iter().find(|it| it.key == group).expect("a shipped group");
    app.write(|tx| groups::set_members(tx, group.id, &ids));
}

/// This person is away from the day before the story to its tenth day, with this substitute.
pub fn absence(app: &TestApp, who: &Somebody, substitute: Option<&Somebody>) -> DelegationId {
    let (starts_at, ends_at) = (noon() - Duration::days(1), noon() + Duration::hours(12) + Duration::days(9));
    let absence = Absence { user: who.id, substitute: substitute.map(|it| it.id), starts_at, ends_at };
    app.act(|tx| slipway::app::delegations::give(tx, &absence, "")).expect("noted")
}
