//! What must hold of every page that a person sees.

use crate::hands::Hands;
use crate::support::given;
use crate::tell;
use crate::window::Window;
use crate::world::{LONG, World};
use slipway::app::links::Keys;
use slipway::app::notices::muting::{self, Muted};
use slipway::domain::notices::Rule;
use slipway::web::routes::ROUTES;
use std::collections::BTreeSet;

/// A page, who looks at it, and what is done there before it is looked at.
struct Page {
    who: &'static str,
    path: String,
    act: &'static str,
}

const ADMINISTRATOR: &str = "nadia.haddad";
const MANAGER: &str = "ines.kovac";
const APPROVER: &str = "henrik.lindqvist";
const CONTRIBUTOR: &str = "jonas.weber";
const VIEWER: &str = "oliver.brandt";

/// Empties what the first form needs, and sends it past the browser's own checks.
const SEND: &str = "
    const form = document.querySelector('main form');
    for (const it of form.querySelectorAll('input[type=text][required], input:not([type])[required], textarea[required]')) it.value = '';
    form.noValidate = true;
    form.requestSubmit();
";
/// Opens all that is folded in the page itself.
const UNFOLD: &str = "for (const it of document.querySelectorAll('main details')) it.open = true;";

#[test]
fn axe_finds_nothing_on_pages_of_records() {
    tell(axe_over(is_of_records));
}

#[test]
fn axe_finds_nothing_on_the_other_pages() {
    tell(axe_over(|path| !is_of_records(path)));
}

fn is_of_records(path: &str) -> bool {
    ["/releases/", "/changes/", "/records/"].iter().any(|it| path.starts_with(it))
}

async fn axe_over(wanted: fn(&str) -> bool) {
    let world = World::shared().await;
    let window = Window::open(&world.app, Hands::Mouse).await;
    window.bring_axe().await;
    let mut findings = BTreeSet::new();
    for page in pages(&world).iter().filter(|it| wanted(&it.path)) {
        page.visit(&window, &world).await;
        for scheme in ["light", "dark"] {
            window.prefer(scheme).await;
            let found = window.axe().await.into_iter().map(|it| format!("{} as {}, {scheme}: {it}", page.path, page.who));
            findings.extend(found);
        }
        // axe asks frames too, and a mail's frame, which is shut off from the page, hears nothing: that is axe's complaint, not the page's.
        let complaints = window.complaints().await.into_iter().filter(|it| !it.contains("'postMessage' on 'DOMWindow'"));
        findings.extend(complaints.map(|it| format!("{}: {it}", page.path)));
    }
    report(&findings);
}

#[test]
fn no_page_scrolls_sideways_on_a_phone() {
    tell(async {
        let world = World::shared().await;
        let window = Window::open(&world.app, Hands::Mouse).await;
        window.resize(390, 844, 2, true).await;
        let mut findings = BTreeSet::new();
        for page in pages(&world) {
            page.visit(&window, &world).await;
            let wide = window.ask(WIDE).await;
            if let Some(wide) = wide.as_str() {
                findings.insert(format!("{} as {}: {wide}", page.path, page.who));
            }
        }
        report(&findings);
    });
}

/// Names the innermost elements that reach farthest, if the page scrolls sideways.
const WIDE: &str = "
    const page = document.documentElement;
    if (page.scrollWidth <= page.clientWidth && window.innerWidth <= 390) return null;
    const over = [...document.querySelectorAll('main *')].filter((it) => it.getBoundingClientRect().right >= page.scrollWidth - 1);
    const inner = over.filter((it) => !over.some((other) => other !== it && it.contains(other)));
    return `${page.scrollWidth} of ${page.clientWidth} px, ` + inner.slice(0, 3).map((it) => it.outerHTML.slice(0, 160)).join(' | ');
";

#[track_caller]
fn report(findings: &BTreeSet<String>) {
    assert!(findings.is_empty(), "{} findings:\n    {}", findings.len(), findings.iter().cloned().collect::<Vec<_>>().join("\n    "));
}

