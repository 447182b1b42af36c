//! The handover of a release: its checklist, who is asked, what they answered.

use crate::app::handovers::checklist::supporting;
use crate::app::handovers::{self as actions, Offer};
use crate::app::phases::asked_for;
use crate::app::{self, Context, Error, FormErrors, records};
use crate::domain::handovers::{HandoverState, MOST_ITEMS};
use crate::domain::ids::{GroupId, HandoverItemId, RecordId};
use crate::domain::people::Actor;
use crate::domain::records::RecordKind;
use crate::domain::requirements::Requirement;
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::handovers::items::Item;
use crate::store::handovers::{self, Named};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Template)]
#[template(path = "handovers/index.html")]
pub struct Index {
    frame: Frame,
    offer: Offer,
    /// All that were asked, the newest first.
    requests: Vec<Named>,
    /// Whether this phase is left by handing over.
    asks: bool,
    is_met: bool,
    sentence: String,
    groups: Vec<Choice>,
    may_move: bool,
    may_tick: bool,
    form: Form,
    /// Why what was sent did not do.
    said: Option<String>,
}

impl Index {
    fn load(conn: &mut PgConnection, frame: Frame, actor: &Actor, id: RecordId) -> app::Result<Index> {
        let offer = Offer::load(conn, id, frame.now)?;
        let record = &offer.sheet.full.record;
        if record.kind != RecordKind::Release {
            return Err(Error::NotFound);
        }
        let asks = record.is_open() && asked_for(offer.sheet.full.phase()?, Requirement::HandoverAccepted);
        let (is_met, sentence) = offer.sheet.facts().handed_over();
        let may_move = record.is_open() && actor.may(records::moving(actor, record));
        let (groups, chosen) = if asks && may_move { receiving(conn, &offer)? } else { (Vec::new(), None) };
        let mut fields = Fields::default();
        if let Some(group) = chosen {
            fields.set("group", group.to_string());
        }
        Ok(Index {
            requests: handovers::of_record(conn, id)?,
            may_tick: record.is_open() && actor.may(supporting(actor, record)),
            frame,
            asks,
            is_met,
            sentence,
            groups,
            may_move,
            form: Form::of(fields),
            said: None,
            offer,
        })
    }

    /// What waits for an answer.
    fn open(&self) -> Option<&Named> {
        self.requests.iter().find(|it| it.handover.is_asked())
    }

    /// The newest of this visit, if it is settled; later the one that was accepted.
    fn settled(&self) -> Option<&Named> {
        match &self.offer.sheet.handover {
            Some(newest) => Some(newest).filter(|it| !it.handover.is_asked()),
            None => self.requests.iter().find(|it| it.handover.state == HandoverState::Accepted),
        }
    }

    fn earlier(&self) -> Vec<&Named> {
        let shown = self.open().into_iter().chain(self.settled()).map(|it| it.handover.id).collect::<Vec<_>>();
        self.requests.iter().filter(|it| !shown.contains(&it.handover.id)).collect()
    }

    /// Whether the list stays as it is: it was shown to who is asked, or accepted.
    fn is_fixed(&self) -> bool {
        let state = self.offer.sheet.handover.as_ref().map(|it| it.handover.state);
        matches!(state, Some(HandoverState::Asked | HandoverState::Accepted))
    }

    fn may_edit(&self) -> bool {
        self.may_move && !self.is_fixed()
    }

    fn may_add(&self) -> bool {
        self.may_edit() && self.offer.sheet.checklist.len() < MOST_ITEMS
    }

    fn done(&self) -> usize {
        self.offer.sheet.checklist.iter().filter(|it| it.is_done()).count()
    }

    fn may_ask(&self) -> bool {
        let list = &self.offer.sheet.checklist;
        self.asks && self.may_move && !self.is_met && self.open().is_none() && !list.is_empty() && list.iter().all(Item::is_done)
    }

    /// Names the form that edits a point.
    fn form_of(&self, item: &Item) -> String {
        format!("item-{}", item.id)
    }

