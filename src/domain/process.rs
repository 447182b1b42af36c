//! The process as it is configured: its parts, and what is done to them.

use super::words::words;

words! {
    /// A part of the process that somebody shapes.
    pub enum Part {
        Draft = "draft" "draft of the workflow",
        Workflow = "workflow" "workflow",
        Category = "category" "category",
        Model = "model" "release model",
        Policy = "policy" "policy",
        Notification = "notification" "notification rule",
        Calendar = "calendar" "calendar",
        Configuration = "configuration" "process configuration",
    }
}

words! {
    /// What is done to a part of the process; the label is the verb of a sentence about it.
    pub enum Deed {
        Created = "created" "created",
        Edited = "edited" "edited",
        Discarded = "discarded" "discarded",
        Published = "published" "published",
        Retired = "retired" "retired",
        Reinstated = "reinstated" "brought back",
        Removed = "removed" "removed",
        Imported = "imported" "imported",
        Moved = "moved" "moved running records of",
        Stopped = "stopped" "stopped moving running records of",
    }
}
