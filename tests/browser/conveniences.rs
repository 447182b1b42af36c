//! What scripts add to the pages: filters that answer at once, notices that are read out, focus that goes where one goes on.

use crate::hands::Hands;
use crate::support::given::{self, Somebody};
use crate::support::{Browser, TestApp};
use crate::tell;
use crate::window::Window;
use fantoccini::key::Key;
use serde_json::Value;
use slipway::domain::people::Role;

/// A release manager with a release, and one more.
async fn releases(app: &TestApp) -> (Somebody, Browser) {
    let mara = given::user(app, "Mara", &[Role::ReleaseManager]);
    let browser = app.browser_of(&mara);
    for (name, title) in [("Payroll", "Pay slips on the phone"), ("Website", "A new front page")] {
        let owner = mara.id.to_string();
        let fields = [("category", "2"), ("new_item", name), ("title", title), ("owner", &owner)];
        browser.post("/releases", &fields).await.expect(303);
    }
    (mara, browser)
}

/// What has the focus: its id, or else what is written on it.
async fn focused(window: &Window) -> Value {
    window.ask("const it = document.activeElement; return it.id || it.textContent.trim().slice(0, 60)").await
}

#[test]
fn filters_answer_at_once_and_the_way_back_undoes_them() {
    tell(async {
        let app = TestApp::start().await;
        let (mara, _) = releases(&app).await;
        let window = Window::open_as(&app, Hands::Keyboard, &mara).await;
        window.goto("/releases").await;
        let page = window.find("main").await.element_id();
        window.until_text("#results", "Website v1.1").await;
        window.write("q", "phone").await;
        window.key(Key::Tab).await;
        window.until("filtered", async |it| !it.text("#results").await.contains("Website")).await;
        assert!(window.path().await.contains("q=phone"), "{}", window.path().await);
        assert!(window.text("#results").await.contains("Payroll v1.1"));
        assert_eq!(window.find("main").await.element_id(), page, "only the results are new");
        window.choose("state", "Closed").await;
        window.until_text("#results", "Nothing matches").await;
        window.client.back().await.expect("there is a way back");
        window.until_text("#results", "Payroll v1.1").await;
        window.client.back().await.expect("there is a way back");
        window.until_text("#results", "Website v1.1").await;
        assert_eq!(window.path().await, "/releases");
        assert_eq!(window.complaints().await, Vec::<String>::new());
    });
}

#[test]
fn names_are_suggested_while_one_types_and_a_wrong_one_is_told_at_once() {
    tell(async {
        let app = TestApp::start().await;
        let (mara, _) = releases(&app).await;
        let window = Window::open_as(&app, Hands::Keyboard, &mara).await;
        window.goto("/releases").await;
        window.write("item", "roll").await;
        let offered = "return [...document.querySelectorAll('#items option')].map(it => it.value).join()";
        window.until("suggested", async |it| it.ask(offered).await == "Payroll").await;
        assert_eq!(window.path().await, "/releases", "nothing is looked for while one types");
        window.key(Key::Tab).await;
        window.until("filtered", async |it| !it.text("#results").await.contains("Website")).await;
        assert!(window.path().await.contains("item=roll") && window.text("#results").await.contains("Payroll v1.1"), "{}", window.path().await);
        window.write("item", "zebra").await;
        window.key(Key::Tab).await;
        window.until_text("#results [role=alert]", "Nothing is called “zebra”.").await;
        assert_eq!(window.complaints().await, Vec::<String>::new());
    });
}

#[test]
fn a_slash_leads_to_the_search_and_escape_closes_the_menu() {
    tell(async {
        let app = TestApp::start().await;
        let (mara, _) = releases(&app).await;
        let window = Window::open_as(&app, Hands::Keyboard, &mara).await;
        window.goto("/").await;
        window.keys("/").await;
        assert_eq!(focused(&window).await, "search");
        window.keys("a/b").await;
        assert_eq!(window.find("#search").await.prop("value").await.expect("a value").as_deref(), Some("a/b"), "in a field it is a letter");
        window.press(".menu > summary").await;
        window.find(".menu[open]").await;
        window.key(Key::Tab).await;
        window.key(Key::Escape).await;
        assert!(window.see(".menu[open]").await.is_none());
        assert_eq!(focused(&window).await, "MYour menu");
    });
}

