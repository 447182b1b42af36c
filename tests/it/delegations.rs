//! Delegation: who is away, who decides in their place, and who is asked instead.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, TestApp, noon};
use slipway::app::{Error, approvals, delegations};
use slipway::domain::approvals::{ApprovalState, RoundState};
use slipway::domain::ids::{ApprovalId, RecordId};
use slipway::domain::notices::Rule;
use slipway::domain::people::Role;
use slipway::domain::refusals::Refusal;
use slipway::store::approvals::{Approval, Asked};

/// A release in planning that Paul and Ada are asked about; Ines Kovac may decide but is not asked.
struct Place {
    app: TestApp,
    id: RecordId,
    paul: Somebody,
    ada: Somebody,
    ines: Somebody,
    manager: Somebody,
}

impl Place {
    async fn build() -> Place {
        let app = TestApp::start().await;
        let [paul, ada] = given::approvers(&app, ["Paul", "Ada"]);
        let ines = given::user(&app, "Ines Kovac", &[Role::Contributor]);
        let manager = given::user(&app, "Mara", &[Role::ReleaseManager]);
        let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
        given::ask(&app, id);
        Place { app, id, paul, ada, ines, manager }
    }

    fn step(&self) -> Asked {
        given::sheet(&self.app, self.id).rounds[0].steps[0].clone()
    }

    fn of(&self, who: &Somebody) -> Approval {
        self.step().approvals.into_iter().map(|(it, _)| it).find(|it| it.approver_id == who.id).expect("they are asked")
    }

    fn names(&self) -> Vec<(String, ApprovalState)> {
        self.step().approvals.into_iter().map(|(it, name)| (name, it.state)).collect()
    }
}

#[tokio::test]
async fn a_substitute_decides_in_the_application_for_whoever_is_away() {
    let place = Place::build().await;
    let Place { app, paul, ines, .. } = &place;
    let approval = place.of(paul).id;
    let browser = app.browser_of(ines);
    browser.get(&format!("/approvals/{approval}")).await.expect(404);
    given::absence(app, paul, Some(ines));
    for path in ["/approvals", "/"] {
        browser.get(path).await.expect(200).expect_text("for Paul").expect_text(&format!("/approvals/{approval}"));
    }
    let path = format!("/approvals/{approval}/decision");
    let form = browser.get(&format!("/approvals/{approval}")).await.expect(200).expect_text("You stand in for Paul").form(&path);
    browser.submit(&form.with("decision", "approve")).await.expect_see("/approvals");
    let it = place.of(paul);
    assert_eq!((it.state, it.decided_by, it.by_link), (ApprovalState::Approved, Some(ines.id), false));
    let entry = app.read(|conn| slipway::store::events::list(conn, &Default::default(), 1)).remove(0);
    assert_eq!((entry.actor.as_str(), entry.on_behalf_of.as_deref()), ("Ines Kovac", Some("Paul")));
    app.browser_of(&place.ada).get(&format!("/releases/{}", place.id)).await.expect_text("decided by Ines Kovac in their place");
    app.browser_of(paul).get("/approvals").await.expect_text("decided for you by Ines Kovac");
    browser.get(&format!("/approvals/{approval}")).await.expect(200).expect_text("by Ines Kovac, for Paul");
}

