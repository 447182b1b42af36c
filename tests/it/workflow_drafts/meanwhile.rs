//! Two people at one draft: nobody's work is overwritten, and nothing typed is lost.

use super::{form, last, page, stored};
use crate::support::given;
use slipway::domain::people::Role;
use slipway::domain::process::Deed;

#[tokio::test]
async fn who_comes_second_sees_what_the_first_one_did_and_keeps_what_they_typed() {
    let app = crate::simulation::house().await;
    let (ines, nadia) = (given::user(&app, "Ines", &[Role::ReleaseManager]), given::user(&app, "Nadia", &[Role::Administrator]));
    let (ines, nadia) = (app.browser_of(&ines), app.browser_of(&nadia));
    let id = given::workflow_draft(&app, "release-major");
    let draft = format!("/workflow-drafts/{id}");
    let plan = format!("{draft}/phases/plan");

    let (mine, theirs) = (form(&ines, &plan).await, form(&nadia, &plan).await);
    nadia.submit(&theirs.with("name", "Design").with("target_days", "20")).await.expect(303);
    let refused = ines.submit(&mine.with("name", "Preparation").with("target_days", "7")).await.expect(409);
    let refused = refused.expect_text("Changed meanwhile.").expect_text("Nadia edited this draft").expect_text("20 working days");
    assert_eq!(stored(&app, id).phase("plan").map(|it| it.name.clone()).as_deref(), Some("Design"));
    let again = refused.form(&plan);
    assert_eq!((again.value("name"), again.value("target_days")), ("Preparation", "7"));
    ines.submit(&again).await.expect_see(&format!("{draft}#phase-plan"));
    assert_eq!(stored(&app, id).phase("plan").map(|it| (it.name.clone(), it.target_days)), Some(("Preparation".into(), Some(7))));

    let way = form(&ines, &format!("{plan}/transitions/new")).await.with("label", "Skip").with("kind", "advance").with("to", "rollout");
    let step = form(&ines, &format!("{plan}/approvals/new")).await.with("name", "Board").with("group", "cab");
    let name = page(&ines, &draft).await.form(&draft).with("name", "Big release");
    let removal = page(&nadia, &plan).await.form(&format!("{plan}/approvals/0/removal"));
    nadia.submit(&removal).await.expect(303);
    for (sent, field, typed) in [(&way, "label", "Skip"), (&step, "name", "Board"), (&name, "name", "Big release")] {
        let refused = ines.submit(sent).await.expect(409).expect_text("Preparation: approval");
        assert_eq!(refused.form(&sent.action).value(field), typed, "{}", sent.action);
    }
    let again = ines.submit(&way).await.expect(409).form(&way.action);
    ines.submit(&again).await.expect(303);
    ines.submit(&again).await.expect(409);
    assert_eq!(stored(&app, id).phase("plan").map(|it| it.transitions.iter().filter(|it| it.label == "Skip").count()), Some(1), "sent twice, done once");
}

#[tokio::test]
async fn buttons_on_an_old_page_do_nothing_and_say_why() {
    let app = crate::simulation::house().await;
    let (ines, nadia) = (app.signed_in(Role::ReleaseManager), app.signed_in(Role::Administrator));
    let id = given::workflow_draft(&app, "release-minor");
    let draft = format!("/workflow-drafts/{id}");
    let plan = format!("{draft}/phases/build_test");
    let (whole, part) = (page(&ines, &draft).await, page(&ines, &plan).await);
    let publication = page(&ines, &format!("{draft}/publication")).await;
    assert!(publication.has("Nothing yet"));
    nadia.submit(&form(&nadia, &plan).await.with("target_days", "33")).await.expect(303);
    let before = (stored(&app, id), app.log().len());
    let buttons = [
        whole.form(&format!("{plan}/position")).with("to", "down"),
        whole.form(&format!("{draft}/discarding")),
        part.form(&format!("{plan}/removal")),
        part.form(&format!("{plan}/approvals/0/removal")),
        part.form(&format!("{plan}/transitions/advance/removal")),
        part.form(&format!("{plan}/transitions/advance/position")).with("to", "down"),
    ];
    for button in &buttons {
        ines.submit(button).await.expect(409).expect_text("33 working days").expect_text("Administrator edited this draft");
    }
    let publish = [("version", "1"), ("note", "Mine is typed")];
    let refused = ines.post(&format!("{draft}/publication"), &publish).await.expect(409).expect_text("33 working days");
    assert_eq!((stored(&app, id), app.log().len()), before, "nothing was done");
    let again = refused.form(&format!("{draft}/publication"));
    assert_eq!(again.value("note"), "Mine is typed");
    ines.submit(&again).await.expect(303);
    assert_eq!(last(&app).1, Deed::Published);
    ines.submit(&again).await.expect(410);
    nadia.submit(&buttons[0]).await.expect(410);
}

