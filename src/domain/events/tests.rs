//! Events read back as they are stored, every one has a sentence, and the chain of hashes notices every change.

use super::*;
use crate::domain::early_life::{IssueKind, Severity, Source};
use crate::domain::follow_ups::FollowUpState;
use crate::domain::handovers::HandoverState;
use crate::domain::ids::{FollowUpId, GroupId, HandoverId, SurveyId, UserId};
use crate::domain::reviews::Point;
use crate::domain::surveys::Audience;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn s(text: &str) -> String {
    text.to_owned()
}

fn edit() -> Vec<FieldChange> {
    vec![FieldChange { field: s("Title"), before: s("Payrol"), after: s("Payroll") }]
}

/// One of each.
fn every_event() -> Vec<Event> {
    vec![
        Event::ReleaseRegistered { identifier: s("HR_System v1.3"), title: s("Autumn"), category: s("Minor") },
        Event::ChangeRegistered { title: s("New tariff"), category: s("Normal") },
        Event::RecordEdited { section: s("Plan"), fields: edit() },
        Event::PhaseEntered { transition: TransitionKind::BackOut, from: s("Rollout"), to: s("Back-out"), reason: s("It is slow.") },
        Event::RecordEnded {
            transition: TransitionKind::Close,
            from: s("Review"),
            outcome: s("Closed"),
            reason: s(""),
            summary: vec![(s("Review"), s("9 of 9"))],
        },
        Event::ReleaseSuperseded { by: s("HR_System v2") },
        Event::RequirementWaived { requirement: Requirement::RiskAssessed, reason: s("Known.") },
        Event::ConfirmationRecorded { subject: Confirmation::TestsPassed, outcome: Outcome::Passed, note: s("All green."), link: s("") },
        Event::ChangeRelated { release: s("REL-00042"), change: s("RFC-00107") },
        Event::ChangeUnrelated { release: s("REL-00042"), change: s("RFC-00107") },
        Event::ChangesAllAuthorised { count: 3 },
        Event::ChangesAllImplemented { count: 3 },
        Event::WatchingStarted {},
        Event::WatchingEnded {},
        Event::ModelApplied { model: s("Major release"), tasks: 12, left_out: vec![s("Train")] },
        Event::TaskAdded { title: s("Brief"), task: Some(TaskId(3)), assignee: None },
        Event::TaskEdited { title: s("Brief"), fields: edit(), task: Some(TaskId(3)), assignee: None },
        Event::TaskAssigned { title: s("Brief"), before: s(""), after: s("Ada"), task: Some(TaskId(3)), assignee: Some(UserId(7)) },
        Event::TasksReady { tasks: vec![TaskId(3)], titles: vec![s("Brief")] },
        Event::TaskMoved { title: s("Brief"), from: TaskState::Ready, to: TaskState::Done, note: s("") },
        Event::TaskShifted { title: s("Brief"), before: s("2026-11-20"), after: s("2026-11-23") },
        Event::ApprovalAsked { phase: s("Planning"), approvers: vec![s("Ada"), s("Bo")] },
        Event::ApprovalDecided {
            step: s("Plan"),
            decision: ApprovalState::Denied,
            reason: Some(DenialReason::Technical),
            comment: s("No."),
            digest: s("ab"),
            approval: Some(ApprovalId(5)),
            by_link: true,
            dooms: false,
        },
        Event::StepOpened { step: s("Plan"), approvals: vec![ApprovalId(5)], approvers: vec![s("Ada")] },
        Event::ApprovalReassigned { step: s("Plan"), from: s("Ada"), to: s("Bo"), reason: s("Away."), approval: ApprovalId(6) },
        Event::ApprovalRetracted { step: s("Plan"), revives: true, reopens: false },
        Event::ApprovalExcluded { step: s("Plan"), approver: s("Ada") },
        Event::ApprovalReopened { step: s("Plan"), approver: s("Ada"), changed: vec![s("Window")], approval: Some(ApprovalId(5)) },
        Event::StepSettled { step: s("Plan"), state: StepState::Approved, spared: vec![ApprovalId(5)] },
        Event::RoundSettled { phase: s("Planning"), state: RoundState::Approved, spared: vec![], denials: vec![] },
        Event::RoundWithdrawn { phase: s("Planning"), reason: s("Sent back."), spared: vec![] },
        Event::ItemRegistered { name: s("HR_System") },
        Event::ItemEdited { name: s("HR_System"), fields: edit() },
        Event::SignedIn { address: s("::1") },
        Event::SignedOut {},
        Event::SignInRefused { email: s("ada@example.org"), address: s("::1") },
        Event::SessionsEnded { count: 2, name: String::new() },
        Event::UserCreated { user: UserId(7), name: s("Ada"), roles: vec![Role::Contributor, Role::Viewer] },
        Event::UserEdited { user: UserId(7), name: s("Ada"), fields: edit() },
        Event::UserDisabled { user: UserId(7), name: s("Ada") },
        Event::UserEnabled { user: UserId(7), name: s("Ada") },
        Event::PasswordChanged { user: UserId(7), name: s("Ada") },
        Event::SecondFactor { user: UserId(7), name: s("Ada"), deed: FactorDeed::Reset, note: s("A new phone") },
        Event::GroupCreated { name: s("CAB") },
        Event::GroupEdited { name: s("CAB"), fields: edit() },
        Event::DelegationGiven {
            user: UserId(7),
            name: s("Ada"),
            substitute: Some(UserId(8)),
            substitute_name: s("Bo"),
            from: DateTime::UNIX_EPOCH,
            until: DateTime::UNIX_EPOCH,
            left_alone: vec![UserId(4)],
        },
        Event::DelegationEnded { user: UserId(7), name: s("Ada"), substitute: None, substitute_name: s("") },
        Event::CalendarCreated { name: s("Berlin"), fields: edit() },
        Event::CalendarEdited { name: s("Berlin"), fields: edit() },
        Event::MailResent { mail: MailId(4), recipient: s("ada@example.org") },
        Event::MailCancelled { mail: MailId(4), recipient: s("ada@example.org") },
        Event::MailingResumed {},
        Event::DemoLoaded { releases: 20, changes: 60 },
        Event::RecordReopened { phase: s("Review"), reason: s("A bill is missing.") },
        Event::ReleaseReinstated { by: s("HR_System v2") },
        Aftercare::MetricAdded { name: s("Calls"), criterion: s("at most 20"), reason: s("") }.into(),
        Aftercare::MetricEdited { name: s("Calls"), fields: edit(), reason: s("We learnt") }.into(),
        Aftercare::MetricRemoved { name: s("Calls"), reason: s("") }.into(),
        Aftercare::ExitCriteriaAgreed { with: s("Operations"), criteria: vec![s("Calls")] }.into(),
        Aftercare::ReadingsRecorded { source: Source::Csv, fields: edit() }.into(),
        Aftercare::ExitProposed { days: 3 }.into(),
        Aftercare::ExitEndangered { metric: s("Calls"), until: None }.into(),
        Aftercare::EarlyLifeEdited { fields: edit() }.into(),
        Aftercare::IssueRecorded { issue: IssueKind::Incident, number: s("INC-7"), title: s("Slow"), severity: Severity::High }.into(),
        Aftercare::IssueEdited { number: s("INC-7"), fields: edit() }.into(),
        Aftercare::KnownErrorRecorded { title: s("Printing") }.into(),
        Aftercare::KnownErrorEdited { title: s("Printing"), fields: edit() }.into(),
        Aftercare::KnownErrorAccepted { title: s("Printing") }.into(),
        Aftercare::HandoverItemEdited { title: s("Runbook"), fields: edit() }.into(),
        Aftercare::HandoverAsked { handover: HandoverId(2), group: GroupId(3), group_name: s("Operations"), note: s("All there.") }.into(),
        Aftercare::HandoverAnswered {
            handover: HandoverId(2),
            state: HandoverState::Accepted,
            group_name: s("Operations"),
            note: s("Fine."),
            by_link: true,
            asked_by: UserId(4),
        }
        .into(),
        Aftercare::HandoverWithdrawn { group_name: s("Operations"), reason: s("Too early.") }.into(),
        Aftercare::QuestionSetEdited { name: s("End users"), version: 2, fields: edit() }.into(),
        Aftercare::QuestionSetCreated { name: s("End users") }.into(),
        Aftercare::QuestionSetRetired { name: s("End users") }.into(),
        Aftercare::SurveyCreated { title: s("Payroll") }.into(),
        Aftercare::SurveyEdited { title: s("Payroll"), fields: edit() }.into(),
        Aftercare::SurveyDiscarded { title: s("Payroll") }.into(),
        Aftercare::PeopleInvited { title: s("Payroll"), audience: Audience::Users, count: 3 }.into(),
        Aftercare::InvitationRemoved { title: s("Payroll"), audience: Audience::Users }.into(),
        Aftercare::SurveyOpened { survey: SurveyId(4), title: s("Payroll"), invited: 3 }.into(),
        Aftercare::SurveyAnswered { title: s("Payroll"), audience: Audience::Users, changed: false }.into(),
        Aftercare::SurveyClosed { survey: SurveyId(4), title: s("Payroll"), answered: 2, invited: 3 }.into(),
        Aftercare::ReviewPointRecorded { point: Point::Lessons, fields: edit() }.into(),
        Aftercare::FollowUpAdded { follow_up: FollowUpId(5), title: s("Index"), assignee: None }.into(),
        Aftercare::FollowUpEdited { follow_up: FollowUpId(5), title: s("Index"), assignee: None, fields: edit() }.into(),
        Aftercare::FollowUpMoved { title: s("Index"), to: FollowUpState::HandedOn, note: s("RFC-00201") }.into(),
        Event::AttachmentAdded { name: s("plan.pdf"), size: 7, sha256: s("ab"), to: s("REL-00042") },
        Event::AttachmentRemoved { name: s("plan.pdf"), reason: s("Outdated.") },
        Event::ProcessShaped { part: Part::Category, name: s("Infrastructure"), deed: Deed::Edited, fields: edit(), reason: s("Asked for.") },
        Event::WorkflowChanged { workflow: s("Major release"), from_version: 2, to_version: 3, fields: edit(), reason: s("Better.") },
    ]
}

