//! A draft that ends while somebody types in it: they are told what became of it, and keep what they typed.

use super::{form, page};
use crate::support::given;
use slipway::domain::people::Role;

#[tokio::test]
async fn what_was_typed_in_a_discarded_draft_is_shown_with_who_discarded_it() {
    let app = crate::simulation::house().await;
    let (ines, nadia) = (given::user(&app, "Ines", &[Role::ReleaseManager]), given::user(&app, "Nadia", &[Role::Administrator]));
    let (ines, nadia) = (app.browser_of(&ines), app.browser_of(&nadia));
    let draft = format!("/workflow-drafts/{}", given::workflow_draft(&app, "release-major"));
    let plan = format!("{draft}/phases/plan");
    let edited = form(&ines, &plan).await.with("name", "Preparation <of all>").with("target_days", "17");
    let added = form(&ines, &format!("{draft}/phases/new")).await.with("name", "Rehearsal");
    let way = form(&ines, &format!("{plan}/transitions/new")).await.with("label", "Skip it").with("to", "rollout").with("kind", "advance");
    let step = form(&ines, &format!("{plan}/approvals/new")).await.with("name", "Board of owners").with("group", "cab");
    let name = page(&ines, &draft).await.form(&draft).with("name", "Big release");
    let removal = page(&ines, &plan).await.form(&format!("{plan}/removal"));
    nadia.submit(&page(&nadia, &draft).await.form(&format!("{draft}/discarding"))).await.expect(303);

    let sent = [
        (&edited, "Target, in working days: 17"),
        (&added, "Name: Rehearsal"),
        (&way, "Label: Skip it"),
        (&step, "Name: Board of owners"),
        (&name, "Name: Big release"),
    ];
    for (form, typed) in sent {
        let told = ines.submit(form).await.expect(410).expect_text("The draft “Major release” was discarded by Nadia, ");
        told.expect_text(typed).expect_text("so that you can copy it").expect_no_text("Version:");
    }
    ines.submit(&edited).await.expect_text("Name: Preparation &#60;of all&#62;");
    let publication = [("version", "1"), ("note", "Because of the audit")];
    ines.post(&format!("{draft}/publication"), &publication).await.expect(410).expect_text("Note: Because of the audit");
    ines.submit(&removal).await.expect(410).expect_text("discarded by Nadia").expect_no_text("What you typed");
    for place in [draft.clone(), plan.clone(), format!("{draft}/publication"), format!("{draft}/simulation")] {
        ines.get(&place).await.expect(410).expect_text("discarded by Nadia").expect_no_text("What you typed");
    }
    ines.get("/workflow-drafts/999999").await.expect(404);
    app.signed_in(Role::ReleaseCoordinator).post(&plan, &[("version", "1"), ("name", "Mine")]).await.expect(403);
}

#[tokio::test]
async fn a_published_one_leads_to_the_version_that_it_became() {
    let app = crate::simulation::house().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let draft = format!("/workflow-drafts/{}", given::workflow_draft(&app, "release-minor"));
    let plan = format!("{draft}/phases/build_test");
    browser.submit(&form(&browser, &plan).await.with("target_days", "12")).await.expect(303);
    let late = form(&browser, &plan).await.with("target_days", "13");
    let publication = page(&browser, &format!("{draft}/publication")).await.form(&format!("{draft}/publication"));
    let version = browser.submit(&publication.with("note", "More time.")).await.expect(303).location().to_owned();
    let told = browser.submit(&late).await.expect(410).expect_text("was published by Release Manager");
    told.expect_text("Target, in working days: 13").expect_text(&format!("href=\"{version}\""));
}
