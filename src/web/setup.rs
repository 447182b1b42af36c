//! The page behind the link in the log, where the first administrator is made.

use super::failure::Failure;
use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::session::{db_of, frame_of};
use super::users::{read_draft, zone_choices};
use crate::app::credentials::Credentials;
use crate::app::{self, FormErrors, setup};
use crate::domain::passwords::Password;
use crate::domain::people::{Actor, Role};
use crate::store::{PgConnection, policies};
use actix_web::{HttpRequest, web};
use askama::Template;
use chrono::{DateTime, Utc};

#[derive(Template)]
#[template(path = "setup/show.html")]
struct Show {
    token: String,
    form: Form,
    zones: Vec<Choice>,
    /// Characters that a password has at least.
    shortest: u32,
    frame: Frame,
}

impl Show {
    fn with(token: String, form: Form, shortest: u32, req: &HttpRequest) -> Show {
        Show { shortest, zones: zone_choices(form.text("time_zone")), token, form, frame: frame_of(req) }
    }
}

/// Whether the link is good, and if so how long the password must be.
fn checked(conn: &mut PgConnection, token: &str, now: DateTime<Utc>) -> app::Result<u32> {
    setup::check(conn, token, now)?;
    Ok(policies::security(conn)?.shortest_password)
}

pub async fn show(req: HttpRequest, token: web::Path<String>) -> Answer {
    let Some(db) = db_of(&req) else { return Err(Failure::SignIn) };
    let (wanted, now) = (token.clone(), db.clock.now());
    let shortest = db.read(move |conn| checked(conn, &wanted, now)).await?;
    let mut fields = Fields::default();
    fields.set("time_zone", "UTC");
    page::html(&Show::with(token.into_inner(), Form::of(fields), shortest, &req))
}

pub async fn create(req: HttpRequest, token: web::Path<String>, mut fields: Fields, credentials: web::Data<Credentials>) -> Answer {
    let Some(db) = db_of(&req) else { return Err(Failure::SignIn) };
    let token = token.into_inner();
    let (wanted, now) = (token.clone(), db.clock.now());
    let shortest = db.read(move |conn| checked(conn, &wanted, now)).await?;
    fields.set("roles", Role::Administrator.word());
    let mut errors = FormErrors::default();
    let draft = read_draft(&fields, &mut errors);
    let password = errors.check("password", Password::parse(fields.text("password"), fields.text("email"), shortest));
    let Some((draft, password)) = draft.zip(password).filter(|_| errors.is_empty()) else {
        return page::unprocessable(&Show::with(token, Form::refused(fields, errors), shortest, &req));
    };
    let hash = credentials.hash(password).await?;
    db.write(Actor::slipway(), move |tx| setup::accept(tx, &token, &draft, &hash)).await?;
    page::see_with("/session/new", "Slipway is yours. Sign in to begin.")
}
