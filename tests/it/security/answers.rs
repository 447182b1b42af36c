//! What every answer says to browsers, and what none of them tells.

use crate::authorization::place::Place;
use crate::support::TestApp;
use crate::support::given::{self, PASSWORD};
use slipway::domain::people::Role;
use slipway::web::routes::{Door, ROUTES};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

const HTTPS: [&str; 2] = ["--base-url", "https://slipway.example.org"];

#[tokio::test]
async fn every_answer_says_to_browsers_what_it_is_and_what_they_may_do_with_it() {
    let place = Place::build().await;
    let admin = place.app.browser_of(&place.people[6]);
    for route in ROUTES.iter().filter(|it| it.method == "get") {
        let path = place.path(route);
        for (browser, path) in [(&admin, path.clone()), (&place.app.browser(), path), (&admin, "/nowhere".to_owned())] {
            let page = browser.get(&path).await;
            let policy = page.header("content-security-policy");
            for words in ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors '"] {
                assert!(policy.contains(words), "{path}: {policy}");
            }
            assert!(!policy.contains("script-src 'unsafe") && !policy.contains('*'), "{path}: {policy}");
            assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
            // The mail in its frame is somebody else's page: it gives nothing away.
            assert!(matches!(page.header("referrer-policy"), "same-origin" | "no-referrer"), "{path}");
            assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{path}");
            assert_eq!(page.header("cross-origin-resource-policy"), "same-origin", "{path}");
            assert_eq!(page.header("access-control-allow-origin"), "", "{path}");
            let kind = page.header("content-type");
            assert!(page.body.is_empty() || !kind.is_empty(), "{path} has no type");
            // A file is given back as it was sent, and nobody knows in which characters that was.
            let text = kind.starts_with("text/") && !page.header("content-disposition").starts_with("attachment");
            assert!(!text || kind.contains("charset=utf-8"), "{path}: {kind}");
            let private = matches!(route.door, Door::SignedIn | Door::Link) && page.status == 200;
            assert!(!private || page.header("cache-control").contains("no-store"), "{path}: {:?}", page.header("cache-control"));
        }
    }
}

#[tokio::test]
async fn under_https_browsers_are_told_to_stay_there() {
    let app = TestApp::start_with(&HTTPS).await;
    for path in ["/session/new", "/nowhere", "/healthz", "/"] {
        assert_eq!(app.browser().get(path).await.header("strict-transport-security"), "max-age=31536000; includeSubDomains", "{path}");
    }
    let plain = TestApp::start().await;
    assert_eq!(plain.browser().get("/session/new").await.header("strict-transport-security"), "");
}

