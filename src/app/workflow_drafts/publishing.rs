//! Publishing a draft: the next version of its workflow, and the categories whose new records follow it.

use super::stranded::{self, StrandedModel, StrandedRule};
use super::{base, names, seen_draft};
use crate::app::{Error, FormErrors, Result};
use crate::domain::events::{Event, FieldChange};
use crate::domain::ids::{CategoryId, WorkflowDraftId, WorkflowId};
use crate::domain::process::{Deed, Part};
use crate::domain::workflows::checking::findings;
use crate::domain::workflows::differences::differences;
use crate::store::workflow_drafts::{self, Draft};
use crate::store::workflows::{self, Follower, Published, world};
use crate::store::{Tx, events};
use diesel::pg::PgConnection;

/// What publishing a draft would do.
#[derive(Clone, Debug)]
pub struct Publication {
    pub draft: Draft,
    /// The version that is current now, and that it would follow; none, if it is the first.
    pub before: Option<Published>,
    /// The version of this workflow that it began as a copy of; none, if it is a new one.
    pub base: Option<Published>,
    /// From what is current now.
    pub differences: Vec<FieldChange>,
    /// The categories that could follow it.
    pub followers: Vec<Follower>,
    /// Of the categories that could follow it.
    pub models: Vec<StrandedModel>,
    pub rules: Vec<StrandedRule>,
    /// What must be put right first, in words.
    pub faults: Vec<String>,
}

/// How somebody wants a draft published.
#[derive(Clone, Debug)]
pub struct Order {
    pub note: String,
    /// The categories whose new records follow it from now on.
    pub categories: Vec<CategoryId>,
    /// The version that is knowingly replaced, where one was published after the draft was begun.
    pub replaces: Vec<WorkflowId>,
}

impl Publication {
    pub fn of(conn: &mut PgConnection, draft: Draft) -> Result<Publication> {
        let before = workflows::versions(conn, &draft.key)?.into_iter().next();
        let base = base(conn, &draft)?;
        let differences = match &before {
            Some(before) => {
                let mut fields: Vec<FieldChange> = FieldChange::between("Name of the workflow", &before.name, &draft.name).into_iter().collect();
                fields.extend(differences(&before.workflow, &draft.workflow, &names(conn)?));
                fields
            }
            None => Vec::new(),
        };
        let followers = workflows::followers(conn, draft.kind)?;
        let models = stranded::models_of(conn, &followers, &draft.workflow)?;
        let rules = stranded::rules(conn, before.as_ref(), &draft.workflow)?;
        let mut faults: Vec<String> = findings(&draft.workflow, &world::load(conn, draft.kind)?).into_iter().map(|it| it.message).collect();
        faults.extend(before.as_ref().filter(|_| base.is_none()).map(taken));
        Ok(Publication { draft, before, base, differences, followers, models, rules, faults })
    }

    pub fn version(&self) -> i32 {
        self.before.as_ref().map_or(1, |it| it.version + 1)
    }

    /// Whether it would be the same as what it follows.
    pub fn is_idle(&self) -> bool {
        self.before.as_ref().is_some_and(|it| it.name == self.draft.name && it.workflow == self.draft.workflow)
    }

    /// What was published after the draft was begun: its base, and the version that is current now.
    pub fn overtaken(&self) -> Option<(&Published, &Published)> {
        self.base.as_ref().zip(self.before.as_ref()).filter(|(base, now)| base.id != now.id)
    }

    /// The models that lose tasks if nothing but what follows the workflow already goes on following it.
    pub fn losing(&self) -> Vec<&StrandedModel> {
        let follows = |id: CategoryId| self.followers.iter().any(|it| it.id == id && it.key == self.draft.key);
        self.models.iter().filter(|it| follows(it.category)).collect()
    }
}

/// A new workflow whose key another one has meanwhile.
fn taken(other: &Published) -> String {
    let by = other.published_by.as_ref().map_or_else(String::new, |it| format!(" by {it}"));
    format!(
        "This draft is of a new workflow, and “{}” was published under its key, “{}”, after it was begun{by}. Save the draft under a name of its own, \
         which gives it another key; or discard it and draft the next version of “{}”.",
        other.name, other.key, other.name
    )
}

/// Makes the draft the next version of its workflow. Records under way stay on theirs.
pub fn publish(tx: &mut Tx<'_>, id: WorkflowDraftId, seen: i32, order: &Order) -> Result<WorkflowId> {
    let draft = seen_draft(tx, id, seen)?;
    let publication = Publication::of(tx.conn, draft)?;
    check(&publication, order)?;
    let followers: Vec<&Follower> = publication.followers.iter().filter(|it| order.categories.contains(&it.id)).collect();
    if followers.len() < order.categories.len() {
        return Err(FormErrors::of("categories", "One of these categories cannot follow it. Choose again.").into());
    }
    let Publication { draft, .. } = &publication;
    let version = publication.version();
    let new = workflows::New { key: &draft.key, version, kind: draft.kind, name: &draft.name, workflow: &draft.workflow, note: &order.note };
    let published = workflows::insert(tx, &new).map_err(overtaken)?;
    workflows::follow(tx, &order.categories, published)?;
    workflow_drafts::remove(tx, id, Some(published))?;
    let called = format!("{}, version {version}", draft.name);
    let switched = followers
        .iter()
        .filter_map(|it| FieldChange::between(&format!("Category {}", it.name), format!("{}, version {}", it.workflow_name, it.version), &called));
    let fields = publication.differences.iter().cloned().chain(switched).collect();
    let event = Event::ProcessShaped { part: Part::Workflow, name: called.clone(), deed: Deed::Published, fields, reason: order.note.clone() };
    events::record(tx, None, &event)?;
    Ok(published)
}

fn check(publication: &Publication, order: &Order) -> Result<()> {
    if !publication.faults.is_empty() {
        return Err(FormErrors::of("faults", publication.faults.join(" ")).into());
    }
    if publication.is_idle() {
        return Err(FormErrors::of("note", "Nothing differs from the version before, so there is nothing to publish.").into());
    }
    match publication.overtaken() {
        Some((_, now)) if order.replaces != [now.id] => {
            let words =
                format!("Version {} was published after this draft was begun. Look at what differs from it; tick this if it is to be replaced.", now.version);
            Err(FormErrors::of("replaces", words).into())
        }
        Some(_) | None => Ok(()),
    }
}

/// Somebody else published this number at the same moment.
fn overtaken(error: diesel::result::Error) -> Error {
    if crate::store::is_duplicate(&error) {
        FormErrors::of("note", "Another version was published at this very moment. Look at what differs from it now.").into()
    } else {
        error.into()
    }
}
