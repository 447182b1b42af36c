//! Releases and RFCs, taken honestly to the phase that a story begins in.

use super::journey;
use super::people::{Somebody, user};
use crate::support::TestApp;
use slipway::app::changes::NewChange;
use slipway::app::releases::{ItemChoice, NewRelease};
use slipway::domain::ids::{CategoryId, ItemId, RecordId, UserId};
use slipway::domain::items::ItemKind;
use slipway::domain::people::Role;
use slipway::domain::records::{Grade, RecordKind};
use slipway::domain::releases::Version;
use slipway::store::records::{Details, Scope, Window};
use slipway::store::{categories, items, models};

/// A service of this name; the same one if asked for again.
pub fn item(app: &TestApp, name: &str) -> ItemId {
    let found = app.read(|conn| items::find_by_name(conn, name));
    found.map_or_else(|| app.write(|tx| items::insert(tx, name, ItemKind::Service, "")), |it| it.id)
}

fn category(app: &TestApp, kind: RecordKind, key: &str) -> CategoryId {
    app.read(|conn| categories::list(conn, kind)).into_iter().find(|it| it.key == key).expect("a shipped category").id
}

/// A release of this CI: a minor one, owned by the manager Ines and coordinated by Tom, unless said otherwise.
pub fn release<'a>(app: &'a TestApp, item: &str) -> Release<'a> {
    Release {
        app,
        item: item.to_owned(),
        title: format!("{item}, better"),
        key: "minor",
        owner: None,
        coordinator: None,
        changes: 0,
        grade: None,
        version: None,
        model: false,
    }
}

pub struct Release<'a> {
    app: &'a TestApp,
    item: String,
    title: String,
    key: &'static str,
    owner: Option<UserId>,
    coordinator: Option<UserId>,
    changes: usize,
    grade: Option<Grade>,
    version: Option<&'static str>,
    model: bool,
}

impl Release<'_> {
    pub fn major(self) -> Self {
        Release { key: "major", ..self }
    }

    pub fn emergency(self) -> Self {
        Release { key: "emergency", ..self }
    }

    pub fn titled(self, title: &str) -> Self {
        Release { title: title.to_owned(), ..self }
    }

    pub fn version(self, version: &'static str) -> Self {
        Release { version: Some(version), ..self }
    }

    pub fn owned_by(self, who: &Somebody) -> Self {
        Release { owner: Some(who.id), ..self }
    }

    pub fn coordinated_by(self, who: &Somebody) -> Self {
        Release { coordinator: Some(who.id), ..self }
    }

    pub fn with_changes(self, changes: usize) -> Self {
        Release { changes, ..self }
    }

    /// With the tasks and texts of the shipped model.
    pub fn with_model(self) -> Self {
        Release { model: true, ..self }
    }

    /// Of high impact and urgency, so that it needs training.
    pub fn grave(self) -> Self {
        Release { grade: Some(Grade::High), ..self }
    }

    pub fn registered(self) -> RecordId {
        let app = self.app;
        let owner_id = self.owner.unwrap_or_else(|| user(app, "Ines", &[Role::ReleaseManager]).id);
        let coordinator = self.coordinator.unwrap_or_else(|| user(app, "Tom", &[Role::ReleaseCoordinator]).id);
        let item = item(app, &self.item);
        let model = || app.read(models::list).into_iter().find(|it| it.key == self.key).expect("a shipped model").id;
        let new = NewRelease {
            category: category(app, RecordKind::Release, self.key),
            item: ItemChoice::Existing(item),
            version: self.version.map(|it| Version::parse(it).expect("a version")),
            details: Details { title: self.title, owner_id, coordinator_id: Some(coordinator), impact: self.grade, urgency: self.grade, likelihood: None },
            scope: Scope::default(),
            window: Window::default(),
            plan: slipway::store::releases::Plan::default(),
            model: self.model.then(model),
            changes: (0..self.changes).map(|count| change(app, &format!("Part {}", count + 1)).registered()).collect(),
        };
        app.act(|tx| slipway::app::releases::register(tx, &new)).expect("registered")
    }

    /// Brought to this phase by doing all that is asked on the way.
    pub fn in_phase(self, phase: &str) -> RecordId {
        let app = self.app;
        let id = self.registered();
        journey::walk(app, id, phase);
        id
    }
}

/// An RFC of this title: a normal one, requested by the manager Ines and assigned to Tom, unless said otherwise.
pub fn change<'a>(app: &'a TestApp, title: &str) -> Change<'a> {
    Change { app, title: title.to_owned(), key: "normal-change", requester: None }
}

pub struct Change<'a> {
    app: &'a TestApp,
    title: String,
    key: &'static str,
    requester: Option<UserId>,
}

impl Change<'_> {
    pub fn standard(self) -> Self {
        Change { key: "standard-change", ..self }
    }

    pub fn emergency(self) -> Self {
        Change { key: "emergency-change", ..self }
    }

    pub fn requested_by(self, who: &Somebody) -> Self {
        Change { requester: Some(who.id), ..self }
    }

    pub fn registered(self) -> RecordId {
        let app = self.app;
        let owner_id = self.requester.unwrap_or_else(|| user(app, "Ines", &[Role::ReleaseManager]).id);
        let assignee = user(app, "Tom", &[Role::ReleaseCoordinator]).id;
        let new = NewChange {
            category: category(app, RecordKind::Change, self.key),
            details: Details { title: self.title, owner_id, coordinator_id: Some(assignee), impact: None, urgency: None, likelihood: None },
            scope: Scope::default(),
            window: Window::default(),
            items: Vec::new(),
            release: None,
        };
        app.act(|tx| slipway::app::changes::register(tx, &new)).expect("registered")
    }

    /// Brought to this phase by doing all that is asked on the way.
    pub fn in_phase(self, phase: &str) -> RecordId {
        let app = self.app;
        let id = self.registered();
        journey::walk(app, id, phase);
        id
    }
}