#[test]
fn the_list_above_is_complete() {
    // serde lists what it would have taken: every kind in backquotes, behind the one that it did not.
    let nothing = || json!({ "kind": "nothing", "details": {} });
    let complaints =
        [serde_json::from_value::<Event>(nothing()).unwrap_err().to_string(), serde_json::from_value::<Aftercare>(nothing()).unwrap_err().to_string()];
    let known: BTreeSet<String> = complaints.iter().flat_map(|it| it.split('`').skip(3).step_by(2)).map(s).collect();
    let listed: BTreeSet<String> = every_event().iter().map(|it| it.row().unwrap().0).collect();
    assert_eq!(listed, known);
}

#[test]
fn every_event_reads_back_as_it_is_stored() {
    for event in every_event() {
        let (kind, details) = event.row().unwrap();
        assert!(details.is_object(), "{kind}");
        assert_eq!(Event::of_row(&kind, &details), Some(event));
    }
}

#[test]
fn what_this_version_does_not_know_is_no_event() {
    assert_eq!(Event::of_row("rocket_launched", &json!({})), None);
    assert_eq!(Event::of_row("task_added", &json!({ "name": "Brief" })), None);
}

#[test]
fn every_event_is_a_sentence_about_who_did_it() {
    for event in every_event() {
        let sentence = event.sentence();
        assert!(sentence.starts_with(char::is_lowercase) && !sentence.ends_with('.') && sentence.trim() == sentence, "{event:?}: {sentence}");
    }
    let sentences = every_event().iter().map(Event::sentence).collect::<BTreeSet<_>>();
    assert_eq!(sentences.len(), every_event().len(), "no two events read the same");
}

