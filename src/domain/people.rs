//! Who acts here, and who may do what: the permission table.

use super::ids::{SLIPWAY, UserId};
use super::refusals::Refusal;
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

/// An e-mail address: what somebody signs in with, and where their mail goes. In lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Write an e-mail address, such as ines@example.org.")]
pub struct NoAddress;

impl EmailAddress {
    pub fn parse(text: &str) -> Result<EmailAddress, NoAddress> {
        let text = text.trim().to_ascii_lowercase();
        let (local, domain) = text.split_once('@').ok_or(NoAddress)?;
        let local_is_fine = local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
        let parts_are_fine = [local, domain].iter().all(|it| it.split('.').all(|part| !part.is_empty()));
        let domain_is_fine =
            domain.split('.').all(|it| it.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && !it.starts_with('-') && !it.ends_with('-'));
        if local_is_fine && parts_are_fine && domain_is_fine && local.len() <= 64 && text.len() <= 200 { Ok(EmailAddress(text)) } else { Err(NoAddress) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The time zones to choose from: the places people live in, and UTC.
pub fn zones() -> impl Iterator<Item = &'static str> {
    const PARTS: [&str; 10] = ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];
    let in_part = |name: &&str| name.split_once('/').is_some_and(|(part, _)| PARTS.contains(&part));
    std::iter::once("UTC").chain(chrono_tz::TZ_VARIANTS.iter().map(|it| it.name()).filter(in_part))
}

/// Somebody must be left who can let others in: may this one stop being an administrator, when these are all that are active?
pub fn spare_administrator(user: UserId, active: &[UserId]) -> Result<(), Refusal> {
    if active == [user] { Err(Refusal::LastAdministrator) } else { Ok(()) }
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
    /// To open again what has ended.
    Reopen,
    /// To keep what early life support works with: readings, incidents, known errors, checklist.
    Support(Standing),
    /// To attach files, and to remove one's own.
    Attach(Standing),
    ManageTasks(Standing),
    /// `mine`: assigned to the actor, or to a group of theirs.
    WorkTask {
        mine: bool,
        standing: Standing,
    },
    Decide,
    /// To note that somebody is away, and who decides in their place.
    Delegate {
        own: bool,
    },
    /// To ask somebody else in an approver's place.
    Reassign,
    Watch,
    ConfigureProcess,
    /// To set how sessions end and what passwords must be.
    SecureAccounts,
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
            Action::Waive | Action::ConfigureProcess | Action::Reassign | Action::Delegate { own: false } => manages,
            Action::WorkTask { mine, standing } => manages || (coordinates && standing.own()) || (mine && (coordinates || contributes)),
            Action::Decide | Action::Delegate { own: true } => manages || coordinates || contributes,
            Action::Support(standing) | Action::Attach(standing) => manages || (coordinates && standing.own()) || contributes,
            Action::Watch => self.id != SLIPWAY,
            Action::ManageUsers | Action::SecureAccounts | Action::ReadLog | Action::Reopen => self.is(Role::Administrator),
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
            Action::Reopen => "reopen what has ended",
            Action::Support(_) => "work on the early life support of this release",
            Action::Attach(_) => "attach files to this record",
            Action::ManageTasks(_) => "plan the tasks of this record",
            Action::WorkTask { .. } => "work on this task",
            Action::Decide => "decide an approval",
            Action::Delegate { .. } => "note who is away",
            Action::Reassign => "ask somebody else in an approver's place",
            Action::Watch => "watch a record",
            Action::ConfigureProcess => "configure the process",
            Action::SecureAccounts => "change the security settings",
            Action::RegisterItem => "register a configuration item",
            Action::ManageUsers => "manage users and groups",
            Action::ReadLog => "read the whole activity log",
        }
    }

    /// Whom to ask for it.
    pub const fn who_may(self) -> &'static str {
        match self {
            Action::Reopen | Action::SecureAccounts | Action::ManageUsers | Action::ReadLog => "an administrator",
            Action::RegisterRelease
            | Action::EditRelease(_)
            | Action::MoveRelease(_)
            | Action::RegisterChange
            | Action::EditChange(_)
            | Action::MoveChange(_)
            | Action::Waive
            | Action::Support(_)
            | Action::Attach(_)
            | Action::ManageTasks(_)
            | Action::WorkTask { .. }
            | Action::Decide
            | Action::Delegate { .. }
            | Action::Reassign
            | Action::Watch
            | Action::RegisterItem
            | Action::ConfigureProcess => "a release manager",
        }
    }
}

#[cfg(test)]
mod tests;
