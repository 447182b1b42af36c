//! Answering behind a mailed link: what it opens, what is kept of each page, what is counted when all is sent.

use crate::app::links::{Keys, hash};
use crate::app::{Error, Result, mailed_links};
use crate::domain::events::{Aftercare, Event};
use crate::domain::links::{Code, Knock};
use crate::domain::people::Actor;
use crate::domain::records::RecordState;
use crate::domain::surveys::Question;
use crate::domain::surveys::answers::{self, Answers, Fault};
use crate::domain::surveys::asking::{Facts, Standing, standing};
use crate::store::mailed_links::Link;
use crate::store::surveys::asked::{self, Asked};
use crate::store::surveys::mixing;
use crate::store::surveys::refusals;
use crate::store::surveys::responses::{self, Finder, Response};
use crate::store::{PgConnection, Tx, events, records, users};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// What a link opens, with all that its page shows.
pub struct Opened {
    pub link: Link,
    pub asked: Asked,
    pub standing: Standing,
    /// What was answered by this link so far: only for those who have the code.
    pub response: Option<Response>,
    /// Whether they want no mails about surveys.
    pub refused: bool,
    /// As whom they read, if they have an account.
    pub reader: Option<Actor>,
    /// The zone of the release's calendar, for those of whom none is known.
    pub zone: Tz,
}

impl Opened {
    /// Until when wrong codes keep it shut.
    pub fn locked_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.link.locked_until.filter(|until| now < *until)
    }

    pub fn pages(&self) -> Vec<&[Question]> {
        answers::pages(&self.asked.questions)
    }
}

/// Opens a link. Nothing is changed by that.
pub fn open(conn: &mut PgConnection, token: &str, now: DateTime<Utc>) -> Result<Opened> {
    let link = mailed_links::find(conn, token)?;
    let id = link.invitation_id.ok_or(Error::NotFound)?;
    let asked = asked::find(conn, id)?.ok_or(Error::NotFound)?;
    look(conn, link, asked, token, now)
}

fn look(conn: &mut PgConnection, link: Link, asked: Asked, token: &str, now: DateTime<Utc>) -> Result<Opened> {
    let response = responses::find(conn, finder(&asked, &handle(token)))?;
    let facts = Facts {
        now,
        state: asked.state,
        closes_at: asked.closes_at,
        expires_at: link.expires_at,
        release_open: asked.record_state == RecordState::Open,
        answered: asked.answered,
        sent: response.as_ref().map(|it| it.complete),
    };
    let refused = refusals::exists(conn, &asked.email)?;
    let reader = asked.user.map(|it| users::actor(conn, it)).transpose()?.flatten();
    let zone = records::full(conn, asked.record)?.calendar.zone();
    Ok(Opened { standing: standing(&facts), link, asked, response, refused, reader, zone })
}

/// What finds an anonymous answer again. Only the token yields it, and that stands in the mail alone.
fn handle(token: &str) -> Vec<u8> {
    hash(&format!("answer{token}"))
}

fn finder<'a>(asked: &Asked, handle: &'a [u8]) -> Finder<'a> {
    if asked.anonymous { Finder::Anonymous(handle) } else { Finder::Named(asked.invitation) }
}

/// Where to go from a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    Back,
    Next,
    /// The last page was sent.
    Send,
}

/// One page as it was filled in, or none: whoever comes back only shows the code.
#[derive(Clone, Debug)]
pub struct Filled {
    pub page: usize,
    pub to: To,
    /// What was sent for each question, by its key.
    pub sent: std::collections::BTreeMap<String, Vec<String>>,
}

/// What came of an attempt to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This page comes next, with what was answered so far.
    At {
        page: usize,
        answers: Answers,
    },
    /// Something on this page is no answer; nothing of it was kept.
    Faulty {
        page: usize,
        faults: Vec<(String, Fault)>,
        answers: Answers,
    },
    Sent,
    /// The link takes no answers; its page says why.
    Shut,
    WrongCode {
        left: i32,
    },
    Locked,
}

