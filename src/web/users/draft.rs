//! The account form: from fields to what an administrator decides, and back.

use crate::app::FormErrors;
use crate::app::users::Draft;
use crate::domain::people::{EmailAddress, Role, zones};
use crate::domain::text;
use crate::store::users::User;
use crate::web::form::{Choice, Fields};

pub fn read_draft(fields: &Fields, errors: &mut FormErrors) -> Option<Draft> {
    let name = errors.check("name", text::line(fields.text("name")));
    let email = errors.check("email", EmailAddress::parse(fields.text("email")));
    let zone = fields.required("time_zone", errors);
    let roles: Vec<Role> = fields.several("roles", errors);
    if roles.is_empty() {
        errors.about("roles", "Choose at least one role.");
        return None;
    }
    Some(Draft { name: name?, email: email?, zone: zone?, roles })
}

pub fn fields_of(user: &User, roles: &[Role]) -> Fields {
    let mut fields = Fields::default();
    fields.set("name", &user.name);
    fields.set("email", &user.email);
    fields.set("time_zone", &user.time_zone);
    fields.set("version", user.version.to_string());
    fields.set_all("roles", roles.iter().map(|it| it.word().to_owned()).collect());
    fields
}

pub fn role_choices() -> Vec<Choice> {
    let hint = |role: Role| match role {
        Role::Administrator => "Everything, and users and groups",
        Role::ReleaseManager => "Every release and RFC, waivers, the process itself",
        Role::ReleaseCoordinator => "Registers releases, and moves those they coordinate",
        Role::ReleaseApprover => "Decides approvals they are asked for",
        Role::Contributor => "Registers RFCs and works on tasks",
        Role::Viewer => "Reads everything, changes nothing",
    };
    Role::ALL.iter().map(|role| Choice::new(role.word(), role.label()).hint(hint(*role))).collect()
}

/// The zones on offer, and the one that is set even if it is not among them.
pub fn zone_choices(current: &str) -> Vec<Choice> {
    let other = Some(current).filter(|it| !it.is_empty() && !zones().any(|zone| zone == *it));
    let choice = |zone: &str| Choice::new(zone, zone.replace('_', " "));
    other.map(choice).into_iter().chain(zones().map(choice)).collect()
}
