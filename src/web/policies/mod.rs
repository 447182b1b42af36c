//! The policy: everybody reads it and its history, those who configure the process edit it.

mod edit;
mod form;

pub use edit::{edit, update};

use super::frame::Frame;
use super::page::{self, Answer};
use super::session::Settings;
use crate::app::sessions::Limits;
use crate::app::{self, Error, policies as actions};
use crate::domain::events::FieldChange;
use crate::domain::people::Action;
use crate::domain::policies::{Kind, Policy, listed, waivable, written};
use crate::domain::requirements::Requirement;
use crate::store::PgConnection;
use crate::store::calendars;
use crate::store::policies::{self, Version};
use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;
use chrono::NaiveDate;

/// So many versions are shown.
const SHOWN: i64 = 500;

/// A version with what it changed.
struct Past {
    version: Version,
    fields: Vec<FieldChange>,
}

#[derive(Template)]
#[template(path = "policies/show.html")]
struct Show {
    frame: Frame,
    version: Version,
    kinds: Vec<Kind>,
    history: Vec<Past>,
    /// In the zone of the default calendar, in which the review date is meant.
    today: NaiveDate,
    limits: Limits,
}

impl Show {
    fn load(conn: &mut PgConnection, frame: Frame, limits: Limits, wanted: Option<i32>) -> app::Result<Show> {
        let kinds = policies::kinds(conn)?;
        let versions = policies::list(conn, SHOWN)?;
        let found = versions.iter().find(|it| wanted.is_none_or(|wanted| it.version == wanted)).cloned();
        let today = frame.now.with_timezone(&calendars::of_item(conn, None)?.zone()).date_naive();
        Ok(Show { version: found.ok_or(Error::NotFound)?, history: history(versions, &kinds), frame, kinds, today, limits })
    }

    fn policy(&self) -> &Policy {
        self.version.policy()
    }

    fn newest(&self) -> i32 {
        self.history.first().map_or(0, |it| it.version.version)
    }

    fn is_newest(&self) -> bool {
        self.version.version == self.newest()
    }

    fn may_edit(&self) -> bool {
        self.is_newest() && self.frame.may(Action::ConfigureProcess)
    }

    fn parts(&self, kind: &Kind) -> &'static str {
        match self.policy().parts_of(&kind.key, kind.level) {
            1 => "one part: v2",
            2 => "two parts: v1.3",
            _ => "three parts: v1.2.1",
        }
    }

    fn rules(&self, kind: &Kind) -> Vec<String> {
        self.policy().rules_of(&kind.key, &kind.name)
    }

    fn ships_between(&self, kind: &Kind) -> bool {
        self.policy().spacing.days > 0 && self.policy().spacing.between.contains(&kind.key)
    }

    /// Who may go on without what, those who may the same together.
    fn waivers(&self) -> Vec<(String, Vec<Requirement>)> {
        let mut groups: Vec<(String, Vec<Requirement>)> = Vec::new();
        for requirement in waivable() {
            let who = listed(self.policy().waivers_of(requirement));
            match groups.iter_mut().find(|(it, _)| *it == who) {
                Some((_, all)) => all.push(requirement),
                None => groups.push((who, vec![requirement])),
            }
        }
        groups.sort_by_key(|(_, all)| std::cmp::Reverse(all.len()));
        groups
    }

    /// `Mon 2 Mar 2026`.
    fn day(&self, it: &NaiveDate) -> String {
        written(*it)
    }

    fn is_overdue(&self) -> bool {
        self.version.review_on.is_some_and(|it| it < self.today)
    }

    /// How long sessions last at most whatever the policy says, if the settings of the program say so.
    fn cap(&self) -> String {
        let idle = self.limits.idle.map(|it| format!("{} minutes without use", it.num_minutes()));
        let life = self.limits.life.map(|it| format!("{} hours in all", it.num_hours()));
        idle.into_iter().chain(life).collect::<Vec<_>>().join(" and ")
    }
}

fn history(versions: Vec<Version>, kinds: &[Kind]) -> Vec<Past> {
    let before = versions.iter().skip(1).map(Some).chain(std::iter::once(None));
    let fields: Vec<Vec<FieldChange>> = versions.iter().zip(before).map(|(it, before)| changed(before, it, kinds)).collect();
    versions.into_iter().zip(fields).map(|(version, fields)| Past { version, fields }).collect()
}

fn changed(before: Option<&Version>, after: &Version, kinds: &[Kind]) -> Vec<FieldChange> {
    before.map_or_else(Vec::new, |before| actions::changes(before, after.policy(), after.review_on, kinds))
}

pub async fn index(ctx: app::Context, req: HttpRequest, settings: Data<Settings>) -> Answer {
    let (frame, limits) = (page::frame(&ctx, &req), settings.limits);
    page::show(&ctx, move |conn| Show::load(conn, frame, limits, None)).await
}

pub async fn show(ctx: app::Context, req: HttpRequest, version: Path<String>, settings: Data<Settings>) -> Answer {
    let version: i32 = version.parse().map_err(|_| Error::NotFound)?;
    let (frame, limits) = (page::frame(&ctx, &req), settings.limits);
    page::show(&ctx, move |conn| Show::load(conn, frame, limits, Some(version))).await
}
