//! Approvals: what waits for me, and everything one decision needs on one page.

use super::decision::{self, Changed};
use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use super::records::said::Said;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::approvals::{ApprovalState, RoundState};
use crate::domain::ids::{ApprovalId, StepId, UserId};
use crate::domain::links::may_take_back;
use crate::domain::mails::MailState;
use crate::domain::records::RecordKind;
use crate::domain::refusals::Refusal;
use crate::store::approvals::{self, Approval, Asked, FullRound, Inbox};
use crate::store::delegations::Away;
use crate::store::mails::around::{self, Delivery};
use crate::store::records::{self, Full};
use crate::store::{PgConnection, delegations};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
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
    let (frame, me, now) = (page::frame(&ctx, &req), ctx.actor.id, ctx.now());
    page::show(&ctx, move |conn| {
        Ok(Index { frame, waiting: approvals::inbox(conn, me, now, false, INBOX)?, decided: approvals::inbox(conn, me, now, true, DECIDED)? })
    })
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
    /// Nobody is asked instead of another from here.
    replacements: BTreeMap<StepId, Vec<Choice>>,
    said: Said,
    /// Who of those that are asked is away.
    away: BTreeMap<UserId, Away>,
    /// What the step covers, part by part, as it stands.
    content: Vec<(String, String)>,
    /// What changed since it was decided before.
    changed: Vec<Changed>,
    form: Form,
    /// Whom the approval asks, if it is not the reader.
    stands_in_for: Option<String>,
    /// Stands in for them now, and is not just reading what they decided.
    may_decide: bool,
    own: bool,
    may_retract: bool,
    deliveries: BTreeMap<ApprovalId, Delivery>,
}

impl Show {
    fn load(conn: &mut PgConnection, frame: Frame, id: ApprovalId, form: Option<Form>) -> app::Result<Show> {
        let (approval, round) = approvals::find(conn, id)?;
        let Some(me) = frame.actor.clone() else { return Err(Error::NotFound) };
        let may_decide = approval.approver_id == me.id || delegations::stands_in(conn, me.id, approval.approver_id, frame.now)?;
        if !may_decide && approval.decided_by != Some(me.id) {
            return Err(Error::NotFound);
        }
        let round = approvals::find_round(conn, round)?;
        let asked = round.steps.iter().find(|it| it.step.id == approval.step_id).cloned().ok_or(Error::NotFound)?;
        let awaited: Vec<UserId> = round.steps.iter().flat_map(|it| &it.approvals).map(|(it, _)| it.approver_id).collect();
        let full = records::full(conn, approval.record_id)?;
        let away = if round.round.state == RoundState::Open {
            delegations::away_from(conn, &full.record, asked.step.own_may_decide, &awaited, frame.now)?
        } else {
            BTreeMap::new()
        };
        let content = decision::content(conn, &full, &asked.step.digest, frame.zone())?;
        let changed = decision::changed(conn, &full, &asked.step.digest, &[("the earlier decision", approval.seen_digest.as_deref())])?;
        let current = app::approvals::is_current(conn, &full.record, &round.round)?;
        let decided = matches!(approval.state, ApprovalState::Approved | ApprovalState::Denied);
        let theirs = approval.approver_id == me.id || approval.decided_by == Some(me.id);
        let may_retract = decided && theirs && may_take_back(round.round.state, current, approval.decided_at, frame.now);
        let asks = asked.approvals.iter().find(|(it, _)| it.id == id && it.approver_id != me.id);
        let stands_in_for = asks.map(|(_, name)| name.clone());
        let own = full.record.is_run_by(me.id) && !asked.step.own_may_decide;
        let mut form = form.unwrap_or_default();
        form.fields.set("digest", &asked.step.digest);
        let (replacements, said) = Default::default();
        let deliveries = around::deliveries(conn, approval.record_id)?;
        Ok(Show {
            content,
            away,
            replacements,
            said,
            frame,
            full,
            approval,
            asked,
            round,
            changed,
            form,
            stands_in_for,
            may_decide,
            own,
            may_retract,
            deliveries,
        })
    }

    fn reasons(&self) -> Vec<Choice> {
        decision::reasons()
    }

    fn decisions(&self) -> Vec<Choice> {
        decision::decisions()
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
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: ApprovalId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| Show::load(conn, frame, id, None)).await
}

pub async fn decide(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: ApprovalId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let answer = match decision::parse(&fields, &mut errors).filter(|_| errors.is_empty()) {
        Some(decision) => {
            let digest = fields.text("digest").to_owned();
            ctx.write(move |tx| app::approvals::decide(tx, id, &digest, &decision)).await
        }
        None => Err(errors.into()),
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

pub async fn retract(ctx: Context, id: Path<String>) -> Answer {
    let id: ApprovalId = id_of(&id)?;
    ctx.write(move |tx| app::approvals::retract(tx, id)).await?;
    page::see_with(&format!("/approvals/{id}"), "Your decision is taken back; you are asked again.")
}
