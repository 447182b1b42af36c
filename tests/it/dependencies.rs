//! What the program is made of besides our own code: permissive licences, one registry, and no crate twice without a reason.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Licences under which anybody may pass the program on.
const PERMISSIVE: [&str; 13] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "CC0-1.0",
    "Unlicense",
    "BSL-1.0",
    "Unicode-3.0",
];

/// Crates under another licence, each with the reason why it may be here.
const OTHERS: [(&str, &str, &str); 3] = [
    ("cssparser", "MPL-2.0", "part of ammonia, used unchanged: the licence asks for the source of changed files only"),
    ("dtoa-short", "MPL-2.0", "part of ammonia, used unchanged"),
    ("webdriver", "MPL-2.0", "only in the tests: fantoccini speaks by it to the browser"),
];

/// Crates that are here in several versions, by who still holds the older one. Whoever can be made to let go is not listed.
const TWICE: [(&str, &[&str]); 10] = [
    (
        "the cookies of actix-web 4, which sign and encrypt by crates of the generation before",
        &["base64", "block-buffer", "cookie", "cpufeatures", "crypto-common", "digest", "hmac", "sha2"],
    ),
    ("actix-http 4 speaks of requests in the older words", &["http"]),
    ("random numbers: cookies, sessions and the throttle have not moved on yet", &["getrandom", "rand", "rand_chacha", "rand_core", "r-efi"]),
    ("governor and its maps", &["hashbrown"]),
    ("chrono-tz 0.10", &["phf", "phf_shared"]),
    (
        "webdriver, in the tests, cuts words by the ICU of the generation before",
        &["icu_collections", "icu_provider", "litemap", "tinystr", "writeable", "yoke", "yoke-derive", "zerovec", "zerovec-derive"],
    ),
    ("derives move from syn 2 to syn 3", &["syn", "synstructure"]),
    ("webdriver, in the tests", &["thiserror", "thiserror-impl"]),
    ("ring, on Windows", &["windows-sys"]),
    ("diesel_migrations reads TOML by the version before", &["toml_datetime", "winnow"]),
];

#[track_caller]
fn none(broken: Vec<String>, rule: &str) {
    assert!(broken.is_empty(), "{rule}\n  {}", broken.join("\n  "));
}

fn lock() -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    std::fs::read_to_string(path).expect("Cargo.lock").parse().expect("it is TOML")
}

/// Name, version and source of every crate for every platform.
fn locked() -> Vec<(String, String, Option<String>)> {
    let lock = lock();
    let text = |it: &toml::Value, key: &str| it.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let packages = lock["package"].as_array().expect("a list").iter();
    packages.map(|it| (text(it, "name").expect("a name"), text(it, "version").expect("a version"), text(it, "source"))).collect()
}

/// What cargo knows of the crates that are built on this platform. They are here, or these tests would not be.
fn built() -> Vec<Value> {
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc");
    let words = String::from_utf8(rustc.stdout).expect("a text");
    let host = words.lines().find_map(|it| it.strip_prefix("host: ")).expect("the platform");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let asked = ["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host];
    let answer = Command::new(cargo).args(asked).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let mut all: Value = serde_json::from_slice(&answer.stdout).expect("it is JSON");
    let packages = all["packages"].as_array_mut().map(std::mem::take).expect("a list");
    packages.into_iter().filter(|it| it["name"] != "slipway").collect()
}

/// Whether somebody may choose permissive licences alone: `OR` lets one choose, `AND` does not.
fn is_permissive(licence: &str) -> bool {
    let plain = licence.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut at = 0;
    let good = either(&words, &mut at);
    good && at == words.len()
}

fn either(words: &[&str], at: &mut usize) -> bool {
    let mut good = both(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        good |= both(words, at);
    }
    good
}

fn both(words: &[&str], at: &mut usize) -> bool {
    let mut good = single(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        good &= single(words, at);
    }
    good
}

fn single(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let good = either(words, at);
        *at += 1;
        return good;
    }
    let mut name = (*word).to_owned();
    if let (Some(&"WITH"), Some(exception)) = (words.get(*at), words.get(*at + 1)) {
        name = format!("{name} WITH {exception}");
        *at += 2;
    }
    PERMISSIVE.contains(&name.as_str())
}

#[test]
fn licences_are_read_as_they_are_written() {
    for good in ["MIT", "MIT/GPL-3.0", "(MIT OR Apache-2.0) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception OR GPL-2.0", "GPL-3.0 AND MPL-2.0 OR ISC"] {
        assert!(is_permissive(good), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND MPL-2.0", "Apache-2.0 WITH Classpath-exception-2.0", "MIT GPL-3.0"] {
        assert!(!is_permissive(bad), "{bad}");
    }
}

#[test]
fn every_crate_is_under_a_permissive_licence_or_has_a_reason() {
    let mut used = BTreeSet::new();
    let mut broken = Vec::new();
    let crates = built();
    assert!(crates.len() > 100, "cargo named {} crates", crates.len());
    for it in crates {
        let (name, licence) = (it["name"].as_str().unwrap_or_default().to_owned(), it["license"].as_str().unwrap_or_default());
        let other = OTHERS.iter().any(|(other, known, _)| *other == name && *known == licence);
        if other {
            used.insert(name);
        } else if !is_permissive(licence) {
            broken.push(format!("{name}: {licence:?}"));
        }
    }
    broken.extend(OTHERS.iter().filter(|(name, ..)| !used.contains(*name)).map(|(name, ..)| format!("{name} is an exception no more")));
    none(broken, "whoever gets the program may pass it on");
}

#[test]
fn every_crate_comes_from_the_registry_with_its_checksum() {
    let ours = |source: &Option<String>| source.as_deref().is_some_and(|it| it.starts_with("registry+"));
    let foreign = locked().into_iter().filter(|(name, _, source)| name != "slipway" && !ours(source));
    none(foreign.map(|(name, version, source)| format!("{name} {version} from {source:?}")).collect(), "neither git nor folders");
    let sources: BTreeSet<String> = locked().into_iter().filter_map(|(.., source)| source).collect();
    assert_eq!(sources.len(), 1, "no other registries: {sources:?}");
    let unchecked = lock()["package"].as_array().expect("a list").iter().filter(|it| it.get("source").is_some() && it.get("checksum").is_none()).count();
    assert_eq!(unchecked, 0);
}

#[test]
fn no_crate_is_here_twice_without_a_reason() {
    let mut versions = BTreeMap::<String, BTreeSet<String>>::new();
    for (name, version, _) in locked() {
        versions.entry(name).or_default().insert(version);
    }
    let twice: BTreeMap<String, BTreeSet<String>> = versions.into_iter().filter(|(_, it)| it.len() > 1).collect();
    let known = |name: &str| TWICE.iter().any(|(_, names)| names.contains(&name));
    let mut broken: Vec<String> = twice.iter().filter(|(name, _)| !known(name)).map(|(name, it)| format!("{name} in {it:?}")).collect();
    let over = TWICE.iter().flat_map(|(_, names)| names.iter()).filter(|it| !twice.contains_key(**it));
    broken.extend(over.map(|it| format!("{it} is here once by now: take it off the list")));
    none(broken, "two versions of a crate are twice the code to trust");
}
