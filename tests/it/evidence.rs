//! The evidence pack: whole, the same each time, and checked without us.

use crate::program::running::{Said, call, slipway};
use crate::support::{Browser, TestApp, given};
use sha2::{Digest, Sha256};
use slipway::domain::approvals::Content;
use slipway::domain::ids::RecordId;
use slipway::domain::people::Role;
use slipway::domain::surveys::Audience;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

type Files = BTreeMap<String, Vec<u8>>;

/// A release with RFC, tasks, decisions and attachments.
async fn payroll() -> (TestApp, Browser, RecordId) {
    let app = TestApp::start().await;
    let browser = app.browser_of(&given::user(&app, "Ines", &[Role::ReleaseManager]));
    let id = given::release(&app, "Payroll").titled("<b>Tax & more</b>").with_changes(1).with_model().in_phase("build_test");
    given::attachment(&app, id, "Prüfbericht: März.txt", "Alles grün".as_bytes());
    given::attachment(&app, id, "dump.bin", &vec![7; 2_500_000]);
    (app, browser, id)
}

async fn pack(browser: &Browser, id: RecordId) -> Vec<u8> {
    browser.download(&format!("/releases/{id}/evidence.zip")).await.1
}

fn unpacked(pack: &[u8]) -> Files {
    let mut zip = ZipArchive::new(Cursor::new(pack)).expect("a ZIP file");
    let mut files = Files::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).expect("a file");
        let mut content = Vec::new();
        file.read_to_end(&mut content).expect("it unpacks");
        files.insert(file.name().expect("a name").into_owned(), content);
    }
    files
}

fn packed(files: &Files) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("a file");
        zip.write_all(content).expect("it is written");
    }
    zip.finish().expect("it is whole").into_inner()
}

/// With a manifest that fits: what somebody would make who knows how.
fn mended(mut files: Files) -> Files {
    files.remove("MANIFEST.sha256");
    let lines: String = files.iter().map(|(name, content)| format!("{}  {name}\n", hex::encode(Sha256::digest(content)))).collect();
    files.insert("MANIFEST.sha256".to_owned(), lines.into_bytes());
    files
}

fn verify(pack: &[u8]) -> Said {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("pack.zip");
    std::fs::write(&path, pack).expect("it is written");
    call(slipway(home.path(), &["evidence", "verify", &path.display().to_string()]))
}

#[track_caller]
fn is_broken(files: &Files, words: &str) {
    let said = verify(&packed(files));
    assert!(said.code == 1 && said.out.contains("fail ") && said.out.contains(words), "{words}: {} {}{}", said.code, said.out, said.err);
}

fn text<'a>(files: &'a Files, name: &str) -> &'a str {
    std::str::from_utf8(&files[name]).expect("a text")
}

#[tokio::test]
async fn everything_is_in_it_and_the_same_state_is_the_same_file() {
    let (_app, browser, id) = payroll().await;
    let first = pack(&browser, id).await;
    assert!(first == pack(&browser, id).await, "two downloads differ");
    let files = unpacked(&first);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let expected = [
        "MANIFEST.sha256",
        "VERIFY.md",
        "activity.jsonl",
        "approvals.json",
        "attachments/1-Prüfbericht_ März.txt",
        "attachments/2-dump.bin",
        "record.json",
        "report.html",
        "surveys.json",
    ];
    assert_eq!(names, expected);
    assert_eq!(mended(files.clone())["MANIFEST.sha256"].len(), files["MANIFEST.sha256"].len());
    for line in text(&files, "MANIFEST.sha256").lines() {
        let (sum, name) = line.split_once("  ").expect("a sum and a name");
        assert_eq!(sum, hex::encode(Sha256::digest(&files[name])), "{name}");
    }
    let report = text(&files, "report.html");
    for words in ["&#60;b&#62;Tax &#38; more&#60;/b&#62;", "RFC-0", "Scope", "approved", "Prüfbericht: März.txt", "registered Payroll v1.1"] {
        assert!(report.contains(words), "{words}");
    }
    assert!(!report.contains("http://") && !report.contains("https://") && !report.contains("src="), "it needs nothing from elsewhere");
    let head = browser.request("HEAD", &format!("/releases/{id}/evidence.zip"), "", &[]).await.expect(200);
    assert_eq!(head.header("content-length"), first.len().to_string());
    browser.get(&format!("/releases/{id}")).await.expect_text("Evidence pack");
}

