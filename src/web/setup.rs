//! The page behind the link in the log, where the first administrator is made.

use super::failure::Failure;
use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::session::{db_of, frame_of};
use super::users::{read_draft, zone_choices};
use crate::app::credentials::Credentials;
use crate::app::{FormErrors, setup};
use crate::domain::passwords::Password;
use crate::domain::people::{Actor, Role};
use actix_web::{HttpRequest, web};
use askama::Template;

#[derive(Template)]
#[template(path = "setup/show.html")]
struct Show {
    token: String,
    form: Form,
    zones: Vec<Choice>,
    frame: Frame,
}

impl Show {
    fn with(token: String, form: Form, req: &HttpRequest) -> Show {
        Show { zones: zone_choices(form.text("time_zone")), token, form, frame: frame_of(req) }
    }
}

pub async fn show(req: HttpRequest, token: web::Path<String>) -> Answer {
    let Some(db) = db_of(&req) else { return Err(Failure::SignIn) };
    let (wanted, now) = (token.clone(), db.clock.now());
    db.read(move |conn| setup::check(conn, &wanted, now)).await?;
    let mut fields = Fields::default();
    fields.set("time_zone", "UTC");
    page::html(&Show::with(token.into_inner(), Form::of(fields), &req))
}

pub async fn create(req: HttpRequest, token: web::Path<String>, mut fields: Fields, credentials: web::Data<Credentials>) -> Answer {
    let Some(db) = db_of(&req) else { return Err(Failure::SignIn) };
    let token = token.into_inner();
    let (wanted, now) = (token.clone(), db.clock.now());
    db.read(move |conn| setup::check(conn, &wanted, now)).await?;
    fields.set("roles", Role::Administrator.word());
    let mut errors = FormErrors::default();
    let draft = read_draft(&fields, &mut errors);
    let password = errors.check("password", Password::parse(fields.text("password"), fields.text("email")));
    let Some((draft, password)) = draft.zip(password).filter(|_| errors.is_empty()) else {
        return page::unprocessable(&Show::with(token, Form::refused(fields, errors), &req));
    };
    let hash = credentials.hash(password).await?;
    db.write(Actor::slipway(), move |tx| setup::accept(tx, &token, &draft, &hash)).await?;
    page::see_with("/session/new", "Slipway is yours. Sign in to begin.")
}
