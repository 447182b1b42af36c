//! Several tasks at once: assigned to somebody, or moved by working days.

use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::{RecordId, TaskId, UserId};
use crate::web::form::Fields;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::web::Path;

/// The farthest that tasks are moved at once, in working days.
const FARTHEST: u64 = 260;

pub async fn update(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let record: RecordId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let tasks = fields.several::<TaskId>("task", &mut errors);
    let assignee = fields.optional::<UserId>("assignee", &mut errors);
    let days = fields.optional::<i64>("days", &mut errors).unwrap_or(0);
    if tasks.is_empty() {
        errors.about("task", "Tick the tasks first.");
    }
    if assignee.is_none() && days == 0 {
        errors.about("assignee", "Choose somebody to assign the tasks to, or a number of working days to move them by.");
    }
    if days.unsigned_abs() > FARTHEST {
        errors.about("days", format!("Move them by at most {FARTHEST} working days at once."));
    }
    if !errors.is_empty() {
        return Err(Error::from(errors).into());
    }
    let asked = tasks.len();
    let moved = ctx
        .write(move |tx| {
            let mut moved = 0;
            for task in tasks {
                if crate::store::tasks::record_of(tx.conn, task)? != record {
                    return Err(Error::NotFound);
                }
                if assignee.is_some() {
                    app::tasks::assign(tx, task, assignee)?;
                }
                if days != 0 && app::tasks::shift(tx, task, days)? {
                    moved += 1;
                }
            }
            Ok(moved)
        })
        .await?;
    let assigned = if assignee.is_some() { format!("{asked} assigned. ") } else { String::new() };
    let shifted = match days {
        0 => String::new(),
        _ if moved == asked => format!("{moved} moved."),
        _ => format!("{moved} moved; the others are done or have no due date."),
    };
    page::see_with(&format!("/records/{record}/tasks"), &format!("{assigned}{shifted}"))
}