#[tokio::test]
async fn what_the_other_one_removed_is_said_and_the_form_is_kept() {
    let app = crate::simulation::house().await;
    let (ines, nadia) = (app.signed_in(Role::ReleaseManager), app.signed_in(Role::Administrator));
    let id = given::workflow_draft(&app, "release-major");
    let training = format!("/workflow-drafts/{id}/phases/training");
    let mine = form(&ines, &training).await.with("name", "Schooling");
    let way = form(&ines, &format!("{training}/transitions/advance")).await.with("label", "Roll it out");
    nadia.submit(&page(&nadia, &training).await.form(&format!("{training}/removal"))).await.expect(303);
    for (sent, field, typed) in [(mine, "name", "Schooling"), (way, "label", "Roll it out")] {
        let refused = ines.submit(&sent).await.expect(409).expect_text("Phase Training");
        let again = refused.form(&sent.action);
        assert_eq!(again.value(field), typed);
        ines.submit(&again.with("version", "2")).await.expect(422).expect_text("any more");
    }
}

#[tokio::test]
async fn a_step_is_the_same_one_wherever_others_put_it_meanwhile() {
    let app = crate::simulation::house().await;
    let (ines, nadia) = (app.signed_in(Role::ReleaseManager), app.signed_in(Role::Administrator));
    let id = given::workflow_draft(&app, "release-major");
    let plan = format!("/workflow-drafts/{id}/phases/plan");
    let names = || stored(&app, id).phase("plan").map(|it| it.approvals.iter().map(|it| it.name.clone()).collect::<Vec<_>>()).expect("a phase");
    let board = form(&nadia, &format!("{plan}/approvals/new")).await.with("name", "Board").with("group", "cab");
    nadia.submit(&board.with("position", "50")).await.expect(303);
    let last = names().len() - 1;
    let mine = form(&ines, &format!("{plan}/approvals/{last}")).await.with("days", "17");

    let first = form(&nadia, &format!("{plan}/approvals/new")).await.with("name", "Intake").with("group", "cab");
    nadia.submit(&first.with("position", "1")).await.expect(303);
    let at = names().iter().position(|it| it == "Board").expect("it is there");
    assert_eq!(at, last + 1, "it stands behind another one now");
    nadia.submit(&form(&nadia, &format!("{plan}/approvals/{at}")).await.with("name", "Committee")).await.expect(303);
    let refused = ines.submit(&mine).await.expect(409).expect_text("Changed meanwhile.");
    let again = refused.form(&format!("{plan}/approvals/{at}"));
    assert_eq!((again.value("name"), again.value("days")), ("Board", "17"));
    let before = names();
    ines.submit(&again).await.expect(303);
    let after: Vec<String> = before.iter().map(|it| if it == "Committee" { "Board".to_owned() } else { it.clone() }).collect();
    assert_eq!(names(), after, "no other one is overwritten");

    let mine = form(&ines, &format!("{plan}/approvals/{at}")).await.with("days", "18");
    nadia.submit(&page(&nadia, &plan).await.form(&format!("{plan}/approvals/{at}/removal"))).await.expect(303);
    let refused = ines.submit(&mine).await.expect(409).expect_text("This approval step was removed meanwhile");
    let again = refused.form(&format!("{plan}/approvals"));
    assert_eq!((again.value("name"), again.value("days")), ("Board", "18"));
    ines.submit(&again).await.expect(303);
    assert_eq!(names(), after, "it is back");
}
