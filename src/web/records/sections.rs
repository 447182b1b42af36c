//! Editing a record, section by section. A stale editor sees both values and loses nothing.

use super::consequences::Consequences;
use super::id_of;
use super::ruled::{self, Ruled};
use crate::app::records::Edit;
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::{ItemId, RecordId};
use crate::domain::people::Actor;
use crate::domain::policies::Breach;
use crate::domain::records::{Grade, RecordKind};
use crate::domain::releases::{Distribution, Strategy};
use crate::domain::text;
use crate::domain::workflows::Covered;
use crate::store::PgConnection;
use crate::store::records::{Details, Full, Scope, Window, full};
use crate::store::releases::Plan;
use crate::store::{Tx, items, users};
use crate::web::filters::local_input;
use crate::web::form::{Choice, Fields, Form, local_time};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono_tz::Tz;

/// The sections that can be edited, by the word in their address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Details,
    Scope,
    Window,
    Plan,
    Items,
}

impl Part {
    fn of(word: &str, kind: RecordKind) -> Option<Part> {
        match (word, kind) {
            ("details", _) => Some(Part::Details),
            ("scope", _) => Some(Part::Scope),
            ("window", _) => Some(Part::Window),
            ("plan", RecordKind::Release) => Some(Part::Plan),
            ("items", RecordKind::Change) => Some(Part::Items),
            _ => None,
        }
    }

    /// What of it approvers decide on.
    pub fn covered(self) -> &'static [Covered] {
        match self {
            Part::Details => &[Covered::Scope, Covered::Assessment],
            Part::Scope | Part::Items => &[Covered::Scope],
            Part::Window => &[Covered::Window],
            Part::Plan => &[Covered::Plan, Covered::BackOutPlan],
        }
    }

    fn title(self, kind: RecordKind) -> &'static str {
        match (self, kind) {
            (Part::Details, _) => "Details",
            (Part::Scope, RecordKind::Release) => "Scope and reason",
            (Part::Scope, RecordKind::Change) => "Description and reason",
            (Part::Window, RecordKind::Release) => "Deployment window",
            (Part::Window, RecordKind::Change) => "Planned dates",
            (Part::Plan, _) => "Plan",
            (Part::Items, _) => "Affected items",
        }
    }

    fn field_labels(self, kind: RecordKind) -> Labels {
        match (self, kind) {
            (Part::Details, RecordKind::Release) => &[
                ("title", "Title"),
                ("owner", "Owner"),
                ("coordinator", "Coordinator"),
                ("impact", "Impact"),
                ("urgency", "Urgency"),
                ("likelihood", "Likelihood of failure"),
            ],
            (Part::Details, RecordKind::Change) => &[
                ("title", "Title"),
                ("owner", "Requester"),
                ("coordinator", "Assignee"),
                ("impact", "Impact"),
                ("urgency", "Urgency"),
                ("likelihood", "Likelihood of failure"),
            ],
            (Part::Scope, RecordKind::Release) => &[("scope", "Scope"), ("reason", "Reason")],
            (Part::Scope, RecordKind::Change) => &[("scope", "Description"), ("reason", "Reason")],
            (Part::Window, _) => &[("planned_start", "Planned start"), ("planned_end", "Planned end")],
            (Part::Plan, _) => &[
                ("strategy", "Strategy"),
                ("distribution", "Distribution"),
                ("affected_users", "Affected users"),
                ("resources", "Resources"),
                ("communication_plan", "Communication plan"),
                ("deployment_plan", "Deployment plan"),
                ("back_out_plan", "Back-out plan"),
            ],
            (Part::Items, _) => &[("items", "Affected items")],
        }
    }
}

/// A field that somebody else changed while this form was open.
pub struct Conflict {
    pub label: &'static str,
    pub theirs: String,
}

#[derive(Template)]
#[template(path = "records/edit.html")]
struct EditPage {
    frame: Frame,
    full: Full,
    title: &'static str,
    word: String,
    form: Form,
    conflicts: Vec<Conflict>,
    people: Vec<Choice>,
    items: Vec<Choice>,
    consequences: Consequences,
    /// What the policy says about when it ships, and what of that is broken as it stands.
    rules: Vec<String>,
    breaches: Vec<Breach>,
}

impl EditPage {
    fn is(&self, word: &str) -> bool {
        self.word == word
    }

    fn is_release(&self) -> bool {
        self.full.record.kind == RecordKind::Release
    }

