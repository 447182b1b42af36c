//! What reads mails before people do: programs that open every link, and some that send every form. They decide nothing, and keep nobody out.

use crate::support::given::{self, Link, Somebody};
use crate::support::html::{self, Form};
use crate::support::{Browser, TestApp};
use chrono::Duration;
use diesel::prelude::*;
use diesel::sql_types::Text;
use slipway::domain::approvals::ApprovalState;
use slipway::domain::ids::RecordId;
use slipway::store::approval_links;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    found: String,
}

/// Every row of every table, as one text for each.
pub fn rows(app: &TestApp) -> Vec<String> {
    app.read(|conn| {
        let tables = "SELECT table_name::text AS found FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1";
        let tables: Vec<Found> = diesel::sql_query(tables).load(conn)?;
        let mut all = Vec::new();
        for Found { found: table } in tables {
            let query = format!("SELECT '{table}: ' || coalesce(string_agg(t::text, '|' ORDER BY t::text), '') AS found FROM \"{table}\" t");
            all.push(diesel::sql_query(query).get_result::<Found>(conn)?.found);
        }
        Ok(all)
    })
}

/// A release whose approvers each have a link: one that is asked, one that has decided; and one to a question that was withdrawn.
struct Place {
    app: TestApp,
    id: RecordId,
    ada: Somebody,
    open: Link,
    decided: Link,
    withdrawn: Link,
}

impl Place {
    async fn build() -> Place {
        let app = TestApp::start().await;
        let [ada, ben] = given::approvers(&app, ["Ada", "Ben"]);
        let id = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
        given::ask(&app, id);
        let withdrawn = given::link_of(&app, id, &ada);
        app.act(|tx| slipway::app::approvals::withdraw(tx, id, "Too early")).expect("withdrawn");
        given::ask(&app, id);
        let (open, decided) = (given::link_of(&app, id, &ada), given::link_of(&app, id, &ben));
        given::approve(&app, id, ben.id);
        Place { app, id, ada, open, decided, withdrawn }
    }

    fn links(&self) -> [&Link; 3] {
        [&self.open, &self.decided, &self.withdrawn]
    }

    fn states(&self) -> Vec<ApprovalState> {
        let sheet = given::sheet(&self.app, self.id);
        sheet.rounds[0].steps.iter().flat_map(|it| &it.approvals).map(|(it, _)| it.state).collect()
    }

    /// Who the links are for can still do what they are for.
    async fn people_still_decide(&self) {
        let browser = self.app.browser();
        let undo = browser.get(&self.decided.path).await.expect(200).form(&self.decided.undo());
        browser.submit(&undo.with("code", &self.decided.code)).await.expect_see(&self.decided.path);
        let form = browser.get(&self.open.path).await.expect(200).form(&self.open.decision());
        browser.submit(&form.with("decision", "approve").with("code", &self.open.code)).await.expect_see(&self.open.path);
        assert_eq!(self.states(), [ApprovalState::Approved, ApprovalState::Pending]);
    }
}

#[tokio::test]
async fn opening_a_link_changes_nothing() {
    let place = Place::build().await;
    let before = rows(&place.app);
    let (stranger, signed_in) = (place.app.browser(), place.app.browser_of(&place.ada));
    let after_sign_in = rows(&place.app);
    for link in place.links() {
        for path in [link.path.clone(), format!("{}/content", link.path)] {
            for method in ["HEAD", "GET", "HEAD", "OPTIONS"] {
                stranger.request(method, &path, "", &[]).await;
            }
        }
    }
    stranger.get("/a/unknown").await.expect(404);
    // The one row that differs is the session of whoever signed in.
    let changed: Vec<_> = rows(&place.app).into_iter().zip(&before).filter(|(now, then)| now != *then).map(|(now, _)| now).collect();
    assert!(changed.iter().all(|it| it.starts_with("sessions:")), "{changed:?}");
    assert_eq!(rows(&place.app), after_sign_in);
    signed_in.get(&place.open.path).await.expect(200);
    place.people_still_decide().await;
}

/// Every way in which a program may send a form: as found, with each of its round buttons and options, with something in each empty field.
pub fn ways(page: &str, form: &Form) -> Vec<Form> {
    let tags = html::tags(page);
    let mut ways = vec![form.clone()];
    let radios: Vec<(String, String)> = tags
        .iter()
        .filter(|it| it.opens("input") && matches!(it.get("type"), Some("radio" | "checkbox")))
        .filter_map(|it| Some((it.get("name")?.to_owned(), it.get("value").unwrap_or("on").to_owned())))
        .collect();
    let options: Vec<String> = tags.iter().filter(|it| it.opens("option")).filter_map(|it| it.get("value").map(str::to_owned)).collect();
    for (name, value) in &radios {
        let chosen = form.clone().with(name, value);
        for option in options.iter().take(2) {
            ways.push(chosen.clone().with("reason", option));
        }
        ways.push(chosen);
    }
    let texts = ["comment", "note", "code", "q-more"];
    for filling in ["test", "on", "https://example.org", "someone@example.org"] {
        for way in ways.clone() {
            let mut filled = way;
            for name in texts.iter().filter(|it| filled.names.iter().any(|name| name == *it)).copied().collect::<Vec<_>>() {
                filled = filled.with(name, filling);
            }
            ways.push(filled);
        }
        ways.truncate(40);
    }
    ways
}

