//! What no answer may do, whatever was asked.

use super::words::MARK;
use crate::support::{Page, html};

/// Something of one person that an answer to others may not hold.
pub struct Secret {
    pub text: String,
    /// The column of whom it belongs to, and of others who may read it.
    pub readers: Vec<usize>,
}

/// Why this answer to this person is wrong; nothing if it is not.
pub fn fault(page: &Page, reader: usize, secrets: &[Secret]) -> Option<String> {
    if page.status >= 500 {
        return Some(format!("it is our fault: {}", page.status));
    }
    if let Some(secret) = secrets.iter().find(|it| !it.readers.contains(&reader) && page.has(&it.text)) {
        return Some(format!("it tells what is not theirs: {}", secret.text));
    }
    if page.header("location").starts_with("//") || page.header("location").contains("://") {
        return Some(format!("it sends them elsewhere: {}", page.header("location")));
    }
    let is_page = page.header("content-type").starts_with("text/html");
    if is_page { html::tags(&page.body).iter().find_map(markup) } else { None }
}

/// What in a tag was not ours.
fn markup(tag: &html::Tag) -> Option<String> {
    let theirs = tag.name.contains(MARK) || tag.attributes.iter().any(|(name, _)| name.contains(MARK) || name.starts_with("on"));
    let runs = |name| tag.get(name).is_some_and(|it| it.trim_start().to_lowercase().starts_with("javascript:"));
    let runs = ["href", "src", "action", "formaction"].into_iter().any(runs);
    (theirs || runs).then(|| format!("markup of theirs: {tag:?}"))
}

#[test]
fn the_checks_see_what_they_are_for() {
    let page = |status, body: &str| {
        let headers = [("content-type", "text/html; charset=utf-8")];
        let headers = headers.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect();
        Page { status, headers, body: body.to_owned() }
    };
    let secrets = [Secret { text: "tell nobody".into(), readers: vec![6] }];
    assert_eq!(fault(&page(200, "<p title=\"&#34; zqz\">&lt;zqz&gt; tell somebody</p>"), 1, &secrets), None);
    assert_eq!(fault(&page(200, "<p>tell nobody</p>"), 6, &secrets), None);
    for bad in ["<p>tell nobody</p>", "<p><zqz></p>", "<p a=\"\" zqz=\"1\">", "<a href=\" JavaScript:x\">", "<img onerror=\"x\">"] {
        assert!(fault(&page(200, bad), 1, &secrets).is_some(), "{bad}");
    }
    assert!(fault(&page(500, ""), 1, &secrets).is_some());
}
