//! The review of a release: what is known, what each point came to, what remains to be done.

use super::attachments::Attached;
use super::form::{Choice, Fields, Form};
use super::frame::Frame;
use super::page::{self, Answer};
use super::records::{id_of, ids_of};
use crate::app::sheet::Sheet;
use crate::app::{self, Context, Error, FormErrors, records as rules, reviews, tasks};
use crate::domain::attachments::Target;
use crate::domain::follow_ups::FollowUpState;
use crate::domain::ids::RecordId;
use crate::domain::people::Actor;
use crate::domain::records::RecordKind;
use crate::domain::refusals::Refusal;
use crate::domain::reviews::{Lack, Point, PointOutcome, lack};
use crate::domain::text;
use crate::domain::workflows::Section;
use crate::store::follow_ups::Named;
use crate::store::reviews::{Draft, Written};
use crate::store::{PgConnection, users};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

/// One point, with what is known about it and what the review says.
pub struct Reviewed {
    pub point: Point,
    pub written: Option<Written>,
    pub known: Vec<String>,
    pub actions: Vec<Named>,
    pub attached: Attached,
}

impl Reviewed {
    pub fn outcome(&self) -> Option<PointOutcome> {
        self.written.as_ref().and_then(|it| it.outcome)
    }

    pub fn lack(&self) -> Option<Lack> {
        lack(self.outcome(), self.written.as_ref().is_some_and(|it| it.owner_id.is_some()), self.actions.len())
    }
}

#[derive(Template)]
#[template(path = "reviews/show.html")]
struct Show {
    frame: Frame,
    sheet: Sheet,
    points: Vec<Reviewed>,
    /// Whether the release has come to its review.
    begun: bool,
    may_write: bool,
    may_plan: bool,
    actor: Actor,
}

impl Show {
    fn load(conn: &mut PgConnection, frame: Frame, actor: Actor, id: RecordId) -> app::Result<Show> {
        let sheet = Sheet::load(conn, id)?;
        let record = &sheet.full.record;
        if record.kind != RecordKind::Release {
            return Err(Error::NotFound);
        }
        let known = reviews::history(conn, &sheet)?.known(frame.zone());
        let written = crate::store::reviews::list(conn, id)?;
        let actions = crate::store::follow_ups::of_record(conn, id)?;
        let files = crate::store::attachments::of_record(conn, id)?;
        let of = |point: Point| Reviewed {
            attached: Attached::of(files.clone(), &frame, &actor, record, Target::Point(point)),
            point,
            written: written.iter().find(|it| it.point == point).cloned(),
            known: known.iter().filter(|(it, _)| *it == point).map(|(_, said)| said.clone()).collect(),
            actions: actions.iter().filter(|it| it.action.point == point).cloned().collect(),
        };
        let open = record.is_open();
        let begun = sheet.full.phase()?.shows(Section::Review);
        Ok(Show {
            points: Point::ALL.iter().copied().map(of).collect(),
            begun,
            may_write: open && begun && actor.may(rules::moving(&actor, record)),
            may_plan: open && actor.may(tasks::managing(&actor, record)),
            actor,
            sheet,
            frame,
        })
    }

    /// Where a point lists its files: always where something is attached, and where something may be, once the review has begun.
    fn shows_files(&self, it: &Reviewed) -> bool {
        !it.attached.list.is_empty() || (self.begun && it.attached.may_attach)
    }

    fn complete(&self) -> usize {
        self.points.iter().filter(|it| it.lack().is_none()).count()
    }

    fn actions(&self) -> Vec<&Named> {
        self.points.iter().flat_map(|it| &it.actions).collect()
    }

    fn open_actions(&self) -> usize {
        self.actions().iter().filter(|it| it.action.state == FollowUpState::Open).count()
    }

    fn may_work(&self, it: &Named) -> bool {
        let record = &self.sheet.full.record;
        record.is_open() && self.actor.may(tasks::working(&self.actor, record, it.action.assignee_id == Some(self.actor.id)))
    }
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| Show::load(conn, frame, actor, id)).await
}

#[derive(Template)]
#[template(path = "reviews/edit.html")]
struct Edit {
    frame: Frame,
    sheet: Sheet,
    point: Point,
    known: Vec<String>,
    people: Vec<Choice>,
    form: Form,
    /// What somebody else wrote meanwhile.
    theirs: Option<Written>,
}

