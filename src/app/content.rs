//! What a record says, part by part, as text: what approvers decide on, and what an edit changed.

use crate::app::sheet::Sheet;
use crate::domain::approvals::Content;
use crate::domain::events::FieldChange;
use crate::domain::records::{Grade, RecordKind, risk};
use crate::domain::reviews::{Point, PointOutcome};
use crate::domain::workflows::Covered;
use crate::store::records::Full;
use chrono::{DateTime, Utc};

/// The parts that an approval step covers, as they stand.
pub fn of(sheet: &Sheet, covers: &[Covered]) -> Content {
    Content(covers.iter().map(|part| (part.label().to_owned(), text(sheet, *part))).collect())
}

fn text(sheet: &Sheet, part: Covered) -> String {
    let record = &sheet.full.record;
    match part {
        Covered::Scope => {
            let items: Vec<&str> = sheet.items.iter().map(|(_, name)| name.as_str()).collect();
            let identifier = record.identifier.as_deref().unwrap_or_default();
            lines(&[("", identifier), ("", &record.title), ("Scope", &record.scope), ("Reason", &record.reason), ("Affected items", &items.join(", "))])
        }
        Covered::Changes => sheet.changes.iter().map(|it| format!("- {}", it.number())).collect::<Vec<_>>().join("\n"),
        Covered::Plan => sheet.full.release.as_ref().map_or_else(String::new, |it| {
            lines(&[
                ("Strategy", it.strategy.map_or("", |it| it.label())),
                ("Distribution", it.distribution.map_or("", |it| it.label())),
                ("Affected users", &it.affected_users),
                ("Resources", &it.resources),
                ("Communication", &it.communication_plan),
                ("Deployment", &it.deployment_plan),
            ])
        }),
        Covered::Window => match (record.planned_start, record.planned_end) {
            (None, None) => String::new(),
            (start, end) => format!("{} to {}", time(start), time(end)),
        },
        Covered::BackOutPlan => sheet.full.release.as_ref().map_or_else(String::new, |it| it.back_out_plan.clone()),
        Covered::Review => {
            let written = |point: Point| sheet.review.iter().find(|it| it.point == point);
            let points = Point::ALL.iter().filter_map(|point| {
                let it = written(*point)?;
                let outcome = it.outcome.map_or("open", PointOutcome::label);
                let owner = it.owner.as_ref().map(|it| format!("Owner: {it}."));
                let evidence = Some(&it.evidence).filter(|it| !it.is_empty()).map(|it| format!("Evidence: {it}"));
                let finding = Some(it.finding.clone()).filter(|it| !it.is_empty());
                let said = [Some(format!("{outcome}.")), finding, owner, evidence];
                Some((point.label(), said.into_iter().flatten().collect::<Vec<_>>().join(" ")))
            });
            let mut points: Vec<(&str, String)> = points.collect();
            points.extend(found(sheet));
            lines(&points.iter().map(|(label, text)| (*label, text.as_str())).collect::<Vec<_>>())
        }
        Covered::Assessment => lines(&[
            ("Impact", grade(record.impact)),
            ("Urgency", grade(record.urgency)),
            ("Likelihood of failure", grade(record.likelihood)),
            ("Risk", grade(risk(record.impact, record.likelihood))),
        ]),
    }
}

/// What the review rests on: what remains to be done, what went wrong, what people said; each a list.
fn found(sheet: &Sheet) -> [(&'static str, String); 4] {
    let list = |lines: Vec<String>| lines.iter().map(|it| format!("- {it}")).collect::<Vec<_>>().join("\n");
    let and = |label: &str, text: &str| if text.is_empty() { String::new() } else { format!(", {label}{text}") };
    let action = |it: &crate::store::follow_ups::Named| {
        let (action, due) = (&it.action, it.action.due_at.map_or_else(String::new, |at| time(Some(at))));
        let who = and("", it.assignee.as_deref().unwrap_or_default());
        format!("{}: {}{who}{}{}", action.title, action.state.label().to_lowercase(), and("due ", &due), and("", &action.note))
    };
    let issue = |it: &crate::store::early_life::issues::Issue| {
        format!("{} {}: {}, {}", it.number, it.title, it.severity.label().to_lowercase(), it.state.label().to_lowercase())
    };
    let error = |it: &crate::store::early_life::known_errors::KnownError| {
        let accepted = it.accepted_by.as_ref().map_or_else(|| "accepted by nobody".to_owned(), |it| format!("accepted by {it}"));
        format!("{}: {accepted}{}", it.title, and("workaround: ", &it.workaround))
    };
    [
        ("Follow-up actions", list(sheet.follow_ups.iter().map(action).collect())),
        ("Incidents and problems", list(sheet.issues.iter().map(issue).collect())),
        ("Known errors", list(sheet.known_errors.iter().map(error).collect())),
        ("Surveys", list(sheet.feedback.clone())),
    ]
}

/// Filled fields with their labels, each a paragraph; a text of several lines stands below its label.
fn lines(pairs: &[(&str, &str)]) -> String {
    let filled = pairs.iter().filter(|(_, text)| !text.is_empty());
    let paragraph = |(label, text): &(&str, &str)| match (label.is_empty(), text.contains('\n') || text.starts_with("- ")) {
        (true, _) => (*text).to_owned(),
        (false, true) => format!("{label}:\n\n{text}"),
        (false, false) => format!("{label}: {text}"),
    };
    filled.map(paragraph).collect::<Vec<_>>().join("\n\n")
}

fn grade(grade: Option<Grade>) -> &'static str {
    grade.map_or("", Grade::label)
}

fn time(time: Option<DateTime<Utc>>) -> String {
    time.map_or_else(|| "open".to_owned(), |it| it.format("%Y-%m-%d %H:%M UTC").to_string())
}

/// Every field that people edit, with its label: the order of the page.
pub fn fields(full: &Full) -> Vec<(&'static str, String)> {
    let record = &full.record;
    let release = record.kind == RecordKind::Release;
    let mut fields = vec![
        ("Title", record.title.clone()),
        (if release { "Owner" } else { "Requester" }, full.owner.clone()),
        (if release { "Coordinator" } else { "Assignee" }, full.coordinator.clone().unwrap_or_default()),
        ("Impact", grade(record.impact).to_owned()),
        ("Urgency", grade(record.urgency).to_owned()),
        ("Likelihood of failure", grade(record.likelihood).to_owned()),
        (if release { "Scope" } else { "Description" }, record.scope.clone()),
        ("Reason", record.reason.clone()),
        ("Planned start", record.planned_start.map(|it| time(Some(it))).unwrap_or_default()),
        ("Planned end", record.planned_end.map(|it| time(Some(it))).unwrap_or_default()),
    ];
    if let Some(it) = &full.release {
        fields.extend([
            ("Strategy", it.strategy.map_or("", |it| it.label()).to_owned()),
            ("Distribution", it.distribution.map_or("", |it| it.label()).to_owned()),
            ("Deployment plan", it.deployment_plan.clone()),
            ("Communication plan", it.communication_plan.clone()),
            ("Back-out plan", it.back_out_plan.clone()),
            ("Resources", it.resources.clone()),
            ("Affected users", it.affected_users.clone()),
        ]);
    }
    fields
}

/// What differs between two states of a record.
pub fn changes(before: &Full, after: &Full) -> Vec<FieldChange> {
    let pairs = fields(before).into_iter().zip(fields(after));
    pairs.filter_map(|((label, before), (_, after))| FieldChange::between(label, before, after)).collect()
}
