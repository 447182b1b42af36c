//! The rules of the house, kept by the tests: what may look where, how long a file may be, what a template may hold.

use crate::support::html;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up: each floor sees only those before it. A slash names floors that do not know each other.
const FLOORS: [&[&str]; 5] = [&["clock", "domain"], &["store"], &["app"], &["mail", "worker", "web"], &["config", "demo", "secret", "main"]];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder, as its path from the root and its text.
fn files(folder: &str, extension: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut todo = vec![root().join(folder)];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.insert(name(&path), fs::read_to_string(&path).expect("a text"));
            }
        }
    }
    found
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/")
}

/// The floor or the room on the ground that a file belongs to.
fn floor_of(path: &str) -> &str {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    inner.split(['/', '.']).next().unwrap_or(inner)
}

/// The code of a file without its comments and without its tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or(text);
    text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn none(broken: Vec<String>, rule: &str) {
    assert!(broken.is_empty(), "{rule}\n  {}", broken.join("\n  "));
}

#[test]
fn floors_look_down() {
    let height = |name: &str| FLOORS.iter().position(|floor| floor.contains(&name));
    let mut broken = Vec::new();
    for (path, text) in files("src", "rs") {
        let own = floor_of(&path);
        let Some(here) = height(own) else { continue };
        for other in FLOORS.iter().flat_map(|floor| floor.iter()).filter(|it| **it != own) {
            let there = height(other).unwrap_or(0);
            let sees =
                ["crate::", "slipway::"].iter().any(|it| code(&text).contains(&format!("{it}{other}::")) || code(&text).contains(&format!("{it}{other};")));
            let allowed = there < here || (there == here && here == 0) || (own, *other) == ("worker", "mail") || *other == "config" || *other == "secret";
            if sees && !allowed {
                broken.push(format!("{path} looks at {other}"));
            }
        }
    }
    none(broken, "domain ← store ← app ← mail, worker, web ← the program");
}

#[test]
fn diesel_stays_in_its_floor() {
    // A transaction's connection is handed through; queries are not made there.
    let queries = ["diesel::insert_into", "diesel::update", "diesel::delete", "sql_query", "store::schema"];
    let mut broken = Vec::new();
    for (path, text) in files("src", "rs") {
        if matches!(floor_of(&path), "app" | "web" | "worker" | "mail") {
            let code = code(&text);
            broken.extend(queries.iter().filter(|it| code.contains(**it)).map(|it| format!("{path} holds {it}")));
        }
    }
    none(broken, "only store speaks to tables");
}

#[test]
fn one_place_asks_what_time_it_is() {
    let asks =
        |(path, text): &(String, String)| path != "src/clock.rs" && ["Utc::now", "Local::now", "SystemTime::now"].iter().any(|it| code(text).contains(it));
    let broken = files("src", "rs").into_iter().filter(asks).map(|(path, _)| path).collect();
    none(broken, "everything else is told the time");
}

#[test]
fn no_file_is_too_long_to_read() {
    let long = |files: BTreeMap<String, String>, limit: usize| {
        let over =
            move |(path, text): (String, String)| Some((path, text.lines().count())).filter(|(path, lines)| *lines > limit && path != "src/store/schema.rs");
        files.into_iter().filter_map(over).map(|(path, lines)| format!("{path}: {lines} lines")).collect::<Vec<_>>()
    };
    let mut broken = long(files("src", "rs"), 400);
    broken.extend(long(files("tests", "rs"), 400));
    broken.extend(long(files("templates", "html"), 250));
    none(broken, "at most 400 lines of source, 250 of template");
}

#[test]
fn each_module_says_first_what_it_is_for() {
    let silent = |(_, text): &(String, String)| !text.starts_with("//! ");
    let mut all = files("src", "rs");
    all.extend(files("tests", "rs"));
    let generated = |path: &String| path == "src/store/schema.rs";
    none(all.into_iter().filter(silent).map(|(path, _)| path).filter(|it| !generated(it)).collect(), "a module starts with //!");
}

#[test]
fn each_template_is_used() {
    let templates = files("templates", "html");
    let mut sources = files("src", "rs");
    sources.extend(templates.clone());
    let used = |path: &str| {
        let inner = path.strip_prefix("templates/").unwrap_or(path);
        let ways = [format!("path = \"{inner}\""), format!("extends \"{inner}\""), format!("include \"{inner}\""), format!("import \"{inner}\"")];
        sources.values().any(|text| ways.iter().any(|it| text.contains(it)))
    };
    none(templates.keys().filter(|it| !used(it)).cloned().collect(), "a template that nobody shows is taken out");
}

