//! Who hears what, how they want to hear it, and that nobody hears it twice.

use crate::support::given::{self, Somebody};
use crate::support::{Page, TestApp};
use chrono::Duration;
use slipway::app::links::Keys;
use slipway::app::notices::muting::{self, Muted};
use slipway::app::notices::reading::{self, Wishes};
use slipway::app::tasks;
use slipway::domain::ids::{RecordId, UserId};
use slipway::domain::notices::{Delivery, Rule};
use slipway::domain::people::Role;
use slipway::store::tasks::Plan;

fn ines(app: &TestApp) -> Somebody {
    given::user(app, "Ines", &[Role::ReleaseManager])
}

fn tom(app: &TestApp) -> Somebody {
    given::user(app, "Tom", &[Role::ReleaseCoordinator])
}

fn wish(app: &TestApp, who: &Somebody, rule: Rule, delivery: Delivery) {
    app.act_as(who.actor(), |tx| reading::wish(tx, &Wishes { by_rule: vec![(rule, delivery)], digest_hour: 8 })).expect("kept");
}

fn keys(app: &TestApp) -> Keys {
    Keys::of(&app.config)
}

#[tokio::test]
async fn those_responsible_hear_of_a_release_once_and_not_of_what_they_did_themselves() {
    let app = TestApp::start().await;
    let (ines, tom) = (ines(&app), tom(&app));
    let release = given::release(&app, "Payroll").with_changes(1).registered();
    assert_eq!(app.told_of(ines.id, Rule::Registered).iter().filter(|it| it.starts_with("Payroll")).count(), 1);
    app.browser_of(&ines).post(&format!("/records/{release}/details"), &[]).await;
    let seen = given::sheet(&app, release).full.record.version;
    given::fulfil(&app, release, slipway::domain::requirements::Requirement::DetailsComplete);
    let seen = seen.max(given::sheet(&app, release).full.record.version);
    app.act_as(ines.actor(), |tx| slipway::app::phases::take(tx, release, seen, "advance", "")).expect("taken");
    assert_eq!(app.told_of(ines.id, Rule::PhaseEntered), [""; 0], "she took it there herself");
    assert_eq!(app.told_of(tom.id, Rule::PhaseEntered), ["Payroll v1.1 is now in Planning and design"]);
    app.tell();
    assert_eq!(app.told_of(tom.id, Rule::PhaseEntered).len(), 1, "nothing is told twice");
}

#[tokio::test]
async fn whoever_runs_a_release_hears_at_once_of_a_denial_that_nobody_can_make_good() {
    let app = TestApp::start().await;
    let (ines, tom) = (ines(&app), tom(&app));
    let [ada, ben] = given::approvers(&app, ["Ada", "Ben"]);
    let release = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    given::ask(&app, release);
    given::deny(&app, release, ada.id);
    for who in [&ines, &tom] {
        assert_eq!(app.told_of(who.id, Rule::ApprovalSettled), ["Ada denied Payroll v1.1: Plan"], "{}", who.name);
    }
    app.browser_of(&tom).get(&format!("/releases/{release}")).await.expect_text("Ada denied, so it cannot be approved as it stands.");
    given::approve(&app, release, ben.id);
    let told = app.told_of(tom.id, Rule::ApprovalSettled);
    assert!(told.len() == 2 && told.iter().any(|it| it.ends_with("is denied")), "{told:?}");
    let facts: Vec<String> = app.told(tom.id).into_iter().map(|it| it.facts.to_string()).collect();
    assert!(facts.iter().any(|it| it.contains("Ada, technical: It will not work")), "the reason is told: {facts:?}");
}

