//! What can happen after a deployment: early life support, handover, surveys, review, follow-up actions.

use super::FieldChange;
use crate::domain::early_life::{IssueKind, Severity, Source};
use crate::domain::follow_ups::FollowUpState;
use crate::domain::handovers::HandoverState;
use crate::domain::ids::{FollowUpId, GroupId, HandoverId, SurveyId, UserId};
use crate::domain::reviews::Point;
use crate::domain::surveys::Audience;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "details", rename_all = "snake_case")]
pub enum Aftercare {
    MetricAdded {
        name: String,
        criterion: String,
        /// Asked for once the rollout has begun.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    MetricEdited {
        name: String,
        fields: Vec<FieldChange>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    MetricRemoved {
        name: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    ExitCriteriaAgreed {
        with: String,
        criteria: Vec<String>,
    },
    ReadingsRecorded {
        source: Source,
        /// Metric and day, before and after.
        fields: Vec<FieldChange>,
    },
    ExitProposed {
        days: i32,
    },
    /// The trend of a metric misses the planned end of early life support.
    ExitEndangered {
        metric: String,
        until: Option<DateTime<Utc>>,
    },
    EarlyLifeEdited {
        fields: Vec<FieldChange>,
    },
    IssueRecorded {
        issue: IssueKind,
        number: String,
        title: String,
        severity: Severity,
    },
    IssueEdited {
        number: String,
        fields: Vec<FieldChange>,
    },
    KnownErrorRecorded {
        title: String,
    },
    KnownErrorEdited {
        title: String,
        fields: Vec<FieldChange>,
    },
    KnownErrorAccepted {
        title: String,
    },
    HandoverItemEdited {
        title: String,
        fields: Vec<FieldChange>,
    },
    HandoverAsked {
        handover: HandoverId,
        group: GroupId,
        group_name: String,
        note: String,
    },
    HandoverAnswered {
        handover: HandoverId,
        state: HandoverState,
        group_name: String,
        note: String,
        by_link: bool,
        /// Who asked, and hears of it.
        asked_by: UserId,
    },
    HandoverWithdrawn {
        group_name: String,
        reason: String,
    },
    QuestionSetEdited {
        name: String,
        version: i32,
        fields: Vec<FieldChange>,
    },
    QuestionSetCreated {
        name: String,
    },
    QuestionSetRetired {
        name: String,
    },
    SurveyCreated {
        title: String,
    },
    SurveyEdited {
        title: String,
        fields: Vec<FieldChange>,
    },
    SurveyDiscarded {
        title: String,
    },
    PeopleInvited {
        title: String,
        audience: Audience,
        count: usize,
    },
    InvitationRemoved {
        title: String,
        audience: Audience,
    },
    SurveyOpened {
        survey: SurveyId,
        title: String,
        invited: usize,
    },
    /// An answer came in. Neither who nor what: the log must not tie the two.
    SurveyAnswered {
        title: String,
        audience: Audience,
        changed: bool,
    },
    SurveyClosed {
        survey: SurveyId,
        title: String,
        answered: i64,
        invited: i64,
    },
    ReviewPointRecorded {
        point: Point,
        fields: Vec<FieldChange>,
    },
    FollowUpAdded {
        follow_up: FollowUpId,
        title: String,
        assignee: Option<UserId>,
    },
    FollowUpEdited {
        follow_up: FollowUpId,
        title: String,
        /// The new assignee, if that changed.
        assignee: Option<UserId>,
        fields: Vec<FieldChange>,
    },
    FollowUpMoved {
        title: String,
        to: FollowUpState,
        note: String,
    },
}

impl Aftercare {
    /// What happened, as the rest of a sentence that starts with a name.
    pub fn sentence(&self) -> String {
        match self {
            Aftercare::MetricAdded { name, .. } => format!("added the exit criterion “{name}”"),
            Aftercare::MetricEdited { name, .. } => format!("edited the exit criterion “{name}”"),
            Aftercare::MetricRemoved { name, .. } => format!("removed the exit criterion “{name}”"),
            Aftercare::ExitCriteriaAgreed { with, .. } => format!("agreed the exit criteria with {with}"),
            Aftercare::ReadingsRecorded { fields, .. } => match fields.as_slice() {
                [one] => format!("recorded a reading: {}", one.field),
                several => format!("recorded {} readings", several.len()),
            },
            Aftercare::ExitProposed { .. } => "proposed to end early life support: all metrics are back to normal".into(),
            Aftercare::ExitEndangered { metric, .. } => format!("noticed that {metric} will not be back to normal in time"),
            Aftercare::EarlyLifeEdited { .. } => "edited early life support".into(),
            Aftercare::IssueRecorded { issue, number, .. } => format!("recorded the {} {number}", issue.label().to_lowercase()),
            Aftercare::IssueEdited { number, .. } => format!("edited {number}"),
            Aftercare::KnownErrorRecorded { title } => format!("recorded the known error “{title}”"),
            Aftercare::KnownErrorEdited { title, .. } => format!("edited the known error “{title}”"),
            Aftercare::KnownErrorAccepted { title } => format!("accepted the known error “{title}”"),
            Aftercare::HandoverItemEdited { title, .. } => format!("edited the checklist of the handover: {title}"),
            Aftercare::HandoverAsked { group_name, .. } => format!("offered support to {group_name}"),
            Aftercare::HandoverAnswered { state, group_name, .. } => format!("answered the handover to {group_name}: {}", state.label().to_lowercase()),
            Aftercare::HandoverWithdrawn { group_name, .. } => format!("withdrew the handover to {group_name}"),
            Aftercare::QuestionSetEdited { name, version, .. } => format!("edited the question set {name}, version {version}"),
            Aftercare::QuestionSetCreated { name } => format!("created the question set {name}"),
            Aftercare::QuestionSetRetired { name } => format!("retired the question set {name}"),
            Aftercare::SurveyCreated { title } => format!("created the survey “{title}”"),
            Aftercare::SurveyEdited { title, .. } => format!("edited the survey “{title}”"),
            Aftercare::SurveyDiscarded { title } => format!("discarded the survey “{title}”"),
            Aftercare::PeopleInvited { title, audience, count } => {
                format!("put {} of {} on the list of “{title}”", people(*count), audience.label().to_lowercase())
            }
            Aftercare::InvitationRemoved { title, audience } => format!("took one of {} off the list of “{title}”", audience.label().to_lowercase()),
            Aftercare::SurveyOpened { title, invited, .. } => format!("opened the survey “{title}” and invited {}", people(*invited)),
            Aftercare::SurveyAnswered { title, changed: false, .. } => format!("received an answer to “{title}”"),
            Aftercare::SurveyAnswered { title, .. } => format!("received a changed answer to “{title}”"),
            Aftercare::SurveyClosed { title, answered, invited, .. } => format!("closed the survey “{title}”: {answered} of {invited} answered"),
            Aftercare::ReviewPointRecorded { point, .. } => format!("recorded the review of “{}”", point.label().to_lowercase()),
            Aftercare::FollowUpAdded { title, .. } => format!("added the follow-up action “{title}”"),
            Aftercare::FollowUpEdited { title, .. } => format!("edited the follow-up action “{title}”"),
            Aftercare::FollowUpMoved { title, to, .. } => match to {
                FollowUpState::Open => format!("reopened the follow-up action “{title}”"),
                FollowUpState::Done => format!("completed the follow-up action “{title}”"),
                FollowUpState::HandedOn => format!("handed on the follow-up action “{title}”"),
            },
        }
    }

    /// The reason or remark that goes with it; empty if there is none.
    pub fn remark(&self) -> &str {
        match self {
            Aftercare::HandoverWithdrawn { reason, .. }
            | Aftercare::MetricAdded { reason, .. }
            | Aftercare::MetricEdited { reason, .. }
            | Aftercare::MetricRemoved { reason, .. } => reason,
            Aftercare::HandoverAsked { note, .. } | Aftercare::HandoverAnswered { note, .. } | Aftercare::FollowUpMoved { note, .. } => note,
            Aftercare::ExitCriteriaAgreed { .. }
            | Aftercare::ReadingsRecorded { .. }
            | Aftercare::ExitProposed { .. }
            | Aftercare::ExitEndangered { .. }
            | Aftercare::EarlyLifeEdited { .. }
            | Aftercare::IssueRecorded { .. }
            | Aftercare::IssueEdited { .. }
            | Aftercare::KnownErrorRecorded { .. }
            | Aftercare::KnownErrorEdited { .. }
            | Aftercare::KnownErrorAccepted { .. }
            | Aftercare::HandoverItemEdited { .. }
            | Aftercare::QuestionSetEdited { .. }
            | Aftercare::QuestionSetCreated { .. }
            | Aftercare::QuestionSetRetired { .. }
            | Aftercare::SurveyCreated { .. }
            | Aftercare::SurveyEdited { .. }
            | Aftercare::SurveyDiscarded { .. }
            | Aftercare::PeopleInvited { .. }
            | Aftercare::InvitationRemoved { .. }
            | Aftercare::SurveyOpened { .. }
            | Aftercare::SurveyAnswered { .. }
            | Aftercare::SurveyClosed { .. }
            | Aftercare::ReviewPointRecorded { .. }
            | Aftercare::FollowUpAdded { .. }
            | Aftercare::FollowUpEdited { .. } => "",
        }
    }

    /// What was edited, before and after.
    pub fn fields(&self) -> Vec<FieldChange> {
        match self {
            Aftercare::MetricEdited { fields, .. }
            | Aftercare::ReadingsRecorded { fields, .. }
            | Aftercare::EarlyLifeEdited { fields, .. }
            | Aftercare::IssueEdited { fields, .. }
            | Aftercare::KnownErrorEdited { fields, .. }
            | Aftercare::HandoverItemEdited { fields, .. }
            | Aftercare::QuestionSetEdited { fields, .. }
            | Aftercare::SurveyEdited { fields, .. }
            | Aftercare::ReviewPointRecorded { fields, .. }
            | Aftercare::FollowUpEdited { fields, .. } => fields.clone(),
            Aftercare::MetricAdded { .. }
            | Aftercare::MetricRemoved { .. }
            | Aftercare::ExitCriteriaAgreed { .. }
            | Aftercare::ExitProposed { .. }
            | Aftercare::ExitEndangered { .. }
            | Aftercare::IssueRecorded { .. }
            | Aftercare::KnownErrorRecorded { .. }
            | Aftercare::KnownErrorAccepted { .. }
            | Aftercare::HandoverAsked { .. }
            | Aftercare::HandoverAnswered { .. }
            | Aftercare::HandoverWithdrawn { .. }
            | Aftercare::QuestionSetCreated { .. }
            | Aftercare::QuestionSetRetired { .. }
            | Aftercare::SurveyCreated { .. }
            | Aftercare::SurveyDiscarded { .. }
            | Aftercare::PeopleInvited { .. }
            | Aftercare::InvitationRemoved { .. }
            | Aftercare::SurveyOpened { .. }
            | Aftercare::SurveyAnswered { .. }
            | Aftercare::SurveyClosed { .. }
            | Aftercare::FollowUpAdded { .. }
            | Aftercare::FollowUpMoved { .. } => Vec::new(),
        }
    }
}

/// "one person", "3 people".
fn people(count: usize) -> String {
    if count == 1 { "one person".into() } else { format!("{count} people") }
}