#[test]
fn templates_hold_no_script_no_style_and_nothing_unescaped() {
    let mut broken = Vec::new();
    for (path, text) in files("templates", "html") {
        // Mail programs load no style sheets, and a report is a file by itself: both carry their styles.
        let alone = path.starts_with("templates/mail/") || path == "templates/evidence/report.html";
        if text.contains("|safe") || text.contains("| safe") {
            broken.push(format!("{path} prints unescaped"));
        }
        for (at, line) in text.lines().enumerate() {
            let place = format!("{path}:{}", at + 1);
            if !alone && (line.contains(" style=") || line.contains("<style")) {
                broken.push(format!("{place} holds a style"));
            }
            if line.contains("<script") && !line.contains("<script src=") {
                broken.push(format!("{place} holds a script"));
            }
            if line.contains("javascript:") || handler(line) {
                broken.push(format!("{place} holds a handler"));
            }
        }
    }
    none(broken, "styles and scripts are files of their own");
}

/// Whether a line has an attribute such as `onclick=`.
fn handler(line: &str) -> bool {
    let mut rest = line;
    while let Some(at) = rest.find(" on") {
        rest = &rest[at + 3..];
        let word: String = rest.chars().take_while(char::is_ascii_lowercase).collect();
        if !word.is_empty() && rest[word.len()..].starts_with("=\"") {
            return true;
        }
    }
    false
}

#[test]
fn htmx_sits_on_what_works_without_it() {
    let mut broken = Vec::new();
    for (path, text) in files("templates", "html") {
        let text = without_expressions(&text);
        for tag in html::tags(&text).iter().filter(|it| it.has("hx-get") || it.has("hx-post")) {
            let real = tag.has("href") || tag.has("action") || tag.get("hx-trigger").is_some_and(|it| it.contains("change"));
            if !real {
                broken.push(format!("{path}: <{}> does nothing by itself", tag.name));
            }
        }
    }
    none(broken, "a link or a form is there first");
}

/// The template with its expressions and statements left out, so that it reads as HTML.
fn without_expressions(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = ["{{", "{%", "{#"].iter().filter_map(|it| rest.find(it)).min() {
        out.push_str(&rest[..at]);
        let end = match &rest[at..at + 2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let behind = rest[at..].find(end).map_or(rest.len(), |it| at + it + 2);
        rest = &rest[behind..];
    }
    out + rest
}

#[test]
fn each_migration_says_when_what_and_how_back() {
    let folders: BTreeSet<PathBuf> = fs::read_dir(root().join("migrations")).expect("migrations").map(|it| it.expect("an entry").path()).collect();
    let mut broken = Vec::new();
    for folder in folders {
        let name = name(&folder);
        let (stamp, words) = name.strip_prefix("migrations/").and_then(|it| it.split_at_checked(17)).unwrap_or_default();
        let digits = |it: &str, length| it.len() == length && it.chars().all(|c| c.is_ascii_digit());
        let dated = matches!(stamp.split('-').collect::<Vec<_>>()[..], [year, month, day, time] if digits(year, 4) && digits(month, 2) && digits(day, 2) && digits(time, 6));
        let named = words.starts_with('_') && words[1..].contains('_') && words.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if !dated || !named {
            broken.push(format!("{name} is not named YYYY-MM-DD-HHMMSS_verb_noun"));
        }
        if !["up.sql", "down.sql"].iter().all(|it| folder.join(it).is_file()) {
            broken.push(format!("{name} lacks up.sql or down.sql"));
        }
    }
    none(broken, "every step of the schema can be read and taken back");
}

#[test]
fn each_file_of_stories_is_run() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).expect("main.rs");
    let forgotten = |path: &String| {
        let module = path.strip_prefix("tests/it/").and_then(|it| it.strip_suffix(".rs")).filter(|it| !it.contains('/') && *it != "main");
        module.is_some_and(|it| !main.contains(&format!("mod {it};")))
    };
    none(files("tests/it", "rs").into_keys().filter(forgotten).collect(), "a file that main.rs does not name is never compiled");
}

#[test]
fn nothing_is_left_out_or_left_over() {
    let marks = ["#[ignore", "todo!(", "unimplemented!(", "dbg!(", "thread::sleep", "time::sleep"];
    let holds = |text: &str| marks.iter().filter(|it| text.contains(**it)).copied().collect::<Vec<_>>();
    let stories = files("tests/it", "rs").into_iter().filter(|(path, _)| !path.ends_with("architecture.rs") && !path.ends_with("embedded.rs"));
    none(
        stories.filter(|(_, text)| !holds(text).is_empty()).map(|(path, text)| format!("{path}: {:?}", holds(&text))).collect(),
        "stories neither sleep nor are skipped",
    );
}
