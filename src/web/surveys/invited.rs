//! Filling the list of a survey, and taking somebody off it.

use super::permitted;
use crate::app::surveys::invited::{Added, Wanted};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::ids::{InvitationId, SurveyId};
use crate::domain::surveys::Audience;
use crate::domain::surveys::invited::{BadLine, MOST, read as read_list};
use crate::store::surveys::people::{self, Account};
use crate::store::surveys::{self, Survey};
use crate::store::{PgConnection, choices, records, users};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use std::collections::BTreeSet;

/// How many names or lines are told before the rest is only counted.
const TOLD: usize = 20;

#[derive(Template)]
#[template(path = "surveys/people.html")]
struct New {
    frame: Frame,
    survey: Survey,
    form: Form,
    audiences: Vec<Choice>,
    people: Vec<Choice>,
    groups: Vec<Choice>,
    workers: Vec<Account>,
    /// The lines that name nobody.
    bad: Vec<BadLine>,
}

impl New {
    fn load(conn: &mut PgConnection, frame: Frame, survey: Survey, form: Form, bad: Vec<BadLine>) -> app::Result<New> {
        let asked = surveys::audiences(conn, survey.id)?;
        Ok(New {
            audiences: Choice::list(asked.iter().map(|it| (it.audience.word(), it.audience.label()))),
            people: Choice::list(users::people(conn)?.into_iter().map(|it| (it.id, it.name))),
            groups: Choice::list(choices::groups(conn)?),
            workers: people::workers(conn, survey.record_id)?,
            frame,
            survey,
            form,
            bad,
        })
    }

    fn told(&self) -> impl Iterator<Item = &BadLine> {
        self.bad.iter().take(TOLD)
    }

    fn untold(&self) -> usize {
        self.bad.len().saturating_sub(TOLD)
    }

    fn worker_names(&self) -> String {
        names(self.workers.iter().map(|it| it.name.as_str()))
    }
}

fn names<'a>(all: impl ExactSizeIterator<Item = &'a str>) -> String {
    let rest = all.len().saturating_sub(TOLD);
    let mut told: Vec<String> = all.take(TOLD).map(str::to_owned).collect();
    if rest > 0 {
        told.push(format!("and {rest} more"));
    }
    told.join(", ")
}

pub async fn new(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: SurveyId = id_of(&id)?;
    let audience = Fields::of_query(req.query_string()).text("audience").to_owned();
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    page::show(&ctx, move |conn| {
        let survey = surveys::find(conn, id)?;
        permitted(&actor, &records::find(conn, survey.record_id)?)?;
        survey.state.edits()?;
        let mut fields = Fields::default();
        fields.set("audience", audience);
        New::load(conn, frame, survey, Form::of(fields), Vec::new())
    })
    .await
}

fn read(fields: &Fields) -> Result<(Audience, Wanted), (FormErrors, Vec<BadLine>)> {
    let mut errors = FormErrors::default();
    let audience: Option<Audience> = fields.required("audience", &mut errors);
    let (people, groups) = (fields.several("people", &mut errors), fields.several("groups", &mut errors));
    let list = fields.text("list");
    let lines = list.lines().count();
    if lines > MOST {
        errors.about("list", format!("At most {MOST} lines are read at once; there are {lines}. Send the rest afterwards."));
        return Err((errors, Vec::new()));
    }
    let (listed, bad) = read_list(list).map_or_else(|bad| (Vec::new(), bad), |listed| (listed, Vec::new()));
    if !bad.is_empty() {
        let numbers: BTreeSet<usize> = bad.iter().map(|it| it.number).collect();
        let lines = match numbers.len() {
            1 => "One line names nobody. Put it right or take it out".to_owned(),
            many => format!("{many} lines name nobody. Put them right or take them out"),
        };
        errors.about("list", format!("{lines}; nobody was put on the list yet."));
    } else if listed.is_empty() && people.is_empty() && groups.is_empty() {
        errors.about("list", "Choose people or groups, or paste addresses.");
    }
    match audience.filter(|_| errors.is_empty()) {
        Some(audience) => Ok((audience, Wanted { people, groups, listed, with_workers: fields.is_set("with_workers") })),
        None => Err((errors, bad)),
    }
}

pub async fn create(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: SurveyId = id_of(&id)?;
    let (done, bad) = match read(&fields) {
        Ok((audience, wanted)) => (ctx.write(move |tx| app::surveys::invited::add(tx, id, audience, &wanted)).await, Vec::new()),
        Err((errors, bad)) => (Err(errors.into()), bad),
    };
    let errors = match done {
        Ok(added) => return page::see_with(&format!("/surveys/{id}#people"), &said(&added)),
        Err(Error::Invalid(errors)) => errors,
        Err(other) => return Err(other.into()),
    };
    let (frame, actor) = (page::frame(&ctx, &req), ctx.actor.clone());
    let again = ctx.read(move |conn| {
        let survey = surveys::find(conn, id)?;
        permitted(&actor, &records::find(conn, survey.record_id)?)?;
        New::load(conn, frame, survey, Form::refused(fields, errors), bad)
    });
    page::unprocessable(&again.await?)
}

/// What became of a list: who came on it, and who was left out, and why.
fn said(added: &Added) -> String {
    let people = |it: usize| if it == 1 { "one person".to_owned() } else { format!("{it} people") };
    let mut said = vec![if added.count == 0 { "Nobody new is on the list.".to_owned() } else { format!("Put {} on the list.", people(added.count)) }];
    if added.twice > 0 {
        said.push(format!("Left out: {}, who {} named before.", people(added.twice), if added.twice == 1 { "was" } else { "were" }));
    }
    if added.refused > 0 {
        said.push(format!("Left out: {}, who want{} no mails about surveys.", people(added.refused), if added.refused == 1 { "s" } else { "" }));
    }
    if !added.workers.is_empty() {
        said.push(format!("Left out, because they worked on this release: {}.", names(added.workers.iter().map(String::as_str))));
    }
    said.join(" ")
}

pub async fn destroy(ctx: Context, ids: Path<(String, String)>) -> Answer {
    let (survey, person) = ids.into_inner();
    let id: SurveyId = survey.parse().map_err(|_| Error::NotFound)?;
    let person: InvitationId = person.parse().map_err(|_| Error::NotFound)?;
    ctx.write(move |tx| app::surveys::invited::remove(tx, id, person)).await?;
    page::see_with(&format!("/surveys/{id}#people"), "They are off the list.")
}
