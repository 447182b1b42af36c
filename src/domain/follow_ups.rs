//! Follow-up actions: what remains to be done after a release.

use super::words::words;

words! {
    pub enum FollowUpState {
        Open = "open" "Open",
        Done = "done" "Done",
        HandedOn = "handed_on" "Handed on",
    }
}
