//! The form of a survey: what it asks whom, when, and what counts as low.

use super::permitted;
use crate::app::surveys::{self as actions, Draft, field_of, terms_of};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::early_life::number;
use crate::domain::events::FieldChange;
use crate::domain::ids::{QuestionSetId, RecordId, SurveyId};
use crate::domain::surveys::{Audience, Moment, SurveyState};
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::question_sets::{self, QuestionSet};
use crate::store::records::{self, Full};
use crate::store::surveys::{self, Asked, Survey, Terms};
use crate::web::form::{Choice, Fields, Form, local_time};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono_tz::Tz;

#[derive(Template)]
#[template(path = "surveys/edit.html")]
struct Edit {
    frame: Frame,
    full: Full,
    /// None while it is being made.
    survey: Option<Survey>,
    sets: Vec<QuestionSet>,
    asked: Vec<Asked>,
    form: Form,
    /// What somebody else saved while this was being edited: as it stands now, and as it was typed here.
    meanwhile: Vec<FieldChange>,
    stale: bool,
}

impl Edit {
    fn load(conn: &mut PgConnection, frame: Frame, record: RecordId, survey: Option<Survey>, form: Form) -> app::Result<Edit> {
        let full = records::full(conn, record)?;
        if full.release.is_none() {
            return Err(Error::NotFound);
        }
        let asked = survey.as_ref().map(|it| surveys::audiences(conn, it.id)).transpose()?.unwrap_or_default();
        Ok(Edit { frame, full, sets: question_sets::newest(conn)?, survey, asked, form, meanwhile: Vec::new(), stale: false })
    }

    fn action(&self) -> String {
        self.survey.as_ref().map_or_else(|| format!("/records/{}/surveys", self.full.record.id), |it| format!("/surveys/{}", it.id))
    }

    fn back(&self) -> String {
        self.survey.as_ref().map_or_else(|| format!("/records/{}/surveys", self.full.record.id), |it| format!("/surveys/{}", it.id))
    }

    /// Whether it may still be changed what it asks.
    fn is_draft(&self) -> bool {
        self.survey.as_ref().is_none_or(|it| it.state == SurveyState::Draft)
    }

