//! What people are told of their own account.

use super::Scene;
use crate::domain::events::Event;
use crate::domain::ids::SLIPWAY;
use crate::domain::second_factor::FactorDeed;
use crate::domain::text::moment;
use chrono_tz::Tz;

/// Stands in each of them.
const IF_NOT_YOU: &str = "Tell an administrator at once: somebody else may know your password.";

#[expect(clippy::wildcard_enum_match_arm, reason = "the catalogue decides what is told of an account")]
pub fn headline(event: &Event) -> String {
    let text = match event {
        Event::PasswordChanged { .. } => "Your password was changed",
        Event::UserEdited { .. } => "Your e-mail address was changed",
        Event::SecondFactor { deed, .. } => of_factor(*deed),
        _ => return event.sentence(),
    };
    text.to_owned()
}

fn of_factor(deed: FactorDeed) -> &'static str {
    match deed {
        FactorDeed::SwitchedOn => "Your account has a second factor now",
        FactorDeed::SwitchedOff => "Your second factor was switched off",
        FactorDeed::Reset => "Your second factor was taken off by an administrator",
        FactorDeed::CodesRenewed => "You have new recovery codes; the old ones are void",
        FactorDeed::CodeUsed => "A recovery code of yours was used",
        FactorDeed::Refused => "A wrong code was typed for your account",
        FactorDeed::Locked => "Somebody who knows your password typed too many wrong codes",
    }
}

pub fn facts(scene: &Scene<'_>, zone: Tz) -> Vec<(String, String)> {
    let happened = scene.happened;
    let by = if happened.actor_id == SLIPWAY { String::new() } else { happened.actor.clone() };
    let by_recovery = matches!(scene.event, Event::SecondFactor { deed: FactorDeed::CodeUsed, .. });
    let note = if by_recovery { "Recovery codes" } else { "Reason" };
    let mut facts = vec![("When", moment(happened.at, zone)), ("By", by), (note, scene.event.remark().to_owned())];
    for it in scene.event.fields().into_iter().filter(|it| it.field == "E-mail") {
        facts.extend([("Before", it.before), ("Now", it.after)]);
    }
    facts.push(("If it was not you", IF_NOT_YOU.to_owned()));
    facts.into_iter().map(|(label, text)| (label.to_owned(), text)).collect()
}
