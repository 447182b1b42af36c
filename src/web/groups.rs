//! An administrator's pages for groups.

use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::users::Manager;
use crate::app::groups::{self as actions, Draft};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::events::FieldChange;
use crate::domain::ids::{CalendarId, GroupId};
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::groups::{self, Group};
use crate::store::users;
use actix_web::{HttpRequest, web};
use askama::Template;

#[derive(Template)]
#[template(path = "groups/index.html")]
struct Index {
    groups: Vec<(Group, i64)>,
    frame: Frame,
}

pub async fn index(Manager(ctx): Manager, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let sizes = groups::sizes(conn)?;
        let size = |id: GroupId| sizes.iter().find(|(group, _)| *group == id).map_or(0, |(_, size)| *size);
        let groups = groups::list(conn)?.into_iter().map(|group| (group.clone(), size(group.id))).collect();
        Ok(Index { groups, frame })
    })
    .await
}

#[derive(Template)]
#[template(path = "groups/edit.html")]
struct Edit {
    /// None while it is being made.
    group: Option<Group>,
    form: Form,
    people: Vec<Choice>,
    calendars: Vec<Choice>,
    /// What somebody else saved while this was being edited: as it stands now, and as it was typed here.
    meanwhile: Vec<FieldChange>,
    stale: bool,
    frame: Frame,
}

/// Everybody who can be in a group, and those who are in this one even though their account is closed.
fn people(conn: &mut PgConnection, group: Option<GroupId>) -> app::Result<Vec<Choice>> {
    let mut choices = Choice::list(users::people(conn)?.into_iter().map(|it| (it.id, it.name)));
    let members = group.map(|id| groups::members(conn, id)).transpose()?.unwrap_or_default();
    for member in members {
        if !choices.iter().any(|it| it.value == member.id.to_string()) {
            choices.push(Choice::new(member.id, member.name).hint("This account is closed"));
        }
    }
    Ok(choices)
}

pub async fn new(Manager(ctx): Manager, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        Ok(Edit {
            group: None,
            form: Form::default(),
            people: people(conn, None)?,
            calendars: super::calendars::choices(conn)?,
            meanwhile: Vec::new(),
            stale: false,
            frame,
        })
    })
    .await
}

pub async fn edit(Manager(ctx): Manager, req: HttpRequest, id: web::Path<GroupId>) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let group = groups::find(conn, *id)?;
        let mut fields = Fields::default();
        fields.set("name", &group.name);
        fields.set("description", &group.description);
        fields.set("calendar", group.calendar_id.map_or_else(String::new, |it| it.to_string()));
        fields.set("version", group.version.to_string());
        fields.set_all("members", groups::members(conn, *id)?.iter().map(|it| it.id.to_string()).collect());
        Ok(Edit {
            people: people(conn, Some(group.id))?,
            calendars: super::calendars::choices(conn)?,
            group: Some(group),
            form: Form::of(fields),
            meanwhile: Vec::new(),
            stale: false,
            frame,
        })
    })
    .await
}

fn read(fields: &Fields) -> Result<Draft, Error> {
    let mut errors = FormErrors::default();
    let name = errors.check("name", text::line(fields.text("name")));
    let description = errors.check("description", text::optional_line(fields.text("description")));
    let members = fields.several("members", &mut errors);
    let calendar = fields.optional("calendar", &mut errors);
    match name.zip(description).filter(|_| errors.is_empty()) {
        Some((name, description)) => Ok(Draft { name, description, members, calendar }),
        None => Err(errors.into()),
    }
}

pub async fn create(Manager(ctx): Manager, req: HttpRequest, fields: Fields) -> Answer {
    let done = match read(&fields) {
        Ok(draft) => ctx.write(move |tx| actions::create(tx, &draft)).await.map(|_| ()),
        Err(error) => Err(error),
    };
    answer(&ctx, &req, None, fields, done).await
}

pub async fn update(Manager(ctx): Manager, req: HttpRequest, id: web::Path<GroupId>, fields: Fields) -> Answer {
    let (id, seen) = (*id, fields.version());
    let done = match read(&fields) {
        Ok(draft) => ctx.write(move |tx| actions::edit(tx, id, seen, &draft)).await,
        Err(error) => Err(error),
    };
    answer(&ctx, &req, Some(id), fields, done).await
}

/// On to the list, or the form again with what is in the way.
async fn answer(ctx: &Context, req: &HttpRequest, id: Option<GroupId>, mut fields: Fields, done: app::Result<()>) -> Answer {
    let (errors, stale) = match done {
        Ok(()) => return page::see_with("/groups", "The group is saved."),
        Err(Error::Invalid(errors)) => (errors, false),
        Err(Error::Stale) => (FormErrors::default(), true),
        Err(error) => return Err(error.into()),
    };
    let frame = page::frame(ctx, req);
    let again = ctx.read(move |conn| {
        let group = id.map(|id| groups::find(conn, id)).transpose()?;
        let meanwhile = match &group {
            Some(group) if stale => {
                fields.set("version", group.version.to_string());
                let (now, typed) = (groups::members(conn, group.id)?, read(&fields)?);
                let chosen: Vec<_> = users::people(conn)?.into_iter().filter(|it| typed.members.contains(&it.id)).map(|it| it.name).collect();
                let name = FieldChange::between("Name", &group.name, &typed.name);
                let description = FieldChange::between("Description", &group.description, &typed.description);
                let members = FieldChange::between("Members", actions::names(&now), chosen.join(", "));
                let all = super::calendars::choices(conn)?;
                let named = |id: Option<CalendarId>| all.iter().find(|it| id.is_some_and(|id| it.value == id.to_string())).map_or("", |it| it.label.as_str());
                let calendar = FieldChange::between("Calendar", named(group.calendar_id), named(typed.calendar));
                [name, description, calendar, members].into_iter().flatten().collect()
            }
            Some(_) | None => Vec::new(),
        };
        Ok(Edit { people: people(conn, id)?, calendars: super::calendars::choices(conn)?, group, form: Form::refused(fields, errors), meanwhile, stale, frame })
    });
    let again = again.await?;
    if stale { page::conflict(&again) } else { page::unprocessable(&again) }
}
