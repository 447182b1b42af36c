//! Support that is handed over: the checklist done, operations asked, and what their mails carry.

use super::links::Link;
use super::people::{Somebody, members, user};
use super::sheet;
use crate::support::TestApp;
use chrono::Duration;
use slipway::app::handovers::{self, Answer, checklist};
use slipway::app::links::Keys;
use slipway::app::mailed_links;
use slipway::domain::ids::{GroupId, HandoverId, RecordId};
use slipway::domain::people::Role;
use slipway::store::groups;
use slipway::store::mailed_links::Target;
use slipway::store::users;

pub fn operations(app: &TestApp) -> GroupId {
    app.read(groups::list).into_iter().find(|it| it.key == "operations").expect("a shipped group").id
}

/// Contributors of these names, who are operations.
pub fn receivers<const N: usize>(app: &TestApp, names: [&str; N]) -> [Somebody; N] {
    let people = names.map(|name| user(app, name, &[Role::Contributor]));
    members(app, "operations", &people);
    people
}

/// Everything on the checklist is done.
pub fn tick_all(app: &TestApp, id: RecordId) {
    for item in sheet(app, id).checklist.iter().filter(|it| !it.is_done()) {
        app.act(|tx| checklist::tick(tx, item.id, item.version, true)).expect("ticked");
    }
}

/// Operations is asked, with all of the checklist done.
#[track_caller]
pub fn offer(app: &TestApp, id: RecordId) -> HandoverId {
    tick_all(app, id);
    let group = operations(app);
    app.act(|tx| handovers::ask(tx, id, group, "All is written down")).unwrap_or_else(|error| panic!("{error}"))
}

/// Somebody of operations accepts, once they are asked.
pub(super) fn hand_over(app: &TestApp, id: RecordId) {
    let group = operations(app);
    if app.read(|conn| slipway::store::handovers::receivers(conn, group)).is_empty() {
        receivers(app, ["Olga"]);
    }
    let asked = sheet(app, id).handover.filter(|it| it.handover.is_asked());
    let handover = asked.map_or_else(|| offer(app, id), |it| it.handover.id);
    let record = sheet(app, id).full.record;
    let receivers = app.read(|conn| slipway::store::handovers::receivers(conn, group));
    let who = receivers.into_iter().find(|it| !record.is_run_by(it.id)).expect("somebody who may accept");
    let actor = app.read(|conn| users::actor(conn, who.id)).expect("an account");
    let accept = |tx: &mut slipway::store::Tx<'_>| {
        let seen = handovers::Offer::load(tx.conn, id, tx.now)?.seen();
        handovers::answer(tx, handover, &Answer::Accept { note: String::new(), seen })
    };
    app.act_as(actor, accept).expect("accepted");
}

/// The link for this person to this handover, as a mail would carry it.
pub fn link_to(app: &TestApp, handover: HandoverId, who: &Somebody) -> Link {
    let expires_at = Some(app.clock.now() + Duration::days(14));
    let offer = |tx: &mut slipway::store::Tx<'_>| mailed_links::offer(tx, &Keys::of(&app.config), None, Target::Handover(handover), Some(who.id), expires_at);
    let secrets = app.act(offer).expect("a link");
    Link { path: secrets.path, code: secrets.code }
}
