//! Every address and who may knock there: one table, and what holds for all of them.

mod organisations;
pub mod place;
mod sizes;

use crate::support::Page;
pub use place::Place;
use slipway::web::routes::{Door, ROUTES, Route};
use std::fmt::Write;

/// Who asks, in the order of the columns. The second coordinator coordinates the release and is assigned the RFC that is asked about;
/// the approver is the one whose approval is asked about, the contributor the one whose task it is.
const COLUMNS: [&str; 8] = ["stranger", "viewer", "contrib", "approver", "coord", "its coord", "manager", "admin"];

/// Each column in a house of its own, so that nobody's deeds are in another's way.
#[tokio::test]
async fn every_address_answers_every_role_as_the_table_says() {
    let mut cells = vec![Vec::new(); ROUTES.len()];
    for column in 0..COLUMNS.len() {
        let place = Place::build().await;
        let browser = place.browsers().swap_remove(column);
        // What ends the session comes last.
        let last = |at: &usize| ROUTES[*at].path == "/session/end";
        let mut order: Vec<usize> = (0..ROUTES.len()).collect();
        order.sort_by_key(last);
        for at in order {
            cells[at].push(place.knock(&browser, &ROUTES[at]).await.status);
        }
    }
    let mut table = format!("{:<50}", "");
    COLUMNS.iter().for_each(|it| write!(table, " {it:>9}").expect("a text"));
    for (route, row) in ROUTES.iter().zip(cells) {
        write!(table, "\n{:<50}", format!("{:<4} {}", route.method, route.path)).expect("a text");
        row.iter().for_each(|it| write!(table, " {it:>9}").expect("a text"));
    }
    // 200 a page, 303 done (or, for a stranger who reads, first to the sign-in), 401 sign in first, 403 not by this role, 404 not for these eyes,
    // 409 allowed but not now, 410 a link that is over, 422 allowed but the form is not right.
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn strangers_are_sent_to_sign_in_from_every_closed_door() {
    let place = Place::build().await;
    let browser = place.app.browser();
    for route in ROUTES.iter().filter(|it| it.door == Door::SignedIn) {
        let page = place.knock(&browser, route).await;
        if route.method == "get" {
            let back: String = url::form_urlencoded::byte_serialize(place.path(route).as_bytes()).collect();
            page.expect_see(&format!("/session/new?to={back}"));
        } else {
            page.expect(401).expect_text("Please sign in");
        }
    }
}

#[tokio::test]
async fn what_another_site_sends_is_refused_at_every_door() {
    let place = Place::build().await;
    let before = place.app.log();
    for browser in place.browsers() {
        for route in ROUTES.iter().filter(|it| it.method == "post") {
            let page = browser.post_with(&place.path(route), &[], &[("sec-fetch-site", "cross-site")]).await;
            assert_eq!(page.status, 403, "{}", route.path);
        }
    }
    assert_eq!(place.app.log(), before);
}

#[tokio::test]
async fn head_answers_wherever_get_does_and_says_nothing() {
    let place = Place::build().await;
    for browser in [place.app.browser(), place.app.browser_of(&place.people[6])] {
        for route in ROUTES.iter().filter(|it| it.method == "get") {
            let path = place.path(route);
            let (get, head) = (browser.get(&path).await, browser.request("HEAD", &path, "", &[]).await);
            assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
            assert_eq!(head.location(), get.location(), "{path}");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_405_and_says_which_are_right() {
    let place = Place::build().await;
    let browser = place.app.browser_of(&place.people[6]);
    for route in ROUTES {
        let path = place.path(route);
        let known: Vec<&str> = ROUTES.iter().filter(|it| it.path == route.path).map(|it| it.method).collect();
        for method in ["get", "post", "put", "patch", "delete"].iter().filter(|it| !known.contains(it)) {
            let page = browser.request(&method.to_uppercase(), &path, "", &[]).await;
            // A form behind a mailed link sends there; whoever opens that address is led to the form.
            if *method == "get" && ["/a/", "/h/", "/s/"].iter().any(|it| path.starts_with(it)) {
                assert!(page.status == 303 && path.starts_with(page.location()), "{method} {path}");
                continue;
            }
            assert_eq!(page.status, 405, "{method} {path}");
            let allowed = page.header("allow").to_lowercase();
            assert!(known.iter().all(|it| allowed.contains(it)), "{method} {path}: {allowed:?}");
        }
    }
    browser.request("DELETE", "/nowhere", "", &[]).await.expect(404);
}

/// What people and scanners put where a number or a word is expected.
const NASTY: [&str; 14] = [
    "0",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999",
    "1.5",
    "x",
    "%00",
    "1%00",
    "%F0%9F%92%A5",
    "%FF%FE",
    "..%2F..%2Fetc%2Fpasswd",
    "'%20OR%201=1--",
    "%E2%80%AE%0A%0D",
];

/// Whether it is our fault: never, whatever is sent.
#[track_caller]
fn ours(page: &Page, what: &str) {
    assert!(page.status < 500, "{what}: {} {}", page.status, page.body);
}

#[tokio::test]
async fn nothing_in_an_address_is_our_fault() {
    let place = Place::build().await;
    let browser = place.app.browser_of(&place.people[6]);
    for route in ROUTES.iter().filter(|it| it.path.contains('{')) {
        for nasty in NASTY {
            let parts = route.path.split('/').map(|it| if it.starts_with('{') { nasty } else { it });
            let path = parts.collect::<Vec<_>>().join("/");
            let page = if route.method == "get" { browser.get(&path).await } else { browser.post(&path, &[]).await };
            ours(&page, &format!("{} {path}", route.method));
        }
    }
}

#[tokio::test]
async fn nothing_in_a_query_is_our_fault() {
    let place = Place::build().await;
    let browser = place.app.browser_of(&place.people[6]);
    let names = ["q", "category", "phase", "state", "item", "owner", "from", "to", "order", "after", "before", "actor", "kind", "release"];
    let more = [
        "~5",
        "-8000000000000000000~5",
        "8000000000000000000~5",
        "-300000000000000000~5",
        "300000000000000000~1",
        "~",
        "9999-12-31",
        "-0001-01-01",
        "%27%22%3C%3E%26",
    ];
    for path in
        ["/releases", "/releases.csv", "/changes", "/changes/new", "/releases/new", "/search", "/activity", "/users", "/records/1/activity", "/session/new"]
    {
        for name in names {
            for nasty in NASTY.iter().chain(&more) {
                let order = if name == "after" { ["", "&order=due", "&order=start_last"].as_slice() } else { &[""] };
                for order in order {
                    let address = format!("{path}?{name}={nasty}{order}");
                    ours(&browser.get(&address).await, &address);
                }
            }
        }
    }
}

#[tokio::test]
async fn nothing_in_a_form_is_our_fault() {
    let place = Place::build().await;
    let browser = place.app.browser_of(&place.people[6]);
    let long = "y".repeat(30_000);
    let typed = ["", "\0", "a\0b", "9223372036854775807", "-9223372036854775808", "💥", "\u{202e}\r\n\t", "9999-12-31T23:59", "1990-01-01T00:00", &long];
    // Ends nobody's session, or the rest would be told to sign in.
    let harmless = |it: &&Route| it.method == "post" && !it.path.contains("session") && !it.path.contains("disabling");
    for route in ROUTES.iter().filter(harmless) {
        let good = place.form(route.path);
        let also = ["note", "comment", "description", "scope", "planned_start", "due_at", "link", "members", "predecessors", "new_item", "password", "current"];
        let names: Vec<&str> = good.iter().map(|(name, _)| *name).chain(also).collect();
        for name in names {
            for nasty in typed {
                let mut fields: Vec<(&str, &str)> = good.iter().filter(|(it, _)| *it != name).map(|(name, value)| (*name, value.as_str())).collect();
                fields.push((name, nasty));
                ours(&browser.post(&place.path(route), &fields).await, &format!("{} {name}={nasty:.20}", route.path));
            }
        }
    }
    for email in typed {
        place.app.clock.advance(chrono::Duration::minutes(1)); // Or they would be too many attempts.
        ours(&place.app.browser().post("/session", &[("email", email), ("password", "nothing at all")]).await, &format!("/session {email:.20}"));
    }
}