    fn grades(&self) -> Vec<Choice> {
        Choice::list(Grade::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn strategies(&self) -> Vec<Choice> {
        Choice::list(Strategy::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn distributions(&self) -> Vec<Choice> {
        Choice::list(Distribution::ALL.iter().map(|it| (it.word(), it.label())))
    }
}

/// The form of a section, for those who may edit the record.
fn load(conn: &mut PgConnection, frame: Frame, actor: &Actor, id: RecordId, word: &str, form: Option<Form>) -> app::Result<EditPage> {
    let record = full(conn, id)?;
    let part = Part::of(word, record.record.kind).ok_or(Error::NotFound)?;
    let action = app::records::editing(actor, &record.record);
    if !actor.may(action) {
        return Err(Error::Forbidden(action));
    }
    if !record.record.is_open() {
        return Err(crate::domain::refusals::Refusal::Ended.into());
    }
    let current = stored(conn, &record, part, actor.zone)?;
    let people = if part == Part::Details { users::people(conn)? } else { Vec::new() };
    let items = if part == Part::Items { choosable(conn, id)? } else { Vec::new() };
    let people = Choice::list(people.into_iter().map(|it| (it.id, it.name)));
    let items = Choice::list(items);
    let labels = part.field_labels(record.record.kind);
    let (form, conflicts) = match form {
        None => (Form::of(current), Vec::new()),
        Some(form) => beside(form, &current, labels, &[&people, &items]),
    };
    let consequences = Consequences::load(conn, record.clone(), part, actor)?;
    let ruled = if part == Part::Window && record.release.is_some() { Some(Ruled::load(conn, actor, &record)?) } else { None };
    let rules = ruled.as_ref().map(|it| it.rules(conn, &record, frame.now)).transpose()?.unwrap_or_default();
    let breaches = ruled.map_or_else(Vec::new, |it| it.breaches);
    let title = part.title(record.record.kind);
    Ok(EditPage { frame, title, full: record, word: word.to_owned(), form, conflicts, people, items, consequences, rules, breaches })
}

/// What is in use, and what the RFC affects already though it is retired.
fn choosable(conn: &mut PgConnection, id: RecordId) -> app::Result<Vec<(ItemId, String)>> {
    let mut all: Vec<_> = items::list(conn)?.into_iter().map(|it| (it.id, it.name)).collect();
    for (id, name) in items::affected(conn, id)? {
        if !all.iter().any(|it| it.0 == id) {
            all.push((id, format!("{name} (retired)")));
        }
    }
    Ok(all)
}

/// Fields of a section, and what its form calls them.
type Labels = &'static [(&'static str, &'static str)];

/// What was typed, beside what is stored by now where the two differ. Saving again then means it.
fn beside(mut form: Form, current: &Fields, labels: Labels, named: &[&[Choice]]) -> (Form, Vec<Conflict>) {
    if form.fields.text("shown") == current.text("shown") {
        return (form, Vec::new());
    }
    form.fields.set("shown", current.text("shown"));
    let differs = |name: &str| form.fields.all(name) != current.all(name);
    let label = |value: &String| named.iter().flat_map(|it| it.iter()).find(|it| it.value == *value).map_or_else(|| value.clone(), |it| it.label.clone());
    let shown = |name: &str| current.all(name).iter().map(label).collect::<Vec<_>>().join(", ");
    let conflicts = labels.iter().filter(|(name, _)| differs(name)).map(|(name, label)| Conflict { label, theirs: shown(name) });
    let conflicts = conflicts.collect();
    (form, conflicts)
}

/// The section as it is stored, in the words of its form; `shown` names this very state of it.
fn stored(conn: &mut PgConnection, full: &Full, part: Part, zone: Tz) -> app::Result<Fields> {
    let record = &full.record;
    let mut fields = Fields::default();
    match part {
        Part::Details => {
            fields.set("title", &record.title);
            fields.set("owner", record.owner_id.to_string());
            fields.set("coordinator", record.coordinator_id.map_or(String::new(), |it| it.to_string()));
            for (name, grade) in [("impact", record.impact), ("urgency", record.urgency), ("likelihood", record.likelihood)] {
                fields.set(name, grade.map_or("", Grade::word));
            }
        }
        Part::Scope => {
            fields.set("scope", &record.scope);
            fields.set("reason", &record.reason);
        }
        Part::Window => {
            fields.set("planned_start", local_input(record.planned_start, zone));
            fields.set("planned_end", local_input(record.planned_end, zone));
        }
        Part::Plan => {
            let Some(release) = &full.release else { return Err(Error::NotFound) };
            fields.set("strategy", release.strategy.map_or("", Strategy::word));
            fields.set("distribution", release.distribution.map_or("", Distribution::word));
            fields.set("deployment_plan", &release.deployment_plan);
            fields.set("communication_plan", &release.communication_plan);
            fields.set("back_out_plan", &release.back_out_plan);
            fields.set("resources", &release.resources);
            fields.set("affected_users", &release.affected_users);
        }
        Part::Items => fields.set_all("items", items::affected(conn, record.id)?.into_iter().map(|(id, _)| id.to_string()).collect()),
    }
    fields.set("shown", fields.digest());
    if part == Part::Window {
        // What stands already is not asked about again.
        fields.set("over", local_input(record.planned_end, zone));
    }
    Ok(fields)
}

/// What was typed, as an edit; or what is wrong with it.
fn parse(fields: &Fields, part: Part, ctx: &Context) -> Result<Edit, FormErrors> {
    let mut errors = FormErrors::default();
    let edit = match part {
        Part::Details => details(fields, &mut errors).map(Edit::Details),
        Part::Scope => scope(fields, &mut errors).map(Edit::Scope),
        Part::Window => Some(Edit::Window(window(fields, ctx, &mut errors))),
        Part::Plan => plan(fields, &mut errors).map(Edit::Plan),
        Part::Items => Some(Edit::Items(fields.several("items", &mut errors))),
    };
    match edit {
        Some(edit) if errors.is_empty() => Ok(edit),
        Some(_) | None => Err(errors),
    }
}

/// Saves the edit if this section is still what its form showed; what others did to other sections does not matter.
fn save(tx: &mut Tx<'_>, id: RecordId, part: Part, zone: Tz, shown: &str, edit: &Edit) -> app::Result<()> {
    // Held from here on, so that nobody saves another section between the comparison and the edit.
    let full = crate::store::records::lock(tx, id)?;
    let current = stored(tx.conn, &full, part, zone)?;
    if current.text("shown") != shown {
        return Err(Error::Stale);
    }
    app::records::edit(tx, id, full.record.version, edit)
}

pub fn details(fields: &Fields, errors: &mut FormErrors) -> Option<Details> {
    let title = errors.check("title", text::line(fields.text("title")));
    let owner_id = fields.required("owner", errors);
    let coordinator_id = fields.optional("coordinator", errors);
    let [impact, urgency, likelihood] = ["impact", "urgency", "likelihood"].map(|name| fields.optional(name, errors));
    Some(Details { title: title?, owner_id: owner_id?, coordinator_id, impact, urgency, likelihood })
}

pub fn scope(fields: &Fields, errors: &mut FormErrors) -> Option<Scope> {
    let scope = errors.check("scope", text::prose(fields.text("scope")));
    let reason = errors.check("reason", text::prose(fields.text("reason")));
    Some(Scope { scope: scope?, reason: reason? })
}

/// When it is to happen. A time that is over by now is taken once it is sent again, so that a wrong year tells nobody of a missed deadline.
pub fn window(fields: &Fields, ctx: &Context, errors: &mut FormErrors) -> Window {
    let [planned_start, planned_end] = ["planned_start", "planned_end"].map(|name| local_time(fields, name, ctx.actor.zone, errors));
    if planned_end.is_some_and(|it| it < ctx.now()) && fields.text("over") != fields.text("planned_end") {
        errors.about("planned_end", "This is over already. If you mean it, send it again; those who are told of missed deadlines hear of it.");
    }
    Window { planned_start, planned_end }
}

pub fn plan(fields: &Fields, errors: &mut FormErrors) -> Option<Plan> {
    let mut prose = |name: &'static str| errors.check(name, text::prose(fields.text(name)));
    let texts = ["deployment_plan", "communication_plan", "back_out_plan", "resources", "affected_users"].map(&mut prose);
    let [Some(deployment_plan), Some(communication_plan), Some(back_out_plan), Some(resources), Some(affected_users)] = texts else { return None };
    let strategy = fields.optional("strategy", errors);
    let distribution = fields.optional("distribution", errors);
    Some(Plan { strategy, distribution, deployment_plan, communication_plan, back_out_plan, resources, affected_users })
}

pub async fn edit(ctx: Context, req: HttpRequest, path: Path<(String, String)>) -> Answer {
    let (id, word) = path.into_inner();
    let id: RecordId = id.parse().map_err(|_| Error::NotFound)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| load(conn, frame, &actor, id, &word, None)).await
}

pub async fn update(ctx: Context, req: HttpRequest, path: Path<(String, String)>, fields: Fields) -> Answer {
    let (id, word) = path.into_inner();
    let id: RecordId = id_of(&Path::from(id))?;
    let kind = ctx.read(move |conn| Ok(crate::store::records::find(conn, id)?.kind)).await?;
    let part = Part::of(&word, kind).ok_or(Error::NotFound)?;
    let answer = match parse(&fields, part, &ctx) {
        Ok(edit) => {
            let (shown, zone) = (fields.text("shown").to_owned(), ctx.actor.zone);
            ctx.write(move |tx| save(tx, id, part, zone, &shown, &edit)).await
        }
        Err(errors) => Err(errors.into()),
    };
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    match answer {
        Ok(()) => {
            let warned = part == Part::Window && ctx.read(move |conn| ruled::is_warned(conn, &actor, id)).await?;
            let notice = if warned { "Saved, though the policy advises against this time: see beside the window." } else { "Saved." };
            super::back(&ctx, id, &format!("#{word}"), notice).await
        }
        Err(Error::Invalid(errors)) => {
            let form = Form::refused(fields, errors);
            let page = ctx.read(move |conn| load(conn, frame, &actor, id, &word, Some(form))).await?;
            page::unprocessable(&page)
        }
        Err(Error::Stale) => {
            let page = ctx.read(move |conn| load(conn, frame, &actor, id, &word, Some(Form::of(fields)))).await?;
            page::conflict(&page)
        }
        Err(other) => Err(other.into()),
    }
}
