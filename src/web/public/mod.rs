//! Pages behind mailed links: for people who need not sign in. Whoever holds the link sees them; only a code from the mail changes anything.

pub mod decide;
pub mod handover;
pub mod questions;
pub mod refusals;
pub mod room;
pub mod show;
pub mod surveys;

pub use decide::{decide, undo};
pub use show::{content, show};

use super::failure::Failure;
use super::frame::Frame;
use super::session::{actor_of, db_of};
use crate::app::links::{self, Opened};
use crate::app::{self};
use crate::domain::ids::UserId;
use crate::domain::people::Actor;
use crate::store::{Db, PgConnection};
use actix_web::HttpRequest;
use chrono::{DateTime, Utc};

/// Under this stand the addresses with a token in them.
pub const FOLDER: &str = "/a/";

/// All folders of this kind.
pub const FOLDERS: [&str; 3] = [FOLDER, surveys::FOLDER, "/h/"];

fn db(req: &HttpRequest) -> Result<Db, Failure> {
    db_of(req).ok_or(Failure::SignIn)
}

/// What surrounds the page: in the zone and the look of whoever the link belongs to.
fn frame(req: &HttpRequest, opened: &Opened, now: DateTime<Utc>) -> Frame {
    frame_of(req, opened.actor.as_ref(), now)
}

fn frame_of(req: &HttpRequest, holder: Option<&Actor>, now: DateTime<Utc>) -> Frame {
    let mut frame = Frame::outside(req, now);
    frame.actor = holder.cloned();
    frame.path = String::new();
    frame
}

/// Who is signed in in this browser, if it is somebody else than the holder of the link.
fn somebody_else(req: &HttpRequest, holder: Option<UserId>) -> Option<String> {
    actor_of(req).filter(|it| Some(it.id) != holder).map(|it| it.name)
}

/// A time as these pages say it.
fn moment(at: DateTime<Utc>, frame: &Frame) -> String {
    format!("{} ({})", super::filters::moment(at, frame.zone()), frame.zone().name())
}

/// Who is signed in in this browser, if it is somebody else than the holder of the link.
struct Visitor {
    somebody_else: Option<String>,
    holder: bool,
}

impl Visitor {
    fn of(req: &HttpRequest, holder: UserId) -> Visitor {
        let actor = actor_of(req);
        let holder = actor.as_ref().is_some_and(|it| it.id == holder);
        Visitor { somebody_else: actor.filter(|_| !holder).map(|it| it.name), holder }
    }
}

fn open(conn: &mut PgConnection, token: &str, now: DateTime<Utc>) -> app::Result<Opened> {
    links::open(conn, token, now)
}