#[tokio::test]
async fn under_https_every_cookie_is_secure_and_of_this_host_alone() {
    let app = TestApp::start_with(&HTTPS).await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser();
    let signed_in = browser.post("/session", &[("email", &ines.email), ("password", PASSWORD)]).await.expect_see("/");
    let key = signed_in.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let fields = [("name", "Ines"), ("time_zone", "UTC"), ("theme", "dark"), ("version", "0")];
    let headers = [("sec-fetch-site", "same-origin"), ("cookie", key.as_str())];
    let saved = browser.post_with("/profile", &fields, &headers).await.expect_see("/profile");
    for page in [&signed_in, &saved] {
        let cookies: Vec<&str> = page.headers.get_all("set-cookie").iter().filter_map(|it| it.to_str().ok()).collect();
        assert!(!cookies.is_empty());
        for cookie in cookies {
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            for mark in ["; HttpOnly", "; Secure", "; Path=/", "; SameSite=Lax"] {
                assert!(cookie.contains(mark), "{mark} in {cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
    }
    let notice = saved.header("set-cookie").split(';').next().expect("a notice").to_owned();
    let both = format!("{key}; {notice}");
    let page = browser.get_with("/profile", &[("cookie", &both)]).await.expect(200).expect_text("Your profile is saved.");
    assert!(page.header("set-cookie").starts_with("__Host-slipway_notice=;"), "it is said once: {}", page.header("set-cookie"));
    let forged = format!("{key}; {}", notice.trim_start_matches("__Host-"));
    browser.get_with("/profile", &[("cookie", &forged)]).await.expect(200).expect_no_text("Your profile is saved.");
}

#[tokio::test]
async fn an_address_is_that_of_the_peer_whatever_a_header_says() {
    let app = TestApp::start().await;
    let headers = [("x-forwarded-for", "203.0.113.7"), ("x-real-ip", "203.0.113.7"), ("forwarded", "for=203.0.113.7"), ("sec-fetch-site", "same-origin")];
    for turn in 0..60 {
        let email = format!("nobody{turn}@example.org");
        app.browser().post_with("/session", &[("email", &email), ("password", "x")], &headers).await.expect(422);
    }
    let other = [("x-forwarded-for", "203.0.113.8"), ("sec-fetch-site", "same-origin")];
    app.browser().post_with("/session", &[("email", "one@example.org"), ("password", "x")], &other).await.expect(429);
    let remarks: Vec<String> =
        app.read(|conn| slipway::store::events::list(conn, &Default::default(), 100)).into_iter().map(|it| format!("{:?}", it.event)).collect();
    assert!(!remarks.concat().contains("203.0.113"), "{remarks:?}");
}

/// Sends these bytes and reads the answer to its end.
async fn raw(app: &TestApp, request: String) -> String {
    let address = app.address.trim_start_matches("http://").to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let mut connection = TcpStream::connect(address).expect("it listens");
        connection.write_all(request.as_bytes()).expect("it listens");
        let mut text = String::new();
        connection.read_to_string(&mut text).expect("an answer, then the end");
        text
    });
    asked.await.expect("it answers")
}

#[tokio::test]
async fn a_body_that_says_two_lengths_is_refused() {
    let app = TestApp::start().await;
    let head = "POST /session HTTP/1.1\r\nHost: slipway\r\nConnection: close\r\n";
    for lengths in ["Content-Length: 3\r\nContent-Length: 30\r\n", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"] {
        let answer = raw(&app, format!("{head}{lengths}\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: slipway\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "no second request is read out of the first: {answer}");
    }
}

#[tokio::test]
async fn only_what_is_compiled_in_is_given_out() {
    let app = TestApp::start().await;
    let browser = app.signed_in(Role::Administrator);
    let hidden = ["/.git/config", "/.git/HEAD", "/static/", "/static/x/", "/static/x/..%2F..%2FCargo.toml", "/Cargo.toml", "/migrations/", "/.env"];
    for path in hidden {
        browser.get(path).await.expect(404);
    }
}

#[tokio::test]
async fn an_answer_tells_nothing_of_what_is_behind_it() {
    let app = TestApp::start().await;
    for method in ["TRACE", "PROPFIND"] {
        let answer = raw(&app, format!("{method} /session/new HTTP/1.1\r\nHost: slipway\r\nCookie: seen=elsewhere\r\nConnection: close\r\n\r\n")).await;
        assert!(!answer.starts_with("HTTP/1.1 2") && !answer.contains("seen=elsewhere"), "{method}: {answer}");
    }
    let browser = app.signed_in(Role::Administrator);
    for path in ["/nowhere", "/releases/x", "/activity?before=x", "/readyz", "/session/new"] {
        let page = browser.get(path).await;
        assert_eq!((page.header("server"), page.header("x-powered-by")), ("", ""), "{path}");
        for word in ["actix", "diesel", "postgres", "panicked", "src/", ".rs:"] {
            assert!(!page.body.to_lowercase().contains(word), "{path} says {word}");
        }
    }
}

#[test]
fn scripts_keep_nothing_in_the_browser() {
    for file in ["app.js", "theme.js"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("static").join(file)).expect("a script");
        for word in ["localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches.", "eval(", "innerHTML ="] {
            assert!(!text.contains(word), "{file} holds {word}");
        }
    }
}

#[tokio::test]
async fn fields_that_a_form_does_not_have_change_nothing() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser_of(&ines);
    let fields = [("name", "Ines"), ("time_zone", "UTC"), ("theme", "dark"), ("version", "0")];
    let more = [("roles", "administrator"), ("email", "root@example.org"), ("id", "1"), ("password", "lantern tugboat gravels"), ("disabled_at", "")];
    browser.post("/profile", &[fields.as_slice(), more.as_slice()].concat()).await.expect_see("/profile");
    let after = app.read(|conn| slipway::store::users::find(conn, ines.id));
    assert_eq!(app.read(|conn| slipway::store::users::roles(conn, ines.id)), [Role::Viewer]);
    assert_eq!(after.email, ines.email);
    app.browser().post("/session", &[("email", &ines.email), ("password", PASSWORD)]).await.expect_see("/");
}

#[tokio::test]
async fn of_a_field_that_is_sent_twice_the_first_counts_everywhere() {
    let app = TestApp::start().await;
    let ines = given::user(&app, "Ines", &[Role::Viewer]);
    let browser = app.browser_of(&ines);
    let fields = [("name", "Ines Okafor"), ("name", "Root"), ("time_zone", "UTC"), ("theme", "dark"), ("version", "0"), ("version", "7")];
    browser.post("/profile?name=Query&version=9", &fields).await.expect_see("/profile");
    assert_eq!(app.read(|conn| slipway::store::users::find(conn, ines.id)).name, "Ines Okafor");
}

#[tokio::test]
async fn every_page_of_who_signed_in_lets_them_sign_out() {
    let place = Place::build().await;
    let browser = place.app.browser_of(&place.people[6]);
    for route in ROUTES.iter().filter(|it| it.method == "get" && it.door == Door::SignedIn) {
        let page = browser.get(&place.path(route)).await;
        let is_page = page.status == 200 && page.has("skip-link");
        assert!(!is_page || page.has_form("/session/end"), "{}", route.path);
    }
}
