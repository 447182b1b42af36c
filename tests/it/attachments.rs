//! Attachments: any file, taken whole or not at all, kept as it is, given back as a file, removed with a reason.

use crate::support::{Browser, TestApp, given};
use sha2::{Digest, Sha256};
use slipway::app::attachments::{Storage, clearing};
use slipway::domain::ids::RecordId;
use slipway::domain::people::Role;
use slipway::store::attachments::{self, Attachment};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A server with a release, and the browser of the manager who owns it.
async fn payroll(flags: &[&str]) -> (TestApp, Browser, RecordId) {
    let app = TestApp::start_with(flags).await;
    let browser = app.browser_of(&given::user(&app, "Ines", &[Role::ReleaseManager]));
    let id = given::release(&app, "Payroll").registered();
    (app, browser, id)
}

fn all(app: &TestApp, id: RecordId) -> Vec<Attachment> {
    app.read(|conn| attachments::of_record(conn, id)).into_iter().map(|it| it.attachment).collect()
}

fn at(id: RecordId) -> String {
    format!("/records/{id}/attachments")
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_sent_and_only_as_a_file() {
    let (app, browser, id) = payroll(&[]).await;
    let page = b"<!DOCTYPE html><script>alert(document.cookie)</script>";
    browser.attach(&at(id), &[], &[("harmless.png", page)]).await.expect_see(&format!("/releases/{id}#attachments"));
    let kept = all(&app, id).remove(0);
    assert_eq!((kept.name.as_str(), kept.media_type.as_str(), kept.size), ("harmless.png", "text/html", page.len() as i64));
    let (headers, content) = app.signed_in(Role::Viewer).download(&format!("/attachments/{}", kept.id)).await;
    assert_eq!(content, page);
    let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(header("content-disposition"), "attachment; filename=\"harmless.png\"; filename*=UTF-8''harmless.png");
    assert!(header("content-security-policy").starts_with("sandbox; default-src 'none'"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cache-control"), "private, no-store");
    assert_eq!(header("content-length"), page.len().to_string());
    assert_eq!(header("etag"), format!("\"{}\"", hex::encode(Sha256::digest(page))));
    let head = browser.request("HEAD", &format!("/attachments/{}", kept.id), "", &[]).await.expect(200);
    assert_eq!((head.header("content-length"), head.body.as_str()), (page.len().to_string().as_str(), ""));
    let known = [("if-none-match", header("etag"))];
    browser.get_with(&format!("/attachments/{}", kept.id), &[(known[0].0, &known[0].1)]).await.expect(304);
    app.browser().get(&format!("/attachments/{}", kept.id)).await.expect(303);
    assert_eq!(app.log().last().map(String::as_str), Some("attachment_added"));
    browser.get(&format!("/releases/{id}")).await.expect_text("harmless.png").expect_text(&kept.checksum());
}

#[tokio::test]
async fn a_large_one_is_kept_in_parts_and_comes_back_whole() {
    let (app, browser, id) = payroll(&[]).await;
    let large: Vec<u8> = (0..3_500_000_u32).map(|it| (it.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    browser.attach(&at(id), &[], &[("dump.bin", &large)]).await.expect(303);
    let kept = all(&app, id).remove(0);
    assert_eq!(app.read(|conn| parts(conn, &kept)), 4);
    assert_eq!(browser.download(&format!("/attachments/{}", kept.id)).await.1, large);
}

fn parts(conn: &mut diesel::PgConnection, it: &Attachment) -> diesel::QueryResult<i64> {
    use diesel::prelude::*;
    use slipway::store::schema::attachment_parts::dsl::{attachment_id, attachment_parts};
    attachment_parts.filter(attachment_id.eq(it.id)).count().get_result(conn)
}

#[tokio::test]
async fn names_are_kept_whatever_the_alphabet_and_cannot_lead_elsewhere() {
    let (app, browser, id) = payroll(&[]).await;
    let names = ["Prüfbericht 計画 📎.txt", "../../etc/passwd", "a%22b.txt", "\u{202e}fdp.exe"];
    let files: Vec<(&str, &[u8])> = names.iter().map(|it| (*it, &b"x"[..])).collect();
    browser.attach(&at(id), &[], &files).await.expect(303);
    let kept: Vec<String> = all(&app, id).into_iter().map(|it| it.name).collect();
    assert_eq!(kept, ["Prüfbericht 計画 📎.txt", "passwd", "a\"b.txt", "fdp.exe"]);
    let first = all(&app, id).remove(0).id;
    let (headers, _) = browser.download(&format!("/attachments/{first}")).await;
    let disposition = headers.get("content-disposition").and_then(|it| it.to_str().ok()).expect("it is there");
    assert!(disposition.ends_with("filename*=UTF-8''Pr%C3%BCfbericht%20%E8%A8%88%E7%94%BB%20%F0%9F%93%8E.txt"), "{disposition}");
}

#[tokio::test]
async fn what_is_too_large_empty_or_missing_is_said_beside_the_field_and_nothing_is_kept() {
    let (app, browser, id) = payroll(&["--attachment-limit", "1"]).await;
    let large = vec![7; 1024 * 1024 + 1];
    let page = browser.attach(&at(id), &[], &[("fine.txt", b"fine"), ("big.iso", &large)]).await.expect(413);
    page.expect_text("“big.iso” is larger than 1 MB, so nothing was attached.").expect_text("id=\"attachments-error\"");
    browser.attach(&at(id), &[], &[("fine.txt", b"fine"), ("nothing.txt", b"")]).await.expect(422).expect_text("“nothing.txt” is empty");
    browser.attach(&at(id), &[], &[("", b"")]).await.expect(422).expect_text("Choose a file.");
    let many: Vec<(&str, &[u8])> = (0..11).map(|_| ("a.txt", &b"a"[..])).collect();
    browser.attach(&at(id), &[], &many).await.expect(422).expect_text("at most 10 files at once");
    assert!(all(&app, id).is_empty());
    browser.attach(&at(id), &[], &[("edge.bin", &large[1..])]).await.expect(303);
    let huge = vec![7; 12 * 1024 * 1024];
    browser.attach(&at(id), &[], &[("huge.iso", &huge)]).await.expect(413).expect_text("Too large");
    browser.post("/releases", &[("title", &"x".repeat(600 * 1024))]).await.expect(413);
    browser.request("POST", &at(id), "not a form with files", &[("content-type", "text/plain"), ("sec-fetch-site", "same-origin")]).await.expect(400);
}

#[tokio::test]
async fn a_record_has_at_most_two_hundred() {
    let (app, browser, id) = payroll(&[]).await;
    app.write(|tx| {
        use diesel::RunQueryDsl;
        let fill = "INSERT INTO attachments (record_id, name, media_type, size, sha256, place, created_at, created_by) \
                    SELECT min(r.id), 'a', 'text/plain', 1, '\\x00', 'database', now(), 0 FROM records r, generate_series(1, 199) GROUP BY generate_series";
        diesel::sql_query(fill).execute(tx.conn)
    });
    browser.attach(&at(id), &[], &[("a", b"a"), ("b", b"b")]).await.expect(422).expect_text("at most 200 attachments, and this one has 199");
    browser.attach(&at(id), &[], &[("a", b"a")]).await.expect(303);
}

#[tokio::test]
async fn a_task_and_a_point_of_the_review_have_their_own() {
    let (app, browser, id) = payroll(&[]).await;
    browser.post(&format!("/records/{id}/tasks"), &[("title", "Book"), ("phase", "plan")]).await.expect(303);
    let task = given::sheet(&app, id).tasks[0].task.id.to_string();
    browser.attach(&at(id), &[("task", &task)], &[("room.pdf", b"%PDF-1.7")]).await.expect_see(&format!("/tasks/{task}#attachments-{task}"));
    browser.attach(&at(id), &[("point", "lessons")], &[("notes.txt", b"Notes")]).await.expect_see(&format!("/records/{id}/review#attachments-lessons"));
    browser.get(&format!("/tasks/{task}")).await.expect_text("room.pdf").expect_text("application/pdf").expect_no_text("notes.txt");
    browser.get(&at(id)).await.expect_text("room.pdf").expect_text("notes.txt").expect_text("Review: Lessons learnt");
    let other = given::release(&app, "Portal").registered();
    browser.attach(&at(other), &[("task", &task)], &[("room.pdf", b"x")]).await.expect(404);
    let change = given::change(&app, "Tax").registered();
    browser.attach(&at(change), &[("point", "lessons")], &[("notes.txt", b"x")]).await.expect(404);
    browser.attach(&at(change), &[], &[("notes.txt", b"x")]).await.expect_see(&format!("/changes/{change}#attachments"));
}

#[tokio::test]
async fn each_point_of_a_review_shows_its_own_and_takes_more() {
    let (app, browser, _) = payroll(&[]).await;
    let id = given::release(&app, "Portal").in_phase("review");
    let (review, point) = (format!("/records/{id}/review"), [("point", "incidents")]);
    browser.get(&review).await.expect(200).expect_text("attachments-incidents-files").expect_text("attachments-lessons-files");
    browser.attach(&at(id), &point, &[("outage.txt", b"Eight minutes")]).await.expect_see(&format!("{review}#attachments-incidents"));
    assert_eq!(browser.get(&review).await.expect(200).body.matches("outage.txt</a>").count(), 1, "at its point alone");
    let viewer = app.signed_in(Role::Viewer);
    viewer.get(&review).await.expect(200).expect_text("outage.txt").expect_no_text("attachments-incidents-files");
    viewer.attach(&at(id), &point, &[("more.txt", b"x")]).await.expect(403);
    let removal = format!("/attachments/{}/removal", all(&app, id).remove(0).id);
    browser.post(&removal, &[("reason", "Wrong outage")]).await.expect_see(&format!("{review}#attachments-incidents"));
    browser.get(&review).await.expect_no_text("outage.txt");
    // Before the release comes to its review, the page only reads.
    let early = given::release(&app, "Tax").registered();
    browser.get(&format!("/records/{early}/review")).await.expect(200).expect_no_text("attachments-incidents-files");
}

#[tokio::test]
async fn removing_needs_a_reason_takes_the_content_and_leaves_the_trace() {
    let (app, browser, id) = payroll(&[]).await;
    browser.attach(&at(id), &[], &[("plan.txt", b"Plan")]).await.expect(303);
    let kept = all(&app, id).remove(0);
    let (file, removal) = (format!("/attachments/{}", kept.id), format!("/attachments/{}/removal", kept.id));
    browser.post(&removal, &[("reason", " ")]).await.expect(422).expect_text("Say why it is removed.");
    browser.get(&file).await.expect(200);
    browser.post(&removal, &[("reason", "Outdated")]).await.expect(303);
    assert_eq!(app.read(|conn| parts(conn, &kept)), 0);
    browser.get(&file).await.expect(404);
    browser.post(&removal, &[("reason", "Outdated")]).await.expect(409).expect_text("removed already");
    browser.get(&at(id)).await.expect_text("<s>plan.txt</s>").expect_text("removed by Ines");
    browser.get(&format!("/records/{id}/activity")).await.expect_text("removed the attachment plan.txt").expect_text("Outdated");
}

#[tokio::test]
async fn contributors_attach_and_remove_their_own_viewers_only_read() {
    let (app, browser, id) = payroll(&[]).await;
    let (cora, viewer) = (app.signed_in(Role::Contributor), app.signed_in(Role::Viewer));
    viewer.attach(&at(id), &[], &[("a.txt", b"a")]).await.expect(403);
    viewer.get(&format!("/releases/{id}")).await.expect(200).expect_no_text("multipart/form-data");
    cora.attach(&at(id), &[], &[("a.txt", b"a")]).await.expect(303);
    browser.attach(&at(id), &[], &[("b.txt", b"b")]).await.expect(303);
    let [own, other] = [0, 1].map(|it| format!("/attachments/{}/removal", all(&app, id)[it].id));
    viewer.post(&own, &[("reason", "So")]).await.expect(403);
    cora.post(&other, &[("reason", "So")]).await.expect(403);
    cora.post(&own, &[("reason", "So")]).await.expect(303);
    let foreign = [("content-type", "multipart/form-data; boundary=edge"), ("sec-fetch-site", "cross-site")];
    browser.request("POST", &at(id), "--edge--\r\n", &foreign).await.expect(403);
}

#[tokio::test]
async fn what_has_ended_is_read_only() {
    let (app, browser, id) = payroll(&[]).await;
    browser.attach(&at(id), &[], &[("a.txt", b"a")]).await.expect(303);
    given::take(&app, id, "abandon", "Not wanted");
    let kept = all(&app, id).remove(0).id;
    browser.attach(&at(id), &[], &[("b.txt", b"b")]).await.expect(409).expect_text("It has ended");
    browser.post(&format!("/attachments/{kept}/removal"), &[("reason", "So")]).await.expect(409).expect_text("It has ended");
    browser.get(&format!("/attachments/{kept}")).await.expect(200);
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).expect("a folder").map(|it| it.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_directory_keeps_them_as_files_and_they_are_found_whatever_is_set_later() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("files");
    let (mut app, browser, id) = payroll(&["--attachments", &folder.display().to_string()]).await;
    browser.attach(&at(id), &[], &[("plan.txt", b"Plan"), ("gone.txt", b"Gone")]).await.expect(303);
    let [kept, gone] = [0, 1].map(|it| all(&app, id)[it].clone());
    assert_eq!(files(&folder), [format!("{}-{}", kept.id, kept.checksum()), format!("{}-{}", gone.id, gone.checksum())]);
    assert_eq!(app.read(|conn| parts(conn, &kept)), 0);
    assert_eq!(browser.download(&format!("/attachments/{}", kept.id)).await.1, b"Plan");
    browser.post(&format!("/attachments/{}/removal", gone.id), &[("reason", "So")]).await.expect(303);
    assert_eq!(files(&folder).len(), 1, "the file of a removed one goes");
    app.config.attachments = slipway::config::AttachmentPlace::Database;
    let storage = Storage::of(&app.config);
    let read =
        |it: &Attachment| app.db.read_now::<_, slipway::app::Error>(|conn| Ok(attachments::content::part(conn, it, 0, storage.folder())?)).expect("it is read");
    assert_eq!(read(&kept), b"Plan", "after the setting changed");
    let elsewhere = home.path().join("moved");
    std::fs::rename(&folder, &elsewhere).expect("it moves");
    let part = |conn: &mut diesel::PgConnection| attachments::content::part(conn, &kept, 0, Some(&elsewhere));
    assert_eq!(app.db.read_now::<_, slipway::app::Error>(|conn| Ok(part(conn)?)).expect("it is read"), b"Plan", "after the directory moved");
}

#[tokio::test]
async fn content_that_is_not_what_was_attached_is_not_given_out_as_whole() {
    let home = tempfile::tempdir().expect("a folder");
    let (app, browser, id) = payroll(&["--attachments", &home.path().display().to_string()]).await;
    browser.attach(&at(id), &[], &[("plan.txt", b"Plan")]).await.expect(303);
    let kept = all(&app, id).remove(0);
    std::fs::write(home.path().join(files(home.path()).remove(0)), b"Plot").expect("it is changed");
    let client = reqwest::Client::new();
    let cookie = app.session_of(&given::user(&app, "Vera", &[Role::Viewer])).to_string();
    let answer = client.get(format!("{}/attachments/{}", app.address, kept.id)).header("cookie", cookie).send().await;
    let whole = match answer {
        Ok(answer) => answer.bytes().await.is_ok(),
        Err(_) => false,
    };
    assert!(!whole);
}

#[tokio::test]
async fn leftovers_are_cleared_away_and_nothing_else() {
    let home = tempfile::tempdir().expect("a folder");
    let (app, browser, id) = payroll(&["--attachments", &home.path().display().to_string()]).await;
    browser.attach(&at(id), &[], &[("plan.txt", b"Plan"), ("gone.txt", b"Gone")]).await.expect(303);
    let [kept, gone] = [0, 1].map(|it| all(&app, id)[it].clone());
    let left = files(home.path())[1].clone();
    app.write(|tx| attachments::remove(tx, gone.id));
    let unknown = format!("99-{}", "a".repeat(64));
    for name in ["upload-abc.part", "notes.txt", &unknown] {
        std::fs::write(home.path().join(name), b"x").expect("it is written");
    }
    let storage = Storage::of(&app.config);
    assert_eq!(clearing::clear(&app.db, &storage).expect("it runs"), 0, "all of it may be in use yet");
    for name in files(home.path()) {
        let file = std::fs::File::options().write(true).open(home.path().join(name)).expect("it is there");
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)).expect("it is old");
    }
    assert_eq!(clearing::clear(&app.db, &storage).expect("it runs"), 2);
    let names = files(home.path());
    assert!(!names.contains(&left) && !names.contains(&"upload-abc.part".to_owned()), "{names:?}");
    assert!(names.contains(&format!("{}-{}", kept.id, kept.checksum())) && names.contains(&"notes.txt".to_owned()) && names.contains(&unknown), "{names:?}");
}
