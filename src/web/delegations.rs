//! Absences: one's own, those in which one stands in, and for release managers everybody's.

use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::delegations::{Absence, beginning};
use crate::domain::ids::{DelegationId, UserId};
use crate::domain::people::{Action, Actor};
use crate::domain::text;
use crate::store::delegations::{self, Listed, Whose};
use crate::store::{PgConnection, choices};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono::{Days, NaiveDate};

#[derive(Template)]
#[template(path = "delegations/index.html")]
struct Index {
    frame: Frame,
    mine: Vec<Listed>,
    stood_in: Vec<Listed>,
    others: Vec<Listed>,
    may_note: bool,
    may_note_others: bool,
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let (frame, actor, now) = (page::frame(&ctx, &req), ctx.actor.clone(), ctx.now());
    page::show(&ctx, move |conn| {
        let may_note_others = notes_others(&actor);
        Ok(Index {
            mine: delegations::list(conn, Whose::Own(actor.id), now)?,
            stood_in: delegations::list(conn, Whose::Substituted(actor.id), now)?,
            others: if may_note_others { delegations::list(conn, Whose::Others(actor.id), now)? } else { Vec::new() },
            may_note: actor.may(Action::Delegate { own: true }),
            may_note_others,
            frame,
        })
    })
    .await
}

fn notes_others(actor: &Actor) -> bool {
    actor.may(Action::Delegate { own: false })
}

#[derive(Template)]
#[template(path = "delegations/new.html")]
struct New {
    frame: Frame,
    form: Form,
    people: Vec<Choice>,
    notes_others: bool,
}

impl New {
    fn load(conn: &mut PgConnection, frame: Frame, actor: &Actor, form: Form) -> app::Result<New> {
        let people = Choice::list(choices::deciders(conn)?.into_iter().map(|it| (it.id, it.name)));
        Ok(New { frame, form, people, notes_others: notes_others(actor) })
    }
}

pub async fn new(ctx: Context, req: HttpRequest) -> Answer {
    if !ctx.actor.may(Action::Delegate { own: true }) {
        return Err(Error::Forbidden(Action::Delegate { own: true }).into());
    }
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    let mut fields = Fields::default();
    fields.set("user", actor.id.to_string());
    page::show(&ctx, move |conn| New::load(conn, frame, &actor, Form::of(fields))).await
}

pub async fn create(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    let done = match read(&fields, &ctx.actor) {
        Ok((absence, note)) => {
            ctx.write(move |tx| {
                app::delegations::give(tx, &absence, &note)?;
                app::delegations::left_alone(tx.conn, &absence, tx.now)
            })
            .await
        }
        Err(errors) => Err(errors.into()),
    };
    let errors = match done {
        Ok(alone) if alone.is_empty() => return page::see_with("/delegations", "The absence is noted."),
        Ok(alone) => {
            let names: Vec<String> = alone.into_iter().map(|it| it.name).collect();
            let said = format!("The absence is noted. On some of these days nobody stands in for {} any more, who is told.", names.join(", "));
            return page::see_with("/delegations", &said);
        }
        Err(Error::Invalid(errors)) => errors,
        Err(other) => return Err(other.into()),
    };
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    let again = ctx.read(move |conn| New::load(conn, frame, &actor, Form::refused(fields, errors))).await?;
    page::unprocessable(&again)
}

/// Days are meant in the zone of whoever writes them down, both included.
fn read(fields: &Fields, actor: &Actor) -> Result<(Absence, String), FormErrors> {
    let mut errors = FormErrors::default();
    let user = if fields.is_set("user") { fields.required::<UserId>("user", &mut errors) } else { Some(actor.id) };
    let substitute = fields.optional::<UserId>("substitute", &mut errors);
    let from = day(fields, "from", &mut errors);
    let until = day(fields, "until", &mut errors).and_then(|it| it.checked_add_days(Days::new(1)));
    let note = errors.check("note", text::optional_line(fields.text("note")));
    match (user, from.zip(until), note) {
        (Some(user), Some((from, until)), Some(note)) if errors.is_empty() => {
            let (starts_at, ends_at) = (beginning(from, actor.zone), beginning(until, actor.zone));
            Ok((Absence { user, substitute, starts_at, ends_at }, note))
        }
        (Some(_) | None, Some(_) | None, Some(_) | None) => Err(errors),
    }
}

fn day(fields: &Fields, name: &'static str, errors: &mut FormErrors) -> Option<NaiveDate> {
    let parsed = fields.text(name).trim().parse::<NaiveDate>().ok().filter(|it| (1990..2200).contains(&chrono::Datelike::year(it)));
    if parsed.is_none() {
        errors.about(name, "Write a date, such as 2026-11-21.");
    }
    parsed
}

pub async fn end(ctx: Context, id: Path<String>) -> Answer {
    let id: DelegationId = id_of(&id)?;
    ctx.write(move |tx| app::delegations::end(tx, id)).await?;
    page::see_with("/delegations", "The absence has ended.")
}