#[tokio::test]
async fn whoever_heard_of_a_denial_hears_that_it_was_taken_back() {
    let app = TestApp::start().await;
    let tom = tom(&app);
    let [ada, ben] = given::approvers(&app, ["Ada", "Ben"]);
    let release = given::release(&app, "Payroll").with_changes(1).coordinated_by(&tom).in_phase("plan");
    given::ask(&app, release);
    let last = || app.told_of(tom.id, Rule::ApprovalSettled).pop().unwrap_or_default();
    given::deny(&app, release, ada.id);
    given::retract(&app, release, &ada);
    assert_eq!(last(), "Ada took back the denial of Payroll v1.1: Plan");
    let told = app.told(tom.id).pop().map(|it| it.facts.to_string()).unwrap_or_default();
    assert!(told.contains("Ada is asked again, and it can be approved."), "{told}");

    let vera = given::user(&app, "Vera", &[Role::Viewer]);
    app.act_as(vera.actor(), |tx| slipway::app::records::watch(tx, release, true)).expect("watched");
    given::deny(&app, release, ada.id);
    given::deny(&app, release, ben.id);
    assert!(last().ends_with("is denied"), "{}", last());
    given::retract(&app, release, &ada);
    assert_eq!(last(), "Ada took back the denial of Payroll v1.1: Plan");
    let told = app.told(tom.id).pop().map(|it| it.facts.to_string()).unwrap_or_default();
    assert!(told.contains("though it cannot be approved while others deny."), "{told}");
    given::retract(&app, release, &ben);
    assert_eq!(last(), "Ben took back the denial of Payroll v1.1: Plan");
    let read = app.told_of(vera.id, Rule::ApprovalSettled);
    assert_eq!(read[1..], ["Ada took back the denial of Payroll v1.1: Plan"], "who read that it is denied");
    given::approve(&app, release, ada.id);
    given::retract(&app, release, &ada);
    assert_eq!(last(), "Ben took back the denial of Payroll v1.1: Plan", "of an approval that is taken back nobody was told");
}

#[tokio::test]
async fn approvers_hear_that_they_are_asked_and_those_left_over_that_no_answer_is_needed() {
    let app = TestApp::start().await;
    let [ada, bo, cy] = given::approvers(&app, ["Ada", "Bo", "Cy"]);
    let release = given::release(&app, "Payroll").with_changes(1).in_phase("build_test");
    given::ask(&app, release);
    for who in [&ada, &bo, &cy] {
        assert!(app.told_of(who.id, Rule::ApprovalAsked).contains(&"Your decision on Payroll v1.1: Build and test".to_owned()), "{}", who.name);
    }
    given::approve(&app, release, ada.id);
    given::approve(&app, release, bo.id);
    let spared = |who: &Somebody| app.told_of(who.id, Rule::ApprovalNotNeeded);
    assert_eq!(spared(&cy), ["No answer is needed any more on Payroll v1.1: Build and test"]);
    assert_eq!(spared(&ada), [""; 0]);
    let asked = app.told_of(cy.id, Rule::ApprovalAsked);
    assert_eq!(asked.last().map(String::as_str), Some("Your decision on Payroll v1.1: Deployment (CAB)"), "the next step opened");
}

#[tokio::test]
async fn an_edit_asks_again_and_says_what_changed() {
    let app = TestApp::start().await;
    let [ada, ..] = given::approvers(&app, ["Ada", "Bo"]);
    let release = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    given::ask(&app, release);
    given::approve(&app, release, ada.id);
    given::edit_window(&app, release, 20);
    let told = app.told(ada.id);
    let again = told.iter().rfind(|it| it.rule == Rule::ApprovalAsked).expect("asked");
    assert!(again.facts().contains(&("Changed since you decided".into(), "Window".into())), "{:?}", again.facts());
}

#[tokio::test]
async fn tasks_that_begin_together_are_told_together() {
    let app = TestApp::start().await;
    let cora = given::user(&app, "Cora", &[Role::Contributor]);
    let release = given::release(&app, "Payroll").with_changes(1).registered();
    for title in ["Brief the service desk", "Book the room"] {
        let plan = Plan { phase: "plan".into(), title: title.into(), assignee_id: Some(cora.id), ..Plan::default() };
        app.act(|tx| tasks::add(tx, release, &plan, &[])).expect("added");
    }
    given::advance(&app, release);
    assert_eq!(app.told_of(cora.id, Rule::TaskAssigned).len(), 2);
    assert_eq!(app.told_of(cora.id, Rule::TaskReady), ["2 tasks can be started, for Payroll v1.1"]);
}

