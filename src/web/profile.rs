//! One's own account: name, time zone, theme, password, and where one is signed in.

use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::session::{self, Enrolling, Settings, key_hash_of, owed_by};
use super::throttle::Throttle;
use super::users::zone_choices;
use crate::app::credentials::Credentials;
use crate::app::{Context, Error, FormErrors, profile, sessions as actions};
use crate::domain::people::Theme;
use crate::domain::text;
use crate::store::sessions::{self, KeyHash, Session};
use crate::store::users::{self, User};
use crate::store::{PgConnection, policies, second_factors};
use actix_web::{HttpRequest, web};
use askama::Template;

#[derive(Template)]
#[template(path = "profile/show.html")]
struct Show {
    user: User,
    form: Form,
    password: Form,
    zones: Vec<Choice>,
    themes: Vec<Choice>,
    /// Characters that a password has at least.
    shortest: u32,
    sessions: Vec<Session>,
    current: Option<KeyHash>,
    /// Whether there is a second factor.
    is_two_fold: bool,
    frame: Frame,
}

impl Show {
    fn is_current(&self, session: &Session) -> bool {
        self.current.as_ref() == Some(&session.key_hash)
    }
}

/// The page with these forms on it; without one, with what is stored.
async fn page_with(ctx: &Context, req: &HttpRequest, settings: &Settings, form: Option<Form>, password: Form) -> Result<Show, Error> {
    let (id, now, limits) = (ctx.actor.id, ctx.now(), settings.limits);
    let (frame, current) = (page::frame(ctx, req), key_hash_of(req));
    ctx.read(move |conn| {
        let user = users::find(conn, id)?;
        let form = form.unwrap_or_else(|| Form::of(fields_of(&user)));
        let themes = Choice::list(Theme::ALL.iter().map(|it| (it.word(), it.label())));
        let (lasts, shortest) = (limits.lifetime(conn)?, policies::security(conn)?.shortest_password);
        Ok(Show {
            shortest,
            zones: zone_choices(form.text("time_zone")),
            is_two_fold: second_factors::find(conn, id)?.is_some(),
            sessions: sessions::list(conn, id, now, lasts)?,
            user,
            form,
            password,
            themes,
            current,
            frame,
        })
    })
    .await
}

fn fields_of(user: &User) -> Fields {
    let mut fields = Fields::default();
    fields.set("name", &user.name);
    fields.set("time_zone", &user.time_zone);
    fields.set("theme", user.theme.word());
    fields.set("version", user.version.to_string());
    fields
}

pub async fn show(ctx: Context, req: HttpRequest, settings: web::Data<Settings>) -> Answer {
    page::html(&page_with(&ctx, &req, &settings, None, Form::default()).await?)
}

fn read(fields: &Fields) -> Result<profile::Draft, Error> {
    let mut errors = FormErrors::default();
    let name = errors.check("name", text::line(fields.text("name")));
    let zone = fields.required("time_zone", &mut errors);
    let theme = fields.required("theme", &mut errors);
    match (name, zone, theme) {
        (Some(name), Some(zone), Some(theme)) => Ok(profile::Draft { name, zone, theme }),
        (None, _, _) | (_, None, _) | (_, _, None) => Err(errors.into()),
    }
}

pub async fn update(ctx: Context, req: HttpRequest, mut fields: Fields, settings: web::Data<Settings>) -> Answer {
    let seen = fields.version();
    let done = match read(&fields) {
        Ok(draft) => ctx.write(move |tx| profile::edit(tx, seen, &draft)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => page::see_with("/profile", "Your profile is saved."),
        Err(Error::Invalid(errors)) => page::unprocessable(&page_with(&ctx, &req, &settings, Some(Form::refused(fields, errors)), Form::default()).await?),
        Err(Error::Stale) => {
            let id = ctx.actor.id;
            let stored = ctx.read(move |conn| Ok(users::find(conn, id)?)).await?;
            fields.set("version", stored.version.to_string());
            let changed = format!("Your account was changed meanwhile; the name stored now is {}. Save again to replace it.", stored.name);
            let form = Form::refused(fields, FormErrors::of("name", changed));
            page::conflict(&page_with(&ctx, &req, &settings, Some(form), Form::default()).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The password alone: where those are led who have one that somebody else chose.
#[derive(Template)]
#[template(path = "profile/password.html")]
struct EditPassword {
    email: String,
    password: Form,
    shortest: u32,
    frame: Frame,
}

impl EditPassword {
    async fn load(ctx: &Context, req: &HttpRequest, password: Form) -> Result<EditPassword, Error> {
        let (id, frame) = (ctx.actor.id, page::frame(ctx, req));
        let load = move |conn: &mut PgConnection| {
            let (email, shortest) = (users::find(conn, id)?.email, policies::security(conn)?.shortest_password);
            Ok(EditPassword { email, password, shortest, frame })
        };
        ctx.read(load).await
    }
}

pub async fn edit_password(Enrolling(ctx): Enrolling, req: HttpRequest) -> Answer {
    page::html(&EditPassword::load(&ctx, &req, Form::default()).await?)
}

pub async fn change_password(
    Enrolling(ctx): Enrolling,
    req: HttpRequest,
    fields: Fields,
    credentials: web::Data<Credentials>,
    throttle: web::Data<Throttle>,
    settings: web::Data<Settings>,
) -> Answer {
    let (id, bound) = (ctx.actor.id, owed_by(&req).is_some());
    let user = ctx.read(move |conn| Ok(users::find(conn, id)?)).await?;
    throttle.admit(&req, &ctx.db, &user.email).await?;
    let (current, new) = (fields.text("current").to_owned(), fields.text("password").to_owned());
    match profile::change_password(&ctx, &credentials, current, new, key_hash_of(&req)).await {
        Ok(()) => {
            throttle.forgive(&user.email);
            page::see_with("/profile", "Your password is changed. All your other sessions have ended.")
        }
        Err(Error::Invalid(errors)) if bound => page::unprocessable(&EditPassword::load(&ctx, &req, Form::refused(Fields::default(), errors)).await?),
        Err(Error::Invalid(errors)) => page::unprocessable(&page_with(&ctx, &req, &settings, None, Form::refused(Fields::default(), errors)).await?),
        Err(error) => Err(error.into()),
    }
}

/// Ends one's other sessions, with `which=all` this one as well, or the one that `which` names.
pub async fn end_sessions(ctx: Context, req: HttpRequest, fields: Fields, settings: web::Data<Settings>) -> Answer {
    let which = fields.text("which").to_owned();
    if !matches!(which.as_str(), "all" | "others" | "") {
        let limits = settings.limits;
        ctx.write(move |tx| actions::end_one(tx, &which, limits)).await?;
        return page::see_with("/profile#sessions-title", "That session has ended.");
    }
    let spared = if which == "all" { None } else { key_hash_of(&req) };
    let everywhere = spared.is_none();
    ctx.write(move |tx| actions::end_own(tx, spared.as_ref())).await?;
    if everywhere {
        session::leave(&req);
        return page::see_with("/session/new", "You are signed out everywhere.");
    }
    page::see_with("/profile", "Your other sessions have ended.")
}
