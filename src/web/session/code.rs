//! The page that asks for the code of the second factor, once the password was right.

use super::pages::local;
use super::{Settings, actor_of, db_of, enter, frame_of, key_hash_of, leave, visitor_of};
use crate::app::Error;
use crate::app::links::Keys;
use crate::app::second_factor::Taken;
use crate::app::second_factor::signing_in::{self, Outcome};
use crate::domain::second_factor::Proof;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::throttle::Throttle;
use actix_web::{HttpRequest, web};
use askama::Template;

#[derive(Template)]
#[template(path = "session/code.html")]
struct Ask {
    form: Form,
    /// Whether a recovery code was typed.
    by_recovery: bool,
    frame: Frame,
}

impl Ask {
    fn with(form: Form, req: &HttpRequest) -> Ask {
        Ask { by_recovery: form.is_set("recovery"), form, frame: frame_of(req) }
    }
}

pub async fn ask(req: HttpRequest) -> Answer {
    let fields = Fields::of_query(req.query_string());
    if actor_of(&req).is_some() {
        return page::see(local(fields.text("to")));
    }
    let Some(db) = db_of(&req) else { return Err(Failure::SignIn) };
    match signing_in::waiting(&db, key_hash_of(&req)).await? {
        Some(_) => page::html(&Ask::with(Form::of(fields), &req)),
        None => page::see("/session/new"),
    }
}

pub async fn finish(req: HttpRequest, fields: Fields, keys: web::Data<Keys>, throttle: web::Data<Throttle>, settings: web::Data<Settings>) -> Answer {
    if actor_of(&req).is_some() {
        return page::see(local(fields.text("to")));
    }
    let Some(db) = db_of(&req) else { return Err(Failure::SignIn) };
    let waiting = signing_in::waiting(&db, key_hash_of(&req)).await?;
    let (Some(email), Some(session)) = (waiting, key_hash_of(&req)) else { return over(&req) };
    throttle.admit(&req, &db, &format!("code of {email}")).await?;
    let by_recovery = fields.has("recovery");
    let typed = if by_recovery { fields.text("recovery") } else { fields.text("code") };
    match signing_in::finish(&db, &keys, settings.limits, session, Proof::of(typed), visitor_of(&req)).await? {
        Outcome::In(key) => {
            enter(&req, &key)?;
            page::see(local(fields.text("to")))
        }
        Outcome::Not(Taken::Gone) => over(&req),
        Outcome::Not(taken) => match taken.right() {
            Err(Error::Invalid(errors)) => {
                let errors = if by_recovery { errors.renamed(|_| "recovery".to_owned()) } else { errors };
                page::unprocessable(&Ask::with(Form::refused(fields, errors), &req))
            }
            Err(error) => Err(error.into()),
            Ok(()) => over(&req),
        },
    }
}

/// Nobody waits there for a code any more.
fn over(req: &HttpRequest) -> Answer {
    leave(req);
    page::see_with("/session/new", "That took too long. Sign in again.")
}