#[tokio::test]
async fn a_substitute_has_a_link_of_their_own_and_both_names_are_kept() {
    let place = Place::build().await;
    let Place { app, paul, ines, .. } = &place;
    let delegation = given::absence(app, paul, Some(ines));
    let (theirs, own) = (given::link(app, place.of(paul).id, ines.id), given::link(app, place.of(paul).id, paul.id));
    let browser = app.browser();
    let page = browser.get(&theirs.path).await.expect(200).expect_text("This link is for <strong>Ines Kovac</strong>, who stands in for <strong>Paul</strong>");
    browser.submit(&page.form(&theirs.decision()).with("decision", "approve").with("code", &own.code)).await.expect(422);
    browser.submit(&page.form(&theirs.decision()).with("decision", "approve").with("code", &theirs.code)).await.expect_see(&theirs.path);
    browser.get(&theirs.path).await.expect_text("Ines Kovac, for Paul, by the link in the mail");
    // Paul sees it too, and may take it back.
    let page = browser.get(&own.path).await.expect(200).expect_text("Ines Kovac, for Paul");
    browser.submit(&page.form(&own.undo()).with("code", &own.code)).await.expect(303);
    app.act(|tx| delegations::end(tx, delegation)).expect("ended");
    browser.get(&theirs.path).await.expect(403).expect_text("does not stand in for them now. Paul decides");
    browser.get(&own.path).await.expect(200).expect_text("Your decision");
}

#[tokio::test]
async fn a_substitute_who_owns_the_record_or_lost_the_right_does_not_decide() {
    let place = Place::build().await;
    let Place { app, paul, ines, .. } = &place;
    let tom = given::user(app, "Tom", &[Role::ReleaseCoordinator]); // He coordinates it.
    let approval = place.of(paul).id;
    let digest = place.step().step.digest;
    let decide = |who: &Somebody| app.act_as(who.actor(), |tx| approvals::decide(tx, approval, &digest, &approvals::Answer::Approve { comment: "".into() }));
    let first = given::absence(app, paul, Some(&tom));
    assert!(matches!(decide(&tom), Err(Error::Refused(Refusal::OwnRecord))));
    app.browser_of(&tom).get("/approvals").await.expect_no_text("for Paul");
    let page = app.browser_of(&tom).get(&format!("/releases/{}", place.id)).await.expect_text("away until 11 Mar 2026, nobody stands in");
    assert!(!page.has("Decide for Paul"));
    app.act(|tx| delegations::end(tx, first)).expect("ended");
    given::absence(app, paul, Some(ines));
    app.write(|tx| slipway::store::users::set_roles(tx, ines.id, &[Role::Viewer]));
    assert!(matches!(decide(ines), Err(Error::NotFound)));
    let viewer = Somebody { roles: vec![Role::Viewer], ..ines.clone() };
    assert!(matches!(decide(&viewer), Err(Error::NotFound)));
    app.write(|tx| slipway::store::users::set_roles(tx, ines.id, &[Role::Contributor]));
    app.act(|tx| slipway::app::users::disable(tx, paul.id)).expect("closed");
    assert!(matches!(decide(ines), Err(Error::NotFound)), "nobody decides in the place of somebody who may not");
    app.act(|tx| slipway::app::users::enable(tx, paul.id)).expect("open");
    decide(ines).expect("she may");
}

#[tokio::test]
async fn who_is_asked_in_their_own_name_too_decides_twice() {
    let place = Place::build().await;
    let Place { app, paul, ada, .. } = &place;
    given::absence(app, paul, Some(ada));
    let page = app.browser_of(ada).get("/approvals").await.expect(200);
    assert_eq!(page.body.matches("aria-label=\"Decide: ").count(), 2);
    given::approve(app, place.id, ada.id);
    assert_eq!(place.of(paul).state, ApprovalState::Pending);
    let digest = place.step().step.digest;
    app.act_as(ada.actor(), |tx| approvals::decide(tx, place.of(paul).id, &digest, &approvals::Answer::Approve { comment: "".into() })).expect("decided");
    assert_eq!(given::sheet(app, place.id).rounds[0].round.state, RoundState::Approved);
}

