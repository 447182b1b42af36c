//! One handover that a group is asked about: what is handed over, and the answer.

use super::{answers, out_of_date, parse};
use crate::app::handovers::{self as actions, Offer, changed_since, is_current, receiver};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::handovers::{HandoverState, Receiver};
use crate::domain::ids::HandoverId;
use crate::store::PgConnection;
use crate::store::handovers::{self, Named};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "handovers/show.html")]
struct Show {
    frame: Frame,
    asked: Named,
    offer: Offer,
    /// The release is still in the phase that it was asked in.
    current: bool,
    receiver: Receiver,
    form: Form,
    /// Why what was sent did not do.
    said: Option<String>,
}

impl Show {
    fn load(conn: &mut PgConnection, frame: Frame, id: HandoverId) -> app::Result<Show> {
        let asked = handovers::find(conn, id)?;
        let offer = Offer::load(conn, asked.handover.record_id, frame.now)?;
        let record = &offer.sheet.full.record;
        let current = is_current(record, asked.handover.visit);
        let receiver = receiver(conn, frame.actor.as_ref(), record, asked.handover.group_id)?;
        Ok(Show { frame, asked, current, receiver, form: Form::default(), said: None, offer })
    }

    fn answers(&self) -> Vec<Choice> {
        answers()
    }

    fn is_open(&self) -> bool {
        self.current && self.asked.handover.is_asked()
    }

    fn may_answer(&self) -> bool {
        self.is_open() && self.receiver == Receiver::May
    }

    /// Why the reader cannot answer what is open.
    fn why_not(&self) -> String {
        match self.receiver {
            Receiver::May => String::new(),
            Receiver::Own => "You own or coordinate this release, so somebody else must take it over.".into(),
            Receiver::NoMember => format!("A member of {} answers this.", self.asked.group),
            Receiver::Closed | Receiver::NoRight => format!("A member of {} who may decide answers this.", self.asked.group),
        }
    }
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: HandoverId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| Show::load(conn, frame, id)).await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: HandoverId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let before = fields.text("seen").to_owned();
    let answer = match parse(&fields, &mut errors).filter(|_| errors.is_empty()) {
        Some(answer) => ctx.write(move |tx| actions::answer(tx, id, &answer)).await,
        None => Err(errors.into()),
    };
    let (errors, said) = match answer {
        Ok(()) => return page::see_with(&format!("/handovers/{id}"), "Your answer is recorded."),
        Err(Error::Invalid(errors)) => (errors, None),
        Err(Error::Refused(refusal)) => (FormErrors::default(), Some(refusal.to_string())),
        Err(Error::Stale) => (FormErrors::default(), Some(ctx.read(move |conn| changed(conn, id, &before)).await?)),
        Err(other) => return Err(other.into()),
    };
    let (frame, missing) = (page::frame(&ctx, &req), said.is_none());
    let page = ctx.read(move |conn| Ok(Show { form: Form::refused(fields, errors), said, ..Show::load(conn, frame, id)? })).await?;
    if missing { page::unprocessable(&page) } else { page::conflict(&page) }
}

fn changed(conn: &mut PgConnection, id: HandoverId, before: &str) -> app::Result<String> {
    let record = handovers::find(conn, id)?.handover.record_id;
    Ok(out_of_date(&changed_since(&handovers::legacy(conn, record)?, before)))
}
