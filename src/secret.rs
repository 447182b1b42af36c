//! The secret key that signs cookies: given, or made once and kept.

use crate::config::{Config, secret_from_file};
use std::io::Write;
use std::path::Path;

/// Fewer characters are refused.
const SHORTEST: usize = 64;

/// The key from the settings, from the file that `SLIPWAY_SECRET_KEY_FILE` names, or from the data directory, where it is made at the first start.
pub fn key(config: &Config) -> anyhow::Result<String> {
    let given = match &config.secret_key {
        Some(key) => Some(key.clone()),
        None => secret_from_file("SLIPWAY_SECRET_KEY").map_err(anyhow::Error::msg)?,
    };
    let key = match given {
        Some(key) => key,
        None => kept(&config.data_dir)?,
    };
    anyhow::ensure!(key.chars().count() >= SHORTEST, "the secret key needs at least {SHORTEST} characters; `openssl rand -hex 64` makes one");
    Ok(key)
}

fn kept(folder: &Path) -> anyhow::Result<String> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::create_dir_all(folder)?;
    let path = folder.join("secret-key");
    // Written beside its place and linked into it: two programs that start at once end up with the same key.
    if !path.exists() {
        let draft = folder.join(format!("secret-key.{}", std::process::id()));
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(hex::encode(rand::random::<[u8; 64]>()).as_bytes())?;
        file.sync_all()?;
        let linked = std::fs::hard_link(&draft, &path);
        std::fs::remove_file(&draft)?;
        if let Err(cause) = linked
            && cause.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(cause.into());
        }
    }
    Ok(std::fs::read_to_string(&path)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("slipway-secret-{}", rand::random::<u64>()));
        let first = kept(&folder).expect("made");
        assert_eq!(kept(&folder).expect("read"), first);
        assert!(first.len() >= SHORTEST);
        let mode = std::fs::metadata(folder.join("secret-key")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
