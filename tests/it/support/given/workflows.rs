//! Further versions of the shipped workflows, as publishing lays them down.

use super::super::TestApp;
use diesel::prelude::*;
use slipway::app::moving::Order;
use slipway::app::moving::many::{self, Which};
use slipway::domain::ids::{MoveId, RecordId, WorkflowId};
use slipway::domain::moving::{Mapping, open_phases};
use slipway::domain::records::{RecordKind, RecordState};
use slipway::domain::workflows::{Phase, Workflow};
use slipway::store::moving::versions;
use slipway::store::schema::{records, workflows};
use std::collections::BTreeMap;

/// This version of a shipped workflow.
pub fn version(app: &TestApp, key: &str, version: i32) -> WorkflowId {
    app.read(|conn| workflows::table.filter(workflows::key.eq(key)).filter(workflows::version.eq(version)).select(workflows::id).first(conn))
}

/// The version after the newest of a workflow, changed like this. Categories stay with theirs.
pub fn next_version(app: &TestApp, key: &str, change: impl FnOnce(&mut Workflow)) -> WorkflowId {
    let newest = app.read(|conn| workflows::table.filter(workflows::key.eq(key)).order(workflows::version.desc()).select(workflows::id).first(conn));
    let mut it = app.read(|conn| versions::find(conn, newest));
    change(&mut it.workflow);
    let definition = serde_json::to_value(&it.workflow).expect("it can be written");
    app.write(|tx| {
        let row = (
            (workflows::key.eq(key), workflows::version.eq(it.version + 1), workflows::record_kind.eq(it.kind), workflows::name.eq(&it.name)),
            (workflows::definition.eq(definition), workflows::published_at.eq(tx.now)),
        );
        diesel::insert_into(workflows::table).values(row).returning(workflows::id).get_result(tx.conn)
    })
}

/// The phase of this key, to be changed.
pub fn phase<'a>(workflow: &'a mut Workflow, key: &str) -> &'a mut Phase {
    workflow.phases.iter_mut().find(|it| it.key == key).expect("a phase of the workflow")
}

/// Gives a phase another key and another name, everywhere: to Slipway the old one is gone.
pub fn rename_phase(workflow: &mut Workflow, from: &str, to: &str, name: &str) {
    for way in workflow.phases.iter_mut().flat_map(|it| &mut it.transitions).filter(|it| it.to == from) {
        way.to = to.to_owned();
    }
    let it = phase(workflow, from);
    (it.key, it.name) = (to.to_owned(), name.to_owned());
}

/// An order that was carried out: the record that it names was passed over, because it is not as it was seen.
pub fn passed_over(app: &TestApp) -> MoveId {
    let open = records::table.filter(records::state.eq(RecordState::Open)).filter(records::kind.eq(RecordKind::Release));
    let (record, from): (RecordId, WorkflowId) = app.read(|conn| open.order(records::id).select((records::id, records::workflow_id)).first(conn));
    let before = app.read(|conn| versions::find(conn, from));
    let to = app.read(|conn| versions::targets(conn, &before))[0].id;
    let after = app.read(|conn| versions::find(conn, to));
    let mapping = Mapping::proposed(&before.workflow, &after.workflow);
    let goal = |key: &str| mapping.goal(key).expect("a phase").to_owned();
    let chosen: BTreeMap<String, String> = open_phases(&before.workflow).map(|it| (it.key.clone(), goal(&it.key))).collect();
    let order = Order { from, to, chosen, reason: "The process is another one".into() };
    let id = app.act(|tx| many::order(tx, &order, &Which::These(vec![(record, -1)]))).expect("ordered");
    slipway::worker::moving::move_records(&app.db).expect("passed over");
    id
}
