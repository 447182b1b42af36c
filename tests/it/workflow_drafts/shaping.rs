//! The editor helps along: what follows next is near, what is missing is named with its place, and the picture shows what is saved.

use super::{begun, form, page, stored};
use crate::support::Browser;
use crate::support::given::workflow;
use slipway::domain::people::Role;
use slipway::domain::workflows::TransitionKind;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_new_phase_says_what_comes_next_and_what_could_lead_to_it() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let (id, draft) = begun(&app, &browser, "Infrastructure release").await;
    page(&browser, &draft).await.expect_text("it closes where it begins").expect_text("Close the release").expect_no_text("Nothing stands in the way");

    let install = form(&browser, &format!("{draft}/phases/new")).await.with("name", "Install");
    browser.submit(&install).await.expect_see(&format!("{draft}/phases/install#ways"));
    let here = page(&browser, &format!("{draft}/phases/install")).await.expect_text("Add another phase").expect_text("Back to the draft");
    let here = here.expect_text("flow-box flow-main flow-current").expect_text("To mend here before publishing");
    let way = format!("{draft}/phases/registered/transitions/close");
    here.expect_text(&format!("{way}?to=install")).expect_text("Let Registered lead here instead");
    let on = page(&browser, &format!("{way}?to=install")).await.form(&way);
    assert_eq!((on.value("kind"), on.value("to"), on.value("label"), on.value("outcome")), ("advance", "install", "Go on to Install", ""));
    browser.submit(&on).await.expect(303);
    page(&browser, &format!("{draft}/phases/install")).await.expect_no_text("Let Registered lead here instead");

    let close = form(&browser, &format!("{draft}/phases/install/transitions/new")).await;
    assert_eq!((close.value("kind"), close.value("to"), close.value("label")), ("close", "closed", "Close the release"));
    browser.submit(&close).await.expect(303);
    let whole = page(&browser, &draft).await.expect_text("Nothing stands in the way of publishing it.");
    whole.expect_text("The phases of Infrastructure release").expect_text("Close the release</a> → Closed");
    assert_eq!(stored(&app, id).phase("install").map(|it| it.transitions.len()), Some(1));
}

#[tokio::test]
async fn backing_out_asks_for_a_reason_unless_somebody_says_otherwise() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let (id, draft) = begun(&app, &browser, "Infrastructure release").await;
    let ways = format!("{draft}/phases/registered/transitions");
    let asks = |label: &str| {
        let workflow = stored(&app, id);
        workflow.phases[0].transitions.iter().find(|it| it.label == label).map(|it| (it.kind, it.asks_reason))
    };
    let new = form(&browser, &format!("{ways}/new")).await.with("to", "abandoned");
    for (kind, label, said) in [("back_out", "Undo it", ""), ("abandon", "Leave it", "no"), ("rework", "Once more", "")] {
        let version = form(&browser, &format!("{ways}/new")).await.value("version").to_owned();
        let to = if kind == "rework" { "registered" } else { "abandoned" };
        let sent = new.clone().with("version", version).with("kind", kind).with("label", label).with("asks_reason", said).with("to", to);
        let sent = if kind == "rework" { sent } else { sent.with("outcome", "abandoned") };
        browser.submit(&sent).await.expect(303);
    }
    assert_eq!(asks("Undo it"), Some((TransitionKind::BackOut, true)));
    assert_eq!(asks("Leave it"), Some((TransitionKind::Abandon, false)));
    assert_eq!(asks("Once more"), Some((TransitionKind::Rework, false)));
    let key = stored(&app, id).phases[0].transitions.iter().find(|it| it.label == "Undo it").map(|it| it.key.clone()).expect("added");
    let edit = form(&browser, &format!("{ways}/{key}")).await;
    assert_eq!(edit.value("asks_reason"), "yes");
    browser.submit(&edit.with("asks_reason", "no")).await.expect(303);
    assert_eq!(asks("Undo it"), Some((TransitionKind::BackOut, false)));
}

#[tokio::test]
async fn what_keeps_a_draft_from_being_published_is_named_with_its_place_on_every_page() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let (_, draft) = begun(&app, &browser, "Infrastructure release").await;
    let install = form(&browser, &format!("{draft}/phases/new")).await.with("name", "Install");
    browser.submit(&install).await.expect(303);
    for place in [draft.clone(), format!("{draft}/publication")] {
        let page = page(&browser, &place).await.expect_text("<strong>Install:</strong> No transition leads here");
        page.expect_text(&format!("href=\"{draft}/phases/install\">Mend it"));
    }
    page(&browser, &format!("{draft}/phases/registered")).await.expect_no_text("To mend here before publishing");
}

#[tokio::test]
async fn everybody_who_begins_the_next_version_at_the_same_time_is_in_one_draft() {
    let app = crate::simulation::house().await;
    let path = format!("/workflows/{}/draft", workflow(&app, "release-major").id);
    let people: Vec<Browser> = (0..8).map(|_| app.signed_in(Role::Administrator)).collect();
    let told = app.log().len();
    let pages = futures_util::future::join_all(people.iter().map(|it| it.post(&path, &[]))).await;
    let drafts: BTreeSet<String> = pages.into_iter().map(|it| it.expect(303).location().to_owned()).collect();
    assert_eq!(drafts.len(), 1, "{drafts:?}");
    assert_eq!(app.log().len(), told + 1, "{:?}", app.log());
}
