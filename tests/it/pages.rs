//! Every page as a browser without JavaScript gets it: whole, labelled, and with forms that are forms.

use crate::support::given::{self, Somebody};
use crate::support::html::{self, Tag};
use crate::support::{Page, TestApp};
use slipway::domain::people::Role;
use std::collections::BTreeSet;

/// What is wrong with a page, in words.
fn faults(page: &Page) -> Vec<String> {
    let tags = html::tags(&page.body);
    let mut faults = Vec::new();
    // The title of a picture has an id, that of the page has none.
    let count = |name: &str| tags.iter().filter(|it| it.opens(name) && (name != "title" || it.get("id").is_none())).count();
    for (name, wanted) in [("h1", 1), ("title", 1), ("main", 1)] {
        if count(name) != wanted {
            faults.push(format!("{} <{name}>", count(name)));
        }
    }
    if !tags.iter().any(|it| it.opens("html") && it.get("lang") == Some("en")) {
        faults.push("no language".into());
    }
    if tags.iter().any(|it| it.opens("title") && it.text.trim_start().starts_with('·')) {
        faults.push("an empty title".into());
    }
    let mut ids = BTreeSet::new();
    for id in tags.iter().filter_map(|it| it.get("id")) {
        if !ids.insert(id.to_owned()) {
            faults.push(format!("two of id {id}"));
        }
    }
    let named: BTreeSet<&str> = tags.iter().filter(|it| it.opens("label")).filter_map(|it| it.get("for")).collect();
    let (mut inside_label, mut inside_form) = (false, false);
    for tag in &tags {
        match tag.name.as_str() {
            "label" => inside_label = !tag.closes,
            "form" => {
                inside_form = !tag.closes;
                if !tag.closes {
                    faults.extend(faults_of_form(tag));
                }
            }
            "input" | "select" | "textarea" if !tag.closes => {
                let labelled = inside_label || tag.has("aria-label") || tag.get("id").is_some_and(|it| named.contains(it));
                if !labelled && !matches!(tag.get("type"), Some("hidden")) {
                    faults.push(format!("no label for {:?}", tag.get("name")));
                }
                if !inside_form && !tag.has("form") {
                    faults.push(format!("{:?} outside of a form", tag.get("name")));
                }
            }
            "button" if !tag.closes && !inside_form && !tag.has("form") => faults.push("a button that does nothing".into()),
            "a" if !tag.closes && tag.get("href").is_none_or(|it| it.is_empty() || it == "#") => faults.push("a link to nowhere".into()),
            _ => {}
        }
        for name in ["aria-describedby", "aria-labelledby"] {
            let missing = |it: &&str| !ids.contains(*it) && !page.body.contains(&format!("id=\"{it}\""));
            faults.extend(tag.get(name).into_iter().flat_map(str::split_whitespace).filter(missing).map(|it| format!("{name} names {it}, which is not there")));
        }
        if let Some(target) = tag.get("href").and_then(|it| it.strip_prefix('#'))
            && !page.body.contains(&format!("id=\"{target}\""))
        {
            faults.push(format!("a link to #{target}, which is not there"));
        }
    }
    faults
}

fn faults_of_form(form: &Tag) -> Vec<String> {
    let real = form.get("action").is_some_and(|it| it.starts_with('/')) && matches!(form.get("method"), Some("post" | "get"));
    if real { Vec::new() } else { vec![format!("a form that is none: {:?}", form.attributes)] }
}

/// Everything this reader can read, one of each kind, with and without something in it.
fn addresses(app: &TestApp, ids: &Ids) -> Vec<String> {
    let Ids { release, change, closed, task, approval, item, user } = ids;
    let mut all: Vec<String> = ["/", "/releases", "/releases?state=abandoned", "/releases/new", "/changes", "/changes/new", "/tasks", "/approvals", "/items"]
        .into_iter()
        .chain([
            "/items/new",
            "/models",
            "/workflows",
            "/search",
            "/search?q=pay",
            "/activity",
            "/profile",
            "/users",
            "/users/new",
            "/groups",
            "/groups/new",
            "/mails",
            "/mails?state=sent",
        ])
        .map(str::to_owned)
        .collect();
    for id in [release, closed] {
        all.extend([format!("/releases/{id}"), format!("/records/{id}/activity"), format!("/records/{id}/tasks")]);
    }
    all.extend(["details", "scope", "window", "plan"].map(|it| format!("/records/{release}/{it}/edit")));
    all.extend(["details", "scope", "window", "items"].map(|it| format!("/records/{change}/{it}/edit")));
    all.extend([format!("/changes/{change}"), format!("/changes/new?release={release}"), format!("/records/{release}/tasks/new")]);
    all.extend([
        format!("/tasks/{task}"),
        format!("/tasks/{task}/edit"),
        format!("/items/{item}/edit"),
        format!("/users/{user}/edit"),
        "/groups/1/edit".into(),
    ]);
    all.push(format!("/approvals/{approval}"));
    let group = app.read(slipway::store::groups::list)[0].id;
    all.push(format!("/groups/{group}/edit"));
    all
}

