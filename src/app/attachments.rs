//! Attaching files to a record, its tasks and its review, and taking them off again.

pub mod clearing;
pub mod receiving;

use super::context::permit;
use super::error::FormErrors;
use super::records::{lock_open, moving};
use super::{Error, Result};
use crate::config::{AttachmentPlace, Config};
use crate::domain::attachments::{AT_MOST, AT_ONCE, Target};
use crate::domain::events::Event;
use crate::domain::ids::{AttachmentId, RecordId};
use crate::domain::people::{Action, Actor};
use crate::domain::refusals::Refusal;
use crate::store::attachments::{self, Attachment, New, content, folder};
use crate::store::db::Outage;
use crate::store::records::{self, Record};
use crate::store::{PgConnection, Tx, events, tasks};
use receiving::Received;
use std::path::Path;

/// Where new attachments go, and how large one may be.
#[derive(Clone, Debug)]
pub struct Storage {
    pub place: AttachmentPlace,
    /// In bytes.
    pub limit: u64,
}

impl Storage {
    /// As the settings say.
    pub fn of(config: &Config) -> Storage {
        Storage { place: config.attachments.clone(), limit: config.attachment_limit * 1024 * 1024 }
    }

    pub fn folder(&self) -> Option<&Path> {
        match &self.place {
            AttachmentPlace::Database => None,
            AttachmentPlace::Directory(folder) => Some(folder),
        }
    }

    /// Megabytes that one file may have.
    pub fn megabytes(&self) -> u64 {
        self.limit / 1024 / 1024
    }
}

/// The permission to attach files to a record.
pub fn attaching(actor: &Actor, record: &Record) -> Action {
    Action::Attach(actor.standing(record.owner_id, record.coordinator_id))
}

/// Whether somebody may take an attachment off: whoever attached it, and whoever moves the record.
pub fn may_remove(actor: &Actor, record: &Record, it: &Attachment) -> bool {
    record.is_open() && it.is_kept() && actor.may(removing(actor, record, it))
}

fn removing(actor: &Actor, record: &Record, it: &Attachment) -> Action {
    if it.created_by == actor.id { attaching(actor, record) } else { moving(actor, record) }
}

/// What can be said before anything is sent: that nothing could be attached there by this actor.
pub fn check(conn: &mut PgConnection, actor: &Actor, record: RecordId) -> Result<()> {
    let record = records::find(conn, record)?;
    let action = attaching(actor, &record);
    if !actor.may(action) {
        Err(Error::Forbidden(action))
    } else if record.is_open() {
        Ok(())
    } else {
        Err(Refusal::Ended.into())
    }
}

/// Attaches files that were received, all or none.
pub fn add(tx: &mut Tx<'_>, record: RecordId, target: Target, files: Vec<Received>, storage: &Storage) -> Result<Vec<AttachmentId>> {
    let full = lock_open(tx, record, attaching)?;
    let to = described(tx.conn, &full.record, target)?;
    fits(attachments::total(tx.conn, record)?.count, files.len())?;
    let mut ids = Vec::new();
    for file in files {
        let Received { name, media_type, size, sha256, .. } = &file;
        let folder = storage.folder().map(|it| it.display().to_string());
        let new = New { record, target, name, media_type, size: *size, sha256, folder: folder.as_deref() };
        let id = attachments::insert(tx, &new)?;
        events::record(tx, record, &Event::AttachmentAdded { name: name.clone(), size: *size, sha256: hex::encode(sha256), to: to.clone() })?;
        // The row is the truth: a file whose transaction fails afterwards is cleared away one day.
        match storage.folder() {
            Some(folder) => folder::keep(file.content, folder, id, &file.sha256).map_err(Outage::from)?,
            None => store(tx, id, file)?,
        }
        ids.push(id);
    }
    Ok(ids)
}

fn store(tx: &mut Tx<'_>, id: AttachmentId, file: Received) -> Result<()> {
    for (position, part) in (0..).zip(file.parts().map_err(Outage::from)?) {
        attachments::add_part(tx, id, position, &part.map_err(Outage::from)?)?;
    }
    Ok(())
}

fn fits(present: i64, new: usize) -> Result<()> {
    let message = match new {
        0 => "Choose a file.".to_owned(),
        new if new > AT_ONCE => format!("Attach at most {AT_ONCE} files at once. These were {new}, and nothing was attached."),
        new if present + new as i64 > AT_MOST => {
            format!(
                "A record has at most {AT_MOST} attachments, and this one has {present}. Remove what is not needed any more, or attach an archive of several."
            )
        }
        _ => return Ok(()),
    };
    Err(FormErrors::of("files", message).into())
}

/// What it is attached to, as the log says it; a task must be one of the record, and only releases are reviewed.
fn described(conn: &mut PgConnection, record: &Record, target: Target) -> Result<String> {
    match target {
        Target::Record => Ok(record.number()),
        Target::Task(task) => {
            let task = tasks::find(conn, task)?;
            if task.record_id == record.id { Ok(format!("the task “{}”", task.title)) } else { Err(Error::NotFound) }
        }
        Target::Point(_) if record.kind != crate::domain::records::RecordKind::Release => Err(Error::NotFound),
        Target::Point(point) => Ok(format!("the review, “{}”", point.label())),
    }
}

/// Takes an attachment off. Its content goes, its row stays. After the commit, [`discard`] what is left of it.
pub fn remove(tx: &mut Tx<'_>, id: AttachmentId, reason: &str) -> Result<Attachment> {
    let record = attachments::find(tx.conn, id)?.record_id;
    let full = records::lock(tx, record)?;
    let it = attachments::find(tx.conn, id)?;
    permit(tx, removing(&tx.actor, &full.record, &it))?;
    if !full.record.is_open() {
        return Err(Refusal::Ended.into());
    }
    if !it.is_kept() {
        return Err(Refusal::RemovedAlready.into());
    }
    if reason.is_empty() {
        return Err(FormErrors::of("reason", "Say why it is removed.").into());
    }
    attachments::remove(tx, id)?;
    events::record(tx, record, &Event::AttachmentRemoved { name: it.name.clone(), reason: reason.to_owned() })?;
    Ok(it)
}

/// Takes away the file of an attachment that was removed. What cannot be taken away now is cleared later.
pub fn discard(it: &Attachment, storage: &Storage) {
    for path in content::paths(it, storage.folder()) {
        if let Err(cause) = folder::discard(&path) {
            tracing::warn!(%cause, path = %path.display(), "the file of a removed attachment is still there");
        }
    }
}