#[test]
fn an_edit_shows_what_was_edited_and_a_reason_is_shown() {
    for event in every_event() {
        let (kind, details) = event.row().unwrap();
        let edited = details.get("fields").is_some() || details.get("before").is_some();
        assert_eq!(edited, !event.fields().is_empty(), "{kind}");
        for reason in ["reason", "note", "comment"].iter().filter_map(|key| details.get(key)).filter_map(Value::as_str) {
            assert!(event.remark() == reason || details.get("comment").is_some(), "{kind}");
        }
    }
    assert_eq!(FieldChange::between("Title", "Payroll", "Payroll"), None);
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    micros: i64,
    numbers: [i64; 2],
    optional: [Option<i64>; 2],
    kind: String,
    details: Value,
    previous: Vec<u8>,
}

impl Row {
    fn hash(&self) -> Vec<u8> {
        let Row { micros, numbers: [id, actor], optional: [on_behalf_of, record], kind, details, previous } = self;
        let (at, on_behalf_of, record) =
            (DateTime::from_timestamp_micros(*micros).unwrap(), on_behalf_of.map(UserId), record.map(crate::domain::ids::RecordId));
        Link { id: *id, at, actor: UserId(*actor), on_behalf_of, record, kind, details }.hash(previous)
    }
}

/// Details from few letters, nested a little, so that careless writing out would make two of them the same.
fn some_details() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), (0..30i64).prop_map(Value::from), "[a,:\"]{0,3}".prop_map(Value::from)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let object = prop::collection::btree_map("[a,:\"]{0,2}", inner.clone(), 0..3);
        prop_oneof![prop::collection::vec(inner, 0..3).prop_map(Value::from), object.prop_map(|it| Value::Object(it.into_iter().collect()))]
    })
}

