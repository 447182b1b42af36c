//! A walk over all pages that links lead to, one of each kind, and over their forms.

use crate::support::{Browser, html};
use slipway::web::routes::ROUTES;
use std::collections::{BTreeSet, VecDeque};

/// What lists can be asked for, one thing at a time and several at once.
const LISTS: &[&str] = &[
    "category=1",
    "phase=rollout",
    "phase=closed",
    "state=open",
    "state=closed",
    "state=backed_out",
    "item=1",
    "item=7&order=due",
    "owner=1",
    "owner=2&state=open",
    "coordinator=12",
    "coordinator=14&state=open&order=due",
    "mine=1",
    "mine=1&state=open&order=due",
    "overdue=1",
    "overdue=1&order=newest",
    "overdue=1&mine=1",
    "from=2026-11-01&to=2026-11-14",
    "from=2026-11-01&to=2026-11-14&order=newest",
    "from=2000-01-01&to=2099-12-31",
    "from=2000-01-01&to=2099-12-31&order=newest",
    "from=2026-06-01",
    "from=2000-01-01&state=open",
    "from=2000-01-01&state=open&order=start",
    "from=2000-01-01&phase=plan",
    "from=2000-01-01&q=renew",
    "from=2026-06-01&order=start_last",
    "to=2026-06-01",
    "to=2026-06-01&order=start_last",
    "q=renew",
    "q=renew&state=open&order=due",
    "after=%7E2000",
    "state=open&after=%7E2000",
    "category=2&state=open&order=due",
];

const OTHERS: &[&str] = &["/search?q=renew", "/search?q=R-1000", "/search?q=archive+laboratory", "/activity?kind=phase_entered", "/activity?actor=12"];

/// What would end the walk, or never ends.
const LEFT_OUT: &[&str] = &["/session", "/sessions", "/notices/stream", "/static", "/process/", "/password", "/second-factor", "/disabling", ".csv"];

/// Both lists, asked for all of it; RFCs have categories of their own.
fn lists(suffix: &str) -> impl Iterator<Item = String> {
    let releases = LISTS.iter().map(move |query| format!("/releases{suffix}?{query}"));
    let own = |query: &str| query.replace("category=1", "category=4").replace("category=2", "category=5");
    releases.chain(LISTS.iter().map(move |query| format!("/changes{suffix}?{}", own(query))))
}

/// So many of each kind.
const EACH: usize = 2;

pub async fn everywhere(browser: &Browser) -> BTreeSet<String> {
    let lists = lists("");
    let plain = ROUTES.iter().filter(|it| it.method == "get" && !it.path.contains('{')).map(|it| it.path.to_owned());
    let mut ahead: VecDeque<String> = plain.chain(lists).chain(OTHERS.iter().map(|it| (*it).to_owned())).collect();
    let asked: BTreeSet<String> = ahead.iter().cloned().collect();
    let (mut kinds, mut seen) = (Vec::<String>::new(), BTreeSet::new());
    while let Some(path) = ahead.pop_front() {
        let kind = kind(&path);
        let often = kinds.iter().filter(|it| **it == kind).count();
        if LEFT_OUT.iter().any(|it| path.contains(it)) || !seen.insert(path.clone()) || (often >= EACH && !asked.contains(&path)) {
            continue;
        }
        kinds.push(kind);
        let page = browser.get(&path).await;
        assert!(page.status < 500, "{path} answered {}", page.status);
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        let tags = html::tags(&page.body);
        ahead.extend(tags.iter().filter_map(|it| it.get("href")).filter(|it| it.starts_with('/')).map(|it| it.split('#').next().unwrap_or(it).to_owned()));
        for form in html::forms(&page.body).into_iter().filter(|it| it.method == "post" && it.action.starts_with('/')) {
            let kind = format!("{} by form", self::kind(&form.action));
            if LEFT_OUT.iter().any(|it| form.action.contains(it)) || kinds.contains(&kind) {
                continue;
            }
            kinds.push(kind);
            let answer = browser.submit(&form).await;
            assert!(answer.status < 500, "{} answered {}", form.action, answer.status);
        }
    }
    kinds.into_iter().collect()
}

/// The lists as CSV, to their end.
pub async fn exports(browser: &Browser) {
    for path in lists(".csv") {
        assert_eq!(browser.get(&path).await.status, 200, "{path}");
    }
}

/// An address without what tells one such page from another.
fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.split('/').map(|it| if it.chars().any(|c| c.is_ascii_digit()) { "{}" } else { it }).collect();
    let names: Vec<&str> = query.split('&').map(|it| it.split('=').next().unwrap_or(it)).collect();
    format!("{}?{}", parts.join("/"), names.join("&"))
}
