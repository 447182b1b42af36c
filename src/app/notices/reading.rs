//! Reading notices, saying how one wants them, and the digest.

use crate::app::Result;
use crate::app::error::FormErrors;
use crate::domain::digests;
use crate::domain::ids::{NoticeId, UserId};
use crate::domain::notices::{Delivery, Rule};
use crate::store::{Tx, notices, preferences};

/// Marks one of one's notices as read, and says which page it is about.
pub fn open(tx: &mut Tx<'_>, id: NoticeId) -> Result<String> {
    let me = tx.actor.id;
    let path = notices::path(tx.conn, me, id)?;
    notices::mark_read(tx, me, id, false)?;
    Ok(path)
}

/// Marks all of one's notices as read that were there when the page was shown. Returns how many were unread.
pub fn read_all(tx: &mut Tx<'_>, newest: NoticeId) -> Result<usize> {
    let me = tx.actor.id;
    Ok(notices::mark_read(tx, me, newest, true)?)
}

/// How one wants to be told from now on.
#[derive(Clone, Debug)]
pub struct Wishes {
    pub by_rule: Vec<(Rule, Delivery)>,
    pub digest_hour: i32,
}

pub fn wish(tx: &mut Tx<'_>, wishes: &Wishes) -> Result<()> {
    if !(0..24).contains(&wishes.digest_hour) {
        return Err(FormErrors::of("digest_hour", "Choose an hour of the day.").into());
    }
    let me = tx.actor.id;
    let by_rule: Vec<_> = wishes.by_rule.iter().copied().filter(|(rule, _)| rule.may_be_muted()).collect();
    preferences::set(tx, me, &by_rule)?;
    Ok(preferences::set_digest_hour(tx, me, wishes.digest_hour)?)
}

/// Makes the digests that are due now, each person's once a day at their hour. Returns how many.
pub fn make_digests(tx: &mut Tx<'_>) -> Result<usize> {
    const AT_ONCE: i64 = 200;
    let (mut made, mut after) = (0, UserId(0));
    loop {
        let readers = notices::digest_readers(tx, after, AT_ONCE)?;
        let Some(last) = readers.last() else { return Ok(made) };
        after = last.id;
        for reader in &readers {
            let zone = reader.zone.parse().unwrap_or_default();
            let hour = u32::try_from(reader.hour).unwrap_or_default();
            if let Some(today) = digests::due(tx.now, zone, hour, reader.seen_to) {
                notices::digest(tx, reader, today)?;
                made += 1;
            }
        }
    }
}
