//! What is handed over, as whoever takes it over needs to see it.

use crate::app::Result;
use crate::app::sheet::Sheet;
use crate::domain::ids::RecordId;
use crate::domain::requirements::Requirement;
use crate::store::PgConnection;
use crate::store::handovers::{self, Legacy};
use chrono::{DateTime, Utc};

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
        let count = |many: i64, one: &str, more: &str| match many {
            0 => format!("no {one}"),
            1 => format!("one {one}"),
            _ => format!("{many} {more}"),
        };
        let errors = count(self.legacy.known_errors, "known error", "known errors");
        let issues = count(self.legacy.open_issues, "open incident or problem", "open incidents and problems");
        format!("{errors}, {issues}")
    }

    /// How the team that supported it is reached, one line each.
    pub fn team(&self) -> Vec<String> {
        let line = |(name, role, contact): &(String, String, String)| {
            [name, role, contact].into_iter().filter(|it| !it.is_empty()).cloned().collect::<Vec<_>>().join(", ")
        };
        self.legacy.team.iter().map(line).collect()
    }
}