impl Page {
    async fn visit(&self, window: &Window, world: &World) {
        if self.who.is_empty() {
            window.give_to_nobody().await;
        } else {
            let somebody = world.somebody(self.who);
            if *window.user.borrow() != somebody.email {
                window.give_to(&world.app, &somebody).await;
            }
        }
        window.goto(&self.path).await;
        if !self.act.is_empty() {
            window.ask(self.act).await;
        }
        if self.act == SEND {
            window.find("[role='alert']").await;
            // What is half above the edge of the window is no smaller for that.
            window.ask("scrollTo(0, 0);").await;
        }
    }
}

/// Every page of the route table, some of them in several states. A new route without one fails here.
fn pages(world: &World) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut add = |who, paths: Vec<String>, act| pages.extend(paths.into_iter().map(|path| Page { who, path, act }));
    let fixed = |paths: &[&str]| paths.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let kinds = |kind: &str, folder: &str| world.found(&format!("SELECT '/{folder}/' || max(id) AS found FROM records WHERE kind = '{kind}' GROUP BY phase"));
    let (releases, changes) = (kinds("release", "releases"), kinds("change", "changes"));
    let planned = world.found("SELECT id::text AS found FROM records WHERE kind = 'release' AND phase = 'plan' ORDER BY id LIMIT 1").remove(0);
    let assessed = world.found("SELECT id::text AS found FROM records WHERE kind = 'change' AND state = 'open' ORDER BY id LIMIT 1").remove(0);
    let long = world.long_release.rsplit('/').next().expect("a number");

    add("", fixed(&["/session/new"]), "");
    add("", fixed(&["/session/new"]), SEND);
    add(ADMINISTRATOR, releases.clone(), UNFOLD);
    add(ADMINISTRATOR, changes, UNFOLD);
    add(ADMINISTRATOR, vec![world.long_release.clone(), world.long_change.clone()], UNFOLD);
    add(VIEWER, vec![format!("/releases/{planned}")], "");
    for (id, sections) in [(&*planned, &["details", "scope", "window", "plan"][..]), (&*assessed, &["items", "details"]), (long, &["scope", "details"])] {
        add(ADMINISTRATOR, sections.iter().map(|it| format!("/records/{id}/{it}/edit")).collect(), UNFOLD);
    }
    for id in [&*planned, long] {
        add(ADMINISTRATOR, ["activity", "attachments", "tasks", "tasks/new"].iter().map(|it| format!("/records/{id}/{it}")).collect(), UNFOLD);
    }
    let supported = world.found("SELECT '/records/' || max(id) || '/early-life' AS found FROM records WHERE kind = 'release' GROUP BY phase");
    add(ADMINISTRATOR, supported, UNFOLD);
    add(ADMINISTRATOR, ["metrics/new", "issues/new", "known-errors/new", "team/edit"].iter().map(|it| format!("/records/{planned}/{it}")).collect(), SEND);
    for (folder, table) in [("exit-metrics", "exit_metrics"), ("issues", "early_life_issues"), ("known-errors", "known_errors")] {
        let open = format!("SELECT '/{folder}/' || max(t.id) || '/edit' AS found FROM {table} t JOIN records r ON r.id = t.record_id WHERE r.state = 'open'");
        add(ADMINISTRATOR, world.found(&open), UNFOLD);
    }
    let reviewed = world.found("SELECT '/records/' || max(id) || '/review' AS found FROM records WHERE kind = 'release' GROUP BY phase");
    add(ADMINISTRATOR, reviewed, UNFOLD);
    let written =
        world.found("SELECT '/records/' || max(id) || '/review/lessons/edit' AS found FROM records WHERE kind = 'release' AND phase = 'review' GROUP BY phase");
    add(ADMINISTRATOR, written, UNFOLD);
    add(ADMINISTRATOR, vec![format!("/records/{planned}/follow-ups/new")], SEND);
    let action = "SELECT '/follow-ups/' || max(f.id) || '/edit' AS found FROM follow_ups f JOIN records r ON r.id = f.record_id WHERE r.state = 'open' AND f.state = 'open' HAVING count(*) > 0";
    add(ADMINISTRATOR, world.found(action), "");
    let ended = world.found("SELECT '/records/' || max(id) || '/reopening' AS found FROM records WHERE state <> 'open' GROUP BY kind");
    add(ADMINISTRATOR, ended, SEND);
    let draft = given::workflow_draft(&world.app, "release-major");
    let phase = format!("/workflow-drafts/{draft}/phases/plan");
    let parts = ["", "/transitions/new", "/transitions/advance", "/approvals/new", "/approvals/0"];
    add(ADMINISTRATOR, parts.iter().map(|it| format!("{phase}{it}")).collect(), UNFOLD);
    add(ADMINISTRATOR, ["", "/simulation", "/phases/new", "/publication"].iter().map(|it| format!("/workflow-drafts/{draft}{it}")).collect(), UNFOLD);
    add(ADMINISTRATOR, vec![format!("{phase}/approvals/new"), format!("{phase}/transitions/new"), "/workflow-drafts/new".to_owned()], SEND);
    add(VIEWER, world.found("SELECT '/workflows/' || id AS found FROM workflows WHERE key = 'release-major'"), "");
    add(VIEWER, vec![format!("/workflow-drafts/{draft}")], "");
    add(ADMINISTRATOR, fixed(&["/workflow-drafts/new"]), "");
    add(ADMINISTRATOR, fixed(&["/question-sets", "/question-sets/1", "/question-sets/1/edit", "/question-sets/1/preview", "/question-sets/new"]), UNFOLD);
    add(ADMINISTRATOR, fixed(&["/question-sets/new"]), SEND);
    let asking = world.found("SELECT '/records/' || max(id) || '/surveys' AS found FROM records WHERE kind = 'release' GROUP BY phase");
    add(ADMINISTRATOR, asking, "");
    add(ADMINISTRATOR, vec![format!("/records/{planned}/surveys/new")], SEND);
    let surveys =
        world.found("SELECT '/surveys/' || max(s.id) AS found FROM surveys s JOIN records r ON r.id = s.record_id WHERE r.state = 'open' GROUP BY s.state");
    for page in ["", "/edit", "/people/new"] {
        add(ADMINISTRATOR, surveys.iter().map(|it| format!("{it}{page}")).collect(), "");
    }
    add(ADMINISTRATOR, fixed(&["/releases/new", "/changes/new", "/items/new", "/users/new", "/groups/new", "/calendars/new"]), "");
    add(ADMINISTRATOR, fixed(&["/releases/new", "/changes/new", "/items/new", "/users/new", "/groups/new", "/calendars/new"]), SEND);
    add(ADMINISTRATOR, vec![format!("/changes/new?release={long}")], UNFOLD);
    let tasks = world.found("SELECT '/tasks/' || max(id) AS found FROM tasks GROUP BY state UNION SELECT '/tasks/' || max(id) FROM tasks");
    add(ADMINISTRATOR, tasks.iter().map(|it| format!("{it}/edit")).take(1).collect(), "");
    add(ADMINISTRATOR, tasks, UNFOLD);
    add("", links(world), "");
    add("", links(world).into_iter().take(1).collect(), SEND);
    let handovers = world.found("SELECT '/records/' || max(record_id) || '/handover' AS found FROM handovers GROUP BY state");
    add(ADMINISTRATOR, handovers, UNFOLD);
    let questions = world.found("SELECT '/handovers/' || max(id) AS found FROM handovers GROUP BY state");
    add(CONTRIBUTOR, questions.clone(), "");
    add(VIEWER, questions.into_iter().take(1).collect(), "");
    let asked = world.found("SELECT max(id)::text AS found FROM handovers GROUP BY state ORDER BY state = 'asked' DESC");
    let answers: Vec<String> = asked.iter().map(|it| given::link_to(&world.app, it.parse().expect("a number"), &world.somebody(CONTRIBUTOR)).path).collect();
    add("", answers.iter().take(1).cloned().collect(), SEND);
    add("", answers, "");
    add("", fixed(&["/a/nothing", "/s/nothing"]), "");
    let survey = crate::surveys::links(world);
    add("", survey.clone(), "");
    add("", survey.into_iter().take(2).collect(), SEND);
    add(MANAGER, fixed(&["/delegations", "/delegations/new"]), "");
    add(APPROVER, fixed(&["/delegations/new"]), SEND);
    let lists =
        ["/", "/releases", "/changes", "/tasks", "/approvals", "/items", "/models", "/workflows", "/search", "/activity", "/profile", "/users", "/groups"];
    add(ADMINISTRATOR, fixed(&lists), UNFOLD);
    let shaped =
        ["/categories", "/categories/1/edit", "/categories/new", "/models/new", "/models/new?category=1", "/models/1", "/models/1/edit", "/models/1/preview"];
    add(ADMINISTRATOR, fixed(&shaped), UNFOLD);
    add(ADMINISTRATOR, fixed(&["/categories/new", "/categories/1/edit", "/models/new?category=1"]), SEND);
    add(ADMINISTRATOR, vec![format!("/models/new?release={planned}")], UNFOLD);
    add(ADMINISTRATOR, fixed(&["/policy/edit"]), SEND);
    add(ADMINISTRATOR, fixed(&["/process", "/policy", "/policy/1", "/policy/edit", "/calendars", "/calendars/1/edit", "/mails", "/mails?state=sent"]), UNFOLD);
    add(MANAGER, fixed(&["/notification-rules", "/notification-rules/new?event=deadline_missed", "/notification-rules/recipients"]), UNFOLD);
    add(MANAGER, fixed(&["/calendars/1/holidays/new", "/notification-rules/new"]), "");
    add(MANAGER, world.found("SELECT '/notification-rules/' || max(id) || '/edit' AS found FROM notification_rules"), "");
    add(ADMINISTRATOR, world.found("SELECT '/mails/' || max(id) AS found FROM mails"), "");
    let simulated = world.found("SELECT '/workflows/' || max(id) || '/simulation' AS found FROM workflows GROUP BY record_kind");
    add(VIEWER, simulated.iter().map(|it| format!("{it}?take=advance")).chain(simulated.clone()).collect(), "");
    add(MANAGER, fixed(&["/notices", "/notices?show=unread", "/notices/preferences"]), "");
    let reader = world.somebody(MANAGER).id;
    add("", vec![muting::path(&Keys::of(&world.app.config), reader, Muted::Rule(Rule::PhaseEntered))], "");
    add(MANAGER, fixed(&["/", "/tasks", "/releases?state=open&mine=yes&q=nothing+of+the+kind"]), "");
    add(MANAGER, vec![format!("/search?q={}", &LONG[..12])], "");
    add(APPROVER, fixed(&["/", "/approvals"]), "");
    add(VIEWER, fixed(&["/profile/second-factor", "/profile/password"]), "");
    add(VIEWER, fixed(&["/profile/second-factor", "/profile/password"]), SEND);
    add(CONTRIBUTOR, fixed(&["/profile/second-factor"]), "");
    add(CONTRIBUTOR, fixed(&["/profile/second-factor"]), SEND);
    add(ADMINISTRATOR, world.found("SELECT '/users/' || max(user_id) || '/edit' AS found FROM second_factors"), "");
    let approvals = format!(
        "SELECT '/approvals/' || max(a.id) AS found FROM approvals a JOIN users u ON u.id = a.approver_id WHERE u.email LIKE '{APPROVER}@%' GROUP BY a.state"
    );
    add(APPROVER, world.found(&approvals), UNFOLD);
    add(CONTRIBUTOR, fixed(&["/", "/tasks", "/approvals"]), "");
    let (item, user, group) = (
        "SELECT '/items/' || max(id) || '/edit' AS found FROM configuration_items",
        "SELECT '/users/' || max(id) || '/edit' AS found FROM users",
        "SELECT '/groups/' || max(id) || '/edit' AS found FROM groups",
    );
    for query in [item, user, group] {
        add(ADMINISTRATOR, world.found(query), UNFOLD);
    }
    add(VIEWER, world.found("SELECT '/surveys/' || max(id) || '/results' AS found FROM surveys GROUP BY state, anonymous, moment"), "");
    let left = world
        .found("SELECT DISTINCT '/workflows/' || w.id || '/moving' AS found FROM workflows w JOIN records r ON r.workflow_id = w.id WHERE r.state = 'open'");
    let newest = world.found("SELECT '/workflows/' || max(id) || '/moving' AS found FROM workflows GROUP BY record_kind");
    let older = world.found("SELECT '/workflows/' || max(w.id) || '/moving?to=' || max(o.id) AS found FROM workflows w JOIN workflows o ON o.key = w.key AND o.version < w.version GROUP BY w.key");
    add(ADMINISTRATOR, [left, newest, older].concat(), "");
    add(ADMINISTRATOR, vec![format!("/workflow-moves/{}", given::passed_over(&world.app))], "");
    add(VIEWER, fixed(&["/releases/new", "/releases/999999", "/nowhere"]), "");
    every_route_is_among(&pages);
    pages
}

