//! What reads the mails about a handover before people do: it accepts nothing, and keeps nobody out.

use crate::scanners::{rows, scan};
use crate::support::given::{self, Link, Somebody};
use crate::support::{Browser, TestApp};
use slipway::app::handovers;
use slipway::domain::handovers::HandoverState;
use slipway::domain::ids::RecordId;

/// A release whose support operations is asked to take over, and the links of one of them: to what is asked, and to what was withdrawn.
struct Place {
    app: TestApp,
    id: RecordId,
    olga: Somebody,
    open: Link,
    withdrawn: Link,
}

impl Place {
    async fn build() -> Place {
        let app = TestApp::start().await;
        let [olga, _pia] = given::receivers(&app, ["Olga", "Pia"]);
        let id = given::release(&app, "Payroll").with_changes(1).in_phase("early_life");
        let first = given::offer(&app, id);
        let withdrawn = given::link_to(&app, first, &olga);
        app.act(|tx| handovers::withdraw(tx, id, "Too early")).expect("withdrawn");
        let second = given::offer(&app, id);
        let open = given::link_to(&app, second, &olga);
        Place { app, id, olga, open, withdrawn }
    }

    fn state(&self) -> HandoverState {
        given::sheet(&self.app, self.id).handover.expect("they are asked").handover.state
    }

    /// Who the link is for can still do what it is for.
    async fn people_still_answer(&self, browser: &Browser) {
        assert_eq!(self.state(), HandoverState::Asked);
        let form = browser.get(&self.open.path).await.expect(200).form(&self.open.answer());
        browser.submit(&form.with("answer", "accept").with("code", &self.open.code)).await.expect_see(&self.open.path);
        assert_eq!(self.state(), HandoverState::Accepted);
    }
}

#[tokio::test]
async fn opening_a_link_changes_nothing() {
    let place = Place::build().await;
    let signed_in = place.app.browser_of(&place.olga);
    let (before, stranger) = (rows(&place.app), place.app.browser());
    for link in [&place.open, &place.withdrawn] {
        for method in ["HEAD", "GET", "HEAD", "OPTIONS"] {
            stranger.request(method, &link.path, "", &[]).await;
        }
    }
    stranger.get("/h/unknown").await.expect(404);
    signed_in.get(&place.open.path).await.expect(200).expect_text("Open it in Slipway");
    assert_eq!(rows(&place.app), before);
    place.people_still_answer(&stranger).await;
}

#[tokio::test]
async fn a_scanner_that_sends_every_form_answers_nothing_and_uses_nothing_up() {
    let place = Place::build().await;
    let before = rows(&place.app);
    for link in [&place.open, &place.withdrawn] {
        scan(&place.app, &place.app.browser(), link).await;
    }
    assert_eq!(rows(&place.app), before, "not even a wrong code is counted: it was none");
    place.people_still_answer(&place.app.browser()).await;
}

#[tokio::test]
async fn no_row_holds_a_token_or_a_code_and_pages_are_small_and_private() {
    let place = Place::build().await;
    let rows = rows(&place.app).join("\n");
    assert!(!rows.contains(place.open.token()), "the token is in the mail alone");
    let kept: Vec<&str> = rows.split(|it: char| !it.is_ascii_digit()).filter(|it| *it == place.open.code).collect();
    assert!(kept.is_empty(), "the code is in the mail alone");
    let css = place.app.browser().get(&slipway::web::assets::url("public.css")).await.expect(200);
    for link in [&place.open, &place.withdrawn] {
        let page = place.app.browser().get(&link.path).await;
        assert!(page.body.len() + css.body.len() < 15_000, "{} and {}", page.body.len(), css.body.len());
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert!(page.headers.get("set-cookie").is_none());
        assert!(!page.has("<script") && !page.has("http://") && !page.has("https://"), "{}", page.body);
        assert!(!page.has(&place.open.code), "{}", page.body);
    }
    let form = [("answer", "accept"), ("code", place.open.code.as_str())];
    place.app.browser().post_with(&place.open.answer(), &form, &[("origin", "https://elsewhere.example")]).await.expect(403);
}

#[tokio::test]
async fn a_long_checklist_and_note_still_fit() {
    let app = TestApp::start().await;
    let [olga] = given::receivers(&app, ["Olga"]);
    let id = given::release(&app, "Payroll").titled(&"a long title ".repeat(15)).in_phase("early_life");
    for _ in 0..40 {
        app.act(|tx| handovers::checklist::add(tx, id, &"<&>".repeat(66))).expect("added");
    }
    given::tick_all(&app, id);
    let group = given::operations(&app);
    let asked = app.act(|tx| handovers::ask(tx, id, group, &"**word** & <more> ".repeat(900))).expect("asked");
    let link = given::link_to(&app, asked, &olga);
    let css = app.browser().get(&slipway::web::assets::url("public.css")).await.expect(200);
    let page = app.browser().get(&link.path).await.expect(200).expect_text("more; the whole list stands in Slipway").expect_text("Cut short here");
    assert!(page.body.len() + css.body.len() < 15_000, "{}", page.body.len());
}
