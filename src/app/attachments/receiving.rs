//! A file on its way in: written aside piece by piece, looked at and summed up as it passes.

use super::Storage;
use crate::domain::attachments::{self, Look, PART};
use crate::store::attachments::folder;
use sha2::{Digest, Sha256};
use std::io::{Read, Result, Seek, SeekFrom, Write};
use tempfile::NamedTempFile;

/// A file that is being received.
pub struct Receiving {
    name: String,
    size: u64,
    look: Look,
    hasher: Sha256,
    content: NamedTempFile,
}

/// A whole file, written aside.
pub struct Received {
    pub name: String,
    pub media_type: &'static str,
    pub size: i64,
    pub sha256: Vec<u8>,
    pub content: NamedTempFile,
}

impl Receiving {
    /// Begins to receive a file that its sender calls so. It is written where it will stay, or where the system keeps what is temporary.
    pub fn begin(claimed: &str, storage: &Storage) -> Result<Receiving> {
        let content = match storage.folder() {
            Some(folder) => folder::prepare(folder).and_then(|()| folder::begin(folder))?,
            None => NamedTempFile::new()?,
        };
        Ok(Receiving { name: attachments::name(claimed), size: 0, look: Look::default(), hasher: Sha256::new(), content })
    }

    /// Takes the next piece.
    pub fn take(mut self, piece: &[u8]) -> Result<Receiving> {
        self.size += piece.len() as u64;
        self.look.at(piece);
        self.hasher.update(piece);
        self.content.write_all(piece)?;
        Ok(self)
    }

    pub fn finish(mut self) -> Result<Received> {
        self.content.flush()?;
        Ok(Received {
            name: self.name,
            media_type: self.look.media_type(),
            size: i64::try_from(self.size).map_err(std::io::Error::other)?,
            sha256: self.hasher.finalize().to_vec(),
            content: self.content,
        })
    }
}

impl Received {
    /// A file made of bytes at hand, as the demo and stories have them.
    pub fn of(claimed: &str, content: &[u8], storage: &Storage) -> Result<Received> {
        Receiving::begin(claimed, storage)?.take(content)?.finish()
    }

    /// Its content, part by part.
    pub fn parts(mut self) -> Result<impl Iterator<Item = Result<Vec<u8>>>> {
        self.content.seek(SeekFrom::Start(0))?;
        Ok(std::iter::from_fn(move || {
            let mut part = Vec::new();
            match Read::by_ref(&mut self.content).take(PART as u64).read_to_end(&mut part) {
                Ok(0) => None,
                Ok(_) => Some(Ok(part)),
                Err(cause) => Some(Err(cause)),
            }
        }))
    }
}
