//! Who supports the release in its early life, and how they are reached.

use super::{path, permitted, release};
use crate::app::early_life::team::{self as actions, NewMember};
use crate::app::{self, Context, Error, FormErrors, records};
use crate::domain::ids::{MemberId, RecordId};
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::early_life::plan;
use crate::store::early_life::team::{self, Member};
use crate::store::records::Full;
use crate::store::users;
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "early_life/team.html")]
struct Edit {
    frame: Frame,
    full: Full,
    team: Vec<Member>,
    people: Vec<Choice>,
    /// Somebody new.
    member: Form,
    contacts: Form,
}

impl Edit {
    fn load(conn: &mut PgConnection, frame: Frame, id: RecordId, member: Form, contacts: Option<(Form, bool)>) -> app::Result<Edit> {
        let full = release(conn, id)?;
        if let Some(actor) = &frame.actor {
            permitted(actor, &full, records::moving)?;
        }
        let plan = plan(conn, id)?;
        let (mut contacts, stale) = contacts.unwrap_or_else(|| {
            let mut fields = Fields::default();
            fields.set("contacts", plan.as_ref().map_or("", |it| it.contacts.as_str()));
            (Form::of(fields), false)
        });
        if stale || !contacts.is_set("version") {
            contacts.fields.set("version", plan.map_or(0, |it| it.version).to_string());
        }
        let people = Choice::list(users::people(conn)?.into_iter().map(|it| (it.id, it.name)));
        Ok(Edit { team: team::list(conn, id)?, people, member, contacts, full, frame })
    }
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| Edit::load(conn, frame, id, Form::default(), None)).await
}

fn parse(fields: &Fields) -> Result<NewMember, FormErrors> {
    let mut errors = FormErrors::default();
    let user = fields.optional("user", &mut errors);
    let name = errors.check("name", text::optional_line(fields.text("name")));
    let role = errors.check("role", text::optional_line(fields.text("role")));
    let contact = errors.check("contact", text::optional_line(fields.text("contact")));
    match (name, role, contact) {
        (Some(name), Some(role), Some(contact)) if errors.is_empty() => Ok(NewMember { user, name, role, contact }),
        _ => Err(errors),
    }
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let answer = match parse(&fields) {
        Ok(new) => ctx.write(move |tx| actions::add(tx, id, &new)).await,
        Err(errors) => Err(errors.into()),
    };
    match answer {
        Ok(()) => page::see_with(&format!("/records/{id}/team/edit"), "Added to the team."),
        Err(Error::Invalid(errors)) => {
            let frame = page::frame(&ctx, &req);
            let again = ctx.read(move |conn| Edit::load(conn, frame, id, Form::refused(fields, errors), None)).await?;
            page::unprocessable(&again)
        }
        Err(other) => Err(other.into()),
    }
}

pub async fn destroy(ctx: Context, id: Path<String>) -> Answer {
    let member: MemberId = id_of(&id)?;
    let id = ctx.write(move |tx| actions::remove(tx, member)).await?;
    page::see_with(&format!("/records/{id}/team/edit"), "Taken off the team.")
}

pub async fn update_contacts(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let seen = fields.version();
    let answer = match text::prose(fields.text("contacts")) {
        Ok(contacts) => ctx.write(move |tx| actions::set_contacts(tx, id, seen, &contacts)).await,
        Err(refusal) => Err(FormErrors::of("contacts", refusal.to_string()).into()),
    };
    let (errors, stale) = match answer {
        Ok(()) => return page::see_with(&format!("{}#team", path(id)), "Saved."),
        Err(Error::Invalid(errors)) => (errors, false),
        Err(Error::Stale) => (FormErrors::of("contacts", "Somebody changed this meanwhile. Saving again puts yours in its place."), true),
        Err(other) => return Err(other.into()),
    };
    let frame = page::frame(&ctx, &req);
    let again = ctx.read(move |conn| Edit::load(conn, frame, id, Form::default(), Some((Form::refused(fields, errors), stale)))).await?;
    if stale { page::conflict(&again) } else { page::unprocessable(&again) }
}
