//! The handover of support to the group that takes it over.

use super::words::words;

words! {
    pub enum HandoverState {
        Asked = "asked" "Asked",
        Accepted = "accepted" "Accepted",
        Declined = "declined" "Declined",
        Withdrawn = "withdrawn" "Withdrawn",
    }
}