/// Keeps what was filled in, when the code is that of the mail. Whatever comes of it is to be kept: the transaction must not be given up.
pub fn answer(tx: &mut Tx<'_>, keys: &Keys, token: &str, code: Code, filled: Option<&Filled>) -> Result<Outcome> {
    let opened = match enter(tx, keys, token, code)? {
        Ok(opened) if opened.standing.takes_answers() => opened,
        Ok(_) => return Ok(Outcome::Shut),
        Err(outcome) => return Ok(outcome),
    };
    let known = opened.response.as_ref().map(|it| it.answers.clone()).unwrap_or_default();
    let pages = opened.pages();
    let Some(filled) = filled else {
        let page = if opened.standing == Standing::Answered { 0 } else { known.reached(&pages) };
        return Ok(Outcome::At { page, answers: known });
    };
    let number = filled.page.min(pages.len() - 1);
    let page = pages.get(number).copied().unwrap_or_default();
    let said = match read(page, filled) {
        Ok(said) => said,
        Err(faults) => return Ok(Outcome::Faulty { page: number, faults, answers: known }),
    };
    let all = known.with(page, &said);
    match filled.to {
        To::Back => {
            // Half a page is no changed answer: of what was sent already, nothing required may go missing.
            if opened.standing != Standing::Answered || all.lacking(&pages).is_none() {
                keep(tx, &opened, token, &all, false)?;
                return Ok(Outcome::At { page: number.saturating_sub(1), answers: all });
            }
            Ok(Outcome::At { page: number.saturating_sub(1), answers: known })
        }
        To::Next if number + 1 < pages.len() => {
            keep(tx, &opened, token, &all, false)?;
            Ok(Outcome::At { page: number + 1, answers: all })
        }
        To::Next | To::Send => {
            if let Some(lacking) = all.lacking(&pages) {
                keep(tx, &opened, token, &all, false)?;
                let open = pages.get(lacking).copied().unwrap_or_default().iter().filter(|it| it.required && !all.0.contains_key(&it.key));
                let faults = open.map(|it| (it.key.clone(), Fault::Missing)).collect::<Vec<_>>();
                return Ok(Outcome::Faulty { page: lacking, faults, answers: all });
            }
            keep(tx, &opened, token, &all, true)?;
            Ok(Outcome::Sent)
        }
    }
}

/// Lets whoever has the code in. Otherwise what came of it, which is to be kept.
pub(super) fn enter(tx: &mut Tx<'_>, keys: &Keys, token: &str, code: Code) -> Result<std::result::Result<Opened, Outcome>> {
    let id = mailed_links::find(tx.conn, token)?.invitation_id.ok_or(Error::NotFound)?;
    // The survey first, then the person, then the link: whoever closes a survey goes the same way.
    let asked = asked::lock(tx, id)?.ok_or(Error::NotFound)?;
    let link = mailed_links::lock(tx, token)?;
    let opened = look(tx.conn, link, asked, token, tx.now)?;
    Ok(match mailed_links::knock(tx, keys, &opened.link, token, code)? {
        Knock::In => Ok(opened),
        Knock::Wrong { left } => Err(Outcome::WrongCode { left }),
        Knock::Locked => Err(Outcome::Locked),
    })
}

/// What one page says; on the way back what is required may still be open.
fn read(page: &[Question], filled: &Filled) -> std::result::Result<Answers, Vec<(String, Fault)>> {
    let (mut said, mut faults) = (Answers::default(), Vec::new());
    for question in page {
        let sent = filled.sent.get(&question.key).map_or(&[][..], Vec::as_slice);
        match answers::parse(question, sent) {
            Ok(Some(answer)) => {
                said.0.insert(question.key.clone(), answer);
            }
            Ok(None) if question.required && filled.to != To::Back => faults.push((question.key.clone(), Fault::Missing)),
            Ok(None) => {}
            Err(fault) => faults.push((question.key.clone(), fault)),
        }
    }
    if faults.is_empty() { Ok(said) } else { Err(faults) }
}

/// Writes the answer down, and counts it once it is complete. What was sent before stays sent, whichever of its pages is changed.
fn keep(tx: &mut Tx<'_>, opened: &Opened, token: &str, all: &Answers, complete: bool) -> Result<()> {
    let (asked, before) = (&opened.asked, opened.response.as_ref());
    let was_sent = before.is_some_and(|it| it.complete);
    if before.is_some_and(|it| it.answers == *all && (it.complete || !complete)) {
        return Ok(());
    }
    let (place, complete) = ((asked.survey, asked.audience), complete || was_sent);
    let wiped = asked.anonymous && crate::store::mailed_links::wipe(tx, opened.link.id)? > 0;
    // Whether this transaction writes something of the person besides the answer.
    let fresh = asked.anonymous && (wiped || opened.link.wrong_codes > 0 || (complete && !was_sent));
    responses::save(tx, place, finder(asked, &handle(token)), before.map(|it| it.id), (complete, fresh), all)?;
    if complete {
        count(tx, opened, all, was_sent)?;
    }
    if fresh {
        mixing::note(tx, asked.invitation)?;
        mixing::mix(tx, asked.survey)?;
    }
    Ok(())
}

/// Counts a complete answer, or what it changed.
fn count(tx: &mut Tx<'_>, opened: &Opened, all: &Answers, was_sent: bool) -> Result<()> {
    let (asked, before) = (&opened.asked, opened.response.as_ref());
    if !was_sent {
        asked::set_answered(tx, asked.invitation)?;
    }
    let sent_before = before.filter(|it| it.complete).map(|it| &it.answers);
    responses::count(tx, (asked.survey, asked.audience), &answers::difference(&asked.questions, sent_before, all))?;
    let event: Event = Event::Aftercare(Aftercare::SurveyAnswered { title: asked.title.clone(), audience: asked.audience, changed: was_sent });
    Ok(events::record(tx, asked.record, &event)?)
}
