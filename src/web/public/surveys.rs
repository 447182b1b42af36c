//! The pages behind the link of a survey: its questions some at a time, thanks, and why there is nothing to answer.

use super::questions::{self, Asked, field};
use super::{db, frame_of, somebody_else};
use crate::app::links::Keys;
use crate::app::surveys::answering::{self, Filled, Opened, Outcome, To};
use crate::app::{Error, FormErrors};
use crate::domain::links::Code;
use crate::domain::people::Actor;
use crate::domain::surveys::answers::{Answers, how_long};
use crate::domain::surveys::asking::Standing;
use crate::web::form::{Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::throttle::Throttle;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Under this stand the addresses with a token in them.
pub const FOLDER: &str = "/s/";

/// One page of questions.
#[derive(Template)]
#[template(path = "public/survey.html")]
struct Questions {
    frame: Frame,
    token: String,
    opened: Opened,
    somebody_else: Option<String>,
    /// From 0.
    page: usize,
    pages: usize,
    questions: Vec<Asked>,
    form: Form,
    /// The code that let them in, carried along; empty where it is still asked for.
    code: String,
}

impl Questions {
    fn how_long(&self) -> String {
        how_long(&self.opened.asked.questions)
    }

    fn is_last(&self) -> bool {
        self.page + 1 == self.pages
    }

    /// What is wrong, each with the place where it is put right.
    fn faults(&self) -> Vec<(&str, String)> {
        let of_question = |it: &Asked| it.error.as_ref().map(|why| format!("Question {}: {why}", it.number));
        let wrong = self.questions.iter().filter_map(|it| Some((it.field.as_str(), of_question(it)?)));
        wrong.chain(self.form.error("code").map(|why| ("code", format!("Code from the mail: {why}")))).collect()
    }
}

/// Thanks to those who answered, and the way back in for them and for those who began.
#[derive(Template)]
#[template(path = "public/survey_return.html")]
struct Return {
    frame: Frame,
    token: String,
    opened: Opened,
    somebody_else: Option<String>,
    form: Form,
}

impl Return {
    fn is_answered(&self) -> bool {
        self.opened.standing == Standing::Answered
    }
}

/// Why there is nothing to answer here.
#[derive(Template)]
#[template(path = "public/survey_over.html")]
struct Over {
    frame: Frame,
    title: &'static str,
    sentence: String,
    opened: Opened,
}

/// What is to be drawn.
#[derive(Default)]
struct Shown {
    status: StatusCode,
    form: Form,
    /// Which page of questions, if it is known.
    page: Option<usize>,
    /// What is wrong with answers, by the key of the question.
    faults: BTreeMap<String, String>,
    code: String,
}

pub async fn show(req: HttpRequest, token: Path<String>) -> Answer {
    draw(&req, token.into_inner(), Shown::default()).await
}

/// A page of questions that was filled in; or the code alone, from those who come back.
pub async fn answer(req: HttpRequest, token: Path<String>, fields: Fields, keys: Data<Keys>, throttle: Data<Throttle>) -> Answer {
    throttle.admit_code(&token)?;
    let token = token.into_inner();
    let filled = filled(&fields);
    let page = filled.as_ref().map(|it| it.page);
    let refused = |message: String| Shown {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        form: Form::refused(fields.clone(), FormErrors::of("code", message)),
        page,
        ..Shown::default()
    };
    let typed = fields.text("code").to_owned();
    let code = match Code::parse(&typed) {
        Ok(code) => code,
        Err(message) => return draw(&req, token, refused(message.to_string())).await,
    };
    let wanted = token.clone();
    let sent = filled.clone();
    let outcome = db(&req)?.write::<_, Error, _>(Actor::slipway(), move |tx| answering::answer(tx, &keys, &wanted, code, sent.as_ref())).await?;
    let shown = match outcome {
        Outcome::Sent => return page::see(&format!("{FOLDER}{token}")),
        Outcome::At { page, answers } => Shown { form: Form::of(given(&answers)), page: Some(page), code: typed, ..Shown::default() },
        Outcome::Faulty { page, faults, answers } => {
            let same = filled.is_some_and(|it| it.page == page);
            let form = Form::of(if same { fields.clone() } else { given(&answers) });
            let faults = faults.into_iter().map(|(key, fault)| (key, fault.to_string())).collect();
            Shown { status: StatusCode::UNPROCESSABLE_ENTITY, form, page: Some(page), faults, code: typed }
        }
        Outcome::Shut => Shown { status: StatusCode::CONFLICT, ..Shown::default() },
        Outcome::Locked => Shown { status: StatusCode::TOO_MANY_REQUESTS, ..Shown::default() },
        Outcome::WrongCode { left } => refused(super::decide::wrong_code(left)),
    };
    draw(&req, token, shown).await
}

fn filled(fields: &Fields) -> Option<Filled> {
    let page = fields.text("page").parse::<usize>().ok()?.checked_sub(1)?;
    let to = match fields.text("to") {
        "back" => To::Back,
        "send" => To::Send,
        _ => To::Next,
    };
    Some(Filled { page, to, sent: fields.starting_with(&field("")) })
}

/// What was answered, as the fields that hold it.
fn given(answers: &Answers) -> Fields {
    let mut fields = Fields::default();
    for (key, answer) in &answers.0 {
        fields.set_all(&field(key), answer.values());
    }
    fields
}

/// The page as the link stands now.
async fn draw(req: &HttpRequest, token: String, shown: Shown) -> Answer {
    let db = db(req)?;
    let now = db.clock.now();
    let wanted = token.clone();
    let opened = db.read::<_, Error, _>(move |conn| answering::open(conn, &wanted, now)).await?;
    let mut frame = frame_of(req, opened.reader.as_ref(), now);
    frame.zone_there = opened.zone;
    let somebody_else = somebody_else(req, opened.asked.user);
    let Shown { status, mut form, page, faults, code } = shown;
    // A code that was typed does not come back as such; one that let them in is carried along.
    form.fields.set("code", "");
    if let Some(until) = opened.locked_until(now).filter(|_| opened.standing.takes_answers()) {
        let sentence =
            format!("Too many wrong codes were typed in a row. The link opens again at {}; nothing is lost until then.", super::moment(until, &frame));
        return page::with_status(&Over { frame, title: "Locked for a while", sentence, opened }, StatusCode::TOO_MANY_REQUESTS);
    }
    let page = match (opened.standing, page) {
        (Standing::Open, page) => Some(page.unwrap_or_default()),
        (Standing::Begun | Standing::Answered, page) => page,
        (Standing::NotYet | Standing::AnsweredElsewhere | Standing::Expired | Standing::Closed, _) => {
            let (title, sentence) = words(&opened, &frame);
            let status = if status == StatusCode::OK { status_of(opened.standing) } else { status };
            return page::with_status(&Over { frame, title, sentence, opened }, status);
        }
    };
    let Some(page) = page else {
        return page::with_status(&Return { frame, token, opened, somebody_else, form }, status);
    };
    let (pages, questions) = {
        let pages = opened.pages();
        let page = page.min(pages.len() - 1);
        let before: usize = pages.iter().take(page).map(|it| it.len()).sum();
        let mut asked = questions::asked(pages.get(page).copied().unwrap_or_default(), &form.fields, &faults);
        asked.iter_mut().for_each(|it| it.number += before);
        (pages.len(), asked)
    };
    let page = page.min(pages - 1);
    page::with_status(&Questions { frame, token, opened, somebody_else, page, pages, questions, form, code }, status)
}

fn status_of(standing: Standing) -> StatusCode {
    match standing {
        Standing::Open | Standing::Begun | Standing::Answered | Standing::AnsweredElsewhere | Standing::NotYet => StatusCode::OK,
        Standing::Expired | Standing::Closed => StatusCode::GONE,
    }
}

/// Why nothing can be answered, and what to do next.
fn words(opened: &Opened, frame: &Frame) -> (&'static str, String) {
    let name = opened.asked.release();
    let at = |time: Option<DateTime<Utc>>| time.map_or_else(String::new, |it| format!(" at {}", super::moment(it, frame)));
    match opened.standing {
        Standing::Open | Standing::Begun | Standing::Answered => ("Open", String::new()),
        Standing::NotYet => ("It has not begun yet", format!("The questions about {name} are not asked yet. You get a mail as soon as they are.")),
        Standing::AnsweredElsewhere => (
            "You have answered already",
            "Your answers came in by the link of another mail, so there is nothing left to do: thank you. They are anonymous, and only that other link, with its own code, can change them."
                .to_owned(),
        ),
        Standing::Expired => (
            "The time to answer is over",
            format!("Answers about {name} were taken until it ended{}. What came in before that counts; nothing more can be answered or changed.", at(opened.asked.closes_at.or(opened.link.expires_at))),
        ),
        Standing::Closed => {
            ("This survey is closed", format!("The questions about {name} are not asked any more. What came in before counts; nothing more can be answered or changed."))
        }
    }
}
