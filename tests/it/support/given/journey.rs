//! Takes records through their workflows with the program's own actions: whatever a requirement asks is done, nothing is waived.

use super::early_life;
use super::people::{approvers, user};
use super::records::{change, item};
use crate::support::{TestApp, noon};
use chrono::Duration;
use slipway::app::approvals::{self, Answer};
use slipway::app::records::{Edit, edit};
use slipway::app::sheet::Sheet;
use slipway::app::{phases, releases, tasks};
use slipway::domain::approvals::{ApprovalState, DenialReason, RoundState};
use slipway::domain::ids::{ApprovalId, RecordId, UserId};
use slipway::domain::people::Role;
use slipway::domain::readiness::Check;
use slipway::domain::records::{Grade, Milestone, RecordKind};
use slipway::domain::releases::{Distribution, Strategy};
use slipway::domain::requirements::{Outcome, Requirement};
use slipway::domain::tasks::{TaskState, TaskStep};
use slipway::domain::workflows::{Phase, PhaseKind};
use slipway::store::confirmations::NewConfirmation;
use slipway::store::records::{Details, Scope, Window};
use slipway::store::releases::Plan;
use slipway::store::users;

/// The record with all that surrounds it.
pub fn sheet(app: &TestApp, id: RecordId) -> Sheet {
    app.read(|conn| Sheet::load(conn, id))
}

fn phase(app: &TestApp, id: RecordId) -> Phase {
    sheet(app, id).full.phase().expect("a phase of its workflow").clone()
}

/// On to this phase; into the back-out by way of the rollout.
pub(super) fn walk(app: &TestApp, id: RecordId, to: &str) {
    let goal = sheet(app, id).full.workflow.phase(to).expect("a phase of its workflow").clone();
    if goal.kind == PhaseKind::Side {
        walk(app, id, "rollout");
        return take(app, id, "back_out", "It does not work");
    }
    for _ in 0..12 {
        if phase(app, id).key == to {
            return;
        }
        advance(app, id);
    }
    panic!("{to} was never reached");
}

/// On to the next phase, with all that it asks.
pub fn advance(app: &TestApp, id: RecordId) {
    let transition = phase(app, id).advance().expect("a way out").clone();
    for requirement in &transition.requirements {
        fulfil(app, id, *requirement);
    }
    take(app, id, &transition.key, "");
}

/// Takes a transition of the present phase.
#[track_caller]
pub fn take(app: &TestApp, id: RecordId, key: &str, reason: &str) {
    let seen = sheet(app, id).full.record.version;
    app.act(|tx| phases::take(tx, id, seen, key, reason)).unwrap_or_else(|error| panic!("{key}: {error}"));
}

/// Does what a requirement asks, unless it is met already.
pub fn fulfil(app: &TestApp, id: RecordId, requirement: Requirement) {
    let it = sheet(app, id);
    let asks = |check: &Check| check.requirement == requirement && check.blocks();
    if !phase(app, id).transitions.iter().flat_map(|transition| it.checks(transition)).any(|check| asks(&check)) {
        return;
    }
    match requirement {
        Requirement::DetailsComplete | Requirement::RiskAssessed | Requirement::Assigned => fill_details(app, &it),
        Requirement::PlanComplete | Requirement::BackOutPlanWritten => save(app, id, Edit::Plan(plan())),
        Requirement::WindowSet => edit_window(app, id, 14),
        Requirement::ItemsNamed => save(app, id, Edit::Items(vec![item(app, "Payroll")])),
        Requirement::ChangesRelated => {
            let joining = change(app, "Update the tax table").registered();
            app.act(|tx| releases::relate(tx, id, joining, "")).expect("related");
        }
        Requirement::TasksDone => finish_tasks(app, id),
        Requirement::ChangesAuthorised => reach(app, &it, Milestone::Authorised),
        Requirement::ChangesImplemented => reach(app, &it, Milestone::Implemented),
        Requirement::ChangesClosed => reach(app, &it, Milestone::Finished),
        Requirement::Approved => {
            boards(app);
            if it.round().is_none_or(|it| it.round.state != RoundState::Open) {
                ask(app, id);
            }
            approve_all(app, id);
        }
        Requirement::FeedbackConsidered | Requirement::ReviewComplete if it.full.record.kind == RecordKind::Release => super::reviews::review(app, id),
        Requirement::FollowUpsSettled | Requirement::NothingOpen => super::reviews::settle(app, id),
        Requirement::HandoverAccepted => super::handovers::hand_over(app, id),
        Requirement::ScopeFrozen => {}
        Requirement::ExitCriteriaAgreed => early_life::agreed(app, id),
        Requirement::ExitCriteriaMet => early_life::back_to_normal(app, id),
        Requirement::TestsPassed
        | Requirement::DeploymentDone
        | Requirement::VerificationPassed
        | Requirement::BackOutFacts
        | Requirement::ImplementationDone
        | Requirement::FeedbackConsidered
        | Requirement::ReviewComplete
        | Requirement::LogAndCmsCurrent => {
            let subject = requirement.confirmation().expect("it is met by a confirmation");
            let new = NewConfirmation { subject, outcome: Outcome::Passed, note: "", link: "" };
            app.act(|tx| phases::confirm(tx, id, &new)).expect("confirmed");
        }
    }
}

