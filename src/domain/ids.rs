//! Identifiers of rows: one type each, so that a task's id cannot be passed for a release's.

macro_rules! ids {
    ($($name:ident),+ $(,)?) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
                 diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }
        impl diesel::deserialize::FromSql<diesel::sql_types::BigInt, diesel::pg::Pg> for $name {
            fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                <i64 as diesel::deserialize::FromSql<diesel::sql_types::BigInt, diesel::pg::Pg>>::from_sql(value).map($name)
            }
        }
        impl diesel::serialize::ToSql<diesel::sql_types::BigInt, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                <i64 as diesel::serialize::ToSql<diesel::sql_types::BigInt, diesel::pg::Pg>>::to_sql(&self.0, out)
            }
        }
    )+};
}

ids!(
    UserId,
    GroupId,
    RecordId,
    ItemId,
    WorkflowId,
    CategoryId,
    ModelId,
    TaskId,
    RoundId,
    StepId,
    ApprovalId,
    NoticeId,
    MailId,
    LinkId,
    DeadlineId,
    CalendarId,
    DelegationId,
    MetricId,
    IssueId,
    KnownErrorId,
    MemberId,
    HandoverId,
    HandoverItemId,
    QuestionSetId,
    SurveyId,
    InvitationId,
    ResponseId,
    FollowUpId,
    AttachmentId,
    NotificationRuleId,
    MoveId,
    WorkflowDraftId
);

/// Who acts when nobody does: the program itself.
pub const SLIPWAY: UserId = UserId(0);
