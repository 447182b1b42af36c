//! Categories: what new releases and RFCs can be, shaped by few, and kept wherever they were used.

use crate::support::given::{self, Somebody};
use crate::support::html::Form;
use crate::support::{Browser, TestApp};
use diesel::RunQueryDsl;
use slipway::domain::people::Role;
use slipway::domain::records::RecordKind;
use slipway::store::categories::{self, Category};
use slipway::store::models;

fn ines(app: &TestApp) -> Somebody {
    given::user(app, "Ines", &[Role::ReleaseManager])
}

fn all(app: &TestApp, kind: RecordKind) -> Vec<Category> {
    app.read(|conn| categories::all(conn, kind))
}

fn category(app: &TestApp, key: &str) -> Category {
    RecordKind::ALL.iter().flat_map(|it| all(app, *it)).find(|it| it.key == key).expect("there is one")
}

async fn form(browser: &Browser, it: &Category) -> Form {
    browser.get(&format!("/categories/{}/edit", it.id)).await.expect(200).form(&format!("/categories/{}", it.id))
}

/// A category of releases, made by its page: like a minor release, called Infrastructure.
async fn infrastructure(app: &TestApp, browser: &Browser) -> Category {
    let form = browser.get("/categories/new").await.expect(200).form("/categories");
    let minor = category(app, "minor").workflow_id;
    let page = browser.submit(&form.with("name", "Infrastructure").with("workflow", minor)).await.expect(303);
    let made = category(app, "infrastructure");
    assert_eq!(page.location(), format!("/categories#category-{}", made.id));
    made
}

#[tokio::test]
async fn everybody_reads_categories_and_few_shape_them() {
    let app = TestApp::start().await;
    let reader = app.signed_in(Role::Viewer);
    let page = reader.get("/categories").await.expect(200).expect_text("Emergency").expect_text("Major release").expect_text("not used yet");
    page.expect_no_text("/categories/new").expect_no_text("/edit").expect_no_text("/position");
    let id = category(&app, "minor").id;
    for path in ["/categories/new".to_owned(), format!("/categories/{id}/edit")] {
        reader.get(&path).await.expect(403);
    }
    let path = |it: &str| format!("/categories/{id}{it}");
    for path in ["/categories".to_owned(), path(""), path("/position"), path("/retirement"), path("/reinstatement"), path("/removal")] {
        let fields = [("to", "up"), ("version", "0"), ("name", "X"), ("level", "minor"), ("workflow", "1"), ("parts", "2")];
        reader.post(&path, &fields).await.expect(403);
    }
    let manager = app.browser_of(&ines(&app));
    manager.get("/categories/999/edit").await.expect(404);
    manager.post("/categories/999/removal", &[("version", "0")]).await.expect(404);
    assert_eq!(app.log(), [""; 0]);
}

#[tokio::test]
async fn a_category_is_made_gets_a_model_and_is_registered_with_it() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let made = infrastructure(&app, &browser).await;
    browser.get("/categories").await.expect_text("Infrastructure").expect_text(&format!("/models/new?category={}", made.id));
    let model = browser.get(&format!("/models/new?category={}", made.id)).await.expect(200).form("/models");
    let model = browser.submit(&model.with("name", "Racks").and("do", "add-plan")).await.expect(200).form("/models");
    browser.submit(&model.with("title-0", "Order the racks")).await.expect(303);
    browser.submit(&form(&browser, &made).await.with("model", "racks")).await.expect(303);
    assert_eq!(app.log(), ["process_shaped"; 3]);

    let page = browser.get("/releases/new").await.expect(200).expect_text("Infrastructure").expect_text("Infrastructure: Racks (1 tasks)");
    let blank = page.form("/releases");
    assert_eq!(blank.value("model"), "usual", "whatever the category usually has");
    let chosen = browser.get(&format!("/releases/new?category={}", made.id)).await.expect(200).form("/releases");
    let racks = app.read(models::list).into_iter().find(|it| it.key == "racks").expect("made").id.to_string();
    assert_eq!(chosen.value("model"), racks, "it is preselected");
    let register = |form: Form, item: &str| form.with("category", made.id).with("new_item", item).with("title", "More racks");
    for (form, item, tasks) in [(blank.clone(), "One", 1), (chosen, "Two", 1), (blank.with("model", ""), "Three", 0)] {
        let at = browser.submit(&register(form, item)).await.expect(303).location().to_owned();
        let id = at.rsplit('/').next().and_then(|it| it.parse().ok()).map(slipway::domain::ids::RecordId).expect("its page");
        assert_eq!(given::sheet(&app, id).tasks.len(), tasks, "{item}");
        browser.get(&at).await.expect_text("v1.1");
    }
    browser.get("/categories").await.expect_text(&format!("/releases?category={}", made.id)).expect_text("3 open");
}

