//! Drafts of workflows.

use crate::support::TestApp;
use slipway::app::workflow_drafts;
use slipway::domain::ids::WorkflowDraftId;
use slipway::store::workflows::{self, Published};

/// The newest version of the workflow of this key.
pub fn workflow(app: &TestApp, key: &str) -> Published {
    app.read(|conn| workflows::versions(conn, key)).into_iter().next().expect("it is published")
}

/// A draft of the next version of the workflow of this key, or the one that is begun.
pub fn workflow_draft(app: &TestApp, key: &str) -> WorkflowDraftId {
    let id = workflow(app, key).id;
    app.act(|tx| workflow_drafts::revise(tx, id)).expect("it is begun").0
}