impl Edit {
    fn load(conn: &mut PgConnection, frame: Frame, actor: &Actor, id: RecordId, point: Point, form: Option<Form>) -> app::Result<Edit> {
        let sheet = Sheet::load(conn, id)?;
        let record = &sheet.full.record;
        if record.kind != RecordKind::Release {
            return Err(Error::NotFound);
        }
        let action = rules::moving(actor, record);
        if !actor.may(action) {
            return Err(Error::Forbidden(action));
        }
        if !record.is_open() {
            return Err(Refusal::Ended.into());
        }
        if !sheet.full.phase()?.shows(Section::Review) {
            return Err(Refusal::ReviewNotBegun.into());
        }
        let known: Vec<String> = reviews::history(conn, &sheet)?.known(frame.zone()).into_iter().filter(|(it, _)| *it == point).map(|(_, said)| said).collect();
        let written = sheet.review.iter().find(|it| it.point == point).cloned();
        let (form, theirs) = match form {
            None => (Form::of(stored(written.as_ref(), &known, actor)), None),
            Some(mut form) => {
                let now = written.as_ref().map_or(0, |it| it.version);
                let stale = form.errors.is_empty() && form.fields.version() != now;
                form.fields.set("version", now.to_string());
                (form, written.filter(|_| stale))
            }
        };
        let people = Choice::list(users::people(conn)?.into_iter().map(|it| (it.id, it.name)));
        Ok(Edit { frame, sheet, point, known, people, form, theirs })
    }

    fn outcomes(&self) -> Vec<Choice> {
        Choice::list(PointOutcome::ALL.iter().map(|it| (it.word(), it.label())))
    }
}

/// What is stored; at first, what is known is proposed as the evidence, and oneself as the owner.
fn stored(written: Option<&Written>, known: &[String], actor: &Actor) -> Fields {
    let mut fields = Fields::default();
    match written {
        Some(it) => {
            fields.set("outcome", it.outcome.map_or("", PointOutcome::word));
            fields.set("owner", it.owner_id.map_or_else(String::new, |it| it.to_string()));
            fields.set("finding", &it.finding);
            fields.set("evidence", &it.evidence);
            fields.set("version", it.version.to_string());
        }
        None => {
            fields.set("owner", actor.id.to_string());
            fields.set("evidence", known.iter().map(|it| format!("- {it}")).collect::<Vec<_>>().join("\n"));
            fields.set("version", "0");
        }
    }
    fields
}

fn parse(fields: &Fields) -> Result<Draft, FormErrors> {
    let mut errors = FormErrors::default();
    let outcome = fields.optional("outcome", &mut errors);
    let owner_id = fields.optional("owner", &mut errors);
    let finding = errors.check("finding", text::prose(fields.text("finding")));
    let evidence = errors.check("evidence", text::prose(fields.text("evidence")));
    match finding.zip(evidence) {
        Some((finding, evidence)) if errors.is_empty() => Ok(Draft { outcome, owner_id, finding, evidence }),
        Some(_) | None => Err(errors),
    }
}

pub async fn edit(ctx: Context, req: HttpRequest, path: Path<(String, String)>) -> Answer {
    let (id, point) = point_of(&path)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| Edit::load(conn, frame, &actor, id, point, None)).await
}

pub async fn update(ctx: Context, req: HttpRequest, path: Path<(String, String)>, fields: Fields) -> Answer {
    let (id, point) = point_of(&path)?;
    let answer = match parse(&fields) {
        Ok(draft) => {
            let seen = fields.version();
            ctx.write(move |tx| reviews::write(tx, id, point, seen, &draft)).await
        }
        Err(errors) => Err(errors.into()),
    };
    let form = match answer {
        Ok(()) => return page::see_with(&format!("/records/{id}/review#{}", point.word()), "Saved."),
        Err(Error::Invalid(errors)) => Form::refused(fields, errors),
        Err(Error::Stale) => Form::of(fields),
        Err(other) => return Err(other.into()),
    };
    let (frame, actor, stale) = (page::frame(&ctx, &req), ctx.actor.clone(), form.errors.is_empty());
    let again = ctx.read(move |conn| Edit::load(conn, frame, &actor, id, point, Some(form))).await?;
    if stale { page::conflict(&again) } else { page::unprocessable(&again) }
}

fn point_of(path: &Path<(String, String)>) -> app::Result<(RecordId, Point)> {
    ids_of(path)
}