#[tokio::test]
async fn the_form_follows_the_category_that_is_chosen() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let (major, minor) = (category(&app, "major").id, category(&app, "minor").id);
    let models = app.read(models::list);
    let of = |key: &str| models.iter().find(|it| it.key == key).expect("shipped").id.to_string();
    let ask = async |query: String| browser.get(&format!("/releases/new?{query}")).await.expect(200).form("/releases").value("model").to_owned();
    assert_eq!(ask(format!("category={major}&model=usual")).await, of("major"));
    assert_eq!(ask(format!("category={minor}&model={}", of("major"))).await, of("minor"), "the model of another category does not stay");
    assert_eq!(ask(format!("category={minor}&model=")).await, "", "none on purpose stays none");
    let fragment = browser.get_with(&format!("/releases/new?category={minor}&model=usual"), &[("HX-Request-Type", "partial")]).await.expect(200);
    fragment.expect_text("id=\"model\"").expect_no_text("Major release").expect_no_text("<html");
}

#[tokio::test]
async fn what_is_typed_wrong_stands_beside_its_field() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let blank = browser.get("/categories/new?kind=change").await.expect(200).form("/categories").with("name", "Patch");
    for (name, value, words) in [
        ("name", " ", "Fill this in."),
        ("name", "STANDARD", "Another category of RFCs has this name already."),
        ("level", "major", "Choose a level of this kind."),
        ("workflow", "1", "Choose again."),
        ("workflow", "none", "Choose again."),
    ] {
        let page = browser.submit(&blank.clone().with(name, value)).await.expect(422).expect_text(words);
        assert!(page.has(&format!("id=\"{name}-error\"")), "{name}={value}: {}", page.body);
    }
    browser.submit(&blank).await.expect(303);
    let minor = category(&app, "minor");
    let edited = form(&browser, &minor).await;
    browser.submit(&edited.clone().with("model", "major")).await.expect(422).expect_text("Choose one of this category.");
    browser.submit(&edited.with("parts", "9")).await.expect(422).expect_text("A version has one to three parts.");
}

#[tokio::test]
async fn whoever_saved_meanwhile_is_not_overwritten() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let it = category(&app, "standard-change");
    let action = format!("/categories/{}", it.id);
    let (mine, theirs) = (form(&browser, &it).await, form(&browser, &it).await);
    browser.submit(&theirs.with("name", "Routine")).await.expect(303);
    let page = browser.submit(&mine.with("name", "Usual").with("level", "normal")).await.expect(409);
    let page = page.expect_text("Changed meanwhile").expect_text("Routine").expect_text("Usual");
    browser.submit(&page.form(&action).with("reason", "Plainer")).await.expect(303);
    let now = category(&app, "standard-change");
    assert_eq!((now.name.as_str(), now.level.word()), ("Usual", "normal"));
    browser.submit(&form(&browser, &now).await).await.expect(303);
    assert_eq!(app.log().len(), 2, "nothing happened the third time");
}

