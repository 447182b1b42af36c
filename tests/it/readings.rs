//! Readings that a program sends over HTTP, signed with the key of their release.

use crate::support::given;
use crate::support::{Browser, Page, TestApp};
use chrono::Duration;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use slipway::app::early_life::signing;
use slipway::app::links::Keys;
use slipway::domain::early_life::Source;
use slipway::domain::ids::RecordId;
use slipway::store::early_life::{plan, readings};

fn key(app: &TestApp, id: RecordId) -> String {
    let plan = app.read(|conn| plan(conn, id)).expect("a plan");
    signing::key(&Keys::of(&app.config), &plan.salt)
}

fn signature(key: &str, time: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key");
    mac.update(format!("{time}.{body}").as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

async fn send(browser: &Browser, id: RecordId, body: &str, headers: &[(&str, &str)]) -> Page {
    let headers = [&[("content-type", "application/json")], headers].concat();
    browser.request("POST", &format!("/api/releases/{id}/readings"), body.to_owned(), &headers).await
}

async fn signed(app: &TestApp, id: RecordId, key: &str, body: &str) -> Page {
    let time = app.clock.now().timestamp().to_string();
    send(&app.browser(), id, body, &[("x-slipway-timestamp", &time), ("x-slipway-signature", &signature(key, &time, body))]).await
}

/// A problem document of this status; its text.
#[track_caller]
fn problem(page: Page, status: u16) -> serde_json::Value {
    assert_eq!((page.status, page.header("content-type")), (status, "application/problem+json"), "{}", page.body);
    let problem: serde_json::Value = serde_json::from_str(&page.body).expect("JSON");
    assert_eq!(problem["status"], status);
    problem
}

const BODY: &str = r#"{"readings":[{"day":"2026-03-02","metric":"calls a day","value":12.5}]}"#;

#[tokio::test]
async fn a_program_records_readings_and_may_say_them_twice() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("early_life");
    for changed in [1, 0] {
        let page = signed(&app, id, &key(&app, id), BODY).await.expect(200);
        let answer: serde_json::Value = serde_json::from_str(&page.body).expect("JSON");
        let recorded = serde_json::json!([{ "day": "2026-03-02", "metric": "calls a day", "value": 12.5 }]);
        assert_eq!((&answer["recorded"], &answer["changed"]), (&recorded, &serde_json::json!(changed)));
    }
    let known = app.read(|conn| readings::list(conn, id));
    assert_eq!(known.iter().map(|it| (it.value, it.source, it.by.as_str())).collect::<Vec<_>>(), [(12.5, Source::Http, "Slipway")]);
    assert_eq!(app.log().iter().filter(|it| *it == "readings_recorded").count(), 1);
    let corrected = BODY.replace("12.5", "9");
    signed(&app, id, &key(&app, id), &corrected).await.expect(200);
    assert_eq!(app.read(|conn| readings::list(conn, id))[0].value, 9.0);
}

#[tokio::test]
async fn what_is_not_signed_rightly_changes_nothing() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("early_life");
    let other = given::release(&app, "Payroll").titled("Another").in_phase("early_life");
    let (right, before) = (key(&app, id), app.log());
    let time = app.clock.now().timestamp().to_string();
    problem(send(&app.browser(), id, BODY, &[]).await, 401);
    problem(signed(&app, id, &key(&app, other), BODY).await, 401);
    problem(signed(&app, id, "", BODY).await, 401);
    // Another body, another time than what was signed.
    let stolen = signature(&right, &time, BODY);
    problem(send(&app.browser(), id, &BODY.replace("12.5", "1"), &[("x-slipway-timestamp", &time), ("x-slipway-signature", &stolen)]).await, 401);
    let later = (app.clock.now().timestamp() + 1).to_string();
    problem(send(&app.browser(), id, BODY, &[("x-slipway-timestamp", &later), ("x-slipway-signature", &stolen)]).await, 401);
    problem(send(&app.browser(), id, BODY, &[("x-slipway-timestamp", "soon"), ("x-slipway-signature", &stolen)]).await, 401);
    problem(send(&app.browser(), id, BODY, &[("x-slipway-timestamp", &time), ("x-slipway-signature", "sha256=zz")]).await, 401);
    let cross = [("x-slipway-timestamp", time.as_str()), ("x-slipway-signature", stolen.as_str()), ("sec-fetch-site", "cross-site")];
    problem(send(&app.browser(), id, BODY, &cross).await, 403);
    app.clock.advance(Duration::seconds(301));
    let old = problem(send(&app.browser(), id, BODY, &[("x-slipway-timestamp", &time), ("x-slipway-signature", &stolen)]).await, 401);
    assert!(old["detail"].as_str().is_some_and(|it| it.contains("five minutes")), "{old}");
    problem(signed(&app, RecordId(999_999), &right, BODY).await, 404);
    assert_eq!((app.log(), app.read(|conn| readings::list(conn, id)).len()), (before, 0));
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_said_in_a_problem_document() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("early_life");
    let key = key(&app, id);
    problem(signed(&app, id, &key, "{").await, 400);
    problem(signed(&app, id, &key, r#"{"readings":[{"day":"2026-03-02","metric":"Calls a day","value":NaN}]}"#).await, 400);
    problem(signed(&app, id, &key, r#"{"readings":[{"day":"2026-03-02","metric":"Calls a day","value":1e999}]}"#).await, 400);
    let time = app.clock.now().timestamp().to_string();
    let headers = [("content-type", "text/plain"), ("x-slipway-timestamp", &*time), ("x-slipway-signature", &*signature(&key, &time, BODY))];
    problem(app.browser().request("POST", &format!("/api/releases/{id}/readings"), BODY, &headers).await, 415);
    problem(signed(&app, id, &key, &format!("{BODY}{}", " ".repeat(600_000))).await, 413);
    problem(app.browser().request("PUT", &format!("/api/releases/{id}/readings"), BODY, &[]).await, 405);
    let body = r#"{"readings":[{"day":"2026-03-02","metric":"Calls a day","value":1},{"day":"2026-03-09","metric":"Errors","value":1e300}]}"#;
    let problem = problem(signed(&app, id, &key, body).await, 422);
    let errors: Vec<_> = problem["errors"].as_array().expect("a list").iter().map(|it| it["reading"].as_u64()).collect();
    assert_eq!(errors, [Some(1), Some(1), Some(1)], "{problem}");
    assert_eq!(app.read(|conn| readings::list(conn, id)).len(), 0, "all or nothing");
}

#[tokio::test]
async fn the_key_is_for_those_who_move_the_release_and_can_be_renewed() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("early_life");
    let old = key(&app, id);
    let (tom, cora) = (slipway::domain::people::Role::ReleaseManager, slipway::domain::people::Role::Contributor);
    let manager = app.browser_of(&given::user(&app, "Mara", &[tom]));
    let helper = app.browser_of(&given::user(&app, "Cora", &[cora]));
    let home = format!("/records/{id}/early-life");
    manager.get(&home).await.expect(200).expect_text(&old).expect_text("openssl dgst -sha256 -hmac");
    helper.get(&home).await.expect(200).expect_no_text(&old);
    helper.post(&format!("/records/{id}/readings/key"), &[]).await.expect(403);
    manager.post(&format!("/records/{id}/readings/key"), &[]).await.expect_see(&format!("{home}#program"));
    assert_ne!(key(&app, id), old);
    problem(signed(&app, id, &old, BODY).await, 401);
    signed(&app, id, &key(&app, id), BODY).await.expect(200);
    assert!(!app.log().is_empty() && !format!("{:?}", app.log()).contains(&old), "the key is not in the log");
}

#[tokio::test]
async fn a_release_that_ended_takes_no_readings() {
    let app = TestApp::start().await;
    let id = given::release(&app, "Payroll").in_phase("closed");
    problem(signed(&app, id, &key(&app, id), BODY).await, 409);
}