#[tokio::test]
async fn a_window_that_moves_is_told_and_one_that_is_set_is_not() {
    let app = TestApp::start().await;
    let tom = tom(&app);
    let release = given::release(&app, "Payroll").registered();
    given::edit_window(&app, release, 10);
    assert_eq!(app.told_of(tom.id, Rule::WindowMoved), [""; 0]);
    given::edit_window(&app, release, 12);
    let told = app.told(tom.id).into_iter().find(|it| it.rule == Rule::WindowMoved).expect("told");
    assert_eq!(told.facts()[1].1, "Sat 14 Mar 2026, 12:00 (UTC) to Sat 14 Mar 2026, 14:00 (UTC)");
}

#[tokio::test]
async fn everybody_hears_in_their_own_way() {
    let app = TestApp::start().await;
    let (ines, tom) = (ines(&app), tom(&app));
    let vera = given::user(&app, "Vera", &[Role::Viewer]);
    wish(&app, &ines, Rule::Registered, Delivery::Never);
    wish(&app, &tom, Rule::Registered, Delivery::Digest);
    let release = given::release(&app, "Payroll").registered();
    assert_eq!(app.outbox(), [""; 0]);
    app.act_as(vera.actor(), |tx| slipway::app::records::watch(tx, release, true)).expect("watched");
    assert_eq!((app.told(ines.id).len(), app.told(tom.id).len()), (1, 1), "the bell has it all the same");
    given::edit_window(&app, release, 10);
    given::edit_window(&app, release, 12);
    let mut mailed = app.outbox();
    mailed.sort();
    assert_eq!(mailed, ["ines@example.org", "tom@example.org", "vera@example.org"]);
}

#[tokio::test]
async fn a_digest_leaves_once_a_day_at_its_hour_and_never_empty() {
    let app = TestApp::start().await;
    let tom = tom(&app);
    wish(&app, &tom, Rule::Registered, Delivery::Digest);
    let digest = |app: &TestApp| app.act(reading::make_digests).expect("made");
    assert_eq!(digest(&app), 0, "an empty one is never sent");
    given::release(&app, "Payroll").registered();
    given::release(&app, "Online shop").registered();
    app.tell();
    app.clock.set(crate::support::noon() + Duration::hours(19));
    assert_eq!(digest(&app), 0, "seven in the morning is before eight");
    app.clock.advance(Duration::hours(1));
    assert_eq!((digest(&app), digest(&app)), (1, 0));
    given::release(&app, "Warehouse").registered();
    app.tell();
    assert_eq!(digest(&app), 0, "today's is gone");
    app.clock.advance(Duration::days(1));
    assert_eq!(digest(&app), 1);
}

#[tokio::test]
async fn what_is_asked_of_an_approver_cannot_be_muted() {
    let app = TestApp::start().await;
    let [ada] = given::approvers(&app, ["Ada"]);
    let page = app.browser_of(&ada).get("/notices/preferences").await.expect(200);
    assert!(!page.has("name=\"approval_asked\""));
    let form = page.form("/notices/preferences").with("phase_entered", "never");
    let mut fields = form.pairs();
    fields.push(("approval_asked", "never"));
    app.browser_of(&ada).post("/notices/preferences", &fields).await.expect(303);
    let release = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    given::ask(&app, release);
    assert!(app.outbox().contains(&ada.email));
    let page = app.browser_of(&ada).get("/notices/preferences").await;
    assert_eq!(page.form("/notices/preferences").value("phase_entered"), "never");
}

#[tokio::test]
async fn the_bell_counts_what_is_unread_until_it_is_read() {
    let app = TestApp::start().await;
    let tom = tom(&app);
    let browser = app.browser_of(&tom);
    let release = given::release(&app, "Payroll").registered();
    given::edit_window(&app, release, 10);
    given::edit_window(&app, release, 12);
    app.tell();
    let count = |page: &Page| page.body.split("id=\"bell-count\">").nth(1).and_then(|it| it.split('<').next()).unwrap_or_default().to_owned();
    let page = browser.get("/notices").await.expect(200);
    assert_eq!(count(&page), "2");
    let newest = app.told(tom.id).last().expect("told").id;
    browser.post(&format!("/notices/{newest}/reading"), &[]).await.expect_see(&format!("/releases/{release}"));
    assert_eq!(count(&browser.get("/notices?show=unread").await), "1");
    browser.submit(&browser.get("/notices").await.form("/notices/reading")).await.expect(303);
    assert_eq!(count(&browser.get("/notices").await), "");
}

