//! Question sets: everybody reads them, few edit them, and what a survey asks never changes under it.

use crate::support::given;
use crate::support::{Browser, TestApp};
use slipway::domain::people::Role;
use slipway::domain::surveys::{Audience, QuestionKind, questions};
use slipway::store::question_sets::{self, QuestionSet};

fn set(app: &TestApp, audience: Audience) -> QuestionSet {
    app.read(question_sets::newest).into_iter().find(|it| it.audience == audience).expect("one is shipped")
}

async fn form(browser: &Browser, it: &QuestionSet) -> crate::support::html::Form {
    browser.get(&format!("/question-sets/{}/edit", it.id)).await.expect(200).form(&format!("/question-sets/{}", it.id))
}

/// The form without the buttons, as the first of them that saves would send it.
fn texts(it: &QuestionSet) -> Vec<String> {
    it.questions.0.iter().map(|it| it.text.clone()).collect()
}

#[tokio::test]
async fn five_sets_are_shipped_each_done_in_a_minute() {
    let app = TestApp::start().await;
    let sets = app.read(question_sets::newest);
    assert_eq!(sets.iter().map(|it| it.audience).collect::<Vec<_>>(), Audience::ALL);
    for it in &sets {
        let all = &it.questions.0;
        let has = |kind| all.iter().any(|it| it.kind == kind);
        assert!((5..=6).contains(&all.len()) && has(QuestionKind::Rating) && has(QuestionKind::Text), "{it:?}");
        assert_eq!(has(QuestionKind::Recommendation), matches!(it.audience, Audience::Users | Audience::Customers));
        let again = questions::settle(&all.iter().map(questions::draft).collect::<Vec<_>>(), std::slice::from_ref(all));
        assert_eq!(again.as_ref(), Ok(all), "it can be edited as it is");
    }
    let reader = app.signed_in(Role::Viewer);
    reader.get("/question-sets").await.expect(200).expect_text("Network management").expect_no_text("/question-sets/new");
    let id = sets[0].id;
    reader.get(&format!("/question-sets/{id}")).await.expect(200).expect_no_text("/edit").expect_text("No survey asks it yet");
    let page = reader.get(&format!("/question-sets/{id}/preview")).await.expect(200).expect_text("0: not at all likely").expect_text("Nothing here is sent");
    assert!(page.body.len() < 15_000, "{} bytes", page.body.len());
    reader.get(&format!("/question-sets/{id}/edit")).await.expect(403);
    reader.get("/question-sets/new").await.expect(403);
    reader.post("/question-sets/preview", &[]).await.expect(403);
    reader.post(&format!("/question-sets/{id}"), &[("do", "add")]).await.expect(403);
    reader.get("/question-sets/999999").await.expect(404);
    reader.get("/question-sets/preview").await.expect(405);
}

#[tokio::test]
async fn buttons_redraw_the_form_with_what_was_typed_and_save_nothing() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let before = set(&app, Audience::Users);
    let action = format!("/question-sets/{}", before.id);
    let typed = form(&browser, &before).await.with("text-0", "How was it for you?");
    let page = browser.submit(&typed.clone().and("do", "down-0")).await.expect(200);
    let moved = page.form(&action);
    assert_eq!((moved.value("text-1"), moved.value("text-0")), ("How was it for you?", before.questions.0[1].text.as_str()));
    let more = browser.submit(&moved.and("do", "add")).await.expect(200).form(&action);
    assert_eq!(more.value("count"), "7");
    let fewer = browser.submit(&more.and("do", "remove-0")).await.expect(200).form(&action);
    assert_eq!((fewer.value("count"), fewer.value("text-0")), ("6", "How was it for you?"));
    let up = browser.submit(&fewer.clone().and("do", "up-1")).await.expect(200).form(&action);
    assert_eq!(up.value("text-1"), "How was it for you?");
    browser.submit(&fewer.clone().and("do", "up-0")).await.expect(200);
    browser.submit(&fewer.and("do", "nonsense-77")).await.expect(200);
    assert_eq!(texts(&set(&app, Audience::Users)), texts(&before), "nothing was saved");
    browser.post("/question-sets/preview", &typed.pairs()).await.expect(200).expect_text("How was it for you?");
}

