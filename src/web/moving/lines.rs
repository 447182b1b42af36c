//! What moving changes for one record, in sentences.

use crate::app::moving::Preview;
use crate::domain::moving::{Changes, Fate};
use crate::domain::requirements::Requirement;
use crate::store::records::Record;
use crate::web::filters::moment;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use chrono::{DateTime, Utc};

/// A record on the page.
pub struct Line {
    pub record: Record,
    pub ticked: bool,
    /// What changes for it, or why it cannot be moved.
    pub told: Result<Told, String>,
}

pub struct Told {
    pub from: String,
    pub to: String,
    /// Whether what was given in this phase counts on.
    pub keeps_visit: bool,
    pub sentences: Vec<String>,
    pub due: Option<(String, String)>,
}

impl Line {
    pub fn of(it: Preview, fields: &Fields, frame: &Frame) -> Line {
        let told = match &it.changes {
            Ok(changes) => Ok(told(changes, frame)),
            Err(refusal) => Err(refusal.to_string()),
        };
        let id = it.record.id.to_string();
        let ticked = fields.all("record").iter().any(|seen| seen.split(':').next() == Some(id.as_str()));
        Line { ticked, told, record: it.record }
    }

    /// The record and the version in which it is seen, as the form sends it.
    pub fn seen(&self) -> String {
        format!("{}:{}", self.record.id, self.record.version)
    }

    pub fn may_move(&self) -> bool {
        self.told.is_ok()
    }
}

fn told(changes: &Changes, frame: &Frame) -> Told {
    let due = |at: Option<DateTime<Utc>>| at.map_or_else(|| "no due time".to_owned(), |it| moment(it, frame.zone()));
    Told {
        from: changes.from.name.clone(),
        to: changes.to.name.clone(),
        keeps_visit: changes.keeps_visit(),
        sentences: sentences(changes),
        due: (changes.due_before != changes.due_after).then(|| (due(changes.due_before), due(changes.due_after))),
    }
}

fn sentences(changes: &Changes) -> Vec<String> {
    let list = |said: &str, all: &[Requirement]| (!all.is_empty()).then(|| format!("{said}: {}.", names(all)));
    let mut all: Vec<String> = Vec::new();
    all.extend(list("Asked from now on", &changes.asked_newly));
    all.extend(list("Asked again, though it was met", &changes.asked_again));
    all.extend(list("Asked no more", &changes.asked_no_more));
    match &changes.round {
        Fate::Nothing | Fate::Kept => {}
        Fate::Carried { dropped, anew } => {
            all.push("Answers in approval steps that are as before stand.".to_owned());
            all.extend((!dropped.is_empty()).then(|| format!("No longer asked: {}.", dropped.join(", "))));
            all.extend((!anew.is_empty()).then(|| format!("Asked for approval at once: {}.", anew.join(", "))));
        }
        Fate::Withdrawn => all.push("The approval round is withdrawn; approval can be asked for anew.".to_owned()),
    }
    all.extend(count(changes.tasks, "open task goes along", "open tasks go along"));
    all.extend(count(changes.surveys, "survey goes along", "surveys go along"));
    if all.is_empty() {
        let rest = match (changes.is_none(), changes.keeps_visit()) {
            (true, _) => "Nothing changes for it.",
            (false, true) => "Nothing else.",
            (false, false) => "It begins this phase anew.",
        };
        all.push(rest.to_owned());
    }
    all
}

fn names(all: &[Requirement]) -> String {
    all.iter().map(|it| it.label()).collect::<Vec<_>>().join(", ")
}

fn count(count: usize, one: &str, more: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one} to another phase.")),
        count => Some(format!("{count} {more} to another phase.")),
    }
}
