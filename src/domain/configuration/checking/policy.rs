//! The policy of a file: what of it is new.

use super::Around;
use crate::domain::configuration::Configuration;
use crate::domain::policies::{Fault, WAIVING, waivable};
use crate::domain::records::RecordKind;
use crate::domain::requirements::Requirement;

pub fn faults(file: &Configuration, around: &Around<'_>) -> Vec<String> {
    let (before, after) = (&around.now.policy, &file.policy);
    if before == after {
        return Vec::new();
    }
    let mut found: Vec<String> = after.faults().into_iter().map(|it| format!("Policy, {}: {}", place(&it), it.message)).collect();
    let known = file.categories.iter().chain(&around.now.categories).filter(|it| it.kind == RecordKind::Release).map(|it| it.key.as_str());
    let known: Vec<&str> = known.collect();
    let mut of_category = |part: &str, key: &str, stood: bool| {
        if !stood && !known.contains(&key) {
            found.push(format!("Policy, {part}: there is no category {key} of releases, neither in the file nor here."));
        }
    };
    after.numbering.iter().for_each(|(key, parts)| of_category("numbering", key, before.numbering.get(key) == Some(parts)));
    after.frequency.iter().for_each(|(key, often)| of_category("frequency", key, before.frequency.get(key) == Some(often)));
    after.spacing.between.iter().for_each(|key| of_category("spacing.between", key, before.spacing.between.contains(key)));
    let ruled = after.waivers.iter().filter(|(it, roles)| before.waivers.get(it) != Some(roles));
    for (requirement, roles) in ruled {
        let place = format!("Policy, waivers of “{}”", requirement.label());
        if !waivable().any(|it: Requirement| it == *requirement) {
            found.push(format!("{place}: nobody may go on without it. Take it out."));
        }
        found.extend(roles.iter().filter(|it| !WAIVING.contains(it)).map(|it| format!("{place}: {} may not waive anything.", it.label())));
    }
    found
}

/// Where it stands in the file.
fn place(fault: &Fault) -> String {
    match fault.field {
        "numbering" | "frequency" => fault.field.to_owned(),
        "gap" => "spacing.days".to_owned(),
        security => format!("security.{security}"),
    }
}
