//! Behind the link of a survey: to get no more mails about surveys, and to get them again.

use super::surveys::FOLDER;
use super::{db, frame_of};
use crate::app::links::Keys;
use crate::app::surveys::answering::{self, Opened, Outcome};
use crate::app::surveys::refusing;
use crate::app::{self, Error, FormErrors};
use crate::domain::links::Code;
use crate::domain::people::Actor;
use crate::store::Tx;
use crate::web::form::{Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::throttle::Throttle;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "public/refusal.html")]
struct Refusal {
    frame: Frame,
    token: String,
    opened: Opened,
    form: Form,
}

pub async fn show(req: HttpRequest, token: Path<String>) -> Answer {
    draw(&req, token.into_inner(), Form::default(), StatusCode::OK).await
}

/// From the page, with the code; or in one click from the mail program (RFC 8058), which cannot know it and only wants to hear that it is done.
pub async fn update(req: HttpRequest, token: Path<String>, fields: Fields, keys: Data<Keys>, throttle: Data<Throttle>) -> Answer {
    // Mail programs may send it as multipart, which no page of ours does.
    let multipart = req.headers().get(header::CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(b"multipart/form-data"));
    if multipart || fields.text("List-Unsubscribe") == "One-Click" {
        db(&req)?.write::<_, Error, _>(Actor::slipway(), move |tx| refusing::in_one_click(tx, &token)).await?;
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("You get no more mails about surveys.\n"));
    }
    decide(req, token, fields, keys, throttle, refusing::refuse).await
}

pub async fn undo(req: HttpRequest, token: Path<String>, fields: Fields, keys: Data<Keys>, throttle: Data<Throttle>) -> Answer {
    decide(req, token, fields, keys, throttle, refusing::undo).await
}

type Deed = fn(&mut Tx<'_>, &Keys, &str, Code) -> app::Result<Outcome>;

async fn decide(req: HttpRequest, token: Path<String>, fields: Fields, keys: Data<Keys>, throttle: Data<Throttle>, deed: Deed) -> Answer {
    throttle.admit_code(&token)?;
    let token = token.into_inner();
    let refused = |message: String| Form::refused(Fields::default(), FormErrors::of("code", message));
    let code = match Code::parse(fields.text("code")) {
        Ok(code) => code,
        Err(message) => return draw(&req, token, refused(message.to_string()), StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let wanted = token.clone();
    match db(&req)?.write(Actor::slipway(), move |tx| deed(tx, &keys, &wanted, code)).await? {
        Outcome::WrongCode { left } => draw(&req, token, refused(super::decide::wrong_code(left)), StatusCode::UNPROCESSABLE_ENTITY).await,
        Outcome::Locked => {
            let message = "Too many wrong codes were typed in a row. Try again in a quarter of an hour.".to_owned();
            draw(&req, token, refused(message), StatusCode::TOO_MANY_REQUESTS).await
        }
        Outcome::Sent | Outcome::Shut | Outcome::At { .. } | Outcome::Faulty { .. } => page::see(&format!("{FOLDER}{token}/refusal")),
    }
}

async fn draw(req: &HttpRequest, token: String, form: Form, status: StatusCode) -> Answer {
    let db = db(req)?;
    let now = db.clock.now();
    let wanted = token.clone();
    let opened = db.read::<_, Error, _>(move |conn| answering::open(conn, &wanted, now)).await?;
    let mut frame = frame_of(req, opened.reader.as_ref(), now);
    frame.zone_there = opened.zone;
    page::with_status(&Refusal { frame, token, opened, form }, status)
}
