//! The demo's organisation with a few unusually long words in it: made once, and shared by the tests that only look.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, TestApp};
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;
use slipway::domain::ids::RecordId;
use slipway::domain::notices::Rule;
use slipway::domain::surveys::{Audience, Moment};
use slipway::store::users;
use std::sync::{Arc, Weak};
use tokio::sync::Mutex;

/// A word that no line can hold.
pub const LONG: &str = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnungsänderungsantragsformular";

/// Kept by whoever uses it, so that its database goes away with the last of them.
static SHARED: Mutex<Weak<World>> = Mutex::const_new(Weak::new());

pub struct World {
    pub app: TestApp,
    /// The addresses of the release and of the RFC that are made of long words.
    pub long_release: String,
    pub long_change: String,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    found: String,
}

impl World {
    pub async fn shared() -> Arc<World> {
        let mut shared = SHARED.lock().await;
        if let Some(world) = shared.upgrade() {
            return world;
        }
        let app = TestApp::start().await;
        let db = app.db.clone();
        tokio::task::spawn_blocking(move || slipway::demo::load(&db)).await.expect("it ends").expect("the demo");
        app.tell();
        let mut world = World { app, long_release: String::new(), long_change: String::new() };
        world.tell_long_words().await;
        world.tell_surveys();
        given::second_factor(&world.app, &world.somebody("jonas.weber"));
        given::rule(&world.app, Rule::PhaseEntered).of_phase("plan").insert();
        let world = Arc::new(world);
        *shared = Arc::downgrade(&world);
        world
    }

    /// Somebody of the demo, by the first part of their address.
    pub fn somebody(&self, name: &str) -> Somebody {
        let email = format!("{name}@demo.slipway.example");
        let found = self.app.read(|conn| users::find_by_email(conn, &email)).expect(name);
        let roles = self.app.read(|conn| users::roles(conn, found.id));
        Somebody { id: found.id, email, name: found.name, roles }
    }

    /// The texts that a query finds, in its column `found`.
    pub fn found(&self, query: &str) -> Vec<String> {
        let rows: Vec<Found> = self.app.read(|conn| diesel::sql_query(query).load(conn));
        rows.into_iter().map(|it| it.found).collect()
    }

    /// Surveys that were answered, of a release and its forerunner, some of them with long words.
    fn tell_surveys(&self) {
        let query = "SELECT r.record_id || ' ' || later.record_id AS found FROM releases r JOIN releases later USING (ci_id) \
                     WHERE later.record_id > r.record_id ORDER BY r.record_id LIMIT 1";
        let pair = self.found(query).remove(0);
        let release = |number: usize| RecordId(pair.split(' ').nth(number).and_then(|it| it.parse().ok()).expect("a number"));
        let answer = |it: usize| json!({"smooth": it % 4 + 2, "recommend": it % 11, "again": "yes", "which": ["speed"], "more": format!("{LONG}, {it} times")});
        let answers = |count: usize| (0..count).map(answer).collect::<Vec<_>>();
        let asked = |release, title: &str, count| {
            given::answered_survey(&self.app, release, title).asking(Audience::Users, 90, answers(count)).asking(Audience::Network, 4, answers(3))
        };
        asked(release(0), "How was it?", 20).made();
        asked(release(1), "How is the pilot?", 9).anonymous().at(Moment::Pilot).made();
        asked(release(1), LONG, 70).open().made();
        asked(release(1), "How was it this time?", 60).anonymous().made();
    }

    async fn tell_long_words(&mut self) {
        let nadia = self.somebody("nadia.haddad");
        let browser = self.app.browser_of(&nadia);
        let owner = nadia.id.to_string();
        let long = LONG;
        let prose = format!(
            "See https://example.org/{long}/{long} and `{long}`.\n\n| {long} | {long} |\n|---|---|\n| {long} | {long} |\n\n```\n{long} {long} {long}\n```\n\n- {long}"
        );
        let category = |kind: &str, name: &str| {
            self.found(&format!("SELECT id::text AS found FROM categories WHERE record_kind = '{kind}' AND name = '{name}'")).remove(0)
        };
        let (minor, normal) = (category("release", "Minor"), category("change", "Normal"));
        let model = self.found("SELECT m.id::text AS found FROM models m JOIN categories c ON c.id = m.category_id WHERE c.key = 'minor'").remove(0);
        let title = format!("{long} {}", "and so on ".repeat(8));
        let release = [
            ("category", minor.as_str()),
            ("new_item", &long[..60]),
            ("title", title.trim()),
            ("owner", &owner),
            ("scope", &prose),
            ("reason", &prose),
            ("impact", "high"),
            ("urgency", "high"),
            ("likelihood", "high"),
            ("model", &model),
        ];
        self.long_release = post(&browser, "/releases", &release).await;
        let number = self.long_release.rsplit('/').next().expect("a number").to_owned();
        let change = [("category", normal.as_str()), ("title", title.trim()), ("owner", &owner), ("scope", &prose), ("reason", &prose), ("release", &number)];
        self.long_change = post(&browser, "/changes", &change).await;
        let task =
            [("title", title.trim()), ("description", &prose), ("phase", "assess"), ("assignee", &owner), ("mandatory", "yes"), ("due_at", "2026-02-27T12:00")];
        post(&browser, &format!("/records/{number}/tasks"), &task).await;
        post(&browser, "/groups", &[("name", long), ("description", long)]).await;
        let user = [
            ("name", long),
            ("email", "somebody@with.a.long.name.example"),
            ("time_zone", "America/Argentina/ComodRivadavia"),
            ("roles", "viewer"),
            ("password", "lantern tugboat gravel"),
        ];
        post(&browser, "/users", &user).await;
    }
}

/// Sends a form that is taken; returns where it leads.
async fn post(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> String {
    let page = browser.post(path, fields).await;
    let errors: Vec<_> = page.body.lines().filter(|it| it.contains("field-error")).collect();
    assert_eq!(page.status, 303, "{path}: {errors:?}");
    page.location().split('#').next().expect("a path").to_owned()
}
