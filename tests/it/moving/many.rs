//! Many records are moved by the worker: one after the other, each wholly or not at all.

use super::{MINOR, at, follows, ines, order, seen, versions};
use crate::support::{Page, TestApp, given, noon};
use diesel::connection::{Connection, InstrumentationEvent};
use slipway::app::moving::{self, Way, many};
use slipway::domain::ids::{MoveId, RecordId};
use slipway::domain::moving::{MoveState, open_phases};
use slipway::domain::people::Role;
use slipway::store::moving as rows;
use slipway::worker::moving::move_records;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Releases in the planning phase, one of each service.
fn releases(app: &TestApp, count: usize) -> Vec<RecordId> {
    (0..count).map(|it| given::release(app, &format!("Service {it}")).registered()).collect()
}

/// The order that a page led to.
fn ordered(page: &Page) -> MoveId {
    let place = page.location().strip_prefix("/workflow-moves/").unwrap_or_else(|| panic!("{} {}", page.status, page.body));
    MoveId(place.parse().expect("a number"))
}

fn counts(app: &TestApp, id: MoveId) -> [i64; 3] {
    let counts = app.read(|conn| rows::counts(conn, &[id]));
    [MoveState::Waiting, MoveState::Moved, MoveState::Skipped].map(|state| counts.get(&(id, state)).copied().unwrap_or_default())
}

#[tokio::test]
async fn those_that_are_ticked_are_moved_and_the_page_shows_how_far_that_is() {
    let app = TestApp::start().await;
    let all = releases(&app, 4);
    let (from, to) = versions(&app, |it| given::phase(it, "assess").name = "Intake".into());
    let browser = ines(&app);
    let page = browser.get(&at(from)).await.expect(200).expect_text("4 releases run by this one").expect_text("Move all 4");
    let form = order(&page, from).and("do", "chosen").and("record", seen(&app, all[0])).and("record", seen(&app, all[2]));
    let id = ordered(&browser.submit(&form).await);
    let place = format!("/workflow-moves/{id}");
    let page = browser.get(&place).await.expect(200).expect_text("0 of 2 moved, 2 waiting").expect_text("every 2s");
    assert!(page.has("The process is better now"));
    assert_eq!(follows(&app, all[0]).0, from, "nothing happens while the order is given");
    move_records(&app.db).expect("moved");
    let now: Vec<bool> = all.iter().map(|it| follows(&app, *it).0 == to).collect();
    assert_eq!(now, [true, false, true, false]);
    browser.get(&place).await.expect(200).expect_text("2 of 2 moved").expect_no_text("every 2s").expect_text("Done");
    let piece = browser.get_with(&place, &[("HX-Request-Type", "partial")]).await.expect(200).expect_no_text("<html");
    assert!(piece.has("id=\"progress\""));
    app.signed_in(Role::Viewer).get(&place).await.expect(200).expect_no_text(&at(from));
    browser.get(&at(from)).await.expect_text(&place).expect_text("2 releases run by this one");
    let log = app.log();
    assert_eq!(log[log.len() - 3..], ["process_shaped", "workflow_changed", "workflow_changed"]);
    let page = app.signed_in(Role::Administrator).get("/activity").await.expect(200);
    page.expect_text("moved running records of the workflow Minor release").expect_text("Records to move");
    browser.get(&format!("/releases/{}", all[0])).await.expect_text("Ines").expect_text("moved it from version 3 to version 4");
    browser.get("/workflow-moves/999999").await.expect(404);
}

#[tokio::test]
async fn all_are_moved_but_what_changed_meanwhile_is_passed_over_and_says_why() {
    let app = TestApp::start().await;
    let all = releases(&app, 5);
    let (from, to) = versions(&app, |_| {});
    let browser = ines(&app);
    let page = browser.get(&at(from)).await.expect(200);
    let id = ordered(&browser.submit(&order(&page, from).and("do", "all")).await);
    given::edit_window(&app, all[1], 20);
    given::take(&app, all[2], "abandon", "No money");
    let single = order(&page, from).and("one", seen(&app, all[3]));
    browser.submit(&single).await.expect(303);
    move_records(&app.db).expect("moved");
    assert_eq!(counts(&app, id), [0, 2, 3]);
    let moved: Vec<bool> = all.iter().map(|it| follows(&app, *it).0 == to).collect();
    assert_eq!(moved, [true, false, false, true, true]);
    let page = browser.get(&format!("/workflow-moves/{id}")).await.expect_text("2 of 5 moved, 3 passed over.");
    let page = page.expect_text("Somebody changed it after the order was given").expect_text("It has ended").expect_text("goes by another version");
    page.expect_text("Look again at those that were passed over");
    assert_eq!(app.log().iter().filter(|it| *it == "workflow_changed").count(), 3);
}

