//! “Who would get this?”: the people who would hear of an event of a record, why, how, and the mail that they would read.

use super::{events, permitted, usual};
use crate::app::mails::{Preview, Sample, Written};
use crate::app::notices::outlook::Outlook;
use crate::app::notification_rules::Known;
use crate::app::{self, Context, Error};
use crate::config::BaseUrl;
use crate::domain::ids::{NotificationRuleId, RecordId, UserId};
use crate::domain::notices::Rule;
use crate::domain::text;
use crate::store::lists::{self, Filter, Row};
use crate::store::{PgConnection, notification_rules, records};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::mails::{framed, lets_frame};
use crate::web::page::{self, Answer};
use crate::web::search::number;
use actix_web::HttpRequest;
use actix_web::web::Data;
use askama::Template;
use chrono::{DateTime, Utc};

/// So many records are offered where a search finds several.
const MOST: i64 = 10;

/// What is asked: an event, a record and the phase that it is in, and to whom the mail is that is looked at.
struct Question {
    event: Rule,
    record: RecordId,
    phase: Option<String>,
    to: Option<UserId>,
}

impl Question {
    /// The address of the same question about a mail to this person.
    fn address(&self, path: &str, to: Option<UserId>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("event", self.event.word()).append_pair("record", &self.record.to_string());
        if let Some(phase) = &self.phase {
            query.append_pair("phase", phase);
        }
        if let Some(to) = to {
            query.append_pair("to", &to.to_string());
        }
        format!("{path}?{}", query.finish())
    }
}

/// An answer: who hears, and one of the mails.
struct Found {
    question: Question,
    outlook: Outlook,
    /// The rule that counts, in words: where it applies.
    ruling: Option<String>,
    mail: Option<(UserId, String, Written)>,
}

impl Found {
    fn mail_address(&self, user: &UserId) -> String {
        self.question.address("/notification-rules/recipients", Some(*user)) + "#mail"
    }

    fn frame_address(&self, user: &UserId) -> String {
        self.question.address("/notification-rules/recipients/mail", Some(*user))
    }

    fn usual(&self) -> String {
        usual(self.question.event).join(", ")
    }

    /// Who hears of it whatever a rule says, but need not be known before.
    fn concerned(&self) -> &'static str {
        self.question.event.usual().concerned.unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "notification_rules/recipients.html")]
struct Index {
    frame: Frame,
    form: Form,
    /// The phases of the record that is looked at.
    phases: Vec<Choice>,
    found: Option<Found>,
    /// Several records that match what was searched for.
    several: Vec<Row>,
}

impl Index {
    fn events(&self) -> Vec<Choice> {
        events()
    }

    fn row_address(&self, row: &Row) -> String {
        let event = Rule::from_word(self.form.text("event")).unwrap_or(Rule::PhaseEntered);
        Question { event, record: row.id, phase: None, to: None }.address("/notification-rules/recipients", None)
    }
}

/// What a search found.
enum Searched {
    One(RecordId),
    Several(Vec<Row>),
    Nothing,
}

/// The record that was named by its id, its number, or words that only it has; without any of these a recent one.
fn search(conn: &mut PgConnection, fields: &Fields) -> app::Result<Searched> {
    let typed = text::optional_line(fields.text("q")).unwrap_or_default();
    let named: Option<RecordId> = if typed.is_empty() { fields.text("record").parse().ok() } else { number(&typed) };
    if let Some(id) = named {
        return Ok(if records::find(conn, id).is_ok() { Searched::One(id) } else { Searched::Nothing });
    }
    if typed.is_empty() {
        let key = |name: &str| Some(fields.text(name)).filter(|it| !it.is_empty());
        let recent = notification_rules::recent(conn, key("workflow"), key("phase"))?;
        return Ok(recent.map_or(Searched::Nothing, Searched::One));
    }
    let rows = lists::list(conn, &Filter { text: typed, ..Filter::default() }, MOST)?;
    Ok(match rows.as_slice() {
        [] => Searched::Nothing,
        [one] => Searched::One(one.id),
        _ => Searched::Several(rows),
    })
}

