//! What is handed over, as whoever takes it over needs to see it.

use crate::app::Result;
use crate::app::sheet::Sheet;
use crate::domain::ids::RecordId;
use crate::domain::requirements::Requirement;
use crate::store::PgConnection;
use crate::store::early_life::issues::Issue;
use crate::store::early_life::known_errors::KnownError;
use crate::store::handovers::{self, Legacy};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

pub struct Offer {
    pub sheet: Sheet,
    pub legacy: Legacy,
    /// How early life support stands, in a sentence; empty where the phase does not ask.
    pub exit: String,
}

impl Offer {
    /// As it stands at that time: readings that are older by then than they should be do not pass for today's.
    pub fn load(conn: &mut PgConnection, record: RecordId, now: DateTime<Utc>) -> Result<Offer> {
        let sheet = Sheet { now: Some(now), ..Sheet::load(conn, record)? };
        let checks = sheet.full.phase()?.transitions.iter().flat_map(|it| sheet.checks(it));
        let exit = checks.into_iter().find(|it| it.requirement == Requirement::ExitCriteriaMet).map(|it| it.why);
        Ok(Offer { legacy: handovers::legacy(conn, record)?, exit: exit.unwrap_or_default(), sheet })
    }

    /// "3 known errors, one open incident or problem".
    pub fn left_over(&self) -> String {
        let count = |many: usize, one: &str, more: &str| match many {
            0 => format!("no {one}"),
            1 => format!("one {one}"),
            _ => format!("{many} {more}"),
        };
        let errors = count(self.legacy.known_errors.len(), "known error", "known errors");
        let issues = count(self.legacy.open_issues.len(), "open incident or problem", "open incidents and problems");
        format!("{errors}, {issues}")
    }

    /// How the team that supported it is reached, one line each.
    pub fn team(&self) -> Vec<String> {
        let line = |(name, role, contact): &(String, String, String)| {
            [name, role, contact].into_iter().filter(|it| !it.is_empty()).cloned().collect::<Vec<_>>().join(", ")
        };
        self.legacy.team.iter().map(line).collect()
    }

    /// What is open and what one has to live with, a line each.
    pub fn left(&self) -> Vec<String> {
        left(&self.legacy)
    }

    /// Names these very things as they are shown, so that nobody takes over others than those they saw.
    pub fn seen(&self) -> String {
        seen(&self.legacy)
    }
}

/// `INC-4711 Slow sign-in (high)`, `Known error: Old bookmarks fail. Workaround: make new ones`.
pub(super) fn left(legacy: &Legacy) -> Vec<String> {
    let issue = |it: &Issue| format!("{} {} ({})", it.number, it.title, it.severity.label().to_lowercase());
    let error = |it: &KnownError| {
        let workaround = it.workaround.split_whitespace().collect::<Vec<_>>().join(" ");
        if workaround.is_empty() {
            format!("Known error: {}. No workaround is known.", it.title)
        } else {
            format!("Known error: {}. Workaround: {workaround}", it.title)
        }
    };
    legacy.open_issues.iter().map(issue).chain(legacy.known_errors.iter().map(error)).collect()
}

/// Each with its version.
pub(super) fn seen(legacy: &Legacy) -> String {
    let issues = legacy.open_issues.iter().map(|it| format!("i{}.{}", it.id, it.version));
    issues.chain(legacy.known_errors.iter().map(|it| format!("e{}.{}", it.id, it.version))).collect::<Vec<_>>().join(" ")
}

/// What changed since somebody was shown this, a sentence each.
pub fn changed_since(legacy: &Legacy, before: &str) -> Vec<String> {
    let before: BTreeMap<&str, &str> = before.split_whitespace().filter_map(|it| it.split_once('.')).collect();
    let now = seen(legacy);
    let now: Vec<(&str, &str)> = now.split_whitespace().filter_map(|it| it.split_once('.')).collect();
    let lines = left(legacy);
    let changed = now.iter().zip(&lines).filter_map(|((id, version), line)| match before.get(id) {
        Some(was) if was == version => None,
        Some(_) => Some(format!("Changed: {line}.")),
        None => Some(format!("New: {line}.")),
    });
    let gone = before.keys().filter(|id| !now.iter().any(|(it, _)| it == *id)).count();
    let gone = match gone {
        0 => None,
        1 => Some("One that was open is resolved by now.".to_owned()),
        count => Some(format!("{count} that were open are resolved by now.")),
    };
    changed.chain(gone).collect()
}