#[tokio::test]
async fn a_worker_that_is_killed_loses_nothing_and_another_goes_on() {
    let app = TestApp::start().await;
    let all = releases(&app, 6);
    let (from, to) = versions(&app, |_| {});
    let browser = ines(&app);
    let page = browser.get(&at(from)).await.expect(200);
    let id = ordered(&browser.submit(&order(&page, from).and("do", "all")).await);
    let waiting = app.read(|conn| Ok(many::waiting(conn, 100).expect("they are read")));
    // It moves two, and is killed while the third is under way: what is not committed is as if it had never been.
    for it in &waiting[..2] {
        let by = it.by.clone().expect("Ines ordered it");
        assert!(app.act_as(by, |tx| many::next(tx, it.id, it.record)).expect("moved"));
    }
    let third = &waiting[2];
    let killed: slipway::app::Result<()> = app.act_as(third.by.clone().expect("Ines"), |tx| {
        assert!(many::next(tx, third.id, third.record)?);
        Err(slipway::app::Error::Stale)
    });
    assert!(killed.is_err());
    assert_eq!((counts(&app, id), follows(&app, third.record).0), ([4, 2, 0], from));
    let dbs = [app.another_db(), app.another_db()];
    std::thread::scope(|scope| {
        for db in &dbs {
            scope.spawn(|| move_records(db).expect("moved"));
        }
    });
    move_records(&app.db).expect("nothing is left");
    assert_eq!(counts(&app, id), [0, 6, 0]);
    assert!(all.iter().all(|it| follows(&app, *it).0 == to));
    assert_eq!(app.log().iter().filter(|it| *it == "workflow_changed").count(), 6, "each once");
}

#[tokio::test]
async fn whoever_may_no_longer_shape_the_process_moves_nothing_any_more() {
    let app = TestApp::start().await;
    let all = releases(&app, 1);
    let mara = given::user(&app, "Mara", &[Role::ReleaseManager]);
    let (from, _) = versions(&app, |_| {});
    let browser = app.browser_of(&mara);
    let page = browser.get(&at(from)).await.expect(200);
    let form = order(&page, from).and("do", "all");
    let (first, second) = (ordered(&browser.submit(&form).await), ordered(&browser.submit(&form).await));
    app.write(|tx| slipway::store::users::set_roles(tx, mara.id, &[Role::Viewer]));
    move_records(&app.db).expect("passed over");
    assert_eq!((counts(&app, first), counts(&app, second)), ([0, 0, 1], [0, 0, 1]));
    ines(&app).get(&format!("/workflow-moves/{first}")).await.expect_text("may not move records any more");
    assert_eq!(follows(&app, all[0]).0, from);
}

#[tokio::test]
async fn a_long_list_is_looked_at_page_by_page() {
    let app = TestApp::start().await;
    let all = releases(&app, 27);
    let (from, _) = versions(&app, |it| given::rename_phase(it, "plan", "design", "Design"));
    let browser = ines(&app);
    let page = browser.get(&at(from)).await.expect(200).expect_text("Next 25");
    assert!(page.has(&format!("/releases/{}", all[24])) && !page.has(&format!("/releases/{}\"", all[25])));
    let page = page.expect_text("Move those that are ticked on this page").expect_text("Ticks count for this page");
    let form = order(&page, from).with("phase-assess", "design").with("reason", "Two & two").and("record", seen(&app, all[0])).and("next", all[24]);
    let next = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form.pairs()).finish();
    let page = browser.get(&format!("{}?{next}", at(from))).await.expect(200).expect_no_text("Next 25").expect_text(&format!("/releases/{}", all[26]));
    assert!(!page.has(&format!("/releases/{}\"", all[24])) && page.has(&format!("/releases/{}\"", all[25])));
    let rest = order(&page, from);
    assert_eq!([rest.value("phase-plan"), rest.value("phase-assess")], ["design", "design"]);
    assert!(page.has("Two &#38; two</textarea>"), "what was typed goes along");
    let rest = order(&page, from).and("one", seen(&app, all[26]));
    let back = browser.submit(&rest).await.expect(303).location().to_owned();
    browser.get(&back).await.expect(200).expect_text(&format!("/releases/{}", all[25])).expect_no_text(&format!("/releases/{}\"", all[26]));
    let older = given::version(&app, MINOR, 1);
    browser.get(&at(older)).await.expect(200).expect_text("Nothing runs by this version now");
}

#[tokio::test]
async fn one_form_may_name_more_records_than_a_statement_takes() {
    let app = TestApp::start().await;
    let id = releases(&app, 1)[0];
    let (from, _) = versions(&app, |_| {});
    let browser = ines(&app);
    let mut form = order(&browser.get(&at(from)).await, from).and("do", "chosen");
    form.fields.extend(std::iter::repeat_n(("record".to_owned(), seen(&app, id)), 17_000));
    let order = ordered(&browser.submit(&form).await);
    assert_eq!(counts(&app, order), [1, 0, 0]);
}

#[tokio::test]
async fn a_page_of_records_is_looked_at_in_as_many_queries_as_one() {
    let app = TestApp::start().await;
    let (from, to) = versions(&app, |_| {});
    releases(&app, 1);
    let queries = || {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        app.read(|conn| {
            let (before, after) = moving::pair(conn, from, to).expect("two versions");
            let chosen = open_phases(&before.workflow).map(|it| (it.key.clone(), it.key.clone())).collect();
            let way = Way::chosen(before, after, &chosen).expect("every phase has its place");
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            });
            let seen = moving::preview(conn, &way, None, 25, noon()).expect("they are looked at").len();
            conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
            Ok((seen, count.load(Ordering::Relaxed)))
        })
    };
    assert_eq!(queries(), (1, 8));
    releases(&app, 9);
    assert_eq!(queries(), (10, 8));
}
