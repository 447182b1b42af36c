//! Filters by somebody or by an item, of which there may be thousands: a name is typed, and a list of those that fit comes while one types.

use super::form::Fields;
use super::page::{self, Answer};
use crate::app::{self, Context, FormErrors};
use crate::store::PgConnection;
use crate::store::named::{self, Found, Named};
use actix_web::HttpRequest;
use askama::Template;

/// So many are suggested.
const MOST: i64 = 20;

#[derive(Template)]
#[template(path = "parts/suggestions.html")]
struct Suggestions {
    found: Vec<Found>,
}

pub async fn people(ctx: Context, req: HttpRequest) -> Answer {
    suggest(ctx, req, Named::People).await
}

pub async fn items(ctx: Context, req: HttpRequest) -> Answer {
    suggest(ctx, req, Named::Items).await
}

/// Those whose names have in them what stands in the field `of`.
async fn suggest(ctx: Context, req: HttpRequest, named: Named) -> Answer {
    let fields = Fields::of_query(req.query_string());
    page::show(&ctx, move |conn| Ok(Suggestions { found: named::like(conn, named, &clean(fields.text(fields.text("of"))), MOST)? })).await
}

/// PostgreSQL takes no NUL in a text, and no name is so long.
fn clean(typed: &str) -> String {
    typed.trim().chars().filter(|it| !it.is_control()).take(230).collect()
}

/// A form whose fields name somebody or something.
pub struct Given {
    /// With ids in them.
    pub ids: Fields,
    /// With names in them, as they are shown again.
    pub shown: Fields,
    pub errors: FormErrors,
}

/// Finds out who and what is meant: by an id, as links have it, or by a name or a part of it that only one has.
pub fn read(conn: &mut PgConnection, fields: Fields, wanted: &[(&'static str, Named)]) -> app::Result<Given> {
    let mut given = Given { ids: fields.clone(), shown: fields, errors: FormErrors::default() };
    for (field, named) in wanted {
        let typed = clean(given.shown.text(field));
        if typed.is_empty() {
            given.ids.set(field, "");
            continue;
        }
        match find(conn, *named, &typed)? {
            Ok(found) => {
                given.ids.set(field, found.id.to_string());
                given.shown.set(field, found.label());
            }
            Err(why) => {
                given.ids.set(field, "");
                given.errors.about(*field, why);
            }
        }
    }
    Ok(given)
}

fn find(conn: &mut PgConnection, named: Named, typed: &str) -> app::Result<Result<Found, String>> {
    if let Some((name, id)) = numbered(typed)
        && let Some(found) = named::with_id(conn, named, id)?
        && (name.is_empty() || found.is_called(name))
    {
        return Ok(Ok(found));
    }
    let mut like = named::like(conn, named, typed, MOST)?;
    if like.iter().filter(|it| it.is_called(typed)).count() == 1 {
        like.retain(|it| it.is_called(typed));
    }
    Ok(match like.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(match named {
            Named::People => format!("Nobody is called “{typed}”."),
            Named::Items => format!("Nothing is called “{typed}”."),
        }),
        several => {
            let some: Vec<String> = several.iter().take(3).map(Found::label).collect();
            Err(format!("“{typed}” fits several: {}{}. Write more of it.", some.join(", "), if several.len() > some.len() { ", and more" } else { "" }))
        }
    })
}

/// `12`, or `Anna Adler (12)`: what stands before the number, and the number.
fn numbered(typed: &str) -> Option<(&str, i64)> {
    let (name, id) = typed.strip_suffix(')').and_then(|it| it.rsplit_once('(')).unwrap_or(("", typed));
    Some((name.trim(), id.parse().ok()?))
}
