//! What moving does to approvals: answers in steps that are as before stand, others are asked or spared.

use super::{at, follows, ines, order, people, seen, versions};
use crate::support::{TestApp, given};
use slipway::domain::approvals::{ApprovalState, RoundState, StepState};
use slipway::domain::ids::RecordId;
use slipway::domain::requirements::Requirement;

/// A release whose approval in build and test was asked for.
fn asked(app: &TestApp) -> RecordId {
    let id = given::release(app, "Payroll").in_phase("build_test");
    given::ask(app, id);
    id
}

async fn moved(app: &TestApp, id: RecordId, change: impl FnOnce(&mut slipway::domain::workflows::Workflow)) -> crate::support::Page {
    let (from, to) = versions(app, change);
    let browser = ines(app);
    let page = browser.get(&at(from)).await.expect(200);
    browser.submit(&order(&page, from).and("one", seen(app, id))).await.expect(303);
    assert_eq!(follows(app, id).0, to);
    page
}

#[tokio::test]
async fn a_round_whose_steps_are_all_as_before_goes_on() {
    let app = TestApp::start().await;
    let (_, [ada, ben]) = people(&app);
    let id = asked(&app);
    given::approve(&app, id, ada.id);
    let before = given::pending(&app, id);
    moved(&app, id, |it| given::phase(it, "build_test").target_days = Some(3)).await.expect_no_text("Asked for approval").expect_no_text("withdrawn");
    assert_eq!(given::pending(&app, id), before);
    given::approve(&app, id, ben.id);
    assert!(!app.log().contains(&"round_withdrawn".to_owned()));
}

#[tokio::test]
async fn answers_stand_where_the_step_is_as_before_and_only_the_changed_one_is_asked_anew() {
    let app = TestApp::start().await;
    let (_, [ada, ben]) = people(&app);
    let id = asked(&app);
    given::approve(&app, id, ada.id);
    given::approve(&app, id, ben.id);
    let waiting = given::pending(&app, id);
    assert_eq!(given::sheet(&app, id).round().expect("a round").steps[1].step.state, StepState::Open);
    let page = moved(&app, id, |it| given::phase(it, "build_test").approvals[1].days = 9).await;
    page.expect_text("Answers in approval steps that are as before stand.").expect_text("Asked for approval at once: Deployment (CAB).");
    let sheet = given::sheet(&app, id);
    let round = sheet.round().expect("a round");
    assert_eq!((sheet.rounds.len(), round.round.state, round.steps.len()), (3, RoundState::Open, 2));
    assert!(round.steps[0].approvals.iter().all(|(it, _)| it.state == ApprovalState::Approved), "what was said stands");
    assert_eq!((round.steps[1].step.days, round.steps[1].step.state), (9, StepState::Open));
    assert_eq!(sheet.rounds[1].round.state, RoundState::Withdrawn);
    let now = given::pending(&app, id);
    assert!(now.iter().all(|(it, ..)| !waiting.iter().any(|(before, ..)| before == it)), "the step is asked anew");
    given::approve(&app, id, ada.id);
    given::approve(&app, id, ben.id);
    assert_eq!(given::sheet(&app, id).round().map(|it| it.round.state), Some(RoundState::Approved));
}

#[tokio::test]
async fn an_approved_phase_that_gets_one_more_step_waits_for_that_step_only() {
    let app = TestApp::start().await;
    let (_, [ada, _]) = people(&app);
    let id = asked(&app);
    given::fulfil(&app, id, Requirement::Approved);
    assert_eq!(given::sheet(&app, id).round().map(|it| it.round.state), Some(RoundState::Approved));
    let page = moved(&app, id, |it| {
        let mut step = given::phase(it, "build_test").approvals[0].clone();
        (step.position, step.name) = (7, "Security".into());
        given::phase(it, "build_test").approvals.push(step);
    })
    .await;
    page.expect_text("Asked again, though it was met: Approved.").expect_text("Asked for approval at once: Security.");
    let sheet = given::sheet(&app, id);
    let states: Vec<StepState> = sheet.round().expect("a round").steps.iter().map(|it| it.step.state).collect();
    assert_eq!(states, [StepState::Approved, StepState::Approved, StepState::Open]);
    assert!(given::pending(&app, id).iter().any(|(_, who, _)| *who == ada.id));
    assert!(!app.log().contains(&"round_withdrawn".to_owned()));
}

#[tokio::test]
async fn a_round_of_which_nothing_is_left_is_withdrawn_and_nobody_is_asked() {
    let app = TestApp::start().await;
    people(&app);
    let id = asked(&app);
    let page = moved(&app, id, |it| given::phase(it, "build_test").approvals.iter_mut().for_each(|it| it.days += 1)).await;
    page.expect_text("The approval round is withdrawn");
    assert!(given::pending(&app, id).is_empty());
    assert_eq!(given::sheet(&app, id).round().map(|it| it.round.state), Some(RoundState::Withdrawn));
    given::ask(&app, id);
}

#[tokio::test]
async fn in_a_phase_that_is_gone_nobody_needs_to_answer() {
    let app = TestApp::start().await;
    let (_, [ada, _]) = people(&app);
    let id = asked(&app);
    let (approval, ..) = given::pending(&app, id).into_iter().find(|(_, who, _)| *who == ada.id).expect("Ada is asked");
    moved(&app, id, |it| given::rename_phase(it, "build_test", "construction", "Construction")).await.expect_text("withdrawn");
    assert!(given::pending(&app, id).is_empty());
    app.browser_of(&ada).get(&format!("/approvals/{approval}")).await.expect(200).expect_text("withdrawn");
    given::ask(&app, id);
    given::fulfil(&app, id, Requirement::Approved);
}

#[tokio::test]
async fn a_record_for_whose_new_step_nobody_is_left_is_not_moved() {
    let app = TestApp::start().await;
    let (_, [ada, _]) = people(&app);
    let id = asked(&app);
    given::approve(&app, id, ada.id);
    let (from, _) = versions(&app, |it| {
        let mut step = given::phase(it, "build_test").approvals[0].clone();
        (step.position, step.name) = (3, "Security".into());
        step.approvers = slipway::domain::workflows::Approvers::Group("suppliers".into());
        given::phase(it, "build_test").approvals.push(step);
    });
    let browser = ines(&app);
    let page = browser.get(&at(from)).await.expect(200);
    let before = app.log();
    browser.submit(&order(&page, from).and("one", seen(&app, id))).await.expect(409).expect_text("Nobody is left to ask in “Security”");
    assert_eq!((follows(&app, id).0, app.log()), (from, before));
}
