//! An administrator's pages for accounts.

mod account;
mod draft;

pub use account::{disable, enable, end_sessions, reset_second_factor, set_password};
pub use draft::{read_draft, zone_choices};

use super::failure::Failure;
use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::session::visitor_of;
use crate::app::credentials::Credentials;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::events::FieldChange;
use crate::domain::ids::UserId;
use crate::domain::passwords::Password;
use crate::domain::people::{Action, Role};
use crate::domain::text;
use crate::store::users::{self, Listed, User};
use crate::store::{policies, second_factors};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use askama::Template;
use chrono::{DateTime, Utc};
use std::future::{Ready, ready};

/// The door to these pages: for others than administrators they do not exist.
pub struct Manager(pub Context);

impl FromRequest for Manager {
    type Error = Failure;
    type Future = Ready<Result<Manager, Failure>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let ctx = Context::from_request(req, payload).into_inner();
        ready(ctx.and_then(|ctx| {
            if ctx.actor.may(Action::ManageUsers) {
                return Ok(Manager(ctx));
            }
            tracing::warn!(user = ctx.actor.id.0, address = visitor_of(req).address, "refused: accounts are for administrators");
            Err(Error::NotFound.into())
        }))
    }
}

/// More than these are not listed: one searches instead.
const LISTED: i64 = 200;

#[derive(Template)]
#[template(path = "users/index.html")]
struct Index {
    form: Form,
    users: Vec<Listed>,
    frame: Frame,
}

impl Index {
    fn is_cut(&self) -> bool {
        i64::try_from(self.users.len()).is_ok_and(|it| it >= LISTED)
    }
}

pub async fn index(Manager(ctx): Manager, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    let form = Form::of(Fields::of_query(req.query_string()));
    page::show(&ctx, move |conn| {
        let text = text::optional_line(form.text("q")).unwrap_or_default();
        let users = users::list(conn, &text, LISTED)?;
        Ok(Index { form, users, frame })
    })
    .await
}

#[derive(Template)]
#[template(path = "users/new.html")]
struct New {
    form: Form,
    roles: Vec<Choice>,
    zones: Vec<Choice>,
    /// Characters that a password has at least.
    shortest: u32,
    frame: Frame,
}

impl New {
    fn with(form: Form, shortest: u32, frame: Frame) -> New {
        New { shortest, zones: zone_choices(form.text("time_zone")), roles: draft::role_choices(), form, frame }
    }
}

/// Characters that a password has at least.
async fn shortest(ctx: &Context) -> app::Result<u32> {
    ctx.read(|conn| Ok(policies::security(conn)?.shortest_password)).await
}

pub async fn new(Manager(ctx): Manager, req: HttpRequest) -> Answer {
    let mut fields = Fields::default();
    fields.set("time_zone", ctx.actor.zone.name());
    let shortest = shortest(&ctx).await?;
    page::html(&New::with(Form::of(fields), shortest, page::frame(&ctx, &req)))
}

pub async fn create(Manager(ctx): Manager, req: HttpRequest, fields: Fields, credentials: web::Data<Credentials>) -> Answer {
    let mut errors = FormErrors::default();
    let (draft, shortest) = (read_draft(&fields, &mut errors), shortest(&ctx).await?);
    let password = errors.check("password", Password::parse(fields.text("password"), fields.text("email"), shortest));
    let done = match draft.zip(password).filter(|_| errors.is_empty()) {
        Some((draft, password)) => {
            let hash = credentials.hash(password).await?;
            let name = draft.name.clone();
            ctx.write(move |tx| app::users::create(tx, &draft, Some(&hash))).await.map(|_| name)
        }
        None => Err(errors.into()),
    };
    match done {
        Ok(name) => page::see_with("/users", &format!("{name} can sign in now.")),
        Err(Error::Invalid(errors)) => page::unprocessable(&New::with(Form::refused(fields, errors), shortest, page::frame(&ctx, &req))),
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "users/edit.html")]
struct Edit {
    user: User,
    form: Form,
    password: Form,
    /// Of the second factor.
    reset: Form,
    /// Since when there is a second factor.
    factor_since: Option<DateTime<Utc>>,
    /// What somebody else saved while this was being edited: as it stands now, and as it was typed here.
    meanwhile: Vec<FieldChange>,
    stale: bool,
    roles: Vec<Choice>,
    zones: Vec<Choice>,
    /// Characters that a password has at least.
    shortest: u32,
    frame: Frame,
}

impl Edit {
    fn is_own(&self) -> bool {
        self.frame.actor.as_ref().is_some_and(|it| it.id == self.user.id)
    }

    fn with(user: User, form: Form, password: Form, shortest: u32, frame: Frame) -> Edit {
        let zones = zone_choices(form.text("time_zone"));
        Edit {
            user,
            form,
            password,
            reset: Form::default(),
            factor_since: None,
            meanwhile: Vec::new(),
            stale: false,
            roles: draft::role_choices(),
            zones,
            shortest,
            frame,
        }
    }

    /// The page as the account stands.
    fn fresh(conn: &mut crate::store::PgConnection, id: UserId, frame: Frame) -> app::Result<Edit> {
        let user = users::find(conn, id)?;
        let fields = draft::fields_of(&user, &users::roles(conn, id)?);
        let factor_since = second_factors::find(conn, id)?.map(|it| it.created_at);
        let page = Edit::with(user, Form::of(fields), Form::default(), policies::security(conn)?.shortest_password, frame);
        Ok(Edit { factor_since, ..page })
    }
}

pub async fn edit(Manager(ctx): Manager, req: HttpRequest, id: web::Path<UserId>) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| Edit::fresh(conn, *id, frame)).await
}

pub async fn update(Manager(ctx): Manager, req: HttpRequest, id: web::Path<UserId>, mut fields: Fields) -> Answer {
    let (id, seen) = (*id, fields.version());
    let frame = page::frame(&ctx, &req);
    let mut errors = FormErrors::default();
    let draft = read_draft(&fields, &mut errors).filter(|_| errors.is_empty());
    let done = match draft.clone() {
        Some(draft) => ctx.write(move |tx| app::users::edit(tx, id, seen, &draft)).await,
        None => Err(errors.into()),
    };
    match done {
        Ok(()) if ctx.actor.id == id && draft.as_ref().is_some_and(|it| !it.roles.contains(&Role::Administrator)) => {
            page::see_with("/profile", "You are no administrator any more.")
        }
        Ok(()) => page::see_with("/users", "The account is saved."),
        Err(Error::Invalid(errors)) => {
            let user = ctx.read(move |conn| Ok(users::find(conn, id)?)).await?;
            page::unprocessable(&Edit::with(user, Form::refused(fields, errors), Form::default(), shortest(&ctx).await?, frame))
        }
        Err(Error::Stale) => {
            let (user, roles) = ctx.read(move |conn| Ok((users::find(conn, id)?, users::roles(conn, id)?))).await?;
            fields.set("version", user.version.to_string());
            let meanwhile = draft.map(|draft| app::users::changes(&user, &roles, &draft)).unwrap_or_default();
            page::conflict(&Edit { meanwhile, stale: true, ..Edit::with(user, Form::of(fields), Form::default(), shortest(&ctx).await?, frame) })
        }
        Err(error) => Err(error.into()),
    }
}