#[tokio::test]
async fn a_set_that_nobody_asks_is_edited_in_place_and_one_in_use_gets_a_next_version() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let first = set(&app, Audience::Users);
    let action = format!("/question-sets/{}", first.id);
    browser.submit(&form(&browser, &first).await.with("text-0", "Happy?")).await.expect_see(&action);
    let edited = set(&app, Audience::Users);
    assert_eq!((edited.id, edited.version, edited.questions.0[0].text.as_str()), (first.id, 1, "Happy?"));
    assert_eq!(edited.questions.0[0].key, first.questions.0[0].key);

    let release = given::release(&app, "Payroll").registered();
    let survey = given::draft_survey(&app, release, &[Audience::Users]);
    let page = browser.submit(&form(&browser, &edited).await.with("text-0", "Content?")).await.expect(303);
    let next = set(&app, Audience::Users);
    assert_eq!((next.version, page.location()), (2, format!("/question-sets/{}", next.id).as_str()));
    assert_eq!(texts(&app.read(|conn| question_sets::find(conn, first.id)))[0], "Happy?", "what the survey asks stays");
    browser.get(&action).await.expect(200).expect_text("This is an earlier version").expect_text(&format!("/surveys/{survey}"));
    browser.submit(&form(&browser, &edited).await.with("text-0", "Late?")).await.expect(409).expect_text("Changed meanwhile");
    assert_eq!(app.log()[app.log().len() - 3..], ["release_registered", "survey_created", "question_set_edited"]);
}

#[tokio::test]
async fn whoever_saved_meanwhile_is_not_overwritten() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let it = set(&app, Audience::Network);
    let action = format!("/question-sets/{}", it.id);
    let (mine, theirs) = (form(&browser, &it).await, form(&browser, &it).await);
    browser.submit(&theirs.with("name", "Operators")).await.expect_see(&action);
    let page = browser.submit(&mine.with("name", "Network people")).await.expect(409).expect_text("Operators").expect_text("Network people");
    browser.submit(&page.form(&action)).await.expect_see(&action);
    assert_eq!(set(&app, Audience::Network).name, "Network people");
}

#[tokio::test]
async fn what_cannot_be_asked_comes_back_with_the_reason_beside_the_question() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::ReleaseManager);
    let form = browser.get("/question-sets/new?audience=users").await.expect(200).form("/question-sets");
    let form = form.with("name", "Short").with("kind-0", "one_of").with("options-0", "Only one").with("text-1", " ");
    let page = browser.submit(&form).await.expect(422).expect_text("Look at question 1, 2.").expect_text("there are 1.");
    assert_eq!(page.form("/question-sets").value("options-0"), "Only one");
    browser.submit(&form.clone().with("count", "0")).await.expect(422).expect_text("Ask at least one question.");
    let fine = form.with("options-0", "One\nTwo").with("text-1", "Why?");
    browser.submit(&fine.clone().with("name", "End users")).await.expect(422).expect_text("has this name already");
    let made = browser.submit(&fine.clone()).await.expect(303);
    let made = made.location().to_owned();
    browser.submit(&fine).await.expect(422).expect_text("has this name already");
    let page = browser.get(&made).await.expect(200).expect_text("One · Two");
    browser.submit(&page.form(&format!("{made}/retirement"))).await.expect_see(&made);
    browser.submit(&page.form(&format!("{made}/retirement"))).await.expect(409);
    browser.get(&made).await.expect(200).expect_text("Retired").expect_no_text("/edit");
    browser.get("/question-sets").await.expect_text("Retired");
    assert_eq!(app.log()[app.log().len() - 2..], ["question_set_created", "question_set_retired"]);
}
