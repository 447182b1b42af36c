//! What reads mails about surveys before people do answers nothing; and what anonymous people answered is tied to nobody.

use crate::mails::sender;
use crate::scanners::{rows, ways};
use crate::support::given::{self, Link};
use crate::support::html;
use crate::support::{Browser, MailServer, TestApp};
use chrono::Duration;
use diesel::prelude::*;
use slipway::domain::ids::{InvitationId, SurveyId};
use slipway::domain::surveys::SurveyState;
use slipway::worker::timetable::ask_by_mail;

/// Links to what is to be answered, begun, answered, and over.
struct Place {
    app: TestApp,
    open: Link,
    begun: Link,
    answered: Link,
    over: Link,
}

fn invite(app: &TestApp, survey: SurveyId, name: &str) -> (InvitationId, Link) {
    let id = given::invited(app, survey, name, None);
    (id, given::survey_link(app, id))
}

async fn send(browser: &Browser, link: &Link, fields: &[(&str, &str)], status: u16) {
    let all: Vec<_> = fields.iter().copied().chain([("code", link.code.as_str())]).collect();
    browser.post(&format!("{}/answers", link.path), &all).await.expect(status);
}

async fn begin(browser: &Browser, link: &Link, rating: &str) {
    send(browser, link, &[("page", "1"), ("to", "next"), ("q-overall", rating)], 200).await;
}

async fn answer(browser: &Browser, link: &Link, rating: &str, words: &str) {
    begin(browser, link, rating).await;
    send(browser, link, &[("page", "2"), ("to", "send"), ("q-more", words)], 303).await;
}

impl Place {
    async fn build() -> Place {
        let app = TestApp::start().await;
        let release = given::release(&app, "Payroll").registered();
        let survey = given::survey(&app, release).anonymous().laid();
        let [open, begun, answered] = ["Ada", "Ben", "Cora"].map(|name| invite(&app, survey, name).1);
        begin(&app.browser(), &begun, "4").await;
        answer(&app.browser(), &answered, "2", "Slow").await;
        let closed = given::survey(&app, release).laid();
        let over = invite(&app, closed, "Dan").1;
        given::set_survey(&app, closed, SurveyState::Closed);
        Place { app, open, begun, answered, over }
    }

    fn links(&self) -> [&Link; 4] {
        [&self.open, &self.begun, &self.answered, &self.over]
    }

    /// All pages behind them.
    fn pages(&self) -> Vec<String> {
        self.links().into_iter().flat_map(|it| [it.path.clone(), format!("{}/refusal", it.path)]).collect()
    }
}

#[tokio::test]
async fn opening_a_survey_changes_nothing() {
    let place = Place::build().await;
    let before = rows(&place.app);
    for path in place.pages() {
        for method in ["HEAD", "GET", "HEAD", "OPTIONS"] {
            place.app.browser().request(method, &path, "", &[]).await;
        }
    }
    assert_eq!(rows(&place.app), before);
    begin(&place.app.browser(), &place.open, "5").await;
}

/// The one thing that a program may do without a code is what mail programs offer beside a mail (RFC 8058): to refuse further ones. It names
/// itself, `List-Unsubscribe=One-Click`, as no form of a page does, so nobody who sends all forms does it by chance.
#[tokio::test]
async fn a_scanner_that_sends_every_form_answers_nothing_and_refuses_nothing() {
    let place = Place::build().await;
    let before = rows(&place.app);
    let browser = place.app.browser();
    for path in place.pages() {
        let page = browser.get(&path).await;
        for form in html::forms(&page.body) {
            for way in ways(&page.body, &form) {
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(way.pairs()).finish();
                let plain = [("content-type", "application/x-www-form-urlencoded")];
                let browsing = [plain[0], ("sec-fetch-site", "same-origin")];
                for headers in [&plain[..], &browsing[..]] {
                    browser.request("POST", &form.action, body.clone(), headers).await;
                }
                browser.get(&format!("{}?{body}", form.action)).await;
                browser.get(&format!("{path}?{body}")).await;
                place.app.clock.advance(Duration::seconds(5)); // Or most would be too many attempts.
            }
            for method in ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
                browser.request(method, &form.action, "q-overall=1", &[]).await;
            }
        }
    }
    assert_eq!(rows(&place.app), before, "not even a wrong code is counted: it was none");
    answer(&browser, &place.open, "5", "").await;
}

#[tokio::test]
async fn pages_behind_surveys_are_small_private_and_lead_nowhere_else() {
    let place = Place::build().await;
    let css = place.app.browser().get(&slipway::web::assets::url("public.css")).await.expect(200);
    for path in place.pages() {
        let page = place.app.browser().get(&path).await;
        assert!(page.body.len() + css.body.len() < 15_000, "{} and {}", page.body.len(), css.body.len());
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert!(page.headers.get("set-cookie").is_none());
        assert!(!page.has("<script") && !page.has("http://") && !page.has("https://"), "{}", page.body);
    }
    let from = |origin: &'static str| [("origin", origin)];
    let form = [("page", "1"), ("q-overall", "4"), ("code", place.open.code.as_str())];
    let action = format!("{}/answers", place.open.path);
    place.app.browser().post_with(&action, &form, &from("https://elsewhere.example")).await.expect(403).expect_no_text(place.open.token());
    let kept = rows(&place.app).join("\n");
    assert!(place.links().iter().all(|it| !kept.contains(it.token())), "tokens are in the mails alone");
}

