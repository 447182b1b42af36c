//! What there is before a story begins: builders, one for each room.

mod handovers;
mod journey;
mod links;
mod people;
mod records;

pub use handovers::{link_to, offer, operations, receivers, tick_all};
pub use journey::{advance, approve, ask, deny, edit_window, fulfil, pending, sheet, take};
pub use links::{Link, link, link_of};
pub use people::{PASSWORD, Somebody, absence, approvers, members, user};
pub use records::{change, item, release};
