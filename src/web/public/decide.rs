//! What is sent from the page behind the link: a decision, or that it is taken back. Each needs the code of the mail.

use super::db;
use super::show::answer;
use crate::app::links::{self, Keys, Outcome};
use crate::app::{self, Error, FormErrors};
use crate::domain::links::Code;
use crate::domain::people::Actor;
use crate::domain::refusals::Refusal;
use crate::web::decision;
use crate::web::form::{Fields, Form};
use crate::web::page::{self, Answer};
use crate::web::throttle::Throttle;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};

pub async fn decide(req: HttpRequest, token: Path<String>, fields: Fields, keys: Data<Keys>, throttle: Data<Throttle>) -> Answer {
    throttle.admit_code(&token)?;
    let token = token.into_inner();
    let mut errors = FormErrors::default();
    let typed = decision::parse(&fields, &mut errors);
    let code = errors.check("code", Code::parse(fields.text("code")));
    let Some((typed, code)) = typed.zip(code).filter(|_| errors.is_empty()) else {
        return answer(&req, token, Form::refused(fields, errors), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let (wanted, digest) = (token.clone(), fields.text("digest").to_owned());
    let outcome = db(&req)?.write(Actor::slipway(), move |tx| links::decide(tx, &keys, &wanted, code, &digest, &typed)).await;
    reply(&req, token, fields, outcome, None).await
}

pub async fn undo(req: HttpRequest, token: Path<String>, fields: Fields, keys: Data<Keys>, throttle: Data<Throttle>) -> Answer {
    throttle.admit_code(&token)?;
    let token = token.into_inner();
    let mut errors = FormErrors::default();
    let Some(code) = errors.check("code", Code::parse(fields.text("code"))) else {
        return answer(&req, token, Form::refused(fields, errors), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let wanted = token.clone();
    let outcome = db(&req)?.write(Actor::slipway(), move |tx| links::take_back(tx, &keys, &wanted, code)).await;
    reply(&req, token, fields, outcome, Some("Your decision is taken back. You are asked again.")).await
}

/// Back to the page of the link; the same page at once when something was in the way.
async fn reply(req: &HttpRequest, token: String, fields: Fields, outcome: app::Result<Outcome>, notice: Option<&str>) -> Answer {
    let refused = |field, message: String| (Form::refused(fields.clone(), FormErrors::of(field, message)), StatusCode::UNPROCESSABLE_ENTITY);
    let (form, status) = match outcome {
        Ok(Outcome::Done) => {
            let there = format!("{}{token}", super::FOLDER);
            return notice.map_or_else(|| page::see(&there), |notice| page::see_with(&there, notice));
        }
        // The page says what stands instead.
        Ok(Outcome::Shut) => (Form::of(fields), StatusCode::CONFLICT),
        Ok(Outcome::Locked) => (Form::default(), StatusCode::TOO_MANY_REQUESTS),
        Ok(Outcome::WrongCode { left }) => refused("code", wrong_code(left)),
        Err(Error::Refused(refusal @ Refusal::ContentChanged)) => refused("decision", refusal.to_string()),
        // It changed between the look and the deed: the page says to what.
        Err(Error::Refused(_) | Error::Forbidden(_)) => (Form::of(fields), StatusCode::CONFLICT),
        Err(other) => return Err(other.into()),
    };
    answer(req, token, form, status).await
}

pub(super) fn wrong_code(left: i32) -> String {
    let tries = if left == 1 { "one more try is".to_owned() } else { format!("{left} more tries are") };
    format!("This is not the code of this mail; {tries} left before the link is locked for a quarter of an hour.")
}
