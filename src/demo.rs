//! A believable organisation to look around in.

use crate::store::Db;

/// What was made, and who can sign in.
#[derive(Debug, Default)]
pub struct Loaded {
    pub accounts: Vec<Account>,
}

#[derive(Debug)]
pub struct Account {
    pub email: String,
    pub password: String,
    pub role: String,
}

/// TO BE REPLACED.
pub fn load(_db: &Db) -> anyhow::Result<Loaded> {
    anyhow::bail!("this build has no demo")
}
