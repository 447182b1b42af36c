//! The form of a policy: from what counts to fields, and from fields to what somebody wants.

use crate::app::FormErrors;
use crate::app::policies::Draft;
use crate::domain::people::Role;
use crate::domain::policies::{Frequency, Kind, Policy, Security, Strictness, WAIVING, waivable};
use crate::domain::second_factor::Duty;
use crate::domain::text;
use crate::store::policies::Version;
use crate::web::form::Fields;
use chrono::NaiveDate;
use std::str::FromStr;

/// The fields of the security settings: name, label, unit.
pub const SECURITY: [(&str, &str, &str); 5] = [
    ("session_idle", "A session ends without use after", "minutes"),
    ("session_life", "A session ends in any case after", "hours"),
    ("shortest_password", "A new password has at least", "characters"),
    ("sign_in_attempts", "Tries to sign in, in a row", "tries"),
    ("lock_minutes", "Wait before each further try", "minutes"),
];

fn settings(security: &Security) -> [u32; 5] {
    let Security { session_idle, session_life, shortest_password, sign_in_attempts, lock_minutes, .. } = *security;
    [session_idle, session_life, shortest_password, sign_in_attempts, lock_minutes]
}

/// A version as its form shows it. Of a review that is past a new day must be chosen.
pub fn filled(version: &Version, kinds: &[Kind], today: NaiveDate) -> Fields {
    let policy = version.policy();
    let mut fields = Fields::default();
    fields.set("version", version.version.to_string());
    for Kind { key, level, .. } in kinds {
        fields.set(&format!("parts-{key}"), policy.parts_of(key, *level).to_string());
        let rule = policy.frequency.get(key);
        fields.set(&format!("count-{key}"), rule.map_or_else(String::new, |it| it.count.to_string()));
        fields.set(&format!("days-{key}"), rule.map_or_else(String::new, |it| it.days.to_string()));
        fields.set(&format!("else-{key}"), rule.map_or(Strictness::Warn, |it| it.strictness).word());
    }
    fields.set("gap", policy.spacing.days.to_string());
    fields.set("gap-else", policy.spacing.strictness.word());
    fields.set_all("between", policy.spacing.between.clone());
    for requirement in waivable() {
        let roles = policy.waivers_of(requirement).iter().map(|it| it.word().to_owned()).collect();
        fields.set_all(&format!("waive-{}", requirement.word()), roles);
    }
    fields.set("self_approval", if policy.self_approval { "yes" } else { "" });
    for ((name, ..), value) in SECURITY.iter().zip(settings(&policy.security)) {
        fields.set(name, value.to_string());
    }
    fields.set("second_factor", policy.security.second_factor.word());
    let review = version.review_on.filter(|it| *it > today);
    fields.set("review_on", review.map_or_else(String::new, |it| it.to_string()));
    fields
}

/// What was typed, or what is wrong with it. What the form does not show stays as it counts now: categories that it did not know, and
/// the security settings for those who may not change them.
pub fn read(fields: &Fields, base: &Policy, kinds: &[Kind], secures: bool) -> Result<Draft, FormErrors> {
    let mut errors = FormErrors::default();
    let mut policy = base.clone();
    for kind in kinds.iter().filter(|it| fields.has(&format!("parts-{}", it.key))) {
        read_kind(fields, kind, &mut policy, &mut errors);
    }
    let spacing = &mut policy.spacing;
    spacing.days = number(fields.text("gap")).unwrap_or_else(|| wrong(&mut errors, "gap", "Write the days as a number; 0 if it does not matter.", 0));
    spacing.strictness = word(fields, "gap-else");
    let shown = |key: &String| kinds.iter().any(|it| it.key == *key);
    spacing.between.retain(|it| !shown(it));
    spacing.between.extend(kinds.iter().filter(|it| fields.all("between").contains(&it.key)).map(|it| it.key.clone()));
    for requirement in waivable() {
        let chosen = fields.all(&format!("waive-{}", requirement.word()));
        let roles: Vec<Role> = WAIVING.into_iter().filter(|it| chosen.iter().any(|word| word == it.word())).collect();
        policy.let_waive(requirement, &roles);
    }
    policy.self_approval = fields.is_set("self_approval");
    if secures {
        policy.security = security(fields, policy.security.second_factor, &mut errors);
    }
    let reason = errors.check("reason", text::required_prose(fields.text("reason")));
    let review_on: Option<NaiveDate> = fields.required("review_on", &mut errors);
    match (reason, review_on) {
        (Some(reason), Some(review_on)) if errors.is_empty() => Ok(Draft { policy, reason, review_on }),
        _ => Err(errors),
    }
}

fn read_kind(fields: &Fields, kind: &Kind, policy: &mut Policy, errors: &mut FormErrors) {
    let text = |what: &str| fields.text(&format!("{what}-{}", kind.key));
    match number(text("parts")) {
        Some(parts) => policy.number(&kind.key, kind.level, parts),
        None => errors.about("numbering", format!("{}: choose how many parts a version has.", kind.name)),
    }
    match (text("count").trim(), text("days").trim()) {
        ("", "") => drop(policy.frequency.remove(&kind.key)),
        (count, days) => match (number(count), number(days)) {
            (Some(count), Some(days)) => {
                let strictness = word(fields, &format!("else-{}", kind.key));
                policy.frequency.insert(kind.key.clone(), Frequency { count, days, strictness });
            }
            _ => errors.about("frequency", format!("{}: write how many releases and in how many days, or leave both empty.", kind.name)),
        },
    }
}

/// `duty`: who needs a second factor as it is; a form that does not speak of it leaves it so.
fn security(fields: &Fields, duty: Duty, errors: &mut FormErrors) -> Security {
    let duty = if fields.has("second_factor") { fields.required("second_factor", errors).unwrap_or(duty) } else { duty };
    let mut of = |name: &'static str| number(fields.text(name)).unwrap_or_else(|| wrong(errors, name, "Write a number.", 0));
    Security {
        session_idle: of("session_idle"),
        session_life: of("session_life"),
        shortest_password: of("shortest_password"),
        sign_in_attempts: of("sign_in_attempts"),
        lock_minutes: of("lock_minutes"),
        second_factor: duty,
    }
}

fn number<T: FromStr>(text: &str) -> Option<T> {
    text.trim().parse().ok()
}

fn word(fields: &Fields, name: &str) -> Strictness {
    Strictness::from_word(fields.text(name)).unwrap_or_default()
}

fn wrong<T>(errors: &mut FormErrors, field: &'static str, message: &str, instead: T) -> T {
    errors.about(field, message);
    instead
}