/// What mails lead to: one link for each state of an approval, the awaited one first, with the page of everything that it covers.
fn links(world: &World) -> Vec<String> {
    let states = ["pending", "approved", "denied", "not_needed", "waiting"]
        .map(|it| format!("SELECT max(id)::text AS found FROM approvals WHERE state = '{it}' HAVING max(id) IS NOT NULL"));
    let ids = states.iter().flat_map(|query| world.found(query));
    let paths = ids.map(|id| {
        let approver = world.found(&format!("SELECT approver_id::text AS found FROM approvals WHERE id = {id}")).remove(0);
        given::link(&world.app, id.parse().expect("a number"), approver.parse().expect("a number")).path
    });
    let mut paths: Vec<String> = paths.collect();
    paths.insert(1, format!("{}/content", paths[0]));
    paths
}

fn every_route_is_among(pages: &[Page]) {
    /// Not for people's eyes; or, the setup page, only there while nobody else is.
    const OTHERS: &[&str] = &[
        "/healthz",
        "/readyz",
        "/metrics",
        "/static/{hash}/{file}",
        "/releases.csv",
        "/changes.csv",
        "/surveys/{id}/results.csv",
        "/surveys/{id}/figures.csv",
        "/attachments/{id}",
        "/releases/{id}/evidence.zip",
        "/process.toml",
        "/records/{id}/early-life.csv",
        "/setup/{token}",
        // Only there between password and code: the journey of the second factor looks at it.
        "/session/code",
        "/notices/stream",
        // What a field suggests: pieces of a page.
        "/suggestions/people",
        "/suggestions/items",
        // Mails, in a frame of the page before them.
        "/notification-rules/recipients/mail",
        "/mails/{id}/html",
    ];
    let fits = |pattern: &str, path: &str| {
        let path = path.split('?').next().unwrap_or_default();
        pattern.split('/').count() == path.split('/').count()
            && pattern.split('/').zip(path.split('/')).all(|(one, other)| one.starts_with('{') || one == other)
    };
    let shown = ROUTES.iter().filter(|it| it.method == "get" && !OTHERS.contains(&it.path));
    let missing: Vec<_> = shown.filter(|route| !pages.iter().any(|it| fits(route.path, &it.path))).map(|it| it.path).collect();
    assert!(missing.is_empty(), "no page is looked at for {missing:?}");
}