#[tokio::test]
async fn only_releases_have_one_and_whoever_is_signed_in_may_take_it() {
    let (app, browser, id) = payroll().await;
    let change = given::sheet(&app, id).changes[0].id;
    browser.get(&format!("/releases/{change}/evidence.zip")).await.expect(404);
    app.browser().get(&format!("/releases/{id}/evidence.zip")).await.expect(303);
    app.signed_in(Role::Viewer).download(&format!("/releases/{id}/evidence.zip")).await;
}

#[tokio::test]
async fn each_event_and_each_digest_can_be_reckoned_from_what_is_in_it() {
    let (app, browser, id) = payroll().await;
    let files = unpacked(&pack(&browser, id).await);
    let lines: Vec<serde_json::Value> = text(&files, "activity.jsonl").lines().map(|it| serde_json::from_str(it).expect("an event")).collect();
    assert!(lines.len() > 10);
    for it in &lines {
        assert_eq!(by_hand(it), it["hash"], "{it}");
    }
    let known = app.read(|conn| slipway::store::events::list(conn, &slipway::store::events::Filter { record: Some(id), ..Default::default() }, 1000)).len();
    assert_eq!(lines.iter().filter(|it| it["record"] == id.0).count(), known);
    let approvals: serde_json::Value = serde_json::from_str(text(&files, "approvals.json")).expect("JSON");
    let contents = approvals["records"][0]["tables"]["contents"].as_array().expect("a list");
    assert!(!contents.is_empty());
    for it in contents {
        let content: Content = serde_json::from_value(it["content"].clone()).expect("a content");
        assert_eq!(content.digest(), it["digest"].as_str().expect("a digest"));
    }
}

/// As VERIFY.md says it, without our own code.
fn by_hand(it: &serde_json::Value) -> String {
    let plain = |name: &str| it[name].as_i64().map_or(String::new(), |it| it.to_string());
    let head = [plain("id"), plain("at_microseconds"), plain("actor"), plain("for"), plain("record"), it["kind"].as_str().expect("a word").to_owned()];
    let text = format!("{}\n{}", head.join("\n"), canonical(&it["details"]));
    let previous = hex::decode(it["previous"].as_str().expect("hex")).expect("hex");
    hex::encode(Sha256::digest([previous, text.into_bytes()].concat()))
}

fn canonical(value: &serde_json::Value) -> String {
    if let Some(items) = value.as_array() {
        return format!("[{}]", items.iter().map(|it| canonical(it) + ",").collect::<String>());
    }
    match value.as_object() {
        Some(fields) => {
            let sorted: BTreeMap<_, _> = fields.iter().collect();
            format!("{{{}}}", sorted.into_iter().map(|(name, it)| format!("{}:{},", serde_json::Value::from(name.as_str()), canonical(it))).collect::<String>())
        }
        None => value.to_string(),
    }
}

#[tokio::test]
async fn the_program_checks_it_without_a_database_and_names_the_first_break() {
    let (_app, browser, id) = payroll().await;
    let whole = pack(&browser, id).await;
    let said = verify(&whole).well();
    assert!(said.out.contains("The evidence pack is whole.") && said.out.matches("ok    ").count() == 4, "{}", said.out);
    let files = unpacked(&whole);
    for name in files.keys().filter(|it| *it != "MANIFEST.sha256") {
        let mut changed = files.clone();
        let content = changed.get_mut(name).expect("it is there");
        let middle = content.len() / 2;
        content[middle] ^= 1;
        is_broken(&changed, &format!("{name} is not what MANIFEST.sha256 says"));
    }
    let changed = |name: &str, from: &str, to: &str| {
        let mut files = files.clone();
        let text = text(&files, name).to_owned();
        assert!(text.contains(from), "{name} has no {from}");
        files.insert(name.to_owned(), text.replacen(from, to, 1).into_bytes());
        mended(files)
    };
    is_broken(&changed("activity.jsonl", "\"kind\":\"release_registered\"", "\"kind\":\"change_registered\""), "was changed after it was written");
    is_broken(&changed("approvals.json", "The new tax tables", "The old tax tables"), "the content with digest");
    let mut other = files.clone();
    other.insert("attachments/2-dump.bin".to_owned(), b"Another".to_vec());
    is_broken(&mended(other), "attachments/2-dump.bin is not what was attached");
    let mut more = files.clone();
    more.insert("note.txt".to_owned(), b"x".to_vec());
    is_broken(&more, "note.txt is not named");
    let mut less = files.clone();
    less.remove("report.html");
    is_broken(&less, "report.html is missing");
    let said = verify(b"no archive");
    assert!(said.code == 1 && said.out.contains("the ZIP file cannot be read"), "{}", said.out);
}