/// Fills in what a rule says, if the question is about one.
fn about_rule(conn: &mut PgConnection, fields: &mut Fields) -> app::Result<()> {
    if let Ok(id) = fields.text("rule").parse::<NotificationRuleId>() {
        let rule = notification_rules::find(conn, id)?.rule;
        fields.set("event", rule.event.word());
        fields.set("workflow", rule.workflow.unwrap_or_default());
        fields.set("phase", rule.phase.unwrap_or_default());
    }
    Ok(())
}

fn event(fields: &Fields) -> Rule {
    Rule::from_word(fields.text("event")).filter(|it| it.may_be_ruled()).unwrap_or(Rule::PhaseEntered)
}

fn find(conn: &mut PgConnection, fields: &Fields, record: RecordId, now: DateTime<Utc>, write: &Writing) -> app::Result<(Found, Vec<Choice>)> {
    let full = records::full(conn, record)?;
    let phases = Choice::list(full.workflow.phases.iter().filter(|it| !it.is_end()).map(|it| (it.key.clone(), it.name.clone())));
    // A phase that this record never is in, or that was chosen for another one, does not count.
    let for_another = fields.is_set("looked_at") && fields.text("looked_at") != record.to_string();
    let phase = Some(fields.text("phase")).filter(|key| !for_another && phases.iter().any(|it| it.value == *key)).map(str::to_owned);
    let question = Question { event: event(fields), record, phase, to: fields.text("to").parse().ok() };
    let outlook = Outlook::load(conn, record, question.event, question.phase.as_deref(), now)?;
    let ruling = match &outlook.ruling {
        Some(it) => Some(Known::load(conn)?.place(&it.rule)),
        None => None,
    };
    let mail = match outlook.sample(conn, question.to, now)? {
        Some((name, sample)) => Some((sample.reader.id, name, write.out(conn, &sample)?)),
        None => None,
    };
    Ok((Found { question, outlook, ruling, mail }, phases))
}

/// What puts a mail into words.
struct Writing {
    preview: Preview,
    base: BaseUrl,
}

impl Writing {
    fn out(&self, conn: &mut PgConnection, sample: &Sample) -> app::Result<Written> {
        (self.preview)(conn, sample, &self.base)
    }
}

pub async fn index(ctx: Context, req: HttpRequest, preview: Data<Preview>, base: Data<BaseUrl>) -> Answer {
    permitted(&ctx)?;
    let (frame, now) = (page::frame(&ctx, &req), ctx.now());
    let mut fields = Fields::of_query(req.query_string());
    let write = Writing { preview: *preview.get_ref(), base: base.get_ref().clone() };
    let mut page = page::show(&ctx, move |conn| {
        about_rule(conn, &mut fields)?;
        let (mut several, mut answer) = (Vec::new(), None);
        match search(conn, &fields)? {
            Searched::One(record) => answer = Some(find(conn, &fields, record, now, &write)?),
            Searched::Several(rows) => several = rows,
            Searched::Nothing => {}
        }
        fields.set("event", event(&fields).word());
        let (found, phases) = answer.map_or((None, Vec::new()), |(found, phases)| (Some(found), phases));
        if let Some(found) = &found {
            fields.set("q", found.outlook.full.record.number());
            fields.set("phase", found.outlook.full.record.phase.clone());
        }
        Ok(Index { frame, form: Form::of(fields), phases, found, several })
    })
    .await?;
    lets_frame(&mut page)?;
    Ok(page)
}

/// The HTML of the mail, for the frame on that page.
pub async fn show(ctx: Context, req: HttpRequest, preview: Data<Preview>, base: Data<BaseUrl>) -> Answer {
    permitted(&ctx)?;
    let now = ctx.now();
    let fields = Fields::of_query(req.query_string());
    let write = Writing { preview: *preview.get_ref(), base: base.get_ref().clone() };
    let html = ctx
        .read(move |conn| {
            let record: RecordId = fields.text("record").parse().map_err(|_| Error::NotFound)?;
            let (found, _) = find(conn, &fields, record, now, &write)?;
            found.mail.map(|(_, _, written)| written.html).ok_or(Error::NotFound)
        })
        .await?;
    Ok(framed(html))
}
