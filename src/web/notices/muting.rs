//! The page behind the link at the foot of a mail, where its kind is muted without signing in.

use crate::app::links::Keys;
use crate::app::notices::muting::{self, Muted};
use crate::app::{Error, FormErrors};
use crate::domain::ids::UserId;
use crate::domain::notices::Delivery;
use crate::domain::people::Actor;
use crate::store::{Db, users};
use crate::web::failure::Failure;
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::session::{db_of, frame_of};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

#[derive(Template)]
#[template(path = "notices/mute.html")]
struct Mute {
    frame: Frame,
    token: String,
    muted: Muted,
    name: String,
    form: Form,
    /// What was just set.
    done: Option<Delivery>,
}

impl Mute {
    fn choices(&self) -> Vec<Choice> {
        Choice::list(Delivery::ALL.iter().map(|it| (it.word(), it.label())))
    }
}

async fn page_of(
    req: &HttpRequest,
    db: &Db,
    token: String,
    (user, muted): (UserId, Muted),
    done: Option<Delivery>,
    form: Option<Form>,
) -> Result<Mute, Failure> {
    let (present, name) = db
        .read::<_, Error, _>(move |conn| {
            let name = users::active_name(conn, user)?.ok_or(Error::NotFound)?;
            Ok((muting::present(conn, user, muted)?, name))
        })
        .await?;
    let mut fields = Fields::default();
    fields.set("delivery", present.word());
    Ok(Mute { frame: frame_of(req), token, muted, name, form: form.unwrap_or_else(|| Form::of(fields)), done })
}

pub async fn show(req: HttpRequest, token: web::Path<String>, keys: web::Data<Keys>) -> Answer {
    let Some(db) = db_of(&req) else { return Err(Failure::SignIn) };
    let target = muting::read(&keys, &token)?;
    page::html(&page_of(&req, &db, token.into_inner(), target, None, None).await?)
}

/// From the page, or in one click from the mail program (RFC 8058), which only wants to hear that it is done.
pub async fn update(req: HttpRequest, token: web::Path<String>, fields: Fields, keys: web::Data<Keys>) -> Answer {
    let Some(db) = db_of(&req) else { return Err(Failure::SignIn) };
    let target = muting::read(&keys, &token)?;
    // Mail programs may send it as multipart, which no page of ours does.
    let multipart = req.headers().get(header::CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(b"multipart/form-data"));
    let one_click = multipart || fields.text("List-Unsubscribe") == "One-Click";
    let mut errors = FormErrors::default();
    let wish = if one_click { Some(Delivery::Never) } else { fields.required("delivery", &mut errors) };
    let Some(wish) = wish else {
        return page::unprocessable(&page_of(&req, &db, token.into_inner(), target, None, Some(Form::refused(fields, errors))).await?);
    };
    db.write::<_, Error, _>(Actor::slipway(), move |tx| muting::mute(tx, target.0, target.1, wish)).await?;
    if one_click {
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("You get no more mails of this kind.\n"));
    }
    page::html(&page_of(&req, &db, token.into_inner(), target, Some(wish), None).await?)
}