struct Ids {
    release: String,
    change: String,
    closed: String,
    task: String,
    approval: String,
    item: String,
    user: String,
}

/// A house with something in every room.
fn furnish(app: &TestApp, reader: &Somebody) -> Ids {
    given::approvers(app, ["Ada", "Ben"]);
    given::members(app, "operations", std::slice::from_ref(reader));
    let closed = given::release(app, "Ledger").in_phase("closed");
    let release = given::release(app, "Payroll").major().grave().with_changes(2).with_model().in_phase("plan");
    app.act_as(given::user(app, "Ada", &[]).actor(), |_| Ok(())).expect("nothing happens");
    given::ask(app, release);
    let sheet = given::sheet(app, release);
    let approval = given::pending(app, release).into_iter().find(|(_, who, _)| *who == reader.id).expect("the reader approves, too").0;
    Ids {
        release: release.to_string(),
        change: sheet.changes[0].id.to_string(),
        closed: closed.to_string(),
        task: sheet.tasks[1].task.id.to_string(),
        approval: approval.to_string(),
        item: given::item(app, "Payroll").to_string(),
        user: reader.id.to_string(),
    }
}

#[tokio::test]
async fn every_page_is_whole_labelled_and_works_without_javascript() {
    let app = TestApp::start().await;
    let reader = given::user(&app, "Root", &[Role::Administrator, Role::ReleaseApprover]);
    let ids = furnish(&app, &reader);
    let browser = app.browser_of(&reader);
    let mut broken = Vec::new();
    for address in addresses(&app, &ids) {
        let page = browser.get(&address).await.expect(200);
        broken.extend(faults(&page).into_iter().map(|it| format!("{address}: {it}")));
    }
    for address in ["/session/new", "/nowhere"] {
        broken.extend(faults(&app.browser().get(address).await).into_iter().map(|it| format!("{address}: {it}")));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[tokio::test]
async fn a_release_is_whole_in_each_of_its_phases() {
    let app = TestApp::start().await;
    let manager = given::user(&app, "Ines", &[Role::ReleaseManager]);
    let browsers = [app.browser_of(&manager), app.signed_in(Role::Viewer)];
    let id = given::release(&app, "Payroll").major().grave().with_model().registered();
    let mut broken = Vec::new();
    while given::sheet(&app, id).full.record.is_open() {
        let phase = given::sheet(&app, id).full.record.phase;
        for browser in &browsers {
            let page = browser.get(&format!("/releases/{id}")).await.expect(200);
            broken.extend(faults(&page).into_iter().map(|it| format!("{phase}: {it}")));
        }
        given::advance(&app, id);
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[tokio::test]
async fn a_refused_form_is_as_whole_as_a_fresh_one() {
    let app = TestApp::start().await;
    let reader = given::user(&app, "Root", &[Role::Administrator, Role::ReleaseApprover]);
    let ids = furnish(&app, &reader);
    let browser = app.browser_of(&reader);
    let Ids { release, task, approval, item, .. } = &ids;
    let mut broken = Vec::new();
    let forms = [
        "/releases".to_owned(),
        "/changes".into(),
        "/items".into(),
        "/users".into(),
        "/groups".into(),
        format!("/records/{release}/details"),
        format!("/records/{release}/tasks"),
        format!("/tasks/{task}"),
        format!("/approvals/{approval}/decision"),
        format!("/items/{item}"),
        "/profile".into(),
    ];
    for address in forms {
        let page = browser.post(&address, &[]).await.expect(422);
        broken.extend(faults(&page).into_iter().map(|it| format!("{address}: {it}")));
        let summary = html::tags(&page.body).iter().any(|it| it.get("id") == Some("form-summary") && it.get("role") == Some("alert"));
        if !summary {
            broken.push(format!("{address}: no summary of what is wrong"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[tokio::test]
async fn nobody_is_offered_a_form_that_their_role_may_not_send() {
    let app = TestApp::start().await;
    let reader = given::user(&app, "Root", &[Role::Administrator, Role::ReleaseApprover]);
    let ids = furnish(&app, &reader);
    let viewer = app.signed_in(Role::Viewer);
    for address in [
        "/",
        "/releases",
        "/changes",
        "/tasks",
        "/items",
        &format!("/releases/{}", ids.release),
        &format!("/changes/{}", ids.change),
        &format!("/tasks/{}", ids.task),
    ] {
        let page = viewer.get(address).await.expect(200);
        let offered: Vec<String> = html::forms(&page.body).into_iter().filter(|it| it.method == "post").map(|it| it.action).collect();
        let harmless = |it: &&String| *it != "/session/end" && !it.ends_with("/watching");
        assert_eq!(offered.iter().filter(harmless).count(), 0, "{address}: {offered:?}");
        assert!(!page.has("/releases/new") && !page.has("/changes/new"), "{address}");
    }
}
