//! What there is before a story begins: builders, one for each room.

mod asking;
mod attachments;
mod early_life;
mod handovers;
mod journey;
mod links;
mod notification_rules;
mod people;
mod policies;
mod records;
mod results;
mod reviews;
mod second_factor;
mod surveys;
mod workflow_drafts;
mod workflows;

pub use asking::{draft_survey, question_set};
pub use attachments::attachment;
pub use early_life::{agreed, early_life, early_life_left, metric, reading};
pub use handovers::{link_to, offer, operations, receivers, tick_all};
pub use journey::{advance, approve, ask, deny, edit_window, fulfil, pending, retract, sheet, take};
pub use links::{Link, link, link_of};
pub use notification_rules::rule;
pub use people::{PASSWORD, Somebody, absence, approvers, members, user};
pub use policies::{apart, at_most_once_in, policy};
pub use records::{change, item, release};
pub use results::survey as answered_survey;
pub use reviews::{follow_up, point_is};
pub use second_factor::{Factor, second_factor, second_factor_sealed_by, seed_of};
pub use surveys::{invited, set_survey, survey, survey_link};
pub use workflow_drafts::{workflow, workflow_draft};
pub use workflows::{next_version, passed_over, phase, rename_phase, version};
