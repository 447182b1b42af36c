//! What there is before a story begins: builders, one for each room.

mod journey;
mod links;
mod people;
mod records;
mod surveys;

pub use journey::{advance, approve, ask, deny, edit_window, fulfil, pending, sheet, take};
pub use links::{Link, link, link_of};
pub use people::{PASSWORD, Somebody, absence, approvers, members, user};
pub use records::{change, item, release};
pub use surveys::{invited, set_survey, survey, survey_link};
