//! What is decided and how, for the page in the application and for the one behind a mailed link: the parts that a step covers as they stand,
//! what changed in them, and the form.

use super::filters::moment;
use super::form::{Choice, Fields};
use crate::app::approvals::Answer;
use crate::app::{self, FormErrors};
use crate::domain::approvals::{Content, DenialReason, Difference};
use crate::domain::text;
use crate::domain::workflows::Covered;
use crate::store::PgConnection;
use crate::store::approvals;
use crate::store::records::Full;
use crate::store::related::{self, RelatedChange};
use chrono_tz::Tz;

/// What changed since some moment that the reader knows.
pub struct Changed {
    /// Ends the sentence "What changed since …".
    pub since: &'static str,
    pub parts: Vec<Difference>,
}

/// What of a step's content is not what it was at these earlier digests, each with the words for its moment. One digest is told once.
pub fn changed(conn: &mut PgConnection, full: &Full, digest: &str, earlier: &[(&'static str, Option<&str>)]) -> app::Result<Vec<Changed>> {
    let mut told: Vec<(&str, Changed)> = Vec::new();
    for (since, seen) in earlier {
        let Some(seen) = seen.filter(|it| *it != digest) else { continue };
        if told.iter().any(|(known, _)| *known == seen) {
            continue;
        }
        let before = approvals::content(conn, full.record.id, seen)?;
        let parts = approvals::content(conn, full.record.id, digest)?.differences(&before);
        told.push((seen, Changed { since, parts }));
    }
    Ok(told.into_iter().map(|(_, it)| it).filter(|it| !it.parts.is_empty()).collect())
}

/// The content that a digest names, part by part.
pub fn content(conn: &mut PgConnection, full: &Full, digest: &str, zone: Tz) -> app::Result<Vec<(String, String)>> {
    let content = approvals::content(conn, full.record.id, digest)?;
    let titles = related::of_release(conn, full.record.id)?;
    Ok(in_order(content, &titles, full, zone))
}

/// The parts as a reader takes them in: what it is first, then how and when.
fn in_order(content: Content, changes: &[RelatedChange], full: &Full, zone: Tz) -> Vec<(String, String)> {
    let place = |part: &str| Covered::ALL.iter().position(|it| it.label() == part);
    let mut parts: Vec<(String, String)> = content.0.into_iter().collect();
    parts.sort_by_key(|(part, _)| place(part));
    for (part, text) in &mut parts {
        if part == Covered::Changes.label() {
            *text = titled(text, changes);
        }
        if part == Covered::Window.label()
            && let (Some(start), Some(end)) = (full.record.planned_start, full.record.planned_end)
        {
            *text = format!("{} to {} ({})", moment(start, zone), moment(end, zone), zone.name());
        }
    }
    parts
}

/// The RFCs that were covered, each number with its title as it is now.
fn titled(numbers: &str, changes: &[RelatedChange]) -> String {
    let title = |line: &str| changes.iter().find(|it| line.ends_with(&it.number())).map_or("", |it| it.title.as_str());
    numbers.lines().map(|line| format!("{line} {}", title(line))).collect::<Vec<_>>().join("\n")
}

pub fn reasons() -> Vec<Choice> {
    Choice::list(DenialReason::ALL.iter().map(|it| (it.word(), it.label())))
}

pub fn decisions() -> Vec<Choice> {
    vec![Choice::new("approve", "Approve"), Choice::new("deny", "Deny")]
}

/// The decision that was typed, or what is missing of it.
pub fn parse(fields: &Fields, errors: &mut FormErrors) -> Option<Answer> {
    let comment = errors.check("comment", text::prose(fields.text("comment"))).unwrap_or_default();
    match fields.text("decision") {
        "approve" => Some(Answer::Approve { comment }),
        "deny" => {
            let reason: Option<DenialReason> = fields.optional("reason", errors);
            if reason.is_none() {
                errors.about("reason", "Choose a reason for the denial.");
            }
            if comment.is_empty() {
                errors.about("comment", "Add a comment to the denial.");
            }
            Some(Answer::Deny { reason, comment })
        }
        _ => {
            errors.about("decision", "Choose to approve or to deny.");
            None
        }
    }
}
