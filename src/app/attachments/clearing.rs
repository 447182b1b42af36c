//! Clears away files that belong to no attachment: of transactions that failed, of uploads that broke off, of attachments that were removed.

use super::Storage;
use crate::app::{Error, Result};
use crate::domain::ids::AttachmentId;
use crate::store::attachments::{self, folder};
use crate::store::db::Outage;
use crate::store::{Db, PgConnection};
use chrono::Duration;
use std::collections::BTreeSet;
use std::io::ErrorKind;

/// What is younger may belong to an upload that still runs.
const GRACE: Duration = Duration::days(1);

/// Returns how many files went.
pub fn clear(db: &Db, storage: &Storage) -> Result<usize> {
    let Some(place) = storage.folder() else { return Ok(0) };
    let old = match folder::old(place, db.clock.now() - GRACE) {
        Ok(old) => old,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(0),
        Err(cause) => return Err(Outage::from(cause).into()),
    };
    let ids: Vec<AttachmentId> = old.files.iter().map(|(id, _)| *id).collect();
    let (kept, newest) = db.read_now::<_, Error>(|conn: &mut PgConnection| Ok(attachments::kept_as_files(conn, &ids)?))?;
    let kept: BTreeSet<AttachmentId> = kept.into_iter().collect();
    // A database that knows of no such number yet was restored from a backup, or is another one: those files are not its leftovers.
    let left = old.files.into_iter().filter(|(id, _)| !kept.contains(id) && id.0 <= newest).map(|(_, name)| name);
    let mut gone = 0;
    for name in left.chain(old.unfinished) {
        folder::discard(&place.join(name)).map_err(Outage::from)?;
        gone += 1;
    }
    Ok(gone)
}
