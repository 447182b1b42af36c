//! Checks an evidence pack: nothing but the file is needed.

use super::pack::{ACTIVITY, APPROVALS, FILES, MANIFEST, RECORD};
use crate::domain::approvals::Content;
use crate::domain::events::Link;
use crate::domain::ids::{RecordId, UserId};
use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use zip::ZipArchive;

/// Why a pack is not what was packed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Break(String);

type Checked<T> = Result<T, Break>;

fn broken<T>(why: impl Into<String>) -> Checked<T> {
    Err(Break(why.into()))
}

fn unreadable(what: &str) -> impl Fn(&dyn std::fmt::Display) -> Break {
    let what = what.to_owned();
    move |cause| Break(format!("{what} cannot be read: {cause}"))
}

/// An event as its line has it.
#[derive(Deserialize)]
struct Line {
    id: i64,
    at_microseconds: i64,
    actor: UserId,
    #[serde(rename = "for")]
    on_behalf_of: Option<UserId>,
    record: Option<RecordId>,
    kind: String,
    details: Value,
    previous: String,
    hash: String,
}

#[derive(Deserialize)]
struct Records<T> {
    records: Vec<Numbered<T>>,
}

#[derive(Deserialize)]
struct Numbered<T> {
    number: String,
    tables: T,
}

#[derive(Deserialize)]
struct Decided {
    steps: Vec<Step>,
    approvals: Vec<Approval>,
    contents: Vec<Kept>,
}

#[derive(Deserialize)]
struct Step {
    id: i64,
    digest: String,
}

#[derive(Deserialize)]
struct Approval {
    id: i64,
    seen_digest: Option<String>,
}

#[derive(Deserialize)]
struct Kept {
    digest: String,
    content: Content,
}

#[derive(Deserialize)]
struct Attaching {
    attachments: Vec<Attached>,
}

#[derive(Deserialize)]
struct Attached {
    id: i64,
    name: String,
    sha256: String,
    removed_at: Option<String>,
}

/// A pack that is looked into.
struct Opened {
    zip: ZipArchive<BufReader<File>>,
    /// The checksums that the manifest names.
    sums: BTreeMap<String, String>,
}

/// Makes every check in order and tells each that holds. The first that does not is the error.
pub fn verify(path: &Path, mut tell: impl FnMut(String)) -> Checked<()> {
    let file = File::open(path).map_err(|cause| unreadable(&path.display().to_string())(&cause))?;
    let zip = ZipArchive::new(BufReader::new(file)).map_err(|cause| unreadable("the ZIP file")(&cause))?;
    let mut pack = Opened { zip, sums: BTreeMap::new() };
    tell(pack.manifest()?);
    tell(pack.activity()?);
    tell(pack.approvals()?);
    tell(pack.attachments()?);
    Ok(())
}

impl Opened {
    fn text(&mut self, path: &str) -> Checked<String> {
        let mut text = String::new();
        let mut file = self.zip.by_name(path).map_err(|cause| unreadable(path)(&cause))?;
        file.read_to_string(&mut text).map_err(|cause| unreadable(path)(&cause))?;
        Ok(text)
    }

    fn json<T: for<'de> Deserialize<'de>>(&mut self, path: &str) -> Checked<T> {
        serde_json::from_str(&self.text(path)?).map_err(|cause| unreadable(path)(&cause))
    }

    /// Every file is named in the manifest, has the checksum there, and none is missing.
    fn manifest(&mut self) -> Checked<String> {
        for line in self.text(MANIFEST)?.lines() {
            match line.split_once("  ") {
                Some((sum, path)) => drop(self.sums.insert(path.to_owned(), sum.to_owned())),
                None => return broken(format!("{MANIFEST} has a line that names no file: {line:?}")),
            }
        }
        let mut missing: BTreeSet<String> = self.sums.keys().cloned().collect();
        for at in 0..self.zip.len() {
            let mut file = self.zip.by_index(at).map_err(|cause| unreadable("the ZIP file")(&cause))?;
            let path = file.name().map_err(|cause| unreadable("the ZIP file")(&cause))?.into_owned();
            if path == MANIFEST {
                continue;
            }
            let Some(expected) = self.sums.get(&path) else { return broken(format!("{path} is not named in {MANIFEST}")) };
            let found = sum_of(&mut file).map_err(|cause| unreadable(&path)(&cause))?;
            if found != *expected {
                return broken(format!("{path} is not what {MANIFEST} says: its SHA-256 is {found}"));
            }
            missing.remove(&path);
        }
        match missing.first() {
            Some(path) => broken(format!("{path} is missing")),
            None => Ok(format!("{MANIFEST}: {} files are what it says.", self.sums.len())),
        }
    }

