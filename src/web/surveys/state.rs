//! Opening, closing and discarding a survey by hand.

use crate::app::{self, Context};
use crate::domain::ids::SurveyId;
use crate::web::form::Fields;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::web::Path;

pub async fn open(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let (id, seen): (SurveyId, i32) = (id_of(&id)?, fields.version());
    ctx.write(move |tx| app::surveys::opening::open(tx, id, seen)).await?;
    page::see_with(&format!("/surveys/{id}"), "The survey is open. Everybody on its list gets a mail with a link of their own.")
}

pub async fn close(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let (id, seen): (SurveyId, i32) = (id_of(&id)?, fields.version());
    let opened = ctx.write(move |tx| app::surveys::closing::close(tx, id, seen)).await?;
    let actions = match opened {
        0 => String::new(),
        1 => " One low score opened a follow-up action in the review.".to_owned(),
        many => format!(" {many} low scores opened follow-up actions in the review."),
    };
    page::see_with(&format!("/surveys/{id}"), &format!("The survey is closed.{actions}"))
}

pub async fn discard(ctx: Context, id: Path<String>, fields: Fields) -> Answer {
    let (id, seen): (SurveyId, i32) = (id_of(&id)?, fields.version());
    let record = ctx.write(move |tx| app::surveys::discard(tx, id, seen)).await?;
    page::see_with(&format!("/records/{record}/surveys"), "The draft is discarded.")
}