    fn moments(&self) -> Vec<Choice> {
        Choice::list(Moment::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn phases(&self) -> Vec<Choice> {
        let (workflow, here) = (&self.full.workflow, &self.full.record.phase);
        let kept = self.survey.as_ref().and_then(|it| it.phase.as_ref());
        let fits = |key: &String| workflow.is_still_to_come(key, here) || Some(key) == kept;
        let name = |key: &String, name: &str| if key == here { format!("{name} (now: open it by hand)") } else { name.to_owned() };
        Choice::list(workflow.phases.iter().filter(|it| !it.is_end() && fits(&it.key)).map(|it| (it.key.clone(), name(&it.key, &it.name))))
    }

    fn audiences(&self) -> impl Iterator<Item = (&'static str, &'static str, Vec<Choice>)> {
        Audience::ALL.iter().map(|it| (field_of(*it), it.label(), self.sets_for(*it)))
    }

    /// The newest versions, and what it asks already if that has no newer one that could be chosen.
    fn sets_for(&self, audience: Audience) -> Vec<Choice> {
        let newest = self.sets.iter().filter(|it| it.audience == audience && it.retired_at.is_none());
        let mut choices = Choice::list(newest.clone().map(|it| (it.id, format!("{}, version {}", it.name, it.version))));
        let kept = self.asked.iter().filter(|it| it.audience == audience && !newest.clone().any(|set| set.id == it.set));
        choices.extend(kept.map(|it| Choice::new(it.set, format!("{}, version {} (as now)", it.name, it.version))));
        choices
    }

    fn numbers(&self, most: i32) -> Vec<Choice> {
        Choice::list((0..=most).map(|it| (it, it.to_string())))
    }
}

/// What is proposed: the name of the release and the moment, every audience's first set, and two reminders.
fn proposed(conn: &mut PgConnection, full: &Full) -> app::Result<Fields> {
    let mut fields = Fields::default();
    let moment = if full.record.phase == "review" { Moment::EarlyLifeEnd } else { Moment::AfterRollout };
    fields.set("moment", moment.word());
    fields.set("title", format!("{}: {}", full.record.name(), moment.label().to_lowercase()));
    fields.set("low_rating", "3");
    fields.set("low_nps", "0");
    fields.set("reminders", "2");
    for set in question_sets::newest(conn)?.iter().filter(|it| it.retired_at.is_none()) {
        if set.audience == Audience::Users && !fields.is_set(field_of(set.audience)) {
            fields.set(field_of(set.audience), set.id.to_string());
        }
    }
    Ok(fields)
}

fn filled(survey: &Survey, asked: &[Asked], zone: Tz) -> Fields {
    let mut fields = Fields::default();
    let yes = |it: bool| if it { "yes" } else { "" };
    let at = |it: Option<chrono::DateTime<chrono::Utc>>| it.map_or_else(String::new, |it| it.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string());
    fields.set("moment", survey.moment.word());
    fields.set("title", &survey.title);
    fields.set("anonymous", yes(survey.anonymous));
    fields.set("opens_at", at(survey.opens_at));
    fields.set("closes_at", at(survey.closes_at));
    fields.set("phase", survey.phase.clone().unwrap_or_default());
    fields.set("low_rating", survey.low_rating.to_string());
    fields.set("low_nps", survey.low_nps.to_string());
    fields.set("reminders", survey.reminders.to_string());
    fields.set("version", survey.version.to_string());
    for it in asked {
        fields.set(field_of(it.audience), it.set.to_string());
    }
    fields
}

fn read(fields: &Fields, zone: Tz) -> Result<Draft, FormErrors> {
    let mut errors = FormErrors::default();
    let title = errors.check("title", text::line(fields.text("title")));
    let moment: Option<Moment> = fields.required("moment", &mut errors);
    let (opens_at, closes_at) = (local_time(fields, "opens_at", zone, &mut errors), local_time(fields, "closes_at", zone, &mut errors));
    let low_rating: Option<f64> = number(fields.text("low_rating")).ok().filter(|it| (1.0..=5.0).contains(it));
    let low_nps: Option<i32> = (-100..=100).find(|it| number(fields.text("low_nps")).is_ok_and(|typed| typed == f64::from(*it)));
    let reminders: Option<i32> = fields.required("reminders", &mut errors).filter(|it| (0..=2).contains(it));
    if low_rating.is_none() {
        errors.about("low_rating", "Write a number from 1 to 5, such as 3.5.");
    }
    if low_nps.is_none() {
        errors.about("low_nps", "Write a whole number from -100 to 100.");
    }
    if reminders.is_none() {
        errors.about("reminders", "Remind at most twice.");
    }
    let audiences: Vec<(Audience, QuestionSetId)> = Audience::ALL.iter().filter_map(|it| Some((*it, fields.optional(field_of(*it), &mut errors)?))).collect();
    let phase = Some(fields.text("phase").to_owned()).filter(|it| !it.is_empty());
    match (title.zip(moment), low_rating.zip(low_nps), reminders) {
        (Some((title, moment)), Some((low_rating, low_nps)), Some(reminders)) if errors.is_empty() => {
            let anonymous = fields.is_set("anonymous");
            Ok(Draft { terms: Terms { moment, title, anonymous, opens_at, closes_at, phase, low_rating, low_nps, reminders }, audiences })
        }
        (Some(_) | None, Some(_) | None, Some(_) | None) => Err(errors),
    }
}

pub async fn new(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| {
        let full = records::full(conn, id)?;
        permitted(&actor, &full.record)?;
        let fields = proposed(conn, &full)?;
        Edit::load(conn, frame, id, None, Form::of(fields))
    })
    .await
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: RecordId = id_of(&id)?;
    let done = match read(&fields, ctx.actor.zone) {
        Ok(draft) => ctx.write(move |tx| actions::create(tx, id, &draft)).await,
        Err(errors) => allowed(&ctx, id).await.and(Err(errors.into())),
    };
    match done {
        Ok(survey) => page::see_with(&format!("/surveys/{survey}/people/new"), "The survey is created, as a draft. Now say whom it asks."),
        Err(Error::Invalid(errors)) => {
            let frame = page::frame(&ctx, &req);
            page::unprocessable(&ctx.read(move |conn| Edit::load(conn, frame, id, None, Form::refused(fields, errors))).await?)
        }
        Err(other) => Err(other.into()),
    }
}

async fn allowed(ctx: &Context, id: RecordId) -> app::Result<()> {
    let actor = ctx.actor.clone();
    ctx.read(move |conn| permitted(&actor, &records::find(conn, id)?)).await
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: SurveyId = id_of(&id)?;
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| {
        let survey = surveys::find(conn, id)?;
        permitted(&actor, &records::find(conn, survey.record_id)?)?;
        survey.state.edits()?;
        let fields = filled(&survey, &surveys::audiences(conn, id)?, actor.zone);
        Edit::load(conn, frame, survey.record_id, Some(survey), Form::of(fields))
    })
    .await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, mut fields: Fields) -> Answer {
    let (id, seen): (SurveyId, i32) = (id_of(&id)?, fields.version());
    let before = ctx.read(move |conn| Ok((surveys::find(conn, id)?, surveys::audiences(conn, id)?))).await?;
    if before.0.state != SurveyState::Draft {
        // What an open survey does not let one edit is not in its form.
        let stands = filled(&before.0, &before.1, ctx.actor.zone);
        let fixed = ["title", "moment", "anonymous", "opens_at"].into_iter().chain(Audience::ALL.iter().map(|it| field_of(*it)));
        fixed.for_each(|it| fields.set(it, stands.text(it)));
    }
    let zone = ctx.actor.zone;
    let done = match read(&fields, zone) {
        Ok(draft) => ctx.write(move |tx| actions::edit(tx, id, seen, &draft)).await,
        Err(errors) => allowed(&ctx, before.0.record_id).await.and(Err(errors.into())),
    };
    let (errors, stale) = match done {
        Ok(()) => return page::see_with(&format!("/surveys/{id}"), "The survey is saved."),
        Err(Error::Invalid(errors)) => (errors, false),
        Err(Error::Stale) => (FormErrors::default(), true),
        Err(other) => return Err(other.into()),
    };
    let frame = page::frame(&ctx, &req);
    let again = ctx.read(move |conn| {
        let now = surveys::find(conn, id)?;
        if stale {
            fields.set("version", now.version.to_string());
        }
        let typed = read(&fields, zone).ok();
        let mut page = Edit::load(conn, frame, now.record_id, Some(now.clone()), Form::refused(fields, errors))?;
        if let Some(typed) = typed.filter(|_| stale) {
            let asks = resolved(conn, &typed)?;
            page.meanwhile = actions::changes(&page.full, (&terms_of(&now), &page.asked), (&typed.terms, &asks));
        }
        Ok(Edit { stale, ..page })
    });
    let again = again.await?;
    if stale { page::conflict(&again) } else { page::unprocessable(&again) }
}

/// What a form chose, with the names of the sets.
fn resolved(conn: &mut PgConnection, draft: &Draft) -> app::Result<Vec<Asked>> {
    let named = |(audience, set): &(Audience, QuestionSetId)| {
        question_sets::find(conn, *set).ok().map(|it| Asked { audience: *audience, set: it.id, key: it.key, name: it.name, version: it.version })
    };
    Ok(draft.audiences.iter().filter_map(named).collect())
}