    fn is_typed(&self, item: &Item) -> bool {
        self.form.text("asked") == self.form_of(item)
    }

    fn title_of<'a>(&'a self, item: &'a Item) -> &'a str {
        if self.is_typed(item) { self.form.text("title") } else { &item.title }
    }

    fn typed(&self, form: &str, field: &str) -> &str {
        if self.form.text("asked") == form { self.form.text(field) } else { "" }
    }
}

/// The groups of which somebody can accept, each with how many; and the one that is meant to.
fn receiving(conn: &mut PgConnection, offer: &Offer) -> app::Result<(Vec<Choice>, Option<GroupId>)> {
    let full = &offer.sheet.full;
    let mut people: BTreeMap<(String, GroupId), BTreeSet<_>> = BTreeMap::new();
    for (group, name, user) in handovers::receivers_of_all(conn)?.into_iter().filter(|(.., user)| !full.record.is_run_by(*user)) {
        people.entry((name, group)).or_default().insert(user);
    }
    let label = |(name, _): &(String, GroupId), count: usize| if count == 1 { format!("{name} (one person)") } else { format!("{name} ({count} people)") };
    let groups = people.iter().map(|(key, users)| Choice::new(key.1, label(key, users.len()))).collect();
    let planned = actions::receiving_group(conn, full)?.map(|(group, _)| group);
    Ok((groups, planned.filter(|it| people.keys().any(|(_, group)| group == it))))
}

pub async fn index(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| Index::load(conn, frame, &actor, id)).await
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let mut errors = FormErrors::default();
    let group: Option<GroupId> = fields.required("group", &mut errors);
    let note = errors.check("note", text::prose(fields.text("note")));
    let answer = match group.zip(note) {
        Some((group, note)) => ctx.write(move |tx| actions::ask(tx, id, group, &note)).await.map(|_| ()),
        None => Err(errors.into()),
    };
    reply(&ctx, &req, id, fields, answer, "#request", "They are asked by mail.").await
}

pub async fn destroy(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let answer = match text::required_prose(fields.text("reason")) {
        Ok(reason) => ctx.write(move |tx| actions::withdraw(tx, id, &reason)).await,
        Err(refusal) => Err(FormErrors::of("reason", refusal.to_string()).into()),
    };
    reply(&ctx, &req, id, fields, answer, "#request", "The question is withdrawn; nobody needs to answer.").await
}

/// Back to the page after a write; the same page at once, with what was typed, when it was refused.
pub(super) async fn reply(ctx: &Context, req: &HttpRequest, id: RecordId, fields: Fields, answer: app::Result<()>, part: &str, notice: &str) -> Answer {
    let (message, errors, missing) = match answer {
        Ok(()) => return page::see_with(&format!("/records/{id}/handover{part}"), notice),
        // The fields of a row bear other names than those of the forms below.
        Err(Error::Invalid(errors)) if fields.text("asked").starts_with("item-") => {
            let said = errors.iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>().join(" ");
            (Some(said), FormErrors::default(), true)
        }
        Err(Error::Invalid(errors)) => (None, errors, true),
        Err(Error::Refused(refusal)) => (Some(refusal.to_string()), FormErrors::default(), false),
        Err(Error::Stale) => {
            let said = "Somebody changed this point while you looked at it. This is how it stands now; look again, then decide.";
            (Some(said.to_owned()), FormErrors::default(), false)
        }
        Err(other) => return Err(other.into()),
    };
    let (frame, actor) = (page::frame(ctx, req), ctx.actor.clone());
    let page = ctx
        .read(move |conn| {
            let page = Index::load(conn, frame, &actor, id)?;
            Ok(Index { form: Form::refused(fields, errors), said: message, ..page })
        })
        .await?;
    if missing { page::unprocessable(&page) } else { page::conflict(&page) }
}

/// Whose checklist a point is of.
pub(super) async fn record_of(ctx: &Context, item: HandoverItemId) -> app::Result<RecordId> {
    ctx.read(move |conn| Ok(handovers::items::record_of(conn, item)?)).await
}
