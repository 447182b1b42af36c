//! What is done to an account as a whole: a new password, closing, opening again.

use super::{Edit, Manager};
use crate::app::credentials::Credentials;
use crate::app::{self, FormErrors};
use crate::domain::ids::UserId;
use crate::domain::passwords::Password;
use crate::domain::text;
use crate::store::{policies, users};
use crate::web::form::{Fields, Form};
use crate::web::page::{self, Answer};
use actix_web::{HttpRequest, web};

pub async fn set_password(Manager(ctx): Manager, req: HttpRequest, id: web::Path<UserId>, fields: Fields, credentials: web::Data<Credentials>) -> Answer {
    let id = *id;
    let (user, shortest) = ctx.read(move |conn| Ok((users::find(conn, id)?, policies::security(conn)?.shortest_password))).await?;
    let password = match Password::parse(fields.text("password"), &user.email, shortest) {
        Ok(password) => password,
        Err(refusal) => {
            let frame = page::frame(&ctx, &req);
            let mut form = ctx.read(move |conn| Edit::fresh(conn, id, frame)).await?;
            form.password = Form::refused(Fields::default(), FormErrors::of("password", refusal.to_string()));
            return page::unprocessable(&form);
        }
    };
    let hash = credentials.hash(password).await?;
    ctx.write(move |tx| app::users::set_password(tx, id, &hash)).await?;
    page::see_with("/users", &format!("{} has a new password.", user.name))
}

pub async fn disable(Manager(ctx): Manager, id: web::Path<UserId>) -> Answer {
    ctx.write(move |tx| app::users::disable(tx, *id)).await?;
    page::see_with("/users", "The account is closed.")
}

pub async fn enable(Manager(ctx): Manager, id: web::Path<UserId>) -> Answer {
    ctx.write(move |tx| app::users::enable(tx, *id)).await?;
    page::see_with("/users", "The account is open again.")
}

/// For somebody who can use neither their app nor their recovery codes.
pub async fn reset_second_factor(Manager(ctx): Manager, req: HttpRequest, id: web::Path<UserId>, fields: Fields) -> Answer {
    let (id, frame) = (*id, page::frame(&ctx, &req));
    let reason = match text::required_prose(fields.text("reason")) {
        Ok(reason) => reason,
        Err(refusal) => {
            let mut form = ctx.read(move |conn| Edit::fresh(conn, id, frame)).await?;
            form.reset = Form::refused(fields, FormErrors::of("reason", refusal.to_string()));
            return page::unprocessable(&form);
        }
    };
    ctx.write(move |tx| app::second_factor::reset(tx, id, &reason)).await?;
    page::see_with(&format!("/users/{id}/edit"), "The second factor is gone. The person is told, and signs in with the password alone.")
}

/// Signs the person out everywhere.
pub async fn end_sessions(Manager(ctx): Manager, id: web::Path<UserId>) -> Answer {
    ctx.write(move |tx| app::users::end_sessions(tx, *id)).await?;
    page::see_with("/users", "The person is signed out everywhere.")
}
