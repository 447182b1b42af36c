//! Workflows: what is published, version by version. Everybody reads them; those who configure the process draft the next.

mod choosing;
pub mod simulation;
mod view;

use super::frame::Frame;
use super::page::{self, Answer};
use super::records::id_of;
use crate::app::{Context, workflow_drafts::names};
use crate::domain::events::FieldChange;
use crate::domain::ids::{WorkflowDraftId, WorkflowId};
use crate::domain::people::Action;
use crate::domain::records::RecordKind;
use crate::domain::workflows::Workflow;
use crate::domain::workflows::differences::{Names, differences};
use crate::domain::workflows::drawing::{self, Picture};
use crate::store::workflow_drafts::{self, Draft};
use crate::store::workflows::{self, Follower, Published};
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;
use chrono::{DateTime, Utc};

#[derive(Template)]
#[template(path = "workflows/index.html")]
struct Index {
    frame: Frame,
    workflows: Vec<Published>,
    followers: Vec<Follower>,
    drafts: Vec<(Draft, String, DateTime<Utc>)>,
}

impl Index {
    fn may_edit(&self) -> bool {
        self.frame.may(Action::ConfigureProcess)
    }

    fn of(&self, kind: &RecordKind) -> Vec<&Published> {
        self.workflows.iter().filter(|it| it.kind == *kind).collect()
    }

    fn draft_of(&self, key: &str) -> Option<WorkflowDraftId> {
        self.drafts.iter().find(|it| it.0.key == key).map(|it| it.0.id)
    }

    fn categories(&self, key: &str) -> Vec<&Follower> {
        self.followers.iter().filter(|it| it.key == key && it.retired_at.is_none()).collect()
    }
}

pub async fn index(ctx: Context, req: HttpRequest) -> Answer {
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let mut followers = workflows::followers(conn, RecordKind::Release)?;
        followers.extend(workflows::followers(conn, RecordKind::Change)?);
        Ok(Index { frame, workflows: workflows::newest(conn)?, followers, drafts: workflow_drafts::list(conn)? })
    })
    .await
}

#[derive(Template)]
#[template(path = "workflows/show.html")]
struct Show {
    frame: Frame,
    it: Published,
    names: Names,
    /// All of them, newest first.
    versions: Vec<Published>,
    /// The version before this one.
    before: Option<Published>,
    differences: Vec<FieldChange>,
    followers: Vec<Follower>,
    draft: Option<WorkflowDraftId>,
    /// How many open records go through this version.
    open: i64,
}

impl Show {
    fn may_edit(&self) -> bool {
        self.frame.may(Action::ConfigureProcess)
    }

    fn picture(&self) -> Picture {
        drawing::picture(&self.it.workflow, None)
    }

    fn newest(&self) -> Option<&Published> {
        self.versions.first().filter(|it| it.id != self.it.id)
    }

    fn workflow(&self) -> &Workflow {
        &self.it.workflow
    }

    fn names(&self) -> &Names {
        &self.names
    }
}

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    let id: WorkflowId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let it = workflows::version(conn, id)?;
        let versions = workflows::versions(conn, &it.key)?;
        let before = versions.iter().find(|other| other.version < it.version).cloned();
        let names = names(conn)?;
        let differences = before.as_ref().map(|other| differences(&other.workflow, &it.workflow, &names)).unwrap_or_default();
        let followers = workflows::followers(conn, it.kind)?.into_iter().filter(|other| other.workflow == id && other.retired_at.is_none()).collect();
        let open = workflows::open_records(conn)?.into_iter().find(|(other, _)| *other == id).map_or(0, |(_, count)| count);
        Ok(Show { draft: workflow_drafts::of_key(conn, &it.key)?, frame, it, names, versions, before, differences, followers, open })
    })
    .await
}