/// Those who approve, unless the story named its own.
fn boards(app: &TestApp) {
    let named = app.read(users::people).len();
    user(app, "Mara", &[Role::ReleaseManager]);
    let asked = app.read(|conn| slipway::store::choices::approvers(conn, &slipway::domain::workflows::Approvers::Role(Role::ReleaseApprover)));
    if named == 0 || asked.1.is_empty() {
        approvers(app, ["Ada", "Ben"]);
    }
}

fn save(app: &TestApp, id: RecordId, what: Edit) {
    let seen = sheet(app, id).full.record.version;
    app.act(|tx| edit(tx, id, seen, &what)).expect("saved");
}

fn fill_details(app: &TestApp, it: &Sheet) {
    let record = &it.full.record;
    let filled = Details {
        title: record.title.clone(),
        owner_id: record.owner_id,
        coordinator_id: record.coordinator_id,
        impact: record.impact.or(Some(Grade::Medium)),
        urgency: record.urgency.or(Some(Grade::Low)),
        likelihood: Some(Grade::Low),
    };
    save(app, record.id, Edit::Details(filled));
    save(app, record.id, Edit::Scope(Scope { scope: "The new tax tables".into(), reason: "The law changed".into() }));
}

fn plan() -> Plan {
    Plan {
        strategy: Some(Strategy::BigBang),
        distribution: Some(Distribution::Push),
        deployment_plan: "Deploy it".into(),
        communication_plan: "Tell the service desk".into(),
        back_out_plan: "Restore the backup".into(),
        resources: "Two people".into(),
        affected_users: "Everybody in payroll".into(),
    }
}

/// Plans the window this many days after the story begins, two hours long.
pub fn edit_window(app: &TestApp, id: RecordId, days: i64) {
    let start = noon() + Duration::days(days);
    save(app, id, Edit::Window(Window { planned_start: Some(start), planned_end: Some(start + Duration::hours(2)) }));
}

fn finish_tasks(app: &TestApp, id: RecordId) {
    let here = phase(app, id).key;
    let ready = |app: &TestApp| sheet(app, id).tasks.into_iter().find(|it| it.task.phase == here && it.task.state == TaskState::Ready);
    while let Some(next) = ready(app) {
        app.act(|tx| tasks::step(tx, next.task.id, TaskStep::Complete, "")).expect("done");
    }
}

/// Takes every RFC of a release so far.
fn reach(app: &TestApp, release: &Sheet, milestone: Milestone) {
    for it in release.changes.iter().filter(|it| it.counts()) {
        while sheet(app, it.id).full.record.milestone < milestone {
            advance(app, it.id);
        }
    }
}

/// Opens a round.
#[track_caller]
pub fn ask(app: &TestApp, id: RecordId) {
    app.act(|tx| approvals::ask(tx, id)).unwrap_or_else(|error| panic!("{error}"));
}

/// Whose answer is awaited on this record: the approval, the approver, the digest of what they are shown.
pub fn pending(app: &TestApp, id: RecordId) -> Vec<(ApprovalId, UserId, String)> {
    let sheet = sheet(app, id);
    let open = sheet.rounds.iter().filter(|it| it.round.state == RoundState::Open).flat_map(|it| &it.steps);
    let waiting = open.flat_map(|step| step.approvals.iter().map(|(it, _)| (it, &step.step.digest)));
    waiting.filter(|(it, _)| it.state == ApprovalState::Pending).map(|(it, digest)| (it.id, it.approver_id, digest.clone())).collect()
}

fn approve_all(app: &TestApp, id: RecordId) {
    while let Some((_, who, _)) = pending(app, id).first() {
        answer(app, id, *who, &Answer::Approve { comment: String::new() });
    }
}

/// This person approves.
#[track_caller]
pub fn approve(app: &TestApp, id: RecordId, who: UserId) {
    answer(app, id, who, &Answer::Approve { comment: String::new() });
}

/// This person denies.
#[track_caller]
pub fn deny(app: &TestApp, id: RecordId, who: UserId) {
    answer(app, id, who, &Answer::Deny { reason: Some(DenialReason::Technical), comment: "It will not work".into() });
}

/// This person takes back what they decided in the newest round.
#[track_caller]
pub fn retract(app: &TestApp, id: RecordId, who: &super::Somebody) {
    let rounds = super::sheet(app, id).rounds;
    let mut approvals = rounds[0].steps.iter().flat_map(|it| &it.approvals);
    let (approval, _) = approvals.find(|(it, _)| it.approver_id == who.id).expect("they were asked");
    app.act_as(who.actor(), |tx| slipway::app::approvals::retract(tx, approval.id)).expect("taken back");
}

#[track_caller]
fn answer(app: &TestApp, id: RecordId, who: UserId, answer: &Answer) {
    let (approval, _, digest) = pending(app, id).into_iter().find(|(_, approver, _)| *approver == who).expect("they are asked");
    let user = app.read(|conn| users::find(conn, who));
    let somebody = super::Somebody { id: who, email: user.email, name: user.name, roles: app.read(|conn| users::roles(conn, who)) };
    app.act_as(somebody.actor(), |tx| approvals::decide(tx, approval, &digest, answer)).expect("decided");
}
