//! Answering a handover from the mail.

use super::*;

async fn answer(browser: &Browser, link: &Link, choice: &str, code: &str) -> Page {
    let form = browser.get(&link.path).await.expect(200).form(&link.answer());
    browser.submit(&form.with("answer", choice).with("note", "Said from a mail").with("code", code)).await
}

#[tokio::test]
async fn a_member_answers_from_the_mail_with_the_code() {
    let app = TestApp::start().await;
    let (id, handover, [olga, pia]) = asked(&app);
    let (link, other) = (given::link_to(&app, handover, &olga), given::link_to(&app, handover, &pia));
    let stranger = app.browser();
    let page = stranger.get(&link.path).await.expect(200);
    for text in ["This link is for <strong>Olga</strong>", "Take over the support of Payroll v1.1?", "All is written down", SHIPPED[0], "6 of 6 done"] {
        assert!(page.has(text), "no {text:?} in {}", page.body);
    }
    assert!(!page.has(" checked") && !page.has(&link.code));
    let form = page.form(&link.answer());
    stranger.submit(&form).await.expect(422).expect_text("Choose to accept or to decline.").expect_text("Type the six digits");
    stranger.submit(&form.with("answer", "decline").with("code", &link.code)).await.expect(422).expect_text("Give the reason");
    assert_eq!(state(&app, id), HandoverState::Asked);
    answer(&stranger, &link, "accept", &link.code).await.expect_see(&link.path);
    let settled = given::sheet(&app, id).handover.expect("asked");
    assert_eq!((settled.handover.state, settled.handover.settled_by, settled.handover.by_link), (HandoverState::Accepted, Some(olga.id), true));
    stranger.get(&link.path).await.expect(200).expect_text("Your answer is recorded").expect_text("by the link in the mail");
    stranger.get(&other.path).await.expect(200).expect_text("Olga answered for Operations; nothing else is needed");
    stranger.post(&other.answer(), &[("answer", "accept"), ("code", &other.code)]).await.expect(409).expect_text("Olga answered for Operations");
    let entry = app.read(|conn| slipway::store::events::list(conn, &Default::default(), 1)).remove(0);
    assert_eq!((entry.actor.as_str(), entry.kind.as_str()), ("Olga", "handover_answered"));
}

#[tokio::test]
async fn five_wrong_codes_lock_the_link_for_a_quarter_of_an_hour() {
    let app = TestApp::start().await;
    let (id, handover, [olga, _]) = asked(&app);
    let link = given::link_to(&app, handover, &olga);
    let browser = app.browser();
    for left in ["4 more tries are left", "3 more tries are left", "2 more tries are left", "one more try is left"] {
        answer(&browser, &link, "accept", link.wrong_code()).await.expect(422).expect_text(left);
    }
    answer(&browser, &link, "accept", link.wrong_code()).await.expect(429).expect_text("Locked for a while");
    browser.get(&link.path).await.expect(429);
    browser.post(&link.answer(), &[("answer", "accept"), ("code", &link.code)]).await.expect(429);
    assert_eq!(state(&app, id), HandoverState::Asked, "not even by the right one");
    app.clock.advance(Duration::minutes(15));
    answer(&browser, &link, "accept", &link.code).await.expect(303);
}

#[tokio::test]
async fn every_end_of_a_link_has_its_plain_page() {
    let app = TestApp::start().await;
    let (id, handover, [olga, pia]) = asked(&app);
    let (link, other) = (given::link_to(&app, handover, &olga), given::link_to(&app, handover, &pia));
    let browser = app.browser();
    let form = [("answer", "accept"), ("code", link.code.as_str())];
    given::members(&app, "operations", std::slice::from_ref(&pia));
    browser.get(&link.path).await.expect(403).expect_text("No longer in the group");
    browser.post(&link.answer(), &form).await.expect(409).expect_text("No longer in the group");
    given::members(&app, "operations", &[olga.clone(), pia.clone()]);
    app.write(|tx| slipway::store::users::set_disabled(tx, olga.id, Some(tx.now)));
    browser.get(&link.path).await.expect(403).expect_text("This account is closed");
    app.write(|tx| slipway::store::users::set_disabled(tx, olga.id, None));
    browser.get(&link.path).await.expect(200);
    app.act(|tx| handovers::withdraw(tx, id, "Too early")).expect("withdrawn");
    browser.get(&link.path).await.expect(410).expect_text("The question was withdrawn").expect_text("Too early");
    app.clock.advance(Duration::days(14));
    browser.get(&other.path).await.expect(410).expect_text("This link has expired");
    browser.get("/h/nothing").await.expect(404);
    browser.post("/h/nothing/answer", &form).await.expect(404);
    // The link of an approval is none of a handover, nor the other way round.
    browser.get(&link.path.replace("/h/", "/a/")).await.expect(404);
}

#[tokio::test]
async fn the_mail_holds_all_and_does_not_leave_once_somebody_answered() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let (id, handover, [olga, pia]) = asked(&app);
    app.tell();
    crate::mails::sender(&app, &server).empty().await;
    let received = server.received().into_iter().find(|it| it.to == olga.email && it.header("Subject").contains("take over")).expect("it came");
    let parsed = received.parsed();
    let (text, html) = (parsed.body_text(0).expect("text"), parsed.body_html(0).expect("HTML"));
    let link = text.lines().find(|it| it.contains("/h/")).expect("a link").trim().to_owned();
    let code: String = text.split("code:").nth(1).expect("a code").trim().chars().take(6).collect();
    for words in ["Operations", "All is written down", SHIPPED[3], "no known error", "do not forward", link.as_str(), code.as_str()] {
        assert!(text.contains(words), "no {words:?} in {text}");
    }
    assert!(html.contains(&link) && html.contains(&code));
    assert!(received.header("List-Unsubscribe").is_empty(), "what is asked cannot be muted");
    let kept = crate::mails::mail_to(&app, &olga);
    let token = link.split("/h/").nth(1).expect("a token");
    for words in [&kept.subject, &kept.body_text, &kept.body_html, &kept.answer] {
        assert!(!words.contains(token) && !words.contains(&code));
    }
    let path = format!("/h/{token}");
    let form = app.browser().get(&path).await.expect(200).form(&format!("{path}/answer"));
    // An administrator has the mail sent again: with a new link, while the old one works on.
    app.act(|tx| slipway::app::mails::resend(tx, kept.id)).expect("resent");
    crate::mails::sender(&app, &server).empty().await;
    let again = server.received().into_iter().rfind(|it| it.to == olga.email).expect("it came again");
    assert!(!again.parsed().body_text(0).expect("text").contains(token), "with another link");
    app.browser().submit(&form.with("answer", "decline").with("note", "No runbook").with("code", code)).await.expect_see(&path);
    assert_eq!(state(&app, id), HandoverState::Declined);
    // Asked again, and answered before the mails leave.
    let second = given::offer(&app, id);
    app.tell();
    app.act_as(olga.actor(), |tx| handovers::answer(tx, second, &accept())).expect("accepted");
    let before = server.received().iter().filter(|it| it.to == pia.email).count();
    crate::mails::sender(&app, &server).empty().await;
    assert_eq!(server.received().iter().filter(|it| it.to == pia.email).count(), before);
    assert_eq!(crate::mails::state(&app, &pia), MailState::Cancelled);
    assert_eq!(crate::mails::mail_to(&app, &pia).answer, "Somebody else answered before the mail left.");
    assert_ne!(handover, second);
}