#[tokio::test]
async fn nobody_reads_what_others_were_told() {
    let app = TestApp::start().await;
    let (tom, vera) = (tom(&app), given::user(&app, "Vera", &[Role::Viewer]));
    given::release(&app, "Payroll").registered();
    let notice = app.told(tom.id)[0].id;
    app.browser_of(&vera).post(&format!("/notices/{notice}/reading"), &[]).await.expect(404);
    app.browser_of(&vera).get("/notices").await.expect(200).expect_text("Nothing yet");
    assert!(app.told(tom.id)[0].read_at.is_none());
}

#[tokio::test]
async fn a_long_list_goes_on_where_it_ended() {
    let app = TestApp::start().await;
    let tom = tom(&app);
    for count in 0..60 {
        given::release(&app, &format!("Service {count}")).registered();
    }
    app.tell();
    let browser = app.browser_of(&tom);
    let first = browser.get("/notices").await;
    let older = first.body.split("href=\"/notices?before=").nth(1).and_then(|it| it.split('"').next()).expect("there is more").to_owned();
    let second = browser.get(&format!("/notices?before={older}")).await.expect(200);
    let items = |page: &Page| page.body.matches("class=\"link notice-headline\"").count();
    assert_eq!((items(&first), items(&second)), (50, 10));
    assert!(!second.has("before="));
}

#[tokio::test]
async fn a_mail_is_muted_in_one_click_and_by_nobody_elses_link() {
    let app = TestApp::start().await;
    let tom = tom(&app);
    let path = muting::path(&keys(&app), tom.id, Muted::Rule(Rule::Registered));
    let stranger = app.browser();
    stranger.get(&path).await.expect(200).expect_text("How should Tom be told of this?");
    stranger.request("HEAD", &path, "", &[]).await.expect(200);
    given::release(&app, "Payroll").registered();
    assert!(app.outbox().contains(&tom.email), "looking mutes nothing");
    // As a mail program does it: from nowhere, with nothing but the words of RFC 8058.
    stranger.post_with(&path, &[("List-Unsubscribe", "One-Click")], &[]).await.expect(200).expect_text("no more mails");
    let before = app.outbox().len();
    given::release(&app, "Online shop").registered();
    let new: Vec<String> = app.outbox().split_off(before);
    assert!(!new.contains(&tom.email) && !new.is_empty(), "{new:?}");
    let form = stranger.get(&path).await.form(&path).with("delivery", "digest");
    stranger.submit(&form).await.expect(200).expect_text("in the daily digest");
    for forged in [path.replace(&format!("{}.", tom.id), &format!("{}.", ines(&app).id)), path.replace("registered", "closed"), format!("{path}x")] {
        stranger.get(&forged).await.expect(404);
    }
    let asked = muting::path(&keys(&app), tom.id, Muted::Rule(Rule::ApprovalAsked));
    stranger.get(&asked).await.expect(404);
}

#[tokio::test]
async fn an_open_page_hears_the_bell() {
    let app = TestApp::start().await;
    let tom = tom(&app);
    let cookie = app.session_of(&tom);
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.get(format!("{}/notices/stream", app.address)).header("cookie", format!("{}={}", cookie.name(), cookie.value()));
    let mut stream = request.send().await.expect("it answers");
    assert_eq!(stream.headers()["content-type"], "text/event-stream; charset=utf-8");
    let mut heard = String::new();
    given::release(&app, "Payroll").registered();
    app.tell();
    while !heard.contains("data: 1\n") {
        let next = tokio::time::timeout(std::time::Duration::from_secs(20), stream.chunk()).await.expect("it rings soon");
        heard.push_str(&String::from_utf8_lossy(&next.expect("it goes on").expect("it goes on")));
    }
    assert!(heard.starts_with("event: unread\ndata: \n\n"), "{heard}");
}

