//! The rows that can be copied, each as its table has it. What a column has by default is left out.

use super::Bulk;
use crate::domain::approvals::{ApprovalState, RoundState, RuleWord, StepState};
use crate::domain::deadlines::Subject;
use crate::domain::ids::{ApprovalId, CategoryId, GroupId, ItemId, MailId, RecordId, RoundId, StepId, TaskId, UserId, WorkflowId};
use crate::domain::mails::{MailKind, MailState};
use crate::domain::notices::{Delivery, Rule, Why};
use crate::domain::records::{Grade, Milestone, RecordKind, RecordState};
use crate::domain::releases::{Distribution, Strategy};
use crate::domain::requirements::{Confirmation, Outcome};
use crate::domain::tasks::TaskState;
use crate::domain::workflows::Covered;
use crate::store::schema;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

type Time = DateTime<Utc>;

macro_rules! bulk {
    ($($row:ident $(<$life:lifetime>)? of $table:ident { $($field:ident: $kind:ty),+ $(,)? })+) => {$(
        #[derive(Debug, Clone, Insertable)]
        #[diesel(table_name = schema::$table, treat_none_as_default_value = false)]
        pub struct $row $(<$life>)? {
            $(pub $field: $kind,)+
        }

        impl $(<$life>)? Bulk for $row $(<$life>)? {
            fn copy(rows: Vec<Self>, conn: &mut PgConnection) -> QueryResult<usize> {
                diesel::copy_from(schema::$table::table).from_insertable(rows).execute(conn)
            }
        }
    )+};
}

bulk! {
    RecordRow<'a> of records {
        id: RecordId,
        kind: RecordKind,
        category_id: CategoryId,
        workflow_id: WorkflowId,
        phase: &'a str,
        phase_name: &'a str,
        visit: i32,
        phase_entered_at: Time,
        phase_due_at: Option<Time>,
        state: RecordState,
        milestone: Milestone,
        identifier: Option<String>,
        title: String,
        scope: String,
        reason: &'a str,
        ci_id: Option<ItemId>,
        owner_id: UserId,
        coordinator_id: Option<UserId>,
        impact: Option<Grade>,
        urgency: Option<Grade>,
        likelihood: Option<Grade>,
        planned_start: Option<Time>,
        planned_end: Option<Time>,
        created_at: Time,
        created_by: UserId,
        ended_at: Option<Time>,
    }
    ReleaseRow<'a> of releases {
        record_id: RecordId,
        ci_id: ItemId,
        number: Vec<Option<i32>>,
        strategy: Option<Strategy>,
        distribution: Option<Distribution>,
        deployment_plan: &'a str,
        communication_plan: &'a str,
        back_out_plan: &'a str,
        resources: &'a str,
        affected_users: &'a str,
        superseded_by: Option<RecordId>,
    }
    VisitRow<'a> of phase_visits { record_id: RecordId, visit: i32, phase: &'a str, name: &'a str, entered_at: Time, due_at: Option<Time>, left_at: Option<Time> }
    TaskRow<'a> of tasks {
        id: TaskId,
        record_id: RecordId,
        phase: &'a str,
        title: String,
        description: &'a str,
        assignee_id: Option<UserId>,
        group_id: Option<GroupId>,
        due_at: Option<Time>,
        state: TaskState,
        note: &'a str,
        created_at: Time,
        created_by: UserId,
        ended_at: Option<Time>,
    }
    ConfirmationRow<'a> of confirmations { record_id: RecordId, visit: i32, subject: Confirmation, outcome: Outcome, note: &'a str, at: Time, by: UserId }
    ContentRow of approval_contents { record_id: RecordId, digest: String, content: serde_json::Value, at: Time }
    RoundRow<'a> of approval_rounds {
        id: RoundId,
        record_id: RecordId,
        phase: &'a str,
        visit: i32,
        state: RoundState,
        opened_at: Time,
        opened_by: UserId,
        settled_at: Option<Time>,
    }
    StepRow<'a> of approval_steps {
        id: StepId,
        round_id: RoundId,
        record_id: RecordId,
        position: i32,
        name: &'a str,
        rule: RuleWord,
        percent: Option<i32>,
        covers: Vec<Option<Covered>>,
        state: StepState,
        digest: String,
        days: i32,
        opened_at: Option<Time>,
        due_at: Option<Time>,
        settled_at: Option<Time>,
    }
    ApprovalRow<'a> of approvals {
        id: ApprovalId,
        step_id: StepId,
        record_id: RecordId,
        approver_id: UserId,
        asked_as: &'a str,
        state: ApprovalState,
        decided_by: Option<UserId>,
        decided_at: Option<Time>,
        comment: &'a str,
        seen_digest: Option<String>,
        by_link: bool,
        pending_at: Option<Time>,
    }
    EventRow of events {
        id: i64,
        at: Time,
        actor_id: UserId,
        record_id: Option<RecordId>,
        kind: String,
        details: serde_json::Value,
        previous: Vec<u8>,
        hash: Vec<u8>,
    }
    NoticeRow of notices {
        rule: Rule,
        record_id: Option<RecordId>,
        occurrence: String,
        user_id: UserId,
        why: Why,
        headline: String,
        path: String,
        delivery: Delivery,
        mail_id: Option<MailId>,
        at: Time,
        read_at: Option<Time>,
    }
    MailRow<'a> of mails {
        id: MailId,
        kind: MailKind,
        user_id: Option<UserId>,
        record_id: Option<RecordId>,
        recipient: &'a str,
        message_id: String,
        state: MailState,
        subject: String,
        body_text: String,
        rendered_at: Option<Time>,
        created_at: Time,
        next_try_at: Time,
        tries: i32,
        answer: &'a str,
        sent_at: Option<Time>,
    }
}

bulk! {
    AffectedRow of affected_items { record_id: RecordId, ci_id: ItemId }
    RelationRow of release_changes { release_id: RecordId, change_id: RecordId, active: bool, related_at: Time }
    WatcherRow of watchers { record_id: RecordId, user_id: UserId }
    DeadlineRow of deadlines { record_id: RecordId, record_kind: RecordKind, subject: Subject, subject_id: i64, starts_at: Time, due_at: Time, occurrence: i32, next_at: Option<Time> }
}
