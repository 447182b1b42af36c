//! The directory of attachments: one file for each, put there whole or not at all.

use crate::domain::ids::AttachmentId;
use chrono::{DateTime, Utc};
use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Result};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use tempfile::NamedTempFile;

const UNFINISHED: &str = ".part";

/// What the file of an attachment is called. With its checksum, so that no file is ever written over by another content.
pub fn name(id: AttachmentId, sha256: &[u8]) -> String {
    format!("{id}-{}", hex::encode(sha256))
}

fn id_of(name: &str) -> Option<AttachmentId> {
    let (id, checksum) = name.split_once('-')?;
    let fits = checksum.len() == 64 && checksum.bytes().all(|it| it.is_ascii_hexdigit());
    if fits { id.parse().ok() } else { None }
}

/// Makes the directory, closed to others, unless it is there.
pub fn prepare(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// A file to write into. If it is not kept, it goes by itself.
pub fn begin(folder: &Path) -> Result<NamedTempFile> {
    tempfile::Builder::new().prefix("upload-").suffix(UNFINISHED).tempfile_in(folder)
}

/// Gives a written file its place, such that it is there after a crash too.
pub fn keep(file: NamedTempFile, folder: &Path, id: AttachmentId, sha256: &[u8]) -> Result<()> {
    file.as_file().sync_all()?;
    file.persist(folder.join(name(id, sha256)))?;
    File::open(folder)?.sync_all()
}

/// What lies in a directory and was not touched since then: files of attachments, and what an upload that broke off left.
#[derive(Debug, Default)]
pub struct Old {
    pub files: Vec<(AttachmentId, String)>,
    pub unfinished: Vec<String>,
}

pub fn old(folder: &Path, before: DateTime<Utc>) -> Result<Old> {
    let mut old = Old::default();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let touched = entry.metadata().and_then(|it| it.modified());
        if touched.is_ok_and(|it| DateTime::<Utc>::from(it) < before) {
            match id_of(&name) {
                Some(id) => old.files.push((id, name)),
                None if name.starts_with("upload-") && name.ends_with(UNFINISHED) => old.unfinished.push(name),
                None => {}
            }
        }
    }
    Ok(old)
}

/// Takes a file away; one that is gone already is fine.
pub fn discard(path: &Path) -> Result<()> {
    std::fs::remove_file(path).or_else(|cause| if cause.kind() == ErrorKind::NotFound { Ok(()) } else { Err(cause) })
}