#[tokio::test]
async fn pages_say_whom_an_action_mails() {
    let app = TestApp::start().await;
    let (ines, vera) = (ines(&app), given::user(&app, "Vera", &[Role::Viewer]));
    let release = given::release(&app, "Payroll").with_changes(1).registered();
    given::fulfil(&app, release, slipway::domain::requirements::Requirement::DetailsComplete);
    let page = format!("/releases/{release}");
    let browser = app.browser_of(&ines);
    browser.get(&page).await.expect_text("This mails one person.");
    app.act_as(vera.actor(), |tx| slipway::app::records::watch(tx, release, true)).expect("watched");
    browser.get(&page).await.expect_text("This mails 2 people.");
    wish(&app, &vera, Rule::PhaseEntered, Delivery::Digest);
    browser.get(&page).await.expect_text("This mails one person.");
    given::edit_window(&app, release, 10);
    browser.get(&format!("/records/{release}/window/edit")).await.expect_text("Moving it mails 2 people.");
    before_and_after(&app, release, &ines);
}

/// What the page announced is what is queued.
fn before_and_after(app: &TestApp, release: RecordId, who: &Somebody) {
    let before = app.outbox().len();
    let seen = given::sheet(app, release).full.record.version;
    app.act_as(who.actor(), |tx| slipway::app::phases::take(tx, release, seen, "advance", "")).expect("taken");
    assert_eq!(app.outbox().len() - before, 1);
}

#[tokio::test]
async fn several_instances_tell_each_thing_once() {
    let app = TestApp::start().await;
    let people: Vec<UserId> = (0..5).map(|count| given::user(&app, &format!("Watcher {count}"), &[Role::Viewer]).id).collect();
    for count in 0..8 {
        let release = given::release(&app, &format!("Service {count}")).registered();
        app.write(|tx| people.iter().try_for_each(|it| slipway::store::watchers::add(tx, release, *it).map(drop)));
        given::edit_window(&app, release, 10);
        given::edit_window(&app, release, 12);
    }
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..50 {
                    app.act(|tx| slipway::app::notices::tell(tx, 3)).expect("told");
                }
            });
        }
    });
    for person in people {
        assert_eq!(app.told_of(person, Rule::WindowMoved).len(), 8);
        assert_eq!(app.told_of(person, Rule::Registered).len(), 8);
    }
}

#[tokio::test]
async fn a_substitute_is_asked_about_what_waited_already_once_the_absence_begins() {
    let app = TestApp::start().await;
    let [ada, ..] = given::approvers(&app, ["Ada", "Bo"]);
    let sam = given::user(&app, "Sam", &[Role::ReleaseApprover]);
    given::members(&app, "cab", std::slice::from_ref(&ada));
    let release = given::release(&app, "Payroll").with_changes(1).in_phase("plan");
    given::ask(&app, release);
    let asked = |app: &TestApp, who: &Somebody| app.told_of(who.id, Rule::ApprovalAsked).into_iter().filter(|it| it.contains("in place of Ada")).count();
    let ask = |app: &TestApp| app.act(|tx| slipway::app::notices::substitutes::ask(tx, 100)).expect("asked");
    assert_eq!((ask(&app), asked(&app, &sam)), (0, 0));
    given::absence(&app, &ada, Some(&sam));
    assert_eq!((ask(&app), ask(&app), asked(&app, &sam)), (1, 0, 1), "once");
}

#[tokio::test]
async fn a_mail_program_may_send_its_click_as_multipart() {
    let app = TestApp::start().await;
    let tom = tom(&app);
    let path = muting::path(&keys(&app), tom.id, Muted::Rule(Rule::Registered));
    let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    app.browser().request("POST", &path, body, &[("content-type", "multipart/form-data; boundary=b")]).await.expect(200);
    given::release(&app, "Payroll").registered();
    assert!(!app.outbox().contains(&tom.email));
}
