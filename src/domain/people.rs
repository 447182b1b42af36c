//! Who acts here, and who may do what: the permission table.

use super::ids::{SLIPWAY, UserId};
use super::words::words;
use chrono_tz::Tz;

words! {
    /// What somebody is in the organisation. A person may hold several.
    pub enum Role {
        Administrator = "administrator" "Administrator",
        ReleaseManager = "release_manager" "Release Manager",
        ReleaseCoordinator = "release_coordinator" "Release Coordinator",
        ReleaseApprover = "release_approver" "Release Approver",
        Contributor = "contributor" "Contributor",
        Viewer = "viewer" "Viewer",
    }
}

words! {
    /// How pages look to a person.
    pub enum Theme {
        Auto = "auto" "As the device",
        Light = "light" "Light",
        Dark = "dark" "Dark",
    }
}

/// Who is acting. Every write has one, the program itself included.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Actor {
    pub id: UserId,
    pub name: String,
    pub roles: Vec<Role>,
    pub zone: Tz,
    pub theme: Theme,
}

/// What an actor is to the record at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub owner: bool,
    pub coordinator: bool,
}

impl Standing {
    pub fn own(self) -> bool {
        self.owner || self.coordinator
    }
}

/// Something one needs permission for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    RegisterRelease,
    EditRelease(Standing),
    MoveRelease(Standing),
    RegisterChange,
    EditChange(Standing),
    MoveChange(Standing),
    Waive,
    ManageTasks(Standing),
    /// `mine`: assigned to the actor, or to a group of theirs.
    WorkTask {
        mine: bool,
        standing: Standing,
    },
    Decide,
    Watch,
    ConfigureProcess,
    RegisterItem,
    ManageUsers,
    ReadLog,
}

impl Actor {
    /// The program itself, which may do everything.
    pub fn slipway() -> Actor {
        Actor { id: SLIPWAY, name: "Slipway".into(), roles: vec![Role::Administrator], zone: Tz::UTC, theme: Theme::Auto }
    }

    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    pub fn standing(&self, owner: UserId, coordinator: Option<UserId>) -> Standing {
        Standing { owner: owner == self.id, coordinator: coordinator == Some(self.id) }
    }

    /// The whole permission table (PROCESS, section 3).
    pub fn may(&self, action: Action) -> bool {
        let manages = self.is(Role::Administrator) || self.is(Role::ReleaseManager);
        let coordinates = self.is(Role::ReleaseCoordinator);
        let contributes = self.is(Role::Contributor) || self.is(Role::ReleaseApprover);
        match action {
            Action::RegisterRelease | Action::RegisterItem => manages || coordinates,
            Action::EditRelease(standing) | Action::MoveRelease(standing) | Action::ManageTasks(standing) => manages || (coordinates && standing.own()),
            Action::RegisterChange => manages || coordinates || self.is(Role::Contributor),
            Action::EditChange(standing) | Action::MoveChange(standing) => manages || coordinates || (self.is(Role::Contributor) && standing.own()),
            Action::Waive | Action::ConfigureProcess => manages,
            Action::WorkTask { mine, standing } => manages || (coordinates && standing.own()) || (mine && (coordinates || contributes)),
            Action::Decide => manages || coordinates || contributes,
            Action::Watch => self.id != SLIPWAY,
            Action::ManageUsers | Action::ReadLog => self.is(Role::Administrator),
        }
    }
}

impl Action {
    /// Ends the sentence "Your role may not …".
    pub const fn words(self) -> &'static str {
        match self {
            Action::RegisterRelease => "register a release",
            Action::EditRelease(_) => "edit this release",
            Action::MoveRelease(_) => "move this release",
            Action::RegisterChange => "register an RFC",
            Action::EditChange(_) => "edit this RFC",
            Action::MoveChange(_) => "move this RFC",
            Action::Waive => "waive a requirement",
            Action::ManageTasks(_) => "plan the tasks of this record",
            Action::WorkTask { .. } => "work on this task",
            Action::Decide => "decide an approval",
            Action::Watch => "watch a record",
            Action::ConfigureProcess => "configure the process",
            Action::RegisterItem => "register a configuration item",
            Action::ManageUsers => "manage users and groups",
            Action::ReadLog => "read the whole activity log",
        }
    }
}

#[cfg(test)]
mod tests;
