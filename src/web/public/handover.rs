//! The page behind the link of a handover: what is taken over and the form; or what became of it.

use super::decide::wrong_code;
use super::room::{Part, fitting, lines};
use super::{Visitor, db, frame_of};
use crate::app::handovers::links::{self, Opened};
use crate::app::handovers::{Offer, changed_since};
use crate::app::links::{Keys, Outcome};
use crate::app::{self, Error, FormErrors};
use crate::domain::handovers::{Receiver, Standing};
use crate::domain::links::Code;
use crate::domain::people::Actor;
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::handovers::{answers, out_of_date, parse};
use crate::web::page::{self, Answer};
use crate::web::throttle::Throttle;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use chrono::{DateTime, Utc};

/// Under this stand the addresses with a token in them.
const FOLDER: &str = "/h/";

/// What is taken over, and the form.
#[derive(Template)]
#[template(path = "public/handover.html")]
struct Question {
    frame: Frame,
    token: String,
    opened: Opened,
    visitor: Visitor,
    left_over: String,
    exit: String,
    /// As many points as there is room for.
    checklist: Vec<String>,
    done: usize,
    total: usize,
    /// As many of what is open, and of the known errors, as there is room for; and how many there are.
    left: Vec<String>,
    left_total: usize,
    /// Names them all.
    seen: String,
    parts: Vec<Part>,
    form: Form,
    /// What changed since the form was shown.
    said: Option<String>,
}

impl Question {
    fn answers(&self) -> Vec<Choice> {
        answers()
    }
}

/// What was answered, by whom.
#[derive(Template)]
#[template(path = "public/handover_settled.html")]
struct Settled {
    frame: Frame,
    opened: Opened,
    visitor: Visitor,
    /// It was the holder of the link who answered.
    own: bool,
}

/// Why the link opens nothing.
#[derive(Template)]
#[template(path = "public/handover_over.html")]
struct Over {
    frame: Frame,
    title: String,
    sentence: String,
    opened: Opened,
}

pub async fn show(req: HttpRequest, token: Path<String>) -> Answer {
    answer(&req, token.into_inner(), Form::default(), StatusCode::OK).await
}

pub async fn update(req: HttpRequest, token: Path<String>, mut fields: Fields, keys: Data<Keys>, throttle: Data<Throttle>) -> Answer {
    throttle.admit_code(&token)?;
    let token = token.into_inner();
    let mut errors = FormErrors::default();
    let typed = parse(&fields, &mut errors);
    let code = errors.check("code", Code::parse(fields.text("code")));
    let Some((typed, code)) = typed.zip(code).filter(|_| errors.is_empty()) else {
        return answer(&req, token, Form::refused(fields, errors), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let wanted = token.clone();
    let before = fields.text("seen").to_owned();
    let outcome = db(&req)?.write(Actor::slipway(), move |tx| links::answer(tx, &keys, &wanted, code, &typed)).await;
    let (form, status) = match outcome {
        Ok(Outcome::Done) => return page::see(&format!("{FOLDER}{token}")),
        Ok(Outcome::Shut) => (Form::default(), StatusCode::CONFLICT),
        Ok(Outcome::Locked) => (Form::default(), StatusCode::TOO_MANY_REQUESTS),
        Ok(Outcome::WrongCode { left }) => (Form::refused(fields, FormErrors::of("code", wrong_code(left))), StatusCode::UNPROCESSABLE_ENTITY),
        Err(Error::Stale) => {
            // The code was right, and is asked for again with what is new.
            fields.set("before", &before);
            (Form::of(fields), StatusCode::CONFLICT)
        }
        // Somebody else was faster between the look and the deed: the page says who.
        Err(Error::Refused(_) | Error::Forbidden(_)) => (Form::default(), StatusCode::CONFLICT),
        Err(other) => return Err(other.into()),
    };
    answer(&req, token, form, status).await
}

/// The page as the link stands now; `status` is that of the page that belongs to the form.
async fn answer(req: &HttpRequest, token: String, form: Form, status: StatusCode) -> Answer {
    let db = db(req)?;
    let now = db.clock.now();
    let wanted = token.clone();
    let (opened, offer) = db
        .read(move |conn| {
            let opened = links::open(conn, &wanted, now)?;
            let offer = if opened.standing == Standing::Open { Some(Offer::load(conn, opened.full.record.id, now)?) } else { None };
            Ok::<_, app::Error>((opened, offer))
        })
        .await?;
    let frame = frame_of(req, opened.actor.as_ref(), now);
    let visitor = Visitor::of(req, opened.holder.id);
    let locked = opened.locked_until(now).filter(|_| opened.standing == Standing::Open);
    match (opened.standing, offer) {
        (Standing::Open, Some(offer)) if locked.is_none() => page::with_status(&question(frame, token, opened, visitor, offer, form), status),
        (Standing::Settled, _) => {
            let own = opened.asked.handover.settled_by == Some(opened.holder.id);
            page::with_status(&Settled { frame, visitor, own, opened }, status)
        }
        _ => {
            let (title, sentence) = words(&opened, &frame, locked);
            let own = if locked.is_some() { StatusCode::TOO_MANY_REQUESTS } else { status_of(opened.standing) };
            let status = if status == StatusCode::OK { own } else { status };
            page::with_status(&Over { frame, title, sentence, opened }, status)
        }
    }
}

fn question(frame: Frame, token: String, opened: Opened, visitor: Visitor, offer: Offer, mut form: Form) -> Question {
    // Not even a code that was right once comes back.
    form.fields.set("code", "");
    let points: Vec<&str> = offer.sheet.checklist.iter().map(|it| it.title.as_str()).collect();
    let team = offer.team().iter().map(|it| format!("* {it}")).collect::<Vec<_>>().join("\n");
    let said = form.fields.has("before").then(|| out_of_date(&changed_since(&offer.legacy, form.text("before"))));
    let left = offer.left();
    let lists = if left.is_empty() { 1 } else { 2 };
    let parts = [("Note", opened.asked.handover.note.clone()), ("Team", team), ("Contacts", offer.legacy.contacts.clone())];
    let parts = parts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text)).collect();
    Question {
        left_over: offer.left_over(),
        checklist: lines(&points, lists),
        done: offer.sheet.checklist.iter().filter(|it| it.is_done()).count(),
        total: points.len(),
        left: lines(&left.iter().map(String::as_str).collect::<Vec<_>>(), lists),
        left_total: left.len(),
        seen: offer.seen(),
        said,
        parts: fitting(parts),
        exit: offer.exit.clone(),
        frame,
        token,
        visitor,
        form,
        opened,
    }
}

