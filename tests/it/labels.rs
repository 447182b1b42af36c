//! What a form says is wrong, it says by the names that stand above its fields.

use crate::authorization::Place;
use crate::support::given;
use crate::support::html::{Form, tags};
use slipway::web::routes::ROUTES;
use std::collections::BTreeSet;

/// Parts of pages that have several fields and no label of their own.
const PARTS: [&str; 3] = ["numbering", "frequency", "tasks"];

/// A form with something in every field that no field can take.
fn spoilt(form: &Form) -> Form {
    let kept = |name: &str| name == "version" || name == "form";
    let names: BTreeSet<String> = form.names.iter().filter(|it| !kept(it)).cloned().collect();
    names.iter().fold(form.clone(), |form, name| form.with(name, "\u{7}~"))
}

/// The label of every field of a page, by the field's id.
fn labels(html: &str) -> Vec<(String, String)> {
    let (mut labels, mut fieldset, mut boxed) = (Vec::new(), None, None);
    for tag in tags(html) {
        match (tag.name.as_str(), tag.closes) {
            ("label", false) => match tag.get("for") {
                Some(name) => labels.push((name.to_owned(), tag.text.trim().to_owned())),
                None => boxed = Some(String::new()),
            },
            ("input", false) if boxed.is_some() => boxed = tag.get("id").map(str::to_owned),
            ("span", false) => labels.extend(boxed.take().filter(|it| !it.is_empty()).map(|it| (it, tag.text.trim().to_owned()))),
            ("fieldset", false) => fieldset = tag.get("id").map(str::to_owned),
            ("legend", false) => labels.extend(fieldset.take().map(|it| (it, tag.text.trim().to_owned()))),
            _ => {}
        }
    }
    labels
}

/// What a page says is wrong: of which field, and in which words.
fn said(html: &str) -> Vec<(String, String)> {
    let summary = html.split("id=\"form-summary\"").nth(1).and_then(|it| it.split("</div>").next()).unwrap_or_default();
    let links = tags(summary).into_iter().filter(|it| it.opens("a"));
    links.filter_map(|it| Some((it.get("href")?.trim_start_matches('#').to_owned(), it.text))).collect()
}

#[tokio::test]
async fn every_summary_names_fields_as_their_labels_do() {
    let place = Place::build().await;
    given::second_factor(&place.app, &place.people[6]);
    let browser = place.app.browser_of(&place.people[6]);
    let (mut findings, mut count, mut pages) = (BTreeSet::new(), 0, BTreeSet::new());
    for route in ROUTES.iter().filter(|it| it.method == "get") {
        let path = place.path(route);
        let page = browser.get(&path).await;
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        for form in crate::support::html::forms(&page.body).iter().filter(|it| it.method == "post" && it.names.len() > 1) {
            let answer = browser.submit(&spoilt(form)).await;
            // Each try there counts, and enough of them are refused.
            place.app.clock.advance(chrono::Duration::minutes(1));
            if answer.status != 422 {
                continue;
            }
            let labels = labels(&answer.body);
            for (name, words) in said(&answer.body) {
                count += 1;
                pages.insert(route.path);
                match labels.iter().find(|it| it.0 == name) {
                    Some((_, label)) if words.starts_with(&format!("{label}: ")) || (label.ends_with('?') && words.starts_with(&format!("{label} "))) => {}
                    Some((_, label)) => _ = findings.insert(format!("{path}: {name} is {label:?}, said is {words:?}")),
                    None if PARTS.contains(&name.as_str()) && answer.body.contains(&format!("id=\"{name}\"")) => {}
                    None => _ = findings.insert(format!("{path}: nothing is called {name}, said is {words:?}")),
                }
            }
        }
    }
    assert!(count > 200 && pages.len() > 35, "{count} faults on {} pages are too few to tell", pages.len());
    assert!(findings.is_empty(), "{}", findings.into_iter().collect::<Vec<_>>().join("\n"));
}