#[tokio::test]
async fn a_substitution_begins_and_ends_with_its_days() {
    let place = Place::build().await;
    let Place { app, paul, ines, .. } = &place;
    let browser = app.browser_of(paul);
    let form = browser.get("/delegations/new").await.expect(200).form("/delegations");
    let form = form.with("from", "2026-03-04").with("until", "2026-03-12").with("substitute", ines.id).with("note", "Skiing");
    browser.submit(&form).await.expect_see("/delegations");
    browser.get("/delegations").await.expect_text("4 Mar 2026").expect_text("12 Mar 2026").expect_text("Ines Kovac stands in · Skiing");
    let stands_in = || app.read(|conn| slipway::store::delegations::stands_in(conn, ines.id, paul.id, app.clock.now()));
    for (time, expected) in [("2026-03-03T23:59:59Z", false), ("2026-03-04T00:00:00Z", true), ("2026-03-12T23:59:59Z", true), ("2026-03-13T00:00:00Z", false)] {
        app.clock.set(time.parse().expect("a moment"));
        assert_eq!(stands_in(), expected, "{time}");
    }
}

#[tokio::test]
async fn what_cannot_be_an_absence_comes_back_with_the_reason() {
    let place = Place::build().await;
    let Place { app, paul, ines, .. } = &place;
    let browser = app.browser_of(paul);
    let form = browser.get("/delegations/new").await.form("/delegations");
    let fill = |from: &str, until: &str| form.clone().with("from", from).with("until", until);
    browser.submit(&fill("2026-03-04", "2026-03-12")).await.expect(303);
    for (form, reason) in [
        (fill("2026-03-12", "2026-03-20"), "overlaps"),
        (fill("2026-03-20", "2026-03-19"), "must not be before the first"),
        (fill("2026-02-20", "2026-02-21"), "lies in the past"),
        (fill("2026-04-01", "2028-04-01"), "a year at most"),
        (fill("x", "2026-03-21"), "Write a date"),
        (fill("2026-04-01", "2026-04-02").with("substitute", paul.id), "Nobody can stand in for themselves"),
        (fill("2026-04-01", "2026-04-02").with("substitute", "999999"), "who may decide approvals"),
    ] {
        let page = browser.submit(&form).await.expect(422).expect_text(reason);
        assert_eq!(page.form("/delegations").value("from"), form.value("from"));
    }
    browser.submit(&fill("2026-03-13", "2026-03-20")).await.expect(303);
    browser.post("/delegations", &[("user", &ines.id.to_string()), ("from", "2026-04-01"), ("until", "2026-04-02")]).await.expect(403);
}

#[tokio::test]
async fn whoever_stands_in_is_there_or_it_is_said_that_they_are_not() {
    let place = Place::build().await;
    let Place { app, paul, ines, .. } = &place;
    let (one, other) = (app.browser_of(paul), app.browser_of(ines));
    let absence = async |browser: &Browser, substitute: &Somebody, from: &str, until: &str| {
        let form = browser.get("/delegations/new").await.form("/delegations").with("from", from).with("until", until);
        browser.submit(&form.with("substitute", substitute.id)).await
    };
    absence(&one, ines, "2026-03-04", "2026-03-12").await.expect(303);
    absence(&other, paul, "2026-03-10", "2026-03-20").await.expect(422).expect_text("They are away themselves on some of these days.");
    absence(&other, paul, "2026-03-13", "2026-03-20").await.expect(303);
    let form = other.get("/delegations/new").await.form("/delegations").with("from", "2026-03-03").with("until", "2026-03-04");
    other.submit(&form).await.expect(303);
    assert_eq!(app.told_of(paul.id, Rule::Delegation).last().map(String::as_str), Some("Ines Kovac, who stands in for you, is away for some of these days"));
    other.get("/delegations").await.expect_text("nobody stands in for Paul any more, who is told.");
}

#[tokio::test]
async fn two_who_stand_in_for_each_other_at_once_do_not() {
    let place = Place::build().await;
    let Place { app, paul, ines, .. } = &place;
    let (one, other) = (app.browser_of(paul), app.browser_of(ines));
    let form = one.get("/delegations/new").await.form("/delegations").with("from", "2026-03-04").with("until", "2026-03-05");
    let (theirs, back) = (form.clone().with("substitute", ines.id), form.with("substitute", paul.id));
    let (first, second) = tokio::join!(one.submit(&theirs), other.submit(&back));
    let mut answers = [first.status, second.status];
    answers.sort();
    assert_eq!(answers, [303, 422]);
}

