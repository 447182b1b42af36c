//! The pages for signing in and out.

use super::Settings;
use super::{actor_of, db_of, enter, frame_of, key_hash_of, leave, visitor_of};
use crate::app::Error;
use crate::app::credentials::Credentials;
use crate::app::sessions::{self, Entrance};
use crate::web::failure::Failure;
use crate::web::form::{Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::throttle::Throttle;
use actix_web::{HttpRequest, web};
use askama::Template;

#[derive(Template)]
#[template(path = "session/new.html")]
struct New {
    form: Form,
    frame: Frame,
}

pub async fn new(req: HttpRequest) -> Answer {
    let fields = Fields::of_query(req.query_string());
    if actor_of(&req).is_some() {
        return page::see(local(fields.text("to")));
    }
    page::html(&New { form: Form::of(fields), frame: frame_of(&req) })
}

pub async fn create(
    req: HttpRequest,
    fields: Fields,
    credentials: web::Data<Credentials>,
    throttle: web::Data<Throttle>,
    settings: web::Data<Settings>,
) -> Answer {
    let Some(db) = db_of(&req) else { return Err(Failure::SignIn) };
    throttle.admit(&req, &db, fields.text("email")).await?;
    let attempt = sessions::Attempt {
        email: fields.text("email").to_owned(),
        password: fields.text("password").to_owned(),
        visitor: visitor_of(&req),
        previous: key_hash_of(&req),
    };
    match sessions::sign_in(&db, &credentials, settings.limits, attempt).await {
        Ok(Entrance::Open(key)) => {
            throttle.forgive(fields.text("email"));
            enter(&req, &key)?;
            page::see(local(fields.text("to")))
        }
        Ok(Entrance::AwaitsCode(key)) => {
            throttle.forgive(fields.text("email"));
            enter(&req, &key)?;
            page::see(&format!("/session/code?to={}", encoded(local(fields.text("to")))))
        }
        Err(Error::Invalid(errors)) => page::unprocessable(&New { form: Form::refused(fields, errors), frame: frame_of(&req) }),
        Err(error) => Err(error.into()),
    }
}

pub async fn end(req: HttpRequest) -> Answer {
    if let (Some(db), Some(actor), Some(key)) = (db_of(&req), actor_of(&req), key_hash_of(&req)) {
        db.write(actor, move |tx| sessions::sign_out(tx, &key)).await?;
    }
    leave(&req);
    page::see_with("/session/new", "You are signed out.")
}

/// Where to go after signing in: a page of ours, never another site's.
pub(super) fn local(to: &str) -> &str {
    let is_path = to.starts_with('/') && !to.starts_with("//") && to.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if is_path && !to.starts_with("/session") { to } else { "/" }
}

fn encoded(to: &str) -> String {
    url::form_urlencoded::byte_serialize(to.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_our_own_pages_are_gone_to() {
        assert_eq!(local("/releases/7?tab=plan"), "/releases/7?tab=plan");
        for elsewhere in
            ["https://evil.example", "//evil.example", "/\\evil.example", "\\/evil.example", "evil", "", "/a\r\nSet-Cookie: x", "/session/end", "/\t/evil"]
        {
            assert_eq!(local(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
