//! How a matter of somebody's own is told to others, whom a notification rule lets hear of it as well.

use crate::domain::events::{Aftercare, Event};
use crate::domain::notices::Rule;

/// The headline for somebody who is not concerned themselves; none if it is the same for all.
pub fn headline(rule: Rule, event: &Event, actor: &str, name: &str) -> Option<String> {
    Some(match (rule, event) {
        (Rule::ApprovalAsked, Event::StepOpened { step, .. }) => format!("Decisions on {name} are asked: {step}"),
        (Rule::ApprovalAsked, Event::ApprovalReopened { step, approver, .. }) => format!("{approver} is asked anew on {name}: {step}"),
        (Rule::ApprovalAsked, Event::ApprovalReassigned { step, to, .. }) => format!("{to} is asked on {name}: {step}"),
        (Rule::ApprovalNotNeeded, Event::StepSettled { step, .. } | Event::ApprovalReassigned { step, .. }) => {
            format!("Some answers are needed no longer on {name}: {step}")
        }
        (Rule::ApprovalNotNeeded, _) => format!("Some answers are needed no longer on {name}"),
        (Rule::ApprovalReceipt, Event::ApprovalDecided { step, decision, .. }) => format!("{actor} {} {name}: {step}", decision.label().to_lowercase()),
        (Rule::TaskAssigned, Event::TaskAssigned { title, after, .. }) if !after.is_empty() => format!("“{title}” was given to {after}, for {name}"),
        (Rule::TaskAssigned, Event::TaskAdded { title, .. } | Event::TaskEdited { title, .. } | Event::TaskAssigned { title, .. }) => {
            format!("“{title}” has a new assignee, for {name}")
        }
        (Rule::TaskReady, Event::TasksReady { titles, .. }) => match titles.as_slice() {
            [title] => format!("“{title}” can be started, for {name}"),
            titles => format!("{} tasks can be started, for {name}", titles.len()),
        },
        (Rule::FollowUpAssigned, Event::Aftercare(Aftercare::FollowUpAdded { title, .. } | Aftercare::FollowUpEdited { title, .. })) => {
            format!("“{title}” has a new assignee, a follow-up action of {name}")
        }
        _ => return None,
    })
}

/// The tasks that can be started, by their titles.
pub fn tasks(event: &Event) -> Vec<(String, String)> {
    let Event::TasksReady { titles, .. } = event else { return Vec::new() };
    titles.iter().map(|it| ("Task".to_owned(), it.clone())).collect()
}