#[test]
fn a_notice_is_said_once_in_the_live_region_and_focus_goes_to_what_changed() {
    tell(async {
        let app = TestApp::start().await;
        let (mara, browser) = releases(&app).await;
        browser.post("/records/1/tasks", &[("title", "Book the room"), ("phase", "assess"), ("mandatory", "yes")]).await.expect(303);
        let window = Window::open_as(&app, Hands::Keyboard, &mara).await;
        window.goto("/releases").await;
        let region = window.find("#notices").await.element_id();
        window.follow("//a[.='Payroll v1.1']").await;
        window.until("at the heading", async |it| focused(it).await == "Payroll v1.1").await;
        assert_eq!(window.client.title().await.expect("a title"), "REL-00001 Payroll v1.1 · Slipway");

        window.follow("#tasks .task-steps .btn").await;
        window.until_text("#notices", "The task is started.").await;
        window.until("at the tasks", async |it| focused(it).await == "tasks").await;
        assert_eq!(window.ask("return document.getElementById('tasks').getBoundingClientRect().top >= 0").await, true);
        assert_eq!(window.find("#notices").await.element_id(), region, "a live region that is new is not read out");

        window.follow("#tasks .card-actions a[href$='new']").await;
        window.until("at the heading", async |it| focused(it).await.as_str().is_some_and(|it| it.starts_with("Add a task"))).await;
        assert_eq!(window.text("#notices").await, "", "it is said once");
        window.ask("document.querySelector('main form').noValidate = true").await;
        window.follow("//main//button[.='Add the task']").await;
        window.until("at what is wrong", async |it| focused(it).await == "form-summary").await;
        assert_eq!(window.path().await, "/records/1/tasks/new", "the address can be loaded again");
        assert_eq!(window.complaints().await, Vec::<String>::new());
    });
}

#[test]
fn a_button_pressed_twice_acts_once() {
    tell(async {
        let app = TestApp::start().await;
        let (mara, _) = releases(&app).await;
        let window = Window::open_as(&app, Hands::Mouse, &mara).await;
        window.goto("/records/1/tasks/new").await;
        window.write("title", "Book the room").await;
        // As quick as no hand is.
        window.ask("const button = document.querySelector('main form .btn-primary'); button.click(); button.click()").await;
        window.until_text("#notices", "The task is added.").await;
        window.goto("/records/1/tasks").await;
        assert_eq!(window.all(".board .task a").await.len(), 1);
    });
}

#[test]
fn two_who_edit_the_same_section_see_both_texts() {
    tell(async {
        let app = TestApp::start().await;
        let (mara, browser) = releases(&app).await;
        for hands in [Hands::Mouse, Hands::WithoutScripts] {
            let window = Window::open_as(&app, hands, &mara).await;
            window.bring_axe().await;
            window.goto("/records/1/scope/edit").await;
            let page = browser.get("/records/1/scope/edit").await.expect(200).body;
            let shown = page.split("name=\"shown\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("it names what it shows");
            let theirs = format!("The other's words, {hands:?}.");
            browser.post("/records/1/scope", &[("shown", shown), ("scope", &theirs)]).await.expect(303);
            window.write("scope", "My own words.").await;
            window.follow("//main//button[.='Save']").await;
            window.until_text("#conflicts", &theirs).await;
            if hands.scripts() {
                assert_eq!(window.axe().await, Vec::<String>::new());
            }
            assert_eq!(window.find("#scope").await.prop("value").await.expect("a value").as_deref(), Some("My own words."));
            window.follow("//main//button[.='Save']").await;
            window.until_text("#notices", "Saved.").await;
            window.until_text("#scope", "My own words.").await;
            assert_eq!(window.complaints().await, Vec::<String>::new());
        }
    });
}

#[test]
fn the_theme_that_one_chooses_applies_at_once_and_the_device_decides_otherwise() {
    tell(async {
        let app = TestApp::start().await;
        let (mara, _) = releases(&app).await;
        let window = Window::open_as(&app, Hands::Mouse, &mara).await;
        let look =
            async |window: &Window| window.ask("return [document.documentElement.dataset.bsTheme, getComputedStyle(document.body).backgroundColor]").await;
        window.goto("/profile").await;
        let light = look(&window).await;
        assert_eq!(light[0], "light");
        window.tick("//label[contains(., 'Dark')]/input").await;
        window.follow("//main//button[.='Save']").await;
        window.until_text("#notices", "Your profile is saved.").await;
        let dark = look(&window).await;
        assert_eq!(dark[0], "dark");
        assert_ne!(dark[1], light[1]);
        window.tick("//label[contains(., 'As the device')]/input").await;
        window.follow("//main//button[.='Save']").await;
        window.until("light again", async |it| look(it).await == light).await;
        window.prefer("dark").await;
        window.until("dark by the device", async |it| look(it).await == dark).await;
    });
}

#[test]
fn the_bell_rings_on_an_open_page_and_leads_to_what_happened() {
    tell(async {
        let app = TestApp::start().await;
        let tom = given::user(&app, "Tom", &[Role::ReleaseCoordinator]);
        let window = Window::open(&app, Hands::Keyboard).await;
        window.give_to(&app, &tom).await;
        window.goto("/releases").await;
        given::release(&app, "Payroll").registered();
        app.tell();
        window.until_text("#bell-count", "1").await;
        window.follow("#bell").await;
        window.until_text("h1", "Notifications").await;
        window.follow(".is-unread .notice-headline").await;
        window.until_text("h1", "Payroll v1.1").await;
        window.until_text("#bell-count", "").await;
        assert_eq!(window.complaints().await, Vec::<String>::new());
    });
}
