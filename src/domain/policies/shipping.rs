//! When releases of one CI ship: how often those of a category may, and how far planned ones are apart.

use super::{Policy, Strictness};
use chrono::{Days, NaiveDate};

/// A release that ships, or is meant to, on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipment {
    pub name: String,
    /// The key of its category.
    pub category: String,
    pub on: NaiveDate,
}

/// A rule about dates that a release would break, in words for whoever plans it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    pub strictness: Strictness,
    pub message: String,
}

impl Breach {
    pub fn refuses(&self) -> bool {
        self.strictness == Strictness::Refuse
    }
}

impl Policy {
    /// Whether anything is ruled about when releases of this category ship.
    pub fn rules_dates_of(&self, category: &str) -> bool {
        self.frequency.contains_key(category) || self.keeps_distance(category)
    }

    /// What is ruled about it, in a sentence each.
    pub fn rules_of(&self, category: &str, called: &str) -> Vec<String> {
        let frequency = self.frequency.get(category).map(|it| {
            let end = consequence(it.strictness);
            format!("{called} releases of one CI ship at most {}{end}.", often(it.count, it.days))
        });
        let spacing = self.keeps_distance(category).then(|| {
            let (days, end) = (self.spacing.days, consequence(self.spacing.strictness));
            format!("Planned releases of one CI are at least {} apart{end}.", days_of(days))
        });
        frequency.into_iter().chain(spacing).collect()
    }

    /// What a release would break that ships on its day among the other releases of its CI; `called` is the name of its category.
    pub fn breaches(&self, new: &Shipment, called: &str, others: &[Shipment]) -> Vec<Breach> {
        let mut breaches: Vec<Breach> = self.too_often(new, called, others).into_iter().chain(self.too_close(new, others)).collect();
        // What refuses comes last, and with it the way out: warnings are not shown beside the field.
        breaches.sort_by_key(Breach::refuses);
        if let (Some(last), Some(day)) = (breaches.last_mut(), self.free_from(new, others)) {
            last.message.push_str(&format!(" The next day that is free is {}.", written(day)));
        }
        breaches
    }

    /// The first day from the wished one on at which nothing is broken.
    pub fn free_from(&self, new: &Shipment, others: &[Shipment]) -> Option<NaiveDate> {
        let reach = self.frequency.get(&new.category).map(|it| it.days).into_iter().chain(Some(self.spacing.days));
        let after = |days: u32| others.iter().filter_map(move |it| it.on.checked_add_days(Days::new(days.into())));
        let mut days: Vec<NaiveDate> = reach.flat_map(after).chain(Some(new.on)).filter(|it| *it >= new.on).collect();
        days.sort_unstable();
        days.into_iter().find(|day| {
            let moved = Shipment { on: *day, ..new.clone() };
            self.crowd(&moved, others).is_none() && self.neighbour(&moved, others).is_none()
        })
    }

    /// Whether releases of this category need distance from others.
    fn keeps_distance(&self, category: &str) -> bool {
        self.spacing.days > 0 && !self.spacing.between.iter().any(|it| it == category)
    }

    fn too_often(&self, new: &Shipment, called: &str, others: &[Shipment]) -> Option<Breach> {
        let rule = self.frequency.get(&new.category)?;
        let crowd = self.crowd(new, others)?;
        let names: Vec<String> = crowd.iter().map(|it| format!("{} on {}", it.name, written(it.on))).collect();
        let message = format!(
            "{called} releases of one CI ship at most {}, and there {} {} already.",
            often(rule.count, rule.days),
            if names.len() == 1 { "is" } else { "are" },
            names.join(" and ")
        );
        Some(Breach { strictness: rule.strictness, message })
    }

    /// The others of its category that fill a span of days in which it would be one too many.
    fn crowd<'a>(&self, new: &Shipment, others: &'a [Shipment]) -> Option<Vec<&'a Shipment>> {
        let rule = self.frequency.get(&new.category)?;
        let count = usize::try_from(rule.count).unwrap_or(usize::MAX);
        let mut same: Vec<&Shipment> = others.iter().filter(|it| it.category == new.category).collect();
        same.sort_by_key(|it| it.on);
        // With it there would be one more than may be, all within the days of the rule.
        let fills = |some: &[&Shipment]| {
            let first = some.first().map_or(new.on, |it| it.on.min(new.on));
            let last = some.last().map_or(new.on, |it| it.on.max(new.on));
            (last - first).num_days() < i64::from(rule.days)
        };
        same.windows(count.max(1)).find(|some| fills(some)).map(<[_]>::to_vec)
    }

    fn too_close(&self, new: &Shipment, others: &[Shipment]) -> Option<Breach> {
        let other = self.neighbour(new, others)?;
        let message =
            format!("Planned releases of one CI are at least {} apart, and {} ships on {}.", days_of(self.spacing.days), other.name, written(other.on));
        Some(Breach { strictness: self.spacing.strictness, message })
    }

    /// The nearest planned release that it would be too close to.
    fn neighbour<'a>(&self, new: &Shipment, others: &'a [Shipment]) -> Option<&'a Shipment> {
        if !self.keeps_distance(&new.category) {
            return None;
        }
        let distance = |it: &Shipment| (it.on - new.on).num_days().abs();
        let close = |it: &&Shipment| self.keeps_distance(&it.category) && distance(it) < i64::from(self.spacing.days);
        others.iter().filter(close).min_by_key(|it| distance(it))
    }
}

/// "once in 90 days", "3 times in a day".
pub(super) fn often(count: u32, days: u32) -> String {
    let times = match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        many => format!("{many} times"),
    };
    format!("{times} in {}", if days == 1 { "a day".to_owned() } else { format!("{days} days") })
}

/// "one day", "14 days".
pub(super) fn days_of(days: u32) -> String {
    if days == 1 { "one day".into() } else { format!("{days} days") }
}

fn consequence(strictness: Strictness) -> &'static str {
    match strictness {
        Strictness::Warn => "; others are warned of",
        Strictness::Refuse => "; others are refused",
    }
}

/// `Mon 2 Mar 2026`.
pub fn written(day: NaiveDate) -> String {
    day.format("%a %-d %b %Y").to_string()
}