fn a_row() -> impl Strategy<Value = Row> {
    let ids = || prop::option::of(0..30i64);
    (0..100i64, [0..30i64, 0..30i64], [ids(), ids()], "[a-b_]{0,2}", some_details(), prop::sample::select(vec![vec![0; 32], vec![1; 32]]))
        .prop_map(|(micros, numbers, optional, kind, details, previous)| Row { micros, numbers, optional, kind, details, previous })
}

proptest! {
    #[test]
    fn changing_any_one_column_changes_the_hash(row in a_row(), other in a_row()) {
        let changed = [
            Row { micros: row.micros + 1, ..row.clone() },
            Row { numbers: [row.numbers[0] + 1, row.numbers[1]], ..row.clone() },
            Row { numbers: [row.numbers[0], row.numbers[1] + 1], ..row.clone() },
            Row { optional: [row.optional[0].xor(Some(1)), row.optional[1]], ..row.clone() },
            Row { optional: [row.optional[0], row.optional[1].xor(Some(1))], ..row.clone() },
            Row { optional: [row.optional[1], row.optional[0]], ..row.clone() },
            Row { kind: format!("{}x", row.kind), ..row.clone() },
            Row { details: other.details, ..row.clone() },
            Row { details: json!([row.details]), ..row.clone() },
            Row { previous: row.previous.iter().map(|it| it ^ 2).collect(), ..row.clone() },
        ];
        for it in changed {
            prop_assert_eq!(it == row, it.hash() == row.hash(), "{:?}", it);
        }
    }
}

#[test]
fn details_that_look_alike_have_hashes_of_their_own() {
    let alike = [
        json!(null),
        json!("null"),
        json!(false),
        json!("false"),
        json!(12),
        json!("12"),
        json!(""),
        json!([]),
        json!({}),
        json!([[]]),
        json!([{}]),
        json!([null]),
        json!([""]),
        json!([[], []]),
        json!([[[]]]),
        json!([1, 2]),
        json!([12]),
        json!(["1", "2"]),
        json!(["1,2"]),
        json!([[1], 2]),
        json!([1, [2]]),
        json!([[1, 2]]),
        json!({"a": 1}),
        json!({"a": "1"}),
        json!({"a:1": null}),
        json!(["a", 1]),
        json!([{"a": 1}]),
        json!({"": ""}),
        json!({"a": {"b": 1}}),
        json!({"a": {}, "b": 1}),
        json!({"a,b": 1}),
        json!({"a": 1, "b": 1}),
        json!({"a": "\",\"b\":1"}),
    ];
    let row = |details: &Value| Row { micros: 0, numbers: [1, 1], optional: [None, None], kind: s("edited"), details: details.clone(), previous: vec![] };
    assert_eq!(alike.iter().map(|it| row(it).hash()).collect::<BTreeSet<_>>().len(), alike.len());
}

#[test]
fn the_order_of_keys_does_not_count_and_neither_do_nanoseconds() {
    let of = |text: &str, nanoseconds: u32| {
        let details: Value = serde_json::from_str(text).unwrap();
        let at = DateTime::from_timestamp(1, nanoseconds).unwrap();
        Link { id: 1, at, actor: UserId(1), on_behalf_of: None, record: None, kind: "task_added", details: &details }.hash(&[])
    };
    let one = of(r#"{"a": 1, "b": {"c": [1, 2], "d": null}}"#, 5_000);
    assert_eq!(one, of(r#"{ "b": {"d": null, "c": [1, 2]}, "a": 1 }"#, 5_999));
    assert_ne!(one, of(r#"{"a": 1, "b": {"c": [2, 1], "d": null}}"#, 5_000), "the order of a list does count");
    assert_ne!(one, of(r#"{"a": 1, "b": {"c": [1, 2], "d": null}}"#, 6_000));
}
