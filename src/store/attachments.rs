//! Attachments: a row each, which is the truth, and their content, in parts or as a file.

pub mod content;
pub mod folder;

use super::Tx;
use super::schema::{attachment_parts, attachments, tasks, users};
use crate::domain::attachments::{StoragePlace, Target};
use crate::domain::ids::{AttachmentId, RecordId, TaskId, UserId};
use crate::domain::reviews::Point;
use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, max};
use diesel::pg::PgConnection;
use diesel::prelude::*;

#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = attachments, check_for_backend(diesel::pg::Pg))]
pub struct Attachment {
    pub id: AttachmentId,
    pub record_id: RecordId,
    pub task_id: Option<TaskId>,
    pub point: Option<Point>,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: Vec<u8>,
    pub place: StoragePlace,
    pub folder: Option<String>,
    pub created_at: DateTime<Utc>,
    pub created_by: UserId,
    pub removed_at: Option<DateTime<Utc>>,
}

impl Attachment {
    pub fn is_kept(&self) -> bool {
        self.removed_at.is_none()
    }

    /// SHA-256 of the content, in hex digits.
    pub fn checksum(&self) -> String {
        hex::encode(&self.sha256)
    }

    pub fn is_of(&self, target: Target) -> bool {
        (self.task_id, self.point) == (target.task(), target.point())
    }
}

/// An attachment with the names around it.
#[derive(Debug, Clone, Queryable)]
pub struct Named {
    pub attachment: Attachment,
    pub by: String,
    pub removed_by: Option<String>,
    /// The title of the task that it belongs to.
    pub task: Option<String>,
}

/// How many a record has, and how many bytes they are together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    pub count: i64,
    pub size: i64,
}

/// One that is about to be.
pub struct New<'a> {
    pub record: RecordId,
    pub target: Target,
    pub name: &'a str,
    pub media_type: &'a str,
    pub size: i64,
    pub sha256: &'a [u8],
    /// The directory of its file; none if its content goes into the database.
    pub folder: Option<&'a str>,
}

pub fn find(conn: &mut PgConnection, id: AttachmentId) -> QueryResult<Attachment> {
    Attachment::query().filter(attachments::id.eq(id)).first(conn)
}

/// All that a record ever had, removed ones too, in the order they came.
pub fn of_record(conn: &mut PgConnection, record: RecordId) -> QueryResult<Vec<Named>> {
    let remover = diesel::alias!(users as remover);
    attachments::table
        .inner_join(users::table.on(users::id.eq(attachments::created_by)))
        .left_join(remover.on(remover.field(users::id).nullable().eq(attachments::removed_by)))
        .left_join(tasks::table.on(tasks::id.nullable().eq(attachments::task_id)))
        .filter(attachments::record_id.eq(record))
        .order(attachments::id)
        .select((Attachment::as_select(), users::name, remover.field(users::name).nullable(), tasks::title.nullable()))
        .load(conn)
}

pub fn total(conn: &mut PgConnection, record: RecordId) -> QueryResult<Total> {
    let sizes = attachments::table.filter(attachments::record_id.eq(record)).filter(attachments::removed_at.is_null());
    let sizes: Vec<i64> = sizes.select(attachments::size).load(conn)?;
    Ok(Total { count: sizes.len() as i64, size: sizes.iter().sum() })
}

pub fn insert(tx: &mut Tx<'_>, new: &New<'_>) -> QueryResult<AttachmentId> {
    diesel::insert_into(attachments::table)
        .values((
            attachments::record_id.eq(new.record),
            attachments::task_id.eq(new.target.task()),
            attachments::point.eq(new.target.point()),
            attachments::name.eq(new.name),
            attachments::media_type.eq(new.media_type),
            attachments::size.eq(new.size),
            attachments::sha256.eq(new.sha256),
            attachments::place.eq(if new.folder.is_some() { StoragePlace::Directory } else { StoragePlace::Database }),
            attachments::folder.eq(new.folder),
            attachments::created_at.eq(tx.now),
            attachments::created_by.eq(tx.actor.id),
        ))
        .returning(attachments::id)
        .get_result(tx.conn)
}

/// Appends a part of the content.
pub fn add_part(tx: &mut Tx<'_>, id: AttachmentId, position: i32, content: &[u8]) -> QueryResult<()> {
    let row = (attachment_parts::attachment_id.eq(id), attachment_parts::position.eq(position), attachment_parts::content.eq(content));
    diesel::insert_into(attachment_parts::table).values(row).execute(tx.conn)?;
    Ok(())
}

/// Marks it as removed and lets the parts of its content go. A file of it goes after the commit.
pub fn remove(tx: &mut Tx<'_>, id: AttachmentId) -> QueryResult<()> {
    let marks = (attachments::removed_at.eq(tx.now), attachments::removed_by.eq(tx.actor.id));
    diesel::update(attachments::table.find(id)).set(marks).execute(tx.conn)?;
    diesel::delete(attachment_parts::table.filter(attachment_parts::attachment_id.eq(id))).execute(tx.conn)?;
    Ok(())
}

/// Which of these are still kept as files; and up to which id attachments are known.
pub fn kept_as_files(conn: &mut PgConnection, ids: &[AttachmentId]) -> QueryResult<(Vec<AttachmentId>, i64)> {
    let newest: Option<AttachmentId> = attachments::table.select(max(attachments::id)).first(conn)?;
    let files = attachments::table.filter(attachments::place.eq(StoragePlace::Directory)).filter(attachments::removed_at.is_null());
    let kept = files.filter(attachments::id.eq_any(ids)).select(attachments::id).load(conn)?;
    Ok((kept, newest.map_or(0, |it| it.0)))
}

/// The directories that hold files, each with how many.
pub fn folders(conn: &mut PgConnection) -> QueryResult<Vec<(String, i64)>> {
    let files = attachments::table.filter(attachments::removed_at.is_null()).filter(attachments::folder.is_not_null());
    let rows: Vec<(Option<String>, i64)> =
        files.group_by(attachments::folder).order(attachments::folder).select((attachments::folder, count_star())).load(conn)?;
    Ok(rows.into_iter().filter_map(|(folder, count)| Some((folder?, count))).collect())
}
