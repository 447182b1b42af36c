//! The OWASP Application Security Verification Standard 5.0, levels 1 and 2, number by number: what shows that it is kept, or why it is left out.
//! The numbers are the standard's, the words are ours.

mod accounts;
mod answers;
mod input;
mod people;
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// One number of the standard, what it is about, and what shows that it is kept.
pub struct Row(&'static str, &'static str, Shown);

#[derive(Clone, Copy)]
pub enum Shown {
    /// The name of a test, here or beside the rule.
    Test(&'static str),
    /// A heading of `docs/security.md`.
    Said(&'static str),
    /// There is nothing to keep, or it is not kept; why.
    Not(&'static str),
}

/// How many numbers of levels 1 and 2 each section has: they come before those of level 3.
const STANDARD: [(&str, u32); 75] = [
    ("1.1", 2),
    ("1.2", 9),
    ("1.3", 11),
    ("1.4", 3),
    ("1.5", 2),
    ("2.1", 3),
    ("2.2", 3),
    ("2.3", 4),
    ("2.4", 1),
    ("3.2", 2),
    ("3.3", 4),
    ("3.4", 6),
    ("3.5", 5),
    ("3.7", 2),
    ("4.1", 3),
    ("4.2", 1),
    ("4.3", 2),
    ("4.4", 4),
    ("5.1", 1),
    ("5.2", 3),
    ("5.3", 2),
    ("5.4", 3),
    ("6.1", 3),
    ("6.2", 12),
    ("6.3", 4),
    ("6.4", 4),
    ("6.5", 5),
    ("6.6", 3),
    ("6.8", 4),
    ("7.1", 3),
    ("7.2", 4),
    ("7.3", 2),
    ("7.4", 5),
    ("7.5", 2),
    ("7.6", 2),
    ("8.1", 2),
    ("8.2", 3),
    ("8.3", 1),
    ("8.4", 1),
    ("9.1", 3),
    ("9.2", 4),
    ("10.1", 2),
    ("10.2", 2),
    ("10.3", 4),
    ("10.4", 11),
    ("10.5", 5),
    ("10.6", 2),
    ("10.7", 3),
    ("11.1", 2),
    ("11.2", 3),
    ("11.3", 3),
    ("11.4", 4),
    ("11.5", 1),
    ("11.6", 1),
    ("12.1", 3),
    ("12.2", 2),
    ("12.3", 4),
    ("13.1", 1),
    ("13.2", 5),
    ("13.3", 2),
    ("13.4", 5),
    ("14.1", 2),
    ("14.2", 4),
    ("14.3", 3),
    ("15.1", 3),
    ("15.2", 3),
    ("15.3", 7),
    ("16.1", 1),
    ("16.2", 5),
    ("16.3", 4),
    ("16.4", 3),
    ("16.5", 3),
    ("17.1", 1),
    ("17.2", 4),
    ("17.3", 2),
];

fn rows() -> impl Iterator<Item = &'static Row> {
    input::ROWS.iter().chain(people::ROWS).chain(program::ROWS)
}

/// Every file of this kind below these folders, as one text.
fn texts(folders: &[&str]) -> String {
    let mut todo: Vec<_> = folders.iter().map(|it| Path::new(env!("CARGO_MANIFEST_DIR")).join(it)).collect();
    let mut all = String::new();
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(&path).expect("a folder").map(|it| it.expect("an entry").path()));
        } else if path.extension().is_some_and(|it| it == "rs") {
            all.push_str(&fs::read_to_string(&path).expect("a text"));
        }
    }
    all
}

#[test]
fn every_number_of_the_standard_has_one_row() {
    let asked: Vec<String> = STANDARD.iter().flat_map(|(section, count)| (1..=*count).map(move |it| format!("{section}.{it}"))).collect();
    assert_eq!(asked.len(), 70 + 183, "as many as levels 1 and 2 have");
    let given: Vec<String> = rows().map(|Row(number, ..)| (*number).to_owned()).collect();
    let missing: Vec<&String> = asked.iter().filter(|it| !given.contains(it)).collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
    let unknown: Vec<&String> = given.iter().filter(|it| !asked.contains(it)).collect();
    assert!(unknown.is_empty(), "no number of levels 1 and 2: {unknown:?}");
    assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len(), "each number once");
}

#[test]
fn every_row_is_shown_by_a_test_that_is_there_by_a_page_that_says_it_or_by_a_reason() {
    let sources = texts(&["src", "tests"]);
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security.md")).expect("the page");
    let headings: BTreeSet<&str> = page.lines().filter_map(|it| it.strip_prefix("## ")).collect();
    let broken = |Row(number, subject, shown): &Row| match shown {
        Shown::Test(name) => (!sources.contains(&format!("fn {name}("))).then(|| format!("{number} {subject}: there is no test {name}")),
        Shown::Said(heading) => (!headings.contains(heading)).then(|| format!("{number} {subject}: the page has no heading {heading:?}")),
        Shown::Not(reason) => (reason.len() < 20).then(|| format!("{number} {subject}: give a reason")),
    };
    let broken: Vec<String> = rows().filter_map(broken).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let kept = rows().filter(|Row(.., shown)| !matches!(shown, Shown::Not(_))).count();
    assert!(kept >= 120, "{kept} rows are shown");
}
