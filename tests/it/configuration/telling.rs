//! What the dry run says of a file beside its own values, and what the log keeps of it.

use super::judging::{category, rule};
use super::{changed, compared, exported, people, taking};
use crate::support::TestApp;
use slipway::domain::events::Event;
use slipway::domain::ids::UserId;
use slipway::domain::people::Role;
use slipway::domain::process::Part;
use slipway::domain::records::RecordKind;
use slipway::domain::workflows::{Approvers, Phase};
use slipway::store::{categories, events, notification_rules};

/// Renames the key of a phase wherever it stands: to everybody outside, this phase goes and another one comes.
fn rekey(phases: &mut [Phase], before: &str, after: &str) {
    phases.iter_mut().filter(|it| it.key == before).for_each(|it| after.clone_into(&mut it.key));
    phases.iter_mut().flat_map(|it| &mut it.transitions).filter(|it| it.to == before).for_each(|it| after.clone_into(&mut it.to));
}

#[tokio::test]
async fn whose_records_go_over_and_what_stays_behind_is_said_beforehand_and_in_the_log() {
    let app = TestApp::start().await;
    people(&app);
    app.write(|tx| notification_rules::insert(tx, &rule(Some("release-minor"), Some("plan"))).map(|_| ()));
    app.write(|tx| notification_rules::insert(tx, &rule(Some("release-major"), Some("plan"))).map(|_| ()));
    let browser = app.signed_in(Role::ReleaseManager);
    let file = changed(&exported(&browser).await, |it| {
        let minor = it.workflows.iter_mut().find(|it| it.key == "release-minor").expect("it is shipped");
        rekey(&mut minor.phases, "plan", "design");
    });
    let page = compared(&browser, &file).await.expect(200).expect_text("Category Minor").expect_text("Minor release, version 4");
    let page = page.expect_text("What stands on phases that go away").expect_text("Release model Minor").expect_text("left out when it is applied");
    assert_eq!(page.body.matches("applies to no new one").count(), 1, "the other rule is about another workflow");
    browser.submit(&taking(&browser, &file).await).await.expect_see("/process");
    let told = app.read(|conn| events::list(conn, &Default::default(), 20)).into_iter().find_map(|it| match it.event {
        Some(Event::ProcessShaped { part: Part::Workflow, fields, .. }) => fields.into_iter().find(|it| it.field == "Category Minor"),
        _ => None,
    });
    let told = told.expect("the log says it");
    assert_eq!((told.before.as_str(), told.after.as_str()), ("Minor release, version 3", "Minor release, version 4"));
    compared(&browser, &file).await.expect(200).expect_no_text("What stands on phases that go away");
}

#[tokio::test]
async fn categories_swap_their_names_and_their_places() {
    let app = TestApp::start().await;
    people(&app);
    let browser = app.signed_in(Role::ReleaseManager);
    let file = changed(&exported(&browser).await, |it| {
        let (one, other) = (category(it, "major").name.clone(), category(it, "minor").name.clone());
        category(it, "major").name = other;
        category(it, "minor").name = one;
    });
    browser.submit(&taking(&browser, &file).await).await.expect_see("/process");
    let names = || app.read(|conn| categories::list(conn, RecordKind::Release)).into_iter().map(|it| (it.key, it.name)).collect::<Vec<_>>();
    assert!(names().contains(&("major".into(), "Minor".into())) && names().contains(&("minor".into(), "Major".into())), "{:?}", names());
    let before = names();
    let file = changed(&exported(&browser).await, |it| it.categories.swap(0, 1));
    compared(&browser, &file).await.expect(200).expect_text("place").expect_text("<del>1</del> → <ins>2</ins>");
    browser.submit(&taking(&browser, &file).await).await.expect_see("/process");
    assert_eq!((&names()[0], &names()[1]), (&before[1], &before[0]));
    compared(&browser, &file).await.expect(200).expect_text("the file and this installation agree");
}

#[tokio::test]
async fn people_are_shown_by_their_addresses() {
    let app = TestApp::start().await;
    people(&app);
    let browser = app.signed_in(Role::ReleaseManager);
    let file = changed(&exported(&browser).await, |it| {
        let minor = it.workflows.iter_mut().find(|it| it.key == "release-minor").expect("it is shipped");
        minor.phases[1].approvals[0].approvers = Approvers::Users(vec![UserId(4711), UserId(4712)]);
        it.people.insert("4711".into(), "ada@example.org".into());
        it.people.insert("4712".into(), "bo@example.org".into());
    });
    compared(&browser, &file).await.expect(200).expect_text("ada@example.org, bo@example.org");
}
