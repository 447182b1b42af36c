//! Those responsible hear that their record was moved; an order can be stopped before all of it is done.

use super::{at, follows, ines, order, seen, versions};
use crate::support::{TestApp, given};
use slipway::app::moving::many;
use slipway::domain::notices::{Delivery, Rule};
use slipway::domain::people::Role;
use slipway::worker::moving::move_records;

/// How those who were told of moves are mailed.
fn deliveries(app: &TestApp) -> Vec<Delivery> {
    use diesel::prelude::*;
    use slipway::store::schema::notices;
    app.read(|conn| notices::table.filter(notices::rule.eq(Rule::Moved)).select(notices::delivery).load(conn))
}

#[tokio::test]
async fn owner_and_coordinator_are_told_once_and_in_the_digest() {
    let app = TestApp::start().await;
    let (owner, tom) = (given::user(&app, "Olga", &[Role::ReleaseCoordinator]), given::user(&app, "Tom", &[Role::ReleaseCoordinator]));
    let watcher = given::user(&app, "Wim", &[Role::Viewer]);
    let one = given::release(&app, "Payroll").owned_by(&owner).coordinated_by(&tom).registered();
    let own = given::release(&app, "Online shop").owned_by(&tom).coordinated_by(&tom).registered();
    app.browser_of(&watcher).post(&format!("/records/{one}/watching"), &[]).await;
    let (from, _) = versions(&app, |it| given::phase(it, "assess").target_days = Some(30));
    let browser = ines(&app);
    let page = browser.get(&at(from)).await.expect(200);
    browser.submit(&order(&page, from).and("do", "all")).await.expect(303);
    move_records(&app.db).expect("moved");
    app.tell();
    app.tell();
    let told = app.told(owner.id);
    let moved: Vec<_> = told.iter().filter(|it| it.rule == Rule::Moved).collect();
    assert_eq!(moved.len(), 1, "one notice for one record");
    assert_eq!(moved[0].headline, "Payroll v1.1 goes on by version 4 of Minor release");
    assert_eq!(deliveries(&app), [Delivery::Digest; 3]);
    let facts = format!("{:?}", moved[0].facts);
    assert!(facts.contains("The process is better now") && facts.contains("To be left by"), "{facts}");
    assert_eq!(app.told_of(tom.id, Rule::Moved).len(), 2, "one for each record, though he is both to one of them");
    assert_eq!(app.told_of(watcher.id, Rule::Moved), [""; 0]);
    assert!(follows(&app, own).0 != from);
}

#[tokio::test]
async fn an_order_that_is_stopped_leaves_what_still_waits_where_it_is() {
    let app = TestApp::start().await;
    let all: Vec<_> = (0..4).map(|it| given::release(&app, &format!("Service {it}")).registered()).collect();
    let (from, to) = versions(&app, |_| {});
    let browser = ines(&app);
    let page = browser.get(&at(from)).await.expect(200);
    let place = browser.submit(&order(&page, from).and("do", "all")).await.expect(303).location().to_owned();
    let stopping = format!("{place}/stopping");
    let first = app.read(|conn| Ok(many::waiting(conn, 1).expect("they are read"))).remove(0);
    app.act_as(first.by.clone().expect("Ines ordered it"), |tx| many::next(tx, first.id, first.record)).expect("moved");
    app.signed_in(Role::Viewer).get(&place).await.expect(200).expect_no_text(&stopping);
    app.signed_in(Role::ReleaseCoordinator).post(&stopping, &[]).await.expect(403);

    let form = browser.get(&place).await.expect(200).form(&stopping);
    browser.submit(&form).await.expect_see(&place);
    move_records(&app.db).expect("nothing waits");
    let moved: Vec<bool> = all.iter().map(|it| follows(&app, *it).0 == to).collect();
    assert_eq!(moved, [true, false, false, false]);
    let page = browser.get(&place).await.expect(200).expect_text("1 of 4 moved, 3 left where they are.").expect_text("Ines stopped it");
    page.expect_text("Stopped").expect_no_text(&stopping).expect_no_text("every 2s");
    app.signed_in(Role::Administrator)
        .get("/activity")
        .await
        .expect_text("stopped moving running records of the workflow Minor release")
        .expect_text("Records that stay");

    let log = app.log().len();
    browser.submit(&form).await.expect(409).expect_text("nothing to stop");
    assert_eq!(app.log().len(), log);
    let page = browser.get(&at(from)).await.expect(200).expect_text("3 releases run by this one");
    browser.submit(&order(&page, from).and("one", seen(&app, all[1]))).await.expect(303);
    assert_eq!(follows(&app, all[1]).0, to, "what was left can be moved later");
}