#[tokio::test]
async fn what_was_used_is_retired_and_shown_where_it_is_used_and_comes_back() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let minor = category(&app, "minor");
    let release = given::release(&app, "Payroll").registered();
    let at = format!("/categories/{}", minor.id);
    let page = browser.get(&format!("{at}/edit")).await.expect(200).expect_text("1 open").expect_no_text("/removal");
    browser.post(&format!("{at}/removal"), &[("version", "0")]).await.expect(409).expect_text("has been used, so it cannot be deleted");
    browser.submit(&page.form(&format!("{at}/retirement"))).await.expect(303);
    browser.submit(&page.form(&format!("{at}/retirement"))).await.expect(409);
    browser.get("/categories").await.expect_text("Retired");
    let form = browser.get("/releases/new").await.expect(200).expect_no_text("Minor release").form("/releases");
    browser.submit(&form.with("category", minor.id).with("new_item", "X").with("title", "Y")).await.expect(422).expect_text("cannot be chosen any more");
    browser.get(&format!("/releases/{release}")).await.expect(200).expect_text("Minor");
    let list = browser.get(&format!("/releases?category={}", minor.id)).await.expect(200).expect_text("Minor (retired)");
    list.expect_text("Payroll v1.1");
    let page = browser.get(&format!("{at}/edit")).await.expect(200);
    browser.submit(&page.form(&format!("{at}/reinstatement"))).await.expect(303);
    browser.get("/releases/new").await.expect_text("Minor release");
    let log = app.log();
    assert_eq!(log[log.len() - 2..], ["process_shaped"; 2]);
}

#[tokio::test]
async fn the_level_of_one_that_records_have_stays() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let minor = category(&app, "minor");
    given::release(&app, "Payroll").registered();
    let page = browser.submit(&form(&browser, &minor).await.with("level", "major").with("name", "Small")).await.expect(422);
    let page = page.expect_text("Records have this category already, so it stays Minor");
    assert_eq!(page.form(&format!("/categories/{}", minor.id)).value("name"), "Small", "nothing is lost");
    browser.submit(&page.form(&format!("/categories/{}", minor.id)).with("level", "minor")).await.expect(303);
}

fn somebody_waits(conn: &mut diesel::PgConnection) -> diesel::QueryResult<bool> {
    let waiting = "EXISTS (SELECT FROM pg_sleep(0.01), pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')";
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(waiting)).get_result(conn)
}

#[tokio::test]
async fn what_is_retired_at_the_same_moment_is_not_registered() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let minor = category(&app, "minor");
    let release = browser.get("/releases/new").await.expect(200).form("/releases").with("category", minor.id).with("new_item", "X").with("title", "Y");
    let (db, watch) = (app.another_db(), app.another_db());
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let started = std::time::Instant::now();
    let retiring = std::thread::spawn(move || {
        db.write_now::<(), slipway::app::Error>(slipway::domain::people::Actor::slipway(), |tx| {
            let now = tx.now;
            categories::set_retired(tx, minor.id, Some(now))?;
            begun.send(()).expect("somebody waits");
            // Until whoever registers waits for this category.
            while !watch.read_now::<bool, slipway::app::Error>(|conn| Ok(somebody_waits(conn)?))? {
                assert!(started.elapsed().as_secs() < 20, "nobody ever waited");
            }
            Ok(())
        })
    });
    has_begun.await.expect("it is begun");
    browser.submit(&release).await.expect(422).expect_text("cannot be chosen any more");
    retiring.join().expect("ended").expect("retired");
}

#[tokio::test]
async fn keys_of_names_without_latin_letters_tell_what_they_are_and_never_collide() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let blank = browser.get("/categories/new").await.expect(200).form("/categories").with("workflow", category(&app, "minor").workflow_id);
    for name in ["運用", "Срочно"] {
        browser.submit(&blank.clone().with("name", name)).await.expect(303);
    }
    let keys: Vec<String> = all(&app, RecordKind::Release).into_iter().map(|it| it.key).filter(|it| it.starts_with("category")).collect();
    assert_eq!(keys, ["category", "category_2"]);
    for name in ["計画", "План"] {
        let model = browser.get(&format!("/models/new?category={}", category(&app, "category").id)).await.expect(200).form("/models");
        browser.submit(&model.with("name", name).with("resources", "Two")).await.expect(303);
    }
    let keys: Vec<String> = app.read(models::list).into_iter().map(|it| it.key).filter(|it| it.starts_with("model")).collect();
    assert_eq!(keys, ["model", "model_2"]);
}

