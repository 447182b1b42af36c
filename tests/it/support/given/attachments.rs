//! Files that are attached already.

use crate::support::TestApp;
use slipway::app::attachments::receiving::Received;
use slipway::app::attachments::{Storage, add};
use slipway::domain::attachments::Target;
use slipway::domain::ids::{AttachmentId, RecordId};

/// A file of this name and content on a record.
pub fn attachment(app: &TestApp, record: RecordId, name: &str, content: &[u8]) -> AttachmentId {
    let storage = Storage::of(&app.config);
    let file = Received::of(name, content, &storage).expect("it is written");
    app.act(|tx| add(tx, record, Target::Record, vec![file], &storage)).expect("attached")[0]
}