#[tokio::test]
async fn two_who_note_the_same_absence_at_once_note_it_once() {
    let place = Place::build().await;
    let browser = place.app.browser_of(&place.paul);
    let form = browser.get("/delegations/new").await.form("/delegations").with("from", "2026-03-04").with("until", "2026-03-05");
    let (one, other) = (browser.clone(), browser.clone());
    let (first, second) = tokio::join!(one.submit(&form), other.submit(&form));
    let mut answers = [first.status, second.status];
    answers.sort();
    assert_eq!(answers, [303, 422]);
}

#[tokio::test]
async fn a_release_manager_notes_it_for_others_and_either_ends_it_early() {
    let place = Place::build().await;
    let Place { app, paul, ines, manager, .. } = &place;
    let browser = app.browser_of(manager);
    let form = browser.get("/delegations/new").await.expect(200).form("/delegations");
    browser.submit(&form.with("user", paul.id).with("from", "2026-03-02").with("until", "2026-03-12").with("substitute", ines.id)).await.expect(303);
    let id = app.read(|conn| slipway::store::delegations::list(conn, slipway::store::delegations::Whose::Own(paul.id), noon())).remove(0).delegation.id;
    let path = format!("/delegations/{id}/end");
    assert!(browser.get("/delegations").await.has_form(&path));
    app.browser_of(ines).get("/delegations").await.expect_text("I stand in for");
    app.browser_of(ines).post(&path, &[]).await.expect(403);
    app.browser_of(paul).post(&path, &[]).await.expect_see("/delegations");
    browser.post(&path, &[]).await.expect(409).expect_text("over already");
    app.browser_of(paul).get("/delegations").await.expect_text("Ended early");
    let log = app.log();
    assert_eq!(log[log.len() - 2..], ["delegation_given", "delegation_ended"]);
}

#[tokio::test]
async fn who_is_away_is_seen_at_a_glance_and_without_a_substitute_is_what_blocks() {
    let place = Place::build().await;
    let Place { app, id, paul, ada, ines, manager } = &place;
    let path = format!("/releases/{id}");
    given::absence(app, paul, Some(ines));
    let page = app.browser_of(ada).get(&path).await.expect(200).expect_text("away until 11 Mar 2026, Ines Kovac stands in");
    assert!(!page.has("nobody stands in"));
    app.browser_of(ines).get(&path).await.expect_text("Decide for Paul");
    given::absence(app, ada, None);
    let page = app.browser_of(manager).get(&path).await.expect(200).expect_text("away until 11 Mar 2026, nobody stands in");
    page.expect_text("Ada is away until 11 Mar 2026 and nobody stands in: ask somebody else.");
    let digest = place.step().step.digest;
    app.act_as(ines.actor(), |tx| approvals::decide(tx, place.of(paul).id, &digest, &approvals::Answer::Approve { comment: "".into() })).expect("decided");
    let refused = app.act(|tx| slipway::app::phases::take(tx, *id, given::sheet(app, *id).full.record.version, "advance", ""));
    assert!(refused.is_err_and(|it| it.to_string().contains("Ada is away until 11 Mar 2026 and nobody stands in")));
}

async fn reassign(place: &Place, who: &Somebody, approval: ApprovalId, to: &Somebody, reason: &str) -> crate::support::Page {
    let browser = place.app.browser_of(who);
    browser
        .post(&format!("/approvals/{approval}/reassignment"), &[("to", &to.id.to_string()), ("reason", reason), ("asked", &format!("reassign-{approval}"))])
        .await
}

