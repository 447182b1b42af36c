//! What there is before a story begins: builders, one for each room.

use super::TestApp;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use slipway::domain::ids::UserId;
use slipway::domain::people::Role;
use slipway::store::users::{self, NewUser};
use std::sync::LazyLock;

/// Everybody's password.
pub const PASSWORD: &str = "lantern tugboat gravel";

/// A hash that is quick to compare.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let params = Params::new(8, 1, 1, None).expect("in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(PASSWORD.as_bytes()).expect("a hash").to_string()
});

pub struct Somebody {
    pub id: UserId,
    pub email: String,
}

/// A user of this name, whose address is made of it and whose password is [`PASSWORD`].
pub fn user(app: &TestApp, name: &str, roles: &[Role]) -> Somebody {
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    let id = app.write(|tx| users::insert(tx, &NewUser { email: &email, name, password_hash: Some(&HASH), time_zone: "UTC", roles }));
    Somebody { id, email }
}