fn status_of(standing: Standing) -> StatusCode {
    match standing {
        Standing::Open | Standing::Settled => StatusCode::OK,
        Standing::Expired | Standing::Withdrawn | Standing::Superseded => StatusCode::GONE,
        Standing::Barred(_) => StatusCode::FORBIDDEN,
    }
}

/// Why the link opens nothing now, and what to do next.
fn words(opened: &Opened, frame: &Frame, locked: Option<DateTime<Utc>>) -> (String, String) {
    let (holder, group, name) = (&opened.holder.name, &opened.asked.group, opened.full.record.name());
    let moment = |at: DateTime<Utc>| format!("{} ({})", crate::web::filters::moment(at, frame.zone()), frame.zone().name());
    let say = |title: &str, sentence: String| (title.to_owned(), sentence);
    if let Some(until) = locked {
        let sentence = format!("Too many wrong codes were typed in a row. The link opens again at {}; nothing is lost until then.", moment(until));
        return say("Locked for a while", sentence);
    }
    match opened.standing {
        Standing::Open | Standing::Settled => say("Open", String::new()),
        Standing::Expired => say(
            "This link has expired",
            format!(
                "It was good until {}. If the answer is still awaited, sign in to Slipway to give it, or ask an administrator to have the mail sent again: it then holds a new link.",
                opened.link.expires_at.map_or_else(String::new, moment)
            ),
        ),
        Standing::Withdrawn => {
            let why = if opened.asked.handover.answer.is_empty() { String::new() } else { format!(" The reason: {}", opened.asked.handover.answer) };
            say("The question was withdrawn", format!("Nobody of {group} needs to answer about {name} any more.{why}"))
        }
        Standing::Superseded => say(
            "This question is out of date",
            format!("{name} has moved on since the mail was sent. If your answer is needed again, there is a newer mail with a link of its own."),
        ),
        Standing::Barred(Receiver::Own) => {
            say("Somebody else must answer", format!("{holder} owns or coordinates {name} by now, and nobody takes over from themselves."))
        }
        Standing::Barred(Receiver::NoMember) => {
            say("No longer in the group", format!("{holder} is not a member of {group} any more, so somebody else of {group} answers."))
        }
        Standing::Barred(Receiver::NoRight) => {
            say("No longer allowed to answer", format!("{holder} does not hold the right to decide any more, so somebody else of {group} answers."))
        }
        Standing::Barred(Receiver::Closed | Receiver::May) => {
            say("This account is closed", format!("{holder} cannot answer any more; somebody else of {group} can."))
        }
    }
}
