//! The page behind the link: what is asked and the form; or what became of it.

use super::room::{Marked, Part, fitting, marked, whole};
use super::{Visitor, db, frame, open};
use crate::app;
use crate::app::links::Opened;
use crate::domain::approvals::{ApprovalState, DenialReason};
use crate::domain::links::{Holder, Standing, UNDO};
use crate::domain::records::RecordKind;
use crate::domain::text;
use crate::store::PgConnection;
use crate::web::decision;
use crate::web::form::{Choice, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use chrono::{DateTime, Utc};

/// The question and the form.
#[derive(Template)]
#[template(path = "public/decide.html")]
struct Decide {
    frame: Frame,
    token: String,
    opened: Opened,
    visitor: Visitor,
    parts: Vec<Part>,
    changed: Vec<(&'static str, Vec<Marked>)>,
    form: Form,
}

impl Decide {
    fn reasons(&self) -> Vec<Choice> {
        decision::reasons()
    }

    fn decisions(&self) -> Vec<Choice> {
        decision::decisions()
    }
}

/// The receipt: what was decided, and how to take it back.
#[derive(Template)]
#[template(path = "public/decided.html")]
struct Decided {
    frame: Frame,
    token: String,
    opened: Opened,
    visitor: Visitor,
    form: Form,
}

impl Decided {
    /// Until when it can be undone in any case; after that only while the round is open.
    fn undo_until(&self) -> Option<DateTime<Utc>> {
        self.opened.approval.decided_at.map(|it| it + UNDO).filter(|until| self.frame.now < *until)
    }

    /// Whether another decision was sent than the one that stands.
    fn is_unheard(&self) -> bool {
        let (sent, stands) = (&self.form.fields, &self.opened.approval);
        let comment = || text::prose(sent.text("comment")).unwrap_or_default();
        match sent.text("decision") {
            "approve" => stands.state != ApprovalState::Approved || comment() != stands.comment,
            "deny" => {
                stands.state != ApprovalState::Denied || comment() != stands.comment || sent.text("reason") != stands.reason.map_or("", DenialReason::word)
            }
            _ => false,
        }
    }
}

/// Everything that a step covers, in full.
#[derive(Template)]
#[template(path = "public/content.html")]
struct Everything {
    frame: Frame,
    token: String,
    opened: Opened,
    parts: Vec<Part>,
}

/// Why the link opens nothing.
#[derive(Template)]
#[template(path = "public/over.html")]
struct Over {
    frame: Frame,
    title: String,
    sentence: String,
    opened: Opened,
}

/// Which page to draw, and with which status.
pub struct Request {
    pub token: String,
    pub now: DateTime<Utc>,
    pub form: Form,
    /// Of the page that belongs to the form that was sent.
    pub status: StatusCode,
}

pub async fn show(req: HttpRequest, token: Path<String>) -> Answer {
    answer(&req, token.into_inner(), Form::default(), StatusCode::OK).await
}

/// The page as the link stands now.
pub async fn answer(req: &HttpRequest, token: String, form: Form, status: StatusCode) -> Answer {
    let db = db(req)?;
    let now = db.clock.now();
    let wanted = token.clone();
    let (opened, shown) = db
        .read(move |conn| {
            let opened = open(conn, &wanted, now)?;
            let shown = if opened.standing == Standing::Open { Some(question(conn, &opened)?) } else { None };
            Ok::<_, app::Error>((opened, shown))
        })
        .await?;
    let request = Request { token, now, form, status };
    draw(req, request, opened, shown)
}

type Question = (Vec<(String, String)>, Vec<decision::Changed>);

fn question(conn: &mut PgConnection, opened: &Opened) -> app::Result<Question> {
    let zone = opened.actor.as_ref().map_or(chrono_tz::Tz::UTC, |it| it.zone);
    let digest = opened.step.step.digest.as_str();
    let earlier = [("the mail was sent", Some(opened.link.digest.as_str())), ("the earlier decision", opened.approval.seen_digest.as_deref())];
    Ok((decision::content(conn, &opened.full, digest, zone)?, decision::changed(conn, &opened.full, digest, &earlier)?))
}

fn draw(req: &HttpRequest, request: Request, opened: Opened, shown: Option<Question>) -> Answer {
    let Request { token, now, mut form, status } = request;
    let frame = frame(req, &opened, now);
    let visitor = Visitor::of(req, opened.link.user_id);
    let locked = opened.locked_until(now).filter(|_| opened.standing == Standing::Open);
    match (opened.standing, shown) {
        (Standing::Open, Some((parts, changed))) if locked.is_none() => {
            form.fields.set("digest", &opened.step.step.digest);
            // Not even a code that was right once comes back.
            form.fields.set("code", "");
            let page = Decide { frame, token, visitor, parts: fitting(parts), changed: marked(&changed), form, opened };
            page::with_status(&page, status)
        }
        (Standing::Decided, _) => {
            form.fields.set("code", "");
            page::with_status(&Decided { frame, token, visitor, form, opened }, status)
        }
        _ => {
            let (title, sentence) = words(&opened, &frame, locked);
            let own = if locked.is_some() { StatusCode::TOO_MANY_REQUESTS } else { status_of(opened.standing) };
            let status = if status == StatusCode::OK { own } else { status };
            page::with_status(&Over { frame, title, sentence, opened }, status)
        }
    }
}

fn status_of(standing: Standing) -> StatusCode {
    match standing {
        Standing::Open | Standing::Decided | Standing::NotYet => StatusCode::OK,
        Standing::Expired | Standing::Withdrawn | Standing::Superseded | Standing::Replaced | Standing::NotNeeded => StatusCode::GONE,
        Standing::Barred(_) => StatusCode::FORBIDDEN,
    }
}

/// Why the link opens nothing now, and what to do next.
fn words(opened: &Opened, frame: &Frame, locked: Option<DateTime<Utc>>) -> (String, String) {
    let (holder, approver) = (&opened.holder.name, &opened.approver);
    let name = opened.full.record.name();
    let moment = |at: DateTime<Utc>| format!("{} ({})", crate::web::filters::moment(at, frame.zone()), frame.zone().name());
    let say = |title: &str, sentence: String| (title.to_owned(), sentence);
    if let Some(until) = locked {
        return say(
            "Locked for a while",
            format!("Too many wrong codes were typed in a row. The link opens again at {}; nothing is lost until then.", moment(until)),
        );
    }
    match opened.standing {
        Standing::Open | Standing::Decided => say("Open", String::new()),
        Standing::NotYet => say("It is not your turn", "An earlier step was opened again. You get a new mail as soon as your answer is needed.".into()),
        Standing::Expired => say(
            "This link has expired",
            format!(
                "It was good until {}. If the answer is still awaited, sign in to Slipway to give it, or ask an administrator to have the mail sent again: it then holds a new link.",
                moment(opened.link.expires_at)
            ),
        ),
        Standing::Withdrawn => say("The question was withdrawn", format!("The approval of {name} was withdrawn, so nobody needs to answer any more.")),
        Standing::Superseded => say(
            "This question is out of date",
            format!("{name} has moved on since the mail was sent. If your answer is needed again, there is a newer mail with a link of its own."),
        ),
        Standing::Replaced => {
            let somebody = opened.step.replacement(&opened.approval.id).unwrap_or("Somebody else");
            say("Somebody else was asked", format!("{somebody} was asked instead of {approver}, so no answer to this mail is needed any more."))
        }
        Standing::NotNeeded => {
            let state = opened.step.step.state.label().to_lowercase();
            say("No answer is needed any more", format!("“{}” of {name} was settled without it: {state}.", opened.step.step.name))
        }
        Standing::Barred(Holder::Own) => {
            say("Somebody else must decide", format!("{holder} owns or coordinates {name} by now, and nobody decides on what they are responsible for."))
        }
        Standing::Barred(Holder::StoodIn) => say(
            "No longer in their place",
            format!("{holder} was to decide in the place of {approver}, but does not stand in for them now. {approver} decides."),
        ),
        Standing::Barred(Holder::NoRight) => say(
            "No longer allowed to decide",
            format!("{holder} does not hold the right to decide approvals any more. A release manager can ask somebody else."),
        ),
        Standing::Barred(Holder::Closed | Holder::May) => {
            say("This account is closed", format!("{holder} cannot decide any more. A release manager can ask somebody else."))
        }
    }
}

/// What is decided on, in full: only while the decision is awaited.
pub async fn content(req: HttpRequest, token: Path<String>) -> Answer {
    let (db, token) = (db(&req)?, token.into_inner());
    let now = db.clock.now();
    let wanted = token.clone();
    let (opened, shown) = db
        .read(move |conn| {
            let opened = open(conn, &wanted, now)?;
            let shown = question(conn, &opened)?;
            Ok::<_, app::Error>((opened, shown))
        })
        .await?;
    if opened.standing != Standing::Open {
        return draw(&req, Request { token, now, form: Form::default(), status: StatusCode::OK }, opened, None);
    }
    page::html(&Everything { frame: frame(&req, &opened, now), token, parts: whole(shown.0), opened })
}

impl Opened {
    fn is_release(&self) -> bool {
        self.full.record.kind == RecordKind::Release
    }
}
