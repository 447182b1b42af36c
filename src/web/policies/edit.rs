//! Editing the policy.

use super::form::{self, SECURITY};
use crate::app::policies as actions;
use crate::app::{self, Context, Error};
use crate::domain::events::FieldChange;
use crate::domain::people::{Action, Role};
use crate::domain::policies::{Kind, Strictness, WAIVING, waivable};
use crate::domain::requirements::Requirement;
use crate::domain::second_factor::Duty;
use crate::store::policies::{self, Version};
use crate::store::{PgConnection, calendars};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use actix_web::HttpRequest;
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};

#[derive(Template)]
#[template(path = "policies/edit.html")]
struct Edit {
    frame: Frame,
    known: Known,
    form: Form,
    /// What somebody else saved while this was being edited: as it stands now, and as it was typed here.
    meanwhile: Vec<FieldChange>,
    stale: bool,
}

impl Edit {
    fn of(frame: Frame, known: Known, form: Form) -> Edit {
        Edit { frame, known, form, meanwhile: Vec::new(), stale: false }
    }

    fn may_secure(&self) -> bool {
        self.frame.may(Action::SecureAccounts)
    }

    /// What stands in a field of a category.
    fn of_kind(&self, what: &str, kind: &Kind) -> &str {
        self.form.text(&format!("{what}-{}", kind.key))
    }

    fn is_chosen(&self, what: &str, kind: &Kind, value: &str) -> bool {
        self.of_kind(what, kind) == value
    }

    fn parts(&self) -> [(&'static str, &'static str); 3] {
        [("1", "v2"), ("2", "v1.3"), ("3", "v1.2.1")]
    }

    fn strictnesses(&self) -> [(&'static str, &'static str); 2] {
        [(Strictness::Warn.word(), "warn"), (Strictness::Refuse.word(), "refuse")]
    }

    fn between(&self) -> Vec<Choice> {
        Choice::list(self.known.kinds.iter().map(|it| (&it.key, it.name.clone())))
    }

    fn requirements(&self) -> Vec<Requirement> {
        waivable().collect()
    }

    fn roles(&self) -> [Role; 3] {
        WAIVING
    }

    fn waives(&self, requirement: &Requirement, role: &Role) -> bool {
        self.form.is_chosen(&format!("waive-{}", requirement.word()), role.word())
    }

    fn duties(&self) -> Vec<Choice> {
        Choice::list(Duty::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn security(&self) -> [(&'static str, &'static str, &'static str); 5] {
        SECURITY
    }
}

/// What the form is about: the version that counts, and the categories.
struct Known {
    version: Version,
    kinds: Vec<Kind>,
    today: NaiveDate,
}

impl Known {
    fn load(conn: &mut PgConnection, now: DateTime<Utc>) -> app::Result<Known> {
        let today = now.with_timezone(&calendars::of_item(conn, None)?.zone()).date_naive();
        Ok(Known { version: policies::newest(conn)?, kinds: policies::kinds(conn)?, today })
    }
}

async fn known(ctx: &Context) -> app::Result<Known> {
    if !ctx.actor.may(Action::ConfigureProcess) {
        return Err(Error::Forbidden(Action::ConfigureProcess));
    }
    let now = ctx.now();
    ctx.read(move |conn| Known::load(conn, now)).await
}

pub async fn edit(ctx: Context, req: HttpRequest) -> Answer {
    let known = known(&ctx).await?;
    let fields = form::filled(&known.version, &known.kinds, known.today);
    page::html(&Edit::of(page::frame(&ctx, &req), known, Form::of(fields)))
}

pub async fn update(ctx: Context, req: HttpRequest, mut fields: Fields) -> Answer {
    let before = known(&ctx).await?;
    let (seen, secures) = (fields.version(), ctx.actor.may(Action::SecureAccounts));
    let done = match form::read(&fields, before.version.policy(), &before.kinds, secures) {
        Ok(draft) => ctx.write(move |tx| actions::edit(tx, seen, &draft)).await,
        Err(errors) => Err(errors.into()),
    };
    let frame = page::frame(&ctx, &req);
    match done {
        Ok(()) => page::see_with("/policy", "The policy is saved, and counts from now on."),
        Err(Error::Invalid(errors)) => page::unprocessable(&Edit::of(frame, before, Form::refused(fields, errors))),
        Err(Error::Stale) => {
            let now = known(&ctx).await?;
            fields.set("version", now.version.version.to_string());
            let typed = form::read(&fields, now.version.policy(), &now.kinds, secures);
            let meanwhile = typed.map(|it| actions::changes(&now.version, &it.policy, Some(it.review_on), &now.kinds)).unwrap_or_default();
            page::conflict(&Edit { meanwhile, stale: true, ..Edit::of(frame, now, Form::of(fields)) })
        }
        Err(other) => Err(other.into()),
    }
}