#[tokio::test]
async fn anonymous_answers_of_few_are_left_out() {
    let (app, browser, id) = payroll().await;
    app.write(|tx| {
        let fill = "INSERT INTO question_sets (key, version, audience, name, questions, created_at, created_by) VALUES ('few', 1, 'users', 'Few', '[]', now(), 0); \
                    INSERT INTO surveys (id, record_id, moment, title, anonymous, state, created_at, created_by) \
                    SELECT 1, min(id), 'pilot', 'How was it?', true, 'closed', now(), 0 FROM records WHERE kind = 'release'; \
                    INSERT INTO survey_audiences SELECT 1, a, s.id FROM question_sets s, unnest(array['users', 'customers']) a WHERE s.key = 'few'; \
                    INSERT INTO survey_tallies VALUES (1, 'users', '', '', 5), (1, 'users', 'ease', '4', 5), (1, 'customers', '', '', 4), (1, 'customers', 'ease', '1', 4)";
        diesel::connection::SimpleConnection::batch_execute(tx.conn, fill)
    });
    let files = unpacked(&pack(&browser, id).await);
    let surveys: serde_json::Value = serde_json::from_str(text(&files, "surveys.json")).expect("JSON");
    assert_eq!(surveys["tallies"].as_array().map(Vec::len), Some(1), "{surveys}");
    assert_eq!(surveys["audiences"][0]["withheld"], true);
    assert_eq!(surveys["audiences"][0]["answers"], serde_json::Value::Null);
    assert_eq!(surveys["audiences"][1]["answers"], 5);
    assert!(text(&files, "report.html").contains("withheld"));
}

#[tokio::test]
async fn of_an_open_anonymous_survey_nothing_is_told() {
    let (app, browser, id) = payroll().await;
    let answers = || (0..6).map(|_| serde_json::json!({ "smooth": "2", "more": "Too slow" })).collect();
    given::answered_survey(&app, id, "Open").anonymous().open().asking(Audience::Users, 8, answers()).made();
    given::answered_survey(&app, id, "Draft").draft().asking(Audience::Users, 8, Vec::new()).made();
    given::answered_survey(&app, id, "Closed").anonymous().asking(Audience::Customers, 8, answers()).made();
    let files = unpacked(&pack(&browser, id).await);
    let surveys: serde_json::Value = serde_json::from_str(text(&files, "surveys.json")).expect("JSON");
    let counted = surveys["tallies"].as_array().expect("a list");
    assert!(!counted.is_empty() && counted.iter().all(|it| it["audience"] == "customers"), "{surveys}");
    assert_eq!(surveys["surveys"].as_array().map(Vec::len), Some(2), "drafts are left out");
    assert_eq!((&surveys["audiences"][0]["answers"], &surveys["audiences"][0]["withheld"]), (&serde_json::Value::Null, &true.into()));
    let report = text(&files, "report.html");
    assert!(report.contains("withheld until it closes"));
    for words in ["How smooth was it?", "2.0 of 5, 6 answers", "1: 0, 2: 6, 3: 0, 4: 0, 5: 0", "Customers", "What else?", "75 %"] {
        assert!(report.contains(words), "{words}");
    }
    assert_eq!(report.matches("<td>Too slow</td>").count(), 6, "those of the closed survey alone");
}