/// Opens a link and sends all its forms in all ways.
pub async fn scan(app: &TestApp, browser: &Browser, link: &Link) {
    browser.request("HEAD", &link.path, "", &[]).await;
    let page = browser.get(&link.path).await;
    for form in html::forms(&page.body) {
        for way in ways(&page.body, &form) {
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(way.pairs()).finish();
            let plain = [("content-type", "application/x-www-form-urlencoded")];
            let browsing = [plain[0], ("sec-fetch-site", "same-origin")];
            for headers in [&plain[..], &browsing[..]] {
                browser.request("POST", &form.action, body.clone(), headers).await;
            }
            browser.get(&format!("{}?{body}", form.action)).await;
            browser.get(&format!("{}?{body}", link.path)).await;
            app.clock.advance(Duration::seconds(5)); // Or most would be too many attempts.
        }
        for method in ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
            browser.request(method, &form.action, "decision=approve", &[]).await;
        }
    }
}

#[tokio::test]
async fn a_scanner_that_sends_every_form_decides_nothing_and_uses_nothing_up() {
    let place = Place::build().await;
    let before = rows(&place.app);
    for link in place.links() {
        scan(&place.app, &place.app.browser(), link).await;
    }
    assert_eq!(rows(&place.app), before, "not even a wrong code is counted: it was none");
    place.app.clock.set(crate::support::noon() + Duration::hours(1));
    // Ben decided more than ten minutes ago by now, but his round is open.
    place.people_still_decide().await;
}

#[tokio::test]
async fn a_program_that_guesses_codes_keeps_nobody_out_for_good() {
    let place = Place::build().await;
    let browser = place.app.browser();
    for link in [&place.open, &place.decided] {
        let page = browser.get(&link.path).await.expect(200);
        let form = html::forms(&page.body).remove(0);
        for way in ways(&page.body, &form).into_iter().take(12) {
            browser.post(&form.action, &way.with("code", link.wrong_code()).pairs()).await;
        }
    }
    assert_eq!(place.states(), [ApprovalState::Pending, ApprovalState::Approved]);
    let locks = place.app.read(|conn| {
        let hashes = place.links().map(|it| <sha2::Sha256 as sha2::Digest>::digest(it.token().as_bytes()).to_vec());
        hashes.iter().map(|hash| Ok(approval_links::find(conn, hash)?.expect("kept").locked_until)).collect::<QueryResult<Vec<_>>>()
    });
    assert!(locks[0].is_some() || locks[1].is_some(), "it was kept out for a while: {locks:?}");
    place.app.clock.advance(Duration::minutes(15));
    place.people_still_decide().await;
}

#[tokio::test]
async fn pages_behind_links_are_small_private_and_lead_nowhere_else() {
    let place = Place::build().await;
    let css = place.app.browser().get(&slipway::web::assets::url("public.css")).await.expect(200);
    for link in place.links() {
        let page = place.app.browser().get(&link.path).await;
        assert!(page.body.len() + css.body.len() < 15_000, "{} and {}", page.body.len(), css.body.len());
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert!(page.headers.get("set-cookie").is_none());
        assert!(!page.has("<script") && !page.has("http://") && !page.has("https://"), "{}", page.body);
    }
    // The form goes through because it names where it comes from; another site's does not.
    let form = [("decision", "approve"), ("code", place.open.code.as_str())];
    let from = |origin: &'static str| [("origin", origin)];
    place.app.browser().post_with(&place.open.decision(), &form, &from("https://elsewhere.example")).await.expect(403).expect_no_text(place.open.token());
    place.app.browser().post_with(&place.open.decision(), &form, &from("null")).await.expect(403);
}

#[tokio::test]
async fn long_texts_are_cut_and_stand_in_full_on_a_page_of_their_own() {
    let app = TestApp::start().await;
    let [ada] = given::approvers(&app, ["Ada"]);
    let id = given::release(&app, "Payroll").titled(&"a long title ".repeat(15)).with_changes(3).in_phase("plan");
    given::ask(&app, id);
    let link = given::link_of(&app, id, &ada);
    let long = |word: &str| format!("**{word}** & <more>, see [here](https://example.org). ").repeat(380);
    let edit = |scope: &str| {
        let seen = given::sheet(&app, id).full.record.version;
        let scope = slipway::store::records::Scope { scope: long(scope), reason: long("because") };
        app.act(|tx| slipway::app::records::edit(tx, id, seen, &slipway::app::records::Edit::Scope(scope))).expect("saved");
    };
    edit("first");
    given::approve(&app, id, ada.id);
    edit("second");
    let browser = app.browser();
    let form = browser.get(&link.path).await.expect(200).form(&link.decision());
    let comment = "c".repeat(1000);
    let page = browser.submit(&form.with("comment", &comment)).await.expect(422).expect_text(&comment).expect_text("Read all of it");
    assert!(page.body.len() < 15_000, "{}", page.body.len());
    assert_eq!(page.body.matches("<h2>What changed").count(), 2);
    let all = browser.get(&format!("{}/content", link.path)).await.expect(200);
    assert!(all.body.matches("second").count() >= 380 && !all.has("example.org"), "{}", all.body.len());
}
