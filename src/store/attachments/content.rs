//! The content of attachments, read part by part, so that none is ever in memory whole.

use super::super::db::Outage;
use super::super::schema::attachment_parts;
use super::{Attachment, folder};
use crate::domain::attachments::{PART, StoragePlace};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// One part of the content; empty after the last. `set` is the directory that is set now, if there is one.
pub fn part(conn: &mut PgConnection, it: &Attachment, position: i32, set: Option<&Path>) -> Result<Vec<u8>, Outage> {
    match it.place {
        StoragePlace::Database => {
            let found = attachment_parts::table.find((it.id, position)).select(attachment_parts::content).first(conn).optional()?;
            Ok(found.unwrap_or_default())
        }
        StoragePlace::Directory => {
            let mut file = open(it, set)?;
            file.seek(SeekFrom::Start(position as u64 * PART as u64))?;
            let mut part = Vec::new();
            file.take(PART as u64).read_to_end(&mut part)?;
            Ok(part)
        }
    }
}

/// Where its file may be: in the directory that is set now, where it moves with the others, else in the one it was put in.
pub fn paths<'a>(it: &'a Attachment, set: Option<&'a Path>) -> impl Iterator<Item = PathBuf> + 'a {
    let own = it.folder.as_deref().map(Path::new);
    let elsewhere = set.filter(|set| Some(*set) != own);
    elsewhere.into_iter().chain(own).map(move |folder| folder.join(folder::name(it.id, &it.sha256)))
}

fn open(it: &Attachment, set: Option<&Path>) -> Result<File, Outage> {
    let mut missing = std::io::Error::from(ErrorKind::NotFound);
    for path in paths(it, set) {
        match File::open(&path) {
            Ok(file) => return Ok(file),
            Err(cause) => missing = std::io::Error::new(cause.kind(), format!("{}: {cause}", path.display())),
        }
    }
    Err(missing.into())
}
