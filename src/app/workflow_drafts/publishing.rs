//! Publishing a draft: the next version of its workflow, and the categories whose new records follow it.

use super::{names, seen_draft};
use crate::app::{FormErrors, Result};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::{CategoryId, WorkflowDraftId, WorkflowId};
use crate::domain::process::{Deed, Part};
use crate::domain::workflows::checking::findings;
use crate::domain::workflows::differences::differences;
use crate::store::workflow_drafts::{self, Draft};
use crate::store::workflows::{self, Follower, Published, world};
use crate::store::{Tx, events};
use diesel::QueryResult;
use diesel::pg::PgConnection;

/// What publishing a draft would do.
#[derive(Clone, Debug)]
pub struct Publication {
    pub draft: Draft,
    /// The version that it follows, if it is not the first.
    pub before: Option<Published>,
    pub differences: Vec<FieldChange>,
    /// The categories that could follow it.
    pub followers: Vec<Follower>,
    /// What must be put right first, in words.
    pub faults: Vec<String>,
}

impl Publication {
    pub fn of(conn: &mut PgConnection, draft: Draft) -> QueryResult<Publication> {
        let before = workflows::versions(conn, &draft.key)?.into_iter().next();
        let differences = match &before {
            Some(before) => {
                let mut fields: Vec<FieldChange> = FieldChange::between("Name of the workflow", &before.name, &draft.name).into_iter().collect();
                fields.extend(differences(&before.workflow, &draft.workflow, &names(conn)?));
                fields
            }
            None => Vec::new(),
        };
        let followers = workflows::followers(conn, draft.kind)?;
        let other = before
            .as_ref()
            .filter(|it| it.kind != draft.kind)
            .map(|it| format!("“{}” has the same key and is for other records. Begin a draft under another name.", it.name));
        let mut faults: Vec<String> = findings(&draft.workflow, &world::load(conn, draft.kind)?).into_iter().map(|it| it.message).collect();
        faults.extend(other);
        Ok(Publication { draft, before, differences, followers, faults })
    }

    pub fn version(&self) -> i32 {
        self.before.as_ref().map_or(1, |it| it.version + 1)
    }

    /// Whether it would be the same as what it follows.
    pub fn is_idle(&self) -> bool {
        self.before.as_ref().is_some_and(|it| it.name == self.draft.name && it.workflow == self.draft.workflow)
    }
}

/// Makes the draft the next version of its workflow, which these categories follow from now on. Records under way stay on theirs.
pub fn publish(tx: &mut Tx<'_>, id: WorkflowDraftId, seen: i32, note: &str, chosen: &[CategoryId]) -> Result<WorkflowId> {
    let draft = seen_draft(tx, id, seen)?;
    let publication = Publication::of(tx.conn, draft)?;
    if !publication.faults.is_empty() {
        return Err(FormErrors::of("faults", publication.faults.join(" ")).into());
    }
    if publication.is_idle() {
        return Err(FormErrors::of("note", "Nothing differs from the version before, so there is nothing to publish.").into());
    }
    let followers: Vec<&Follower> = publication.followers.iter().filter(|it| chosen.contains(&it.id)).collect();
    if followers.len() < chosen.len() {
        return Err(FormErrors::of("categories", "One of these categories cannot follow it. Choose again.").into());
    }
    let Publication { draft, .. } = &publication;
    let version = publication.version();
    let new = workflows::New { key: &draft.key, version, kind: draft.kind, name: &draft.name, workflow: &draft.workflow, note };
    let published = workflows::insert(tx, &new)?;
    workflows::follow(tx, chosen, published)?;
    workflow_drafts::remove(tx, id)?;
    let called = format!("{}, version {version}", draft.name);
    let switched = followers
        .iter()
        .filter_map(|it| FieldChange::between(&format!("Category {}", it.name), format!("{}, version {}", it.workflow_name, it.version), &called));
    let fields = publication.differences.iter().cloned().chain(switched).collect();
    events::record(tx, None, &Event::ProcessShaped { part: Part::Workflow, name: called.clone(), deed: Deed::Published, fields, reason: note.to_owned() })?;
    Ok(published)
}