    /// Each event has the hash that it must have, and follows the one before where that is here.
    fn activity(&mut self) -> Checked<String> {
        let file = self.zip.by_name(ACTIVITY).map_err(|cause| unreadable(ACTIVITY)(&cause))?;
        let (mut count, mut chained) = (0, 0);
        let mut before: Option<(i64, String)> = None;
        for line in BufReader::new(file).lines() {
            let line = line.map_err(|cause| unreadable(ACTIVITY)(&cause))?;
            let it: Line = serde_json::from_str(&line).map_err(|cause| Break(format!("{ACTIVITY}, line {}, is no event: {cause}", count + 1)))?;
            if hash_of(&it).is_none_or(|hash| hash != it.hash) {
                return broken(format!("event {} was changed after it was written", it.id));
            }
            if let Some((id, hash)) = before {
                if it.id <= id {
                    return broken(format!("event {} stands behind event {id}", it.id));
                }
                if it.id == id + 1 && it.previous != hash {
                    return broken(format!("event {} does not continue event {id}", it.id));
                }
                chained += usize::from(it.id == id + 1);
            }
            before = Some((it.id, it.hash));
            count += 1;
        }
        let last = before.map_or_else(String::new, |(id, hash)| format!(" The last is {id}:{hash}."));
        Ok(format!("{ACTIVITY}: {count} events have the hash that they must have, {chained} of them continue the one before.{last}"))
    }

    /// Each digest is that of its content, and nobody decided on anything else.
    fn approvals(&mut self) -> Checked<String> {
        let all: Records<Decided> = self.json(APPROVALS)?;
        let (mut digests, mut decisions) = (0, 0);
        for Numbered { number, tables } in &all.records {
            for it in &tables.contents {
                if it.content.digest() != it.digest {
                    return broken(format!("{APPROVALS}: {number}, the content with digest {} is another one", it.digest));
                }
                digests += 1;
            }
            let known = |digest: &str| tables.contents.iter().any(|it| it.digest == digest);
            if let Some(it) = tables.steps.iter().find(|it| !it.digest.is_empty() && !known(&it.digest)) {
                return broken(format!("{APPROVALS}: {number}, step {}, its digest stands for nothing here", it.id));
            }
            for it in &tables.approvals {
                if it.seen_digest.as_deref().is_some_and(|it| !known(it)) {
                    return broken(format!("{APPROVALS}: {number}, approval {}, what was seen is not here", it.id));
                }
                decisions += usize::from(it.seen_digest.is_some());
            }
        }
        Ok(format!("{APPROVALS}: {digests} contents have their digest, and {decisions} decisions were made on one of them."))
    }

    /// Each attachment is what was attached.
    fn attachments(&mut self) -> Checked<String> {
        let all: Records<Attaching> = self.json(RECORD)?;
        let mut count = 0;
        for it in all.records.iter().flat_map(|it| &it.tables.attachments).filter(|it| it.removed_at.is_none()) {
            let path = format!("{FILES}{}-{}", it.id, crate::domain::attachments::archived_name(&it.name));
            match self.sums.get(&path) {
                None => return broken(format!("{path} is missing")),
                Some(sum) if *sum != it.sha256 => return broken(format!("{path} is not what was attached")),
                Some(_) => count += 1,
            }
        }
        Ok(format!("{FILES}: {count} files are what was attached."))
    }
}

fn sum_of(file: &mut impl Read) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex::encode(hasher.finalize())),
            length => hasher.update(&piece[..length]),
        }
    }
}

fn hash_of(it: &Line) -> Option<String> {
    let at = DateTime::from_timestamp_micros(it.at_microseconds)?;
    let link = Link { id: it.id, at, actor: it.actor, on_behalf_of: it.on_behalf_of, record: it.record, kind: &it.kind, details: &it.details };
    Some(hex::encode(link.hash(&hex::decode(&it.previous).ok()?)))
}
