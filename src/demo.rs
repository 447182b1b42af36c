//! A believable organisation to look around in.

use crate::domain::people::Role;
use crate::store::Db;

/// What was made, and who can sign in.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub accounts: Vec<Account>,
    /// The password of all of them.
    pub password: &'static str,
    pub releases: usize,
    pub changes: usize,
}

#[derive(Clone, Debug)]
pub struct Account {
    pub name: &'static str,
    pub email: &'static str,
    pub roles: &'static [Role],
}

/// TO BE REPLACED.
pub fn load(_db: &Db) -> anyhow::Result<Loaded> {
    anyhow::bail!("this build has no demo")
}