/// The rows of a table, each as text.
fn of<'a>(rows: &'a [String], table: &str) -> &'a str {
    rows.iter().find_map(|it| it.strip_prefix(&format!("{table}: "))).expect("a table")
}

#[tokio::test]
async fn no_row_of_any_table_ties_an_anonymous_answer_to_a_person() {
    let (app, server) = (TestApp::start().await, MailServer::start());
    let release = given::release(&app, "Payroll").registered();
    let survey = given::survey(&app, release).anonymous().laid();
    let viewer = given::user(&app, "Ada", &[slipway::domain::people::Role::Viewer]);
    let people = [("Ada", Some(viewer.id)), ("Ben", None), ("Cora", None)].map(|(name, user)| given::invited(&app, survey, name, user));
    ask_by_mail(&app.db).expect("asked");
    sender(&app, &server).empty().await;
    let received = server.received();
    assert_eq!(received.len(), 3);
    let mut tokens = Vec::new();
    for (at, mail) in received.iter().enumerate() {
        let text = mail.parsed().body_text(0).expect("a text").into_owned();
        let path = text.split_whitespace().find(|it| it.contains("/s/")).and_then(|it| it.find("/s/").and_then(|from| it.get(from..))).expect("a link");
        let code = text.split("this code:").nth(1).and_then(|it| it.split_whitespace().next()).expect("a code");
        let link = Link { path: path.to_owned(), code: code.to_owned() };
        app.clock.advance(Duration::minutes(7));
        answer(&app.browser(), &link, "3", &format!("Xyzzy {at}")).await;
        tokens.push(link);
    }
    slipway::worker::timetable::tell(&app.db).expect("told");
    sender(&app, &server).empty().await;
    let all = rows(&app);
    let responses = of(&all, "survey_responses");
    assert_eq!(responses.matches("Xyzzy").count(), 3);
    for row in responses.split('|') {
        // Survey, audience, answers, a hash of what stands in the mail alone, a number drawn at random, not mixed yet: nothing else.
        assert!(row.ends_with(",,t)") && row.contains(",users,,"), "no time and no invitation: {row}");
        let (id, handle) = (row[1..].split(',').next().expect("an id"), row.split("\\\\x").nth(1).and_then(|it| it.get(..64)).expect("a handle"));
        for other in all.iter().filter(|it| !it.starts_with("survey_responses:")) {
            assert!(!other.contains(handle) && !other.contains(id) && !other.contains("Xyzzy"), "{other}");
        }
    }
    for text in ["@example.org", "Ada", "Ben", "Cora", "2026-"] {
        assert!(!responses.contains(text), "{text:?} in {responses}");
    }
    for link in &tokens {
        assert!(all.iter().all(|it| !it.contains(link.token())), "a token is nowhere");
    }
    assert_eq!(salted(&app), 0, "what the secret key would need is gone");
    let told = format!("{}{}{}", of(&all, "events"), of(&all, "notices"), of(&all, "mails"));
    assert!(told.contains("survey_answered") && !told.contains("Xyzzy"));
    for entry in app.read(|conn| slipway::store::events::list(conn, &Default::default(), 100)).iter().filter(|it| it.kind == "survey_answered") {
        assert_eq!(entry.actor, "Slipway");
        let details = format!("{:?}", entry.event);
        assert!(people.iter().all(|it| !details.contains(&format!("invitation: {it}"))) && !details.contains("Ada") && !details.contains('@'), "{details}");
    }
}

#[tokio::test]
async fn not_even_the_number_of_a_transaction_ties_an_anonymous_answer_to_a_person() {
    let app = TestApp::start().await;
    let release = given::release(&app, "Payroll").registered();
    let survey = given::survey(&app, release).anonymous().laid();
    let name = |it: usize| format!("Person{it}");
    let links: Vec<Link> = (0..7).map(|it| given::survey_link(&app, given::invited(&app, survey, &name(it), None))).collect();
    for link in links.iter().rev() {
        answer(&app.browser(), link, "3", "Fine").await;
    }
    // The first five were written anew together; the other two will be when the survey closes.
    assert_eq!(written_with(&app), [1, 1, 5, 5, 5, 5, 5]);
    app.write(|tx| slipway::store::surveys::mixing::mix_rest(tx, survey));
    assert!(written_with(&app).iter().all(|it| *it == 0 || *it >= 5), "{:?}", written_with(&app));
    let rows = |table: &str| app.read(|conn| diesel::sql_query(format!("SELECT id::text AS found FROM {table} ORDER BY ctid")).load::<Found>(conn));
    let lie = rows("survey_invitations").into_iter().map(|it| it.found).collect::<Vec<_>>();
    assert!(lie.windows(2).filter(|it| it[0].len() == it[1].len() && it[0] > it[1]).count() <= 1, "they do not lie in the order of their answers: {lie:?}");
}

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Text)]
    found: String,
}

/// With how many invitations each answer was written in one transaction, the fewest first.
fn written_with(app: &TestApp) -> Vec<i64> {
    let query = "SELECT (SELECT count(*) FROM survey_invitations i WHERE i.xmin = r.xmin)::text AS found FROM survey_responses r ORDER BY found";
    app.read(|conn| diesel::sql_query(query).load::<Found>(conn)).into_iter().map(|it| it.found.parse().expect("a number")).collect()
}

fn salted(app: &TestApp) -> i64 {
    use slipway::store::schema::mailed_links;
    app.read(|conn| mailed_links::table.filter(mailed_links::salt.is_not_null()).count().get_result(conn))
}