#[tokio::test]
async fn one_that_was_never_used_is_deleted_with_its_models_and_the_last_one_stays() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let made = infrastructure(&app, &browser).await;
    let model = browser.get(&format!("/models/new?category={}", made.id)).await.form("/models").with("name", "Racks").with("resources", "Two");
    browser.submit(&model).await.expect(303);
    let page = browser.get(&format!("/categories/{}/edit", made.id)).await.expect(200).expect_text("Its model goes with it.");
    browser.submit(&page.form(&format!("/categories/{}/removal", made.id))).await.expect_see("/categories");
    browser.get(&format!("/categories/{}/edit", made.id)).await.expect(404);
    assert!(!app.read(models::newest).iter().any(|it| it.name == "Racks"));

    let emergency = category(&app, "emergency");
    for key in ["major", "minor"] {
        let it = category(&app, key);
        browser.post(&format!("/categories/{}/retirement", it.id), &[("version", &it.version.to_string())]).await.expect(303);
    }
    let fields = [("version", "0")];
    for path in ["retirement", "removal"] {
        let page = browser.post(&format!("/categories/{}/{path}", emergency.id), &fields).await.expect(409);
        page.expect_text("Emergency is the last category that a new release can have.");
    }
}

#[tokio::test]
async fn forms_offer_categories_in_the_order_that_was_given() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let order = || all(&app, RecordKind::Release).into_iter().map(|it| it.key).collect::<Vec<_>>();
    let shift = async |key: &str, to: &str| browser.post(&format!("/categories/{}/position", category(&app, key).id), &[("to", to)]).await;
    shift("emergency", "up").await.expect(303);
    assert_eq!(order(), ["major", "emergency", "minor"]);
    shift("major", "down").await.expect(303);
    assert_eq!(order(), ["emergency", "major", "minor"]);
    shift("emergency", "up").await.expect(303);
    shift("emergency", "sideways").await.expect(404);
    assert_eq!((order().len(), app.log().len()), (3, 2), "what is first already stays there");
    let page = browser.get("/releases/new").await.expect(200);
    let at = |text: &str| page.body.find(text).expect("it is offered");
    assert!(at(">Emergency<") < at(">Major<"));
}

#[tokio::test]
async fn a_category_is_numbered_as_its_page_says_and_the_policy_keeps_it() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&ines(&app));
    let form_of_new = browser.get("/categories/new").await.expect(200).form("/categories").with("workflow", category(&app, "minor").workflow_id);
    browser.submit(&form_of_new.with("name", "Infrastructure").with("parts", "1")).await.expect(303);
    let made = category(&app, "infrastructure");
    let parts = |key: &str| app.read(slipway::store::policies::current).parts_of(key, category(&app, key).level);
    assert_eq!((parts("infrastructure"), app.log()), (1, vec!["process_shaped".to_owned(); 2]));
    browser.get(&format!("/releases/new?category={}&item={}", made.id, given::item(&app, "Payroll"))).await.expect_text("<strong>v1</strong>");
    let edited = form(&browser, &made).await;
    assert_eq!(edited.value("parts"), "1");
    let page = browser.submit(&edited.with("parts", "3")).await.expect(422).expect_text("Say why the numbering changes");
    browser.submit(&page.form(&format!("/categories/{}", made.id)).with("reason", "So many patches")).await.expect(303);
    assert_eq!(parts("infrastructure"), 3);
    browser.submit(&form(&browser, &made).await.with("level", "major")).await.expect(303);
    assert_eq!(parts("infrastructure"), 3, "another level is numbered as before, and needs no reason for that");
    browser.get("/categories").await.expect_text("v1.2.1");
    browser.get("/policy").await.expect(200).expect_text("Infrastructure");
}
