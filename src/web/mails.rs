//! An administrator's pages for mails: what waits, what left, what did not get through, and what each says.

use super::form::{Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use super::security::POLICY;
use super::users::Manager;
use crate::app::links::Keys;
use crate::app::mails::{Marks, Personal, personal_of_written};
use crate::app::{self, Error};
use crate::config::{BaseUrl, Config};
use crate::domain::ids::{MailId, RecordId};
use crate::domain::mails::{MOST_TRIES, MailState};
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::db::Outage;
use crate::store::mails::list::{self, Figures, Filter, Row};
use crate::store::mails::pause::{self, Pause};
use crate::store::mails::{self, Mail};
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

const PAGE: usize = 50;

/// Where mails go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlet {
    Server,
    /// No mail server is set: administrators read them here, with all that is in them.
    Here,
}

impl Outlet {
    pub fn of(config: &Config) -> Outlet {
        if config.smtp_url.is_some() { Outlet::Server } else { Outlet::Here }
    }
}

/// So many of a state are counted.
const COUNTED: i64 = 10_000;

#[derive(Template)]
#[template(path = "mails/index.html")]
struct Index {
    frame: Frame,
    form: Form,
    outlet: Outlet,
    state: MailState,
    figures: Figures,
    pause: Option<Pause>,
    mails: Vec<Row>,
    more: Option<String>,
}

impl Index {
    fn is_searched(&self) -> bool {
        !self.form.text("q").is_empty()
    }

    fn tab(&self, state: &MailState) -> String {
        address(*state, self.form.text("q"), None)
    }

    fn is_at(&self, state: &MailState) -> bool {
        self.state == *state
    }

    fn count(&self, state: &MailState) -> String {
        let count = self.figures.count(*state);
        if count < COUNTED { count.to_string() } else { format!("{COUNTED} or more") }
    }
}

fn address(state: MailState, text: &str, before: Option<MailId>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("state", state.word());
    if !text.is_empty() {
        query.append_pair("q", text);
    }
    if let Some(before) = before {
        query.append_pair("before", &before.to_string());
    }
    format!("/mails?{}", query.finish())
}

/// The record that a number such as `REL-00042` names.
fn numbered(text: &str) -> Option<RecordId> {
    let lower = text.trim().to_lowercase();
    let digits = lower.strip_prefix("rel-").or_else(|| lower.strip_prefix("rfc-"))?;
    digits.parse().ok()
}

pub async fn index(Manager(ctx): Manager, req: HttpRequest, outlet: Data<Outlet>) -> Answer {
    let frame = page::frame(&ctx, &req);
    let form = Form::of(Fields::of_query(req.query_string()));
    page::show(&ctx, move |conn| {
        let state = MailState::from_word(form.text("state")).unwrap_or(MailState::Queued);
        let text = text::optional_line(form.text("q")).unwrap_or_default();
        let filter = Filter { record: numbered(&text), before: form.text("before").parse().ok(), text };
        let mut mails = list::list(conn, state, &filter, PAGE as i64 + 1)?;
        let more = (mails.len() > PAGE).then(|| {
            mails.truncate(PAGE);
            address(state, &filter.text, mails.last().map(|it| it.id))
        });
        Ok(Index { figures: list::figures(conn, COUNTED)?, pause: pause::find(conn)?, outlet: *outlet.get_ref(), frame, form, state, mails, more })
    })
    .await
}

#[derive(Template)]
#[template(path = "mails/show.html")]
struct Show {
    frame: Frame,
    mail: Mail,
    /// The plain text, with its secrets or with dots in their place.
    text: String,
    personal: Personal,
    outlet: Outlet,
}

impl Show {
    fn may_resend(&self) -> bool {
        self.mail.state != MailState::Queued
    }

    fn may_cancel(&self) -> bool {
        self.mail.state == MailState::Queued && !self.mail.is_leaving(&self.frame.now)
    }
}

/// The secrets of a mail are for its reader. While there is no other way to it, administrators are let in.
fn personal(conn: &mut PgConnection, mail: &Mail, outlet: Outlet, keys: &Keys, base: &BaseUrl) -> app::Result<Personal> {
    match outlet {
        Outlet::Server => Ok(Personal::default()),
        Outlet::Here => personal_of_written(conn, keys, mail, |path| base.join(path)),
    }
}

pub async fn show(Manager(ctx): Manager, req: HttpRequest, id: Path<String>, outlet: Data<Outlet>, keys: Data<Keys>, base: Data<BaseUrl>) -> Answer {
    let (frame, id): (Frame, MailId) = (page::frame(&ctx, &req), id_of(&id)?);
    let mut page = page::show(&ctx, move |conn| {
        let mail = mails::find(conn, id)?;
        let personal = personal(conn, &mail, *outlet.get_ref(), &keys, &base)?;
        Ok(Show { text: personal.fill(&Marks::of(&mail), &mail.body_text), frame, mail, personal, outlet: *outlet.get_ref() })
    })
    .await?;
    lets_frame(&mut page)?;
    Ok(page)
}

/// Of a page with a mail in a frame.
pub(super) fn lets_frame(page: &mut HttpResponse) -> Result<(), Error> {
    let policy = HeaderValue::try_from(format!("{POLICY}; frame-src 'self'")).map_err(|cause| Error::Outage(Outage::Render(cause.to_string())))?;
    page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(())
}

/// May only be drawn: nothing runs, nothing is fetched; links open elsewhere.
const HTML_POLICY: &str = "default-src 'none'; object-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox; form-action 'none'; base-uri 'none'";

/// The HTML of a mail as its reader gets it, for the frame on its page.
pub async fn html(Manager(ctx): Manager, id: Path<String>, outlet: Data<Outlet>, keys: Data<Keys>, base: Data<BaseUrl>) -> Answer {
    let id: MailId = id_of(&id)?;
    let html = ctx
        .read(move |conn| {
            let mail = mails::find(conn, id)?;
            Ok(personal(conn, &mail, *outlet.get_ref(), &keys, &base)?.fill(&Marks::of(&mail), &mail.body_html))
        })
        .await?;
    Ok(framed(html))
}

/// The HTML of a mail, for a frame.
pub(super) fn framed(html: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, HTML_POLICY))
        .insert_header((header::X_FRAME_OPTIONS, "SAMEORIGIN"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(header::ContentType::html())
        .body(html)
}

pub async fn resend(Manager(ctx): Manager, id: Path<String>) -> Answer {
    let id: MailId = id_of(&id)?;
    ctx.write(move |tx| app::mails::resend(tx, id)).await?;
    page::see_with(&format!("/mails/{id}"), "The mail waits to be sent again.")
}

pub async fn cancel(Manager(ctx): Manager, id: Path<String>) -> Answer {
    let id: MailId = id_of(&id)?;
    ctx.write(move |tx| app::mails::cancel(tx, id)).await?;
    page::see_with(&format!("/mails/{id}"), "The mail is cancelled.")
}

pub async fn resume(Manager(ctx): Manager) -> Answer {
    ctx.write(app::mails::resume).await?;
    page::see_with("/mails", "Mails are sent again.")
}

pub async fn test(Manager(ctx): Manager) -> Answer {
    let id = ctx.write(app::mails::test).await?;
    page::see_with(&format!("/mails/{id}"), "A test mail to you is queued.")
}
