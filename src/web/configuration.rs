//! The process as a file: saved, compared, taken over.

use super::attachments::receive;
use super::form::{Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use crate::app::configuration::{self as actions, Plan, sentence};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::configuration::{Difference, LIMIT};
use crate::domain::people::Action;
use crate::domain::text;
use actix_multipart::Multipart;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// The page with the form; after a file was looked at, with what it would do.
#[derive(Template)]
#[template(path = "configuration/show.html")]
struct Show {
    frame: Frame,
    form: Form,
    plan: Option<Plan>,
    /// Everything that is wrong with the file.
    faults: Vec<String>,
    /// Whether somebody changed the process after the file was compared.
    stale: bool,
}

impl Show {
    fn new(ctx: &Context, req: &HttpRequest, form: Form) -> Show {
        Show { frame: page::frame(ctx, req), form, plan: None, faults: Vec::new(), stale: false }
    }

    fn sentence(&self, it: &Difference) -> String {
        sentence(it)
    }

    /// How large a file may be, in megabytes.
    fn limit(&self) -> usize {
        LIMIT / 1024 / 1024
    }

    fn may_edit(&self) -> bool {
        self.frame.may(Action::ConfigureProcess)
    }
}

pub async fn show(ctx: Context, req: HttpRequest) -> Answer {
    page::html(&Show::new(&ctx, &req, Form::default()))
}

/// The file. It holds no secrets: whoever is signed in can read all of it on pages as well.
pub async fn export(ctx: Context) -> Answer {
    let text = ctx.read(|conn| actions::written(&actions::current(conn)?)).await?;
    let name = format!("attachment; filename=\"slipway-process-{}.toml\"", ctx.db.clock.now().format("%Y-%m-%d"));
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/toml; charset=utf-8")).insert_header((CONTENT_DISPOSITION, name)).body(text))
}

/// What taking the file over would do. Nothing is changed.
pub async fn preview(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let looked = look(&ctx, fields.text("file").to_owned()).await?;
    let refused = looked.is_err();
    let shown = compared(&ctx, &req, fields, looked);
    if refused { page::unprocessable(&shown) } else { page::html(&shown) }
}

/// The same for a file that is chosen instead of pasted.
pub async fn file(ctx: Context, req: HttpRequest, body: Multipart) -> Answer {
    let permitted = permitted(&ctx);
    let sent = receive::one(&req, body, "chosen", LIMIT + 1).await?;
    permitted?;
    match chosen(sent.unwrap_or_default()) {
        Ok(text) => {
            let mut fields = Fields::default();
            fields.set("file", text);
            preview(ctx, req, fields).await
        }
        Err(why) => page::unprocessable(&Show::new(&ctx, &req, Form::refused(Fields::default(), FormErrors::of("chosen", why)))),
    }
}

fn chosen(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.is_empty() {
        return Err("Choose a file that is not empty.".to_owned());
    }
    if bytes.len() > LIMIT {
        return Err(format!("The file is larger than {} MB: that is no process. Choose another one.", LIMIT / 1024 / 1024));
    }
    let text = String::from_utf8(bytes).map_err(|_| "This is no text. Choose a file that was saved on this page.".to_owned())?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Takes the file over.
pub async fn import(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    permitted(&ctx)?;
    let (file, seen) = (fields.text("file").to_owned(), fields.text("seen").to_owned());
    let done = match text::optional_line(fields.text("reason")) {
        Ok(reason) => ctx.write(move |tx| actions::import(tx, &file, &seen, &reason)).await,
        Err(fault) => Err(FormErrors::of("reason", fault.to_string()).into()),
    };
    let (errors, stale) = match done {
        Ok(taken) => return page::see_with("/process", &said(taken.len())),
        Err(Error::Invalid(errors)) => (errors, false),
        Err(Error::Stale) => (FormErrors::default(), true),
        Err(other) => return Err(other.into()),
    };
    let looked = look(&ctx, fields.text("file").to_owned()).await?;
    let mut shown = compared(&ctx, &req, fields, looked);
    // What is wrong with the file stands in its own list.
    if shown.faults.is_empty() {
        shown.form.errors = errors;
    }
    shown.stale = stale;
    if stale { page::conflict(&shown) } else { page::unprocessable(&shown) }
}

fn said(count: usize) -> String {
    if count == 1 { "The file is taken over: one thing differed.".to_owned() } else { format!("The file is taken over: {count} things differed.") }
}

fn permitted(ctx: &Context) -> app::Result<()> {
    if ctx.actor.may(Action::ConfigureProcess) { Ok(()) } else { Err(Error::Forbidden(Action::ConfigureProcess)) }
}

async fn look(ctx: &Context, file: String) -> app::Result<Result<Plan, Vec<String>>> {
    let actor = ctx.actor.clone();
    ctx.read(move |conn| actions::plan(conn, &actor, &file)).await
}

fn compared(ctx: &Context, req: &HttpRequest, fields: Fields, looked: Result<Plan, Vec<String>>) -> Show {
    let (mut plan, mut faults) = (None, Vec::new());
    match looked {
        Ok(found) => plan = Some(found),
        Err(found) => faults = found,
    }
    let mut page = Show { plan, faults, ..Show::new(ctx, req, Form::of(fields)) };
    // Taking it over saves what was typed.
    page.frame.is_answer = page.plan.is_none();
    page
}
