//! What is known of a release when it is reviewed: each point starts from it, nobody has to look it up.

use super::Point;
use crate::domain::deadlines::spoken;
use crate::domain::surveys::figures::signed;
use crate::domain::text::moment;
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

/// What happened to a release.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Phases that took longer than they should, and by how much.
    pub late_phases: Vec<(String, Duration)>,
    /// Phases that it was sent back from, or backed out from.
    pub setbacks: Vec<String>,
    /// What was waived, by whom, why.
    pub waivers: Vec<(String, String, String)>,
    /// Titles; of those that were skipped with the reason.
    pub failed_tasks: Vec<String>,
    pub skipped_tasks: Vec<(String, String)>,
    pub open_tasks: Vec<String>,
    pub planned: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub deployed_at: Option<DateTime<Utc>>,
    /// Each RFC, and what it came to.
    pub changes: Vec<(String, String)>,
    pub issues: Issues,
    /// Known errors: all, those with a workaround, those accepted.
    pub known_errors: (i64, i64, i64),
    /// Exit metrics: their names, and whether each is back to normal.
    pub metrics: Vec<(String, bool)>,
    pub handover: Option<Handed>,
    pub surveys: Vec<Scores>,
}

/// Incidents and problems that the release caused.
#[derive(Clone, Copy, Debug, Default)]
pub struct Issues {
    pub incidents: i64,
    pub problems: i64,
    pub open: i64,
    /// Of high or critical severity.
    pub grave: i64,
}

/// Who took support over.
#[derive(Clone, Debug)]
pub struct Handed {
    pub group: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// What a survey came to.
#[derive(Clone, Debug)]
pub struct Scores {
    pub title: String,
    pub invited: i64,
    pub answered: i64,
    /// Percent of ratings that are 4 or 5.
    pub csat: Option<i64>,
    /// Percent of promoters less percent of detractors.
    pub nps: Option<i64>,
}

impl Scores {
    /// `“After rollout”: 34 of 50 answered, CSAT 82 %, NPS +31`.
    pub fn sentence(&self) -> String {
        let mut parts = vec![format!("“{}”: {} of {} answered", self.title, self.answered, self.invited)];
        parts.extend(self.csat.map(|it| format!("CSAT {it} %")));
        parts.extend(self.nps.map(|it| format!("NPS {}", signed(it))));
        parts.join(", ")
    }
}

/// One thing that is known about a point, as a sentence.
pub type Known = (Point, String);

fn count(count: i64, one: &str, many: &str) -> String {
    if count == 1 { format!("one {one}") } else { format!("{count} {many}") }
}

impl History {
    /// Everything that is known, point by point, in the reader's zone.
    pub fn known(&self, zone: Tz) -> Vec<Known> {
        let mut known: Vec<Known> = Vec::new();
        let mut say = |point, sentence: String| known.push((point, sentence));
        for it in &self.surveys {
            say(Point::Feedback, format!("Survey {}.", it.sentence()));
        }
        if self.surveys.is_empty() {
            say(Point::Feedback, "No survey was closed.".into());
        }
        for (what, who, why) in &self.waivers {
            say(Point::Quality, format!("“{what}” was waived by {who}: {why}"));
        }
        for phase in &self.setbacks {
            say(Point::Quality, format!("It was sent back from {phase}."));
        }
        for title in &self.failed_tasks {
            say(Point::Quality, format!("The task “{title}” failed."));
        }
        for (title, why) in &self.skipped_tasks {
            say(Point::Actions, format!("The task “{title}” was skipped: {why}"));
        }
        for title in &self.open_tasks {
            say(Point::Actions, format!("The task “{title}” is still open."));
        }
        for (number, state) in &self.changes {
            say(Point::Actions, format!("{number}: {state}."));
        }
        for sentence in self.dates(zone) {
            say(Point::Performance, sentence);
        }
        for (name, normal) in &self.metrics {
            say(Point::Performance, format!("{name}: {}.", if *normal { "back to normal" } else { "not back to normal" }));
        }
        let (all, with_workaround, accepted) = self.known_errors;
        if all > 0 {
            let errors = count(all, "known error", "known errors");
            say(
                Point::KnownErrors,
                format!("There are {errors}: {with_workaround} with a workaround, {accepted} accepted.").replace("There are one", "There is one"),
            );
        } else {
            say(Point::KnownErrors, "No known error is recorded.".into());
        }
        say(Point::Incidents, self.issues.sentence());
        say(
            Point::Handover,
            match &self.handover {
                Some(it) => format!("{} of {} accepted it on {}.", it.by, it.group, moment(it.at, zone)),
                None => "No handover was accepted.".into(),
            },
        );
        known
    }

    /// What was planned against what came: the deployment and the phases.
    fn dates(&self, zone: Tz) -> Vec<String> {
        let mut said = Vec::new();
        match (self.planned, self.deployed_at) {
            (Some((_, end)), Some(at)) if at <= end => said.push(format!("Deployed on {}, within the window.", moment(at, zone))),
            (Some((_, end)), Some(at)) => said.push(format!("Deployed on {}, {} after the end of the window.", moment(at, zone), spoken(at - end))),
            (None, Some(at)) => said.push(format!("Deployed on {}, without a window.", moment(at, zone))),
            (Some(_) | None, None) => said.push("The deployment was not recorded as done.".into()),
        }
        said.extend(self.late_phases.iter().map(|(phase, late)| format!("{phase} took {} longer than planned.", spoken(*late))));
        said
    }
}

impl Issues {
    fn sentence(self) -> String {
        if self.incidents + self.problems == 0 {
            return "No incident or problem is recorded.".into();
        }
        let (incidents, problems) = (count(self.incidents, "incident", "incidents"), count(self.problems, "problem", "problems"));
        format!("It caused {incidents} and {problems}; {} of high or critical severity, {} still open.", self.grave, self.open)
    }
}
