//! Approvals: what waits for me, and everything one decision needs on one page.

use super::filters::moment;
use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::approvals::Answer as Decision;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::approvals::{ApprovalState, Content, DenialReason, Difference, RoundState};
use crate::domain::ids::ApprovalId;
use crate::domain::mails::MailState;
use crate::domain::records::RecordKind;
use crate::domain::refusals::Refusal;
use crate::domain::text;
use crate::domain::workflows::Covered;
use crate::store::PgConnection;
use crate::store::approvals::{self, Approval, Asked, FullRound, Inbox};
use crate::store::mails::around::{self, Delivery};
use crate::store::records::{self, Full};
use crate::store::related::{self, RelatedChange};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono_tz::Tz;
use std::collections::BTreeMap;

const INBOX: i64 = 200;
const DECIDED: i64 = 30;

#[derive(Template)]
#[template(path = "approvals/index.html")]
struct Index {
    frame: Frame,
    waiting: Vec<Inbox>,
    decided: Vec<Inbox>,
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let (frame, me) = (page::frame(&ctx, &req), ctx.actor.id);
    page::show(&ctx, move |conn| Ok(Index { frame, waiting: approvals::inbox(conn, me, false, INBOX)?, decided: approvals::inbox(conn, me, true, DECIDED)? }))
        .await
}

#[derive(Template)]
#[template(path = "approvals/show.html")]
struct Show {
    frame: Frame,
    full: Full,
    approval: Approval,
    asked: Asked,
    round: FullRound,
    /// What the step covers, part by part, as it stands.
    content: Vec<(String, String)>,
    /// What changed since this approver decided before.
    changed: Vec<Difference>,
    form: Form,
    own: bool,
    deliveries: BTreeMap<ApprovalId, Delivery>,
}

impl Show {
    fn load(conn: &mut PgConnection, frame: Frame, id: ApprovalId, form: Option<Form>) -> app::Result<Show> {
        let (approval, round) = approvals::find(conn, id)?;
        if !frame.is_me(&approval.approver_id) {
            return Err(Error::NotFound);
        }
        let round = approvals::find_round(conn, round)?;
        let asked = round.steps.iter().find(|it| it.step.id == approval.step_id).cloned().ok_or(Error::NotFound)?;
        let full = records::full(conn, approval.record_id)?;
        let content = approvals::content(conn, approval.record_id, &asked.step.digest)?;
        let titles = related::of_release(conn, approval.record_id)?;
        let changed = match &approval.seen_digest {
            Some(seen) if *seen != asked.step.digest => content.differences(&approvals::content(conn, approval.record_id, seen)?),
            Some(_) | None => Vec::new(),
        };
        let own = frame.actor.as_ref().is_some_and(|me| me.standing(full.record.owner_id, full.record.coordinator_id).own());
        let mut form = form.unwrap_or_default();
        form.fields.set("digest", &asked.step.digest);
        let deliveries = around::deliveries(conn, approval.record_id)?;
        Ok(Show { content: in_order(content, &titles, &full, frame.zone()), frame, full, approval, asked, round, changed, form, own, deliveries })
    }

    fn reasons(&self) -> Vec<Choice> {
        Choice::list(DenialReason::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn decisions(&self) -> Vec<Choice> {
        vec![Choice::new("approve", "Approve"), Choice::new("deny", "Deny")]
    }

    /// Whether the mail that asked for this approval left.
    fn delivery(&self, id: &ApprovalId) -> Option<&Delivery> {
        self.deliveries.get(id)
    }

    fn is_release(&self) -> bool {
        self.full.record.kind == RecordKind::Release
    }

    fn is_pending(&self) -> bool {
        self.approval.state == ApprovalState::Pending
    }

    fn may_retract(&self) -> bool {
        self.round.round.state == RoundState::Open && matches!(self.approval.state, ApprovalState::Approved | ApprovalState::Denied)
    }
}

/// The parts as a reader takes them in: what it is first, then how and when.
fn in_order(content: Content, changes: &[RelatedChange], full: &Full, zone: Tz) -> Vec<(String, String)> {
    let place = |part: &str| Covered::ALL.iter().position(|it| it.label() == part);
    let mut parts: Vec<(String, String)> = content.0.into_iter().collect();
    parts.sort_by_key(|(part, _)| place(part));
    for (part, text) in &mut parts {
        if part == Covered::Changes.label() {
            *text = titled(text, changes);
        }
        if part == Covered::Window.label()
            && let (Some(start), Some(end)) = (full.record.planned_start, full.record.planned_end)
        {
            *text = format!("{} to {} ({})", moment(start, zone), moment(end, zone), zone.name());
        }
    }
    parts
}

/// The RFCs that were covered, each number with its title as it is now.
fn titled(numbers: &str, changes: &[RelatedChange]) -> String {
    let title = |line: &str| changes.iter().find(|it| line.ends_with(&it.number())).map_or("", |it| it.title.as_str());
    numbers.lines().map(|line| format!("{line} {}", title(line))).collect::<Vec<_>>().join("\n")
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: ApprovalId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| Show::load(conn, frame, id, None)).await
}

pub async fn decide(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: ApprovalId = id_of(&id)?;
    let answer = match parse(&fields) {
        Ok(decision) => {
            let digest = fields.text("digest").to_owned();
            ctx.write(move |tx| app::approvals::decide(tx, id, &digest, &decision)).await
        }
        Err(errors) => Err(errors.into()),
    };
    let errors = match answer {
        Ok(()) => return page::see_with("/approvals", "Your decision is recorded."),
        Err(Error::Invalid(errors)) => errors,
        Err(Error::Refused(refusal @ Refusal::DenialNeedsReason)) => FormErrors::of("reason", refusal.to_string()),
        Err(Error::Refused(refusal @ Refusal::ContentChanged)) => FormErrors::of("decision", refusal.to_string()),
        Err(other) => return Err(other.into()),
    };
    let frame = page::frame(&ctx, &req);
    let page = ctx.read(move |conn| Show::load(conn, frame, id, Some(Form::refused(fields, errors)))).await?;
    page::unprocessable(&page)
}

fn parse(fields: &Fields) -> Result<Decision, FormErrors> {
    let mut errors = FormErrors::default();
    let comment = errors.check("comment", text::prose(fields.text("comment"))).unwrap_or_default();
    let decision = match fields.text("decision") {
        "approve" => Some(Decision::Approve { comment }),
        "deny" => Some(Decision::Deny { reason: fields.optional("reason", &mut errors), comment }),
        _ => {
            errors.about("decision", "Choose to approve or to deny.");
            None
        }
    };
    match decision {
        Some(decision) if errors.is_empty() => Ok(decision),
        Some(_) | None => Err(errors),
    }
}

pub async fn retract(ctx: Context, id: Path<String>) -> Answer {
    let id: ApprovalId = id_of(&id)?;
    ctx.write(move |tx| app::approvals::retract(tx, id)).await?;
    page::see_with(&format!("/approvals/{id}"), "Your decision is taken back; you are asked again.")
}
