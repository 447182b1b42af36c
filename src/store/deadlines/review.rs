//! The one deadline that belongs to no record: the day by which somebody looks at the policy again.

use crate::domain::calendars::at;
use crate::domain::deadlines::{Deadline, Subject};
use crate::store::schema::deadlines;
use crate::store::{Tx, calendars};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::prelude::*;

/// Sees that the review is told by this day, and no other one. A day that stays as it was goes on where it is.
pub fn keep_review(tx: &mut Tx<'_>, day: Option<NaiveDate>) -> QueryResult<()> {
    let calendar = calendars::of_item(tx.conn, None)?;
    let due = day.map(|it| at(it, NaiveTime::from_hms_opt(23, 59, 0).unwrap_or_default(), calendar.zone()));
    let review = deadlines::table.filter(deadlines::subject.eq(Subject::PolicyReview));
    let kept: Option<DateTime<Utc>> = review.select(deadlines::due_at).first(tx.conn).optional()?;
    if kept == due {
        return Ok(());
    }
    diesel::delete(review).execute(tx.conn)?;
    let Some(due_at) = due else { return Ok(()) };
    let deadline = Deadline { subject: Subject::PolicyReview, starts_at: tx.now, due_at };
    diesel::insert_into(deadlines::table)
        .values((
            deadlines::subject.eq(deadline.subject),
            deadlines::subject_id.eq(0),
            deadlines::starts_at.eq(deadline.starts_at),
            deadlines::due_at.eq(deadline.due_at),
            deadlines::next_at.eq(deadline.next(0, &calendar).map(|(_, at)| at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}