#[tokio::test]
async fn a_release_manager_asks_somebody_else_and_only_they_count() {
    let place = Place::build().await;
    let Place { app, id, paul, ada, ines, manager } = &place;
    let approval = place.of(paul).id;
    let page = app.browser_of(manager).get(&format!("/releases/{id}")).await;
    let form = page.form(&format!("/approvals/{approval}/reassignment"));
    assert!(!app.browser_of(ada).get(&format!("/releases/{id}")).await.has_form(&format!("/approvals/{approval}/reassignment")));
    reassign(&place, ada, approval, ines, "Away").await.expect(403);
    reassign(&place, manager, approval, ines, "").await.expect(422).expect_text("Fill this in");
    for wrong in [ada, paul, &given::user(app, "Tom", &[Role::ReleaseCoordinator]), &given::user(app, "Vera", &[Role::Viewer])] {
        reassign(&place, manager, approval, wrong, "Away").await.expect(409).expect_text("cannot be asked here");
    }
    app.browser_of(manager).submit(&form.with("to", ines.id).with("reason", "Paul is ill")).await.expect(303);
    let both =
        [("Ada", ApprovalState::Pending), ("Ines Kovac", ApprovalState::Pending), ("Paul", ApprovalState::Excluded)].map(|(it, state)| (it.to_owned(), state));
    assert_eq!(place.names(), both);
    assert_eq!(place.of(ines).replaces_id, Some(approval));
    assert!(place.of(ines).pending_at.is_some());
    let page = app.browser_of(paul).get(&format!("/releases/{id}")).await.expect_text("Ines Kovac was asked instead.").expect_text("instead of Paul");
    assert!(!page.has("Paul is away"));
    app.browser_of(paul).get(&format!("/approvals/{approval}")).await.expect(200).expect_text("Ines Kovac was asked instead");
    let digest = place.step().step.digest;
    let late = app.act_as(paul.actor(), |tx| approvals::decide(tx, approval, &digest, &approvals::Answer::Approve { comment: "".into() }));
    assert!(late.is_err_and(|it| it.to_string().contains("Ines Kovac was asked instead")));
    reassign(&place, manager, approval, ines, "Again").await.expect(409).expect_text("still awaited");
    given::approve(app, *id, ada.id);
    assert_eq!(given::sheet(app, *id).rounds[0].round.state, RoundState::Open);
    given::approve(app, *id, ines.id);
    assert_eq!(given::sheet(app, *id).rounds[0].round.state, RoundState::Approved, "two of two");
    let entry = app.log();
    assert!(entry.contains(&"approval_reassigned".to_owned()));
    app.browser_of(ada)
        .get(&format!("/records/{id}/activity"))
        .await
        .expect_text("asked Ines Kovac instead of Paul to decide on Plan")
        .expect_text("Paul is ill");
}

#[tokio::test]
async fn in_a_step_that_waits_the_other_one_waits_as_well() {
    let app = TestApp::start().await;
    let [ada, ben] = given::approvers(&app, ["Ada", "Ben"]);
    let cleo = given::user(&app, "Cleo", &[Role::ReleaseApprover]);
    let id = given::release(&app, "Payroll").in_phase("build_test");
    given::ask(&app, id);
    let cab = || given::sheet(&app, id).rounds[0].steps[1].clone();
    let of = |who: &Somebody| cab().approvals.iter().map(|(it, _)| it.clone()).find(|it| it.approver_id == who.id).expect("asked");
    assert!(given::sheet(&app, id).rounds[0].steps[0].approvals.iter().any(|(it, _)| it.approver_id == cleo.id), "in the first step all approvers are asked");
    app.act(|tx| approvals::reassign(tx, of(&ben).id, cleo.id, "Ben is ill")).expect("asked");
    assert_eq!((of(&cleo).state, of(&ben).state), (ApprovalState::Waiting, ApprovalState::Excluded));
    given::approve(&app, id, ada.id);
    given::approve(&app, id, cleo.id);
    assert_eq!((of(&cleo).state, of(&ben).state), (ApprovalState::Pending, ApprovalState::Excluded));
    given::approve(&app, id, ada.id);
    given::approve(&app, id, cleo.id);
    assert_eq!(given::sheet(&app, id).rounds[0].round.state, RoundState::Approved);
}
