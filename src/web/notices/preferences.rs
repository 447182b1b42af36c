//! How one wants to be told: for each kind at once, in the daily digest, or not by mail.

use crate::app::notices::reading::{self, Wishes};
use crate::app::{Context, Error, FormErrors};
use crate::domain::notices::{Delivery, Rule};
use crate::store::preferences;
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use actix_web::HttpRequest;
use askama::Template;

#[derive(Template)]
#[template(path = "notices/preferences.html")]
struct Edit {
    frame: Frame,
    form: Form,
}

impl Edit {
    fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        Rule::ALL.iter()
    }

    fn deliveries(&self) -> &'static [Delivery] {
        Delivery::ALL
    }

    fn hours(&self) -> Vec<Choice> {
        (0..24).map(|hour| Choice::new(hour.to_string(), format!("{hour}:00"))).collect()
    }
}

pub async fn edit(ctx: Context, req: HttpRequest) -> Answer {
    let (frame, me) = (page::frame(&ctx, &req), ctx.actor.id);
    page::show(&ctx, move |conn| {
        let wishes = preferences::of_active(conn, &[me])?;
        let mut fields = Fields::default();
        for rule in Rule::ALL {
            fields.set(rule.word(), wishes.of(me, *rule).map_or("", Delivery::word));
        }
        fields.set("digest_hour", preferences::digest_hour(conn, me)?.to_string());
        Ok(Edit { frame, form: Form::of(fields) })
    })
    .await
}

fn read(fields: &Fields) -> Result<Wishes, FormErrors> {
    let mut errors = FormErrors::default();
    let mut by_rule = Vec::new();
    for rule in Rule::ALL.iter().filter(|it| it.may_be_muted()) {
        by_rule.extend(fields.required(rule.word(), &mut errors).map(|wish| (*rule, wish)));
    }
    let digest_hour = fields.required("digest_hour", &mut errors);
    match digest_hour {
        Some(digest_hour) if errors.is_empty() => Ok(Wishes { by_rule, digest_hour }),
        Some(_) | None => Err(errors),
    }
}

pub async fn update(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    let done = match read(&fields) {
        Ok(wishes) => ctx.write(move |tx| reading::wish(tx, &wishes)).await,
        Err(errors) => Err(errors.into()),
    };
    match done {
        Ok(()) => page::see_with("/notices/preferences", "Saved. It counts for what happens from now on."),
        Err(Error::Invalid(errors)) => page::unprocessable(&Edit { frame: page::frame(&ctx, &req), form: Form::refused(fields, errors) }),
        Err(other) => Err(other.into()),
    }
}
