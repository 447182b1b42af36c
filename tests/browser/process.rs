//! A kind of release that Slipway was not shipped with: somebody gives it a workflow, a category and a model, and then closes the first of them.

use crate::hands::Hands;
use crate::support::TestApp;
use crate::tell;
use crate::walker::{self, Walker};
use crate::window::Window;

#[test]
fn a_category_with_a_workflow_and_a_model_of_its_own_is_made_and_its_first_release_closed() {
    tell(async {
        let app = TestApp::start().await;
        let people = walker::team(&app);
        let window = Window::open_as(&app, Hands::Mouse, &people[0].1).await;
        draft(&window).await;
        publish(&window).await;
        make_the_category(&window).await;
        make_the_model(&window).await;
        register(&window).await;
        Walker { app: &app, window: &window, people: &people }.to_the_end().await;
        assert_eq!(window.text("#readiness-title").await, "Closed");
        // Between the first phase and the end all three were gone through, the board decided, the tasks of the model were done, and nothing was
        // waived.
        let log = app.log();
        let count = |event: &str| log.iter().filter(|it| *it == event).count();
        assert_eq!((count("approval_decided"), count("phase_entered"), count("record_ended")), (2, 3, 1), "{log:?}");
        assert!(!log.iter().any(|it| it.contains("waive")), "{log:?}");
        let page = window.text("main").await;
        for text in ["Infrastructure release", "Assessment", "Build", "Rollout", "Look back", "Closed", "2 of 2 done overall", "Earlier rounds (1)"] {
            assert!(page.contains(text), "no {text}: {page}");
        }
        assert_eq!(window.complaints().await, Vec::<String>::new());
    });
}

/// A phase as the form of one asks for it.
struct Phase {
    name: &'static str,
    kind: &'static str,
    milestone: &'static str,
    sections: &'static [&'static str],
}

const PHASES: [Phase; 4] = [
    Phase { name: "Build", kind: "main", milestone: "Authorised", sections: &["scope", "tasks", "confirmations"] },
    Phase { name: "Rollout", kind: "main", milestone: "Authorised", sections: &["tasks", "confirmations"] },
    Phase { name: "Look back", kind: "main", milestone: "Implemented", sections: &["confirmations", "review"] },
    Phase { name: "Back-out", kind: "side", milestone: "Authorised", sections: &["confirmations"] },
];

/// A way out as the form of one asks for it; whatever is empty stays as the form offers it.
struct Way {
    from: &'static str,
    label: &'static str,
    kind: &'static str,
    to: &'static str,
    needs: &'static [&'static str],
    outcome: &'static str,
}

const WAYS: [Way; 5] = [
    Way { from: "Assessment", label: "Start the build", kind: "", to: "", needs: &["details_complete", "plan_complete", "approved"], outcome: "" },
    Way { from: "Build", label: "Start the rollout", kind: "", to: "", needs: &["tasks_done", "tests_passed"], outcome: "" },
    Way { from: "Rollout", label: "Look back", kind: "", to: "", needs: &["tasks_done", "deployment_done", "verification_passed"], outcome: "" },
    Way { from: "Rollout", label: "Back out", kind: "Back out", to: "Back-out", needs: &[], outcome: "" },
    Way { from: "Back-out", label: "End here", kind: "Close", to: "Closed", needs: &["back_out_facts"], outcome: "Backed out" },
];

async fn draft(it: &Window) {
    it.goto("/").await;
    open(it, "Workflows").await;
    it.follow("//main//a[contains(., 'New workflow')]").await;
    it.write("name", "Infrastructure release").await;
    it.tick("input[name='kind'][value='release']").await;
    it.follow("//button[.='Begin the draft']").await;
    it.until_text("#notices", "The draft is begun.").await;

    open_phase(it, "Registered").await;
    it.write("name", "Assessment").await;
    it.write("target_days", "3").await;
    only(it, "sections", &["scope", "plan", "tasks", "approvals"]).await;
    it.follow("//main//button[.='Save']").await;
    it.until_text("#notices", "The phase is saved.").await;
    for phase in PHASES {
        it.follow("//main//a[contains(., 'Add a phase')]").await;
        it.write("name", phase.name).await;
        it.tick(&format!("input[name='kind'][value='{}']", phase.kind)).await;
        it.choose("milestone", phase.milestone).await;
        only(it, "sections", phase.sections).await;
        it.follow("//button[.='Add the phase']").await;
        it.until_text("#notices", "Say now where it leads.").await;
        back_to_the_draft(it).await;
    }
    // Nothing leads to them yet, and the page says so.
    assert!(it.text("#phases").await.contains("Nothing leads out of it yet."));
    assert!(it.text("[aria-labelledby='findings-title']").await.contains("No transition leads here from the first phase."));

    lead(it).await;
    open_phase(it, "Assessment").await;
    it.follow("//a[contains(., 'Add a step')]").await;
    it.write("name", "Infrastructure board").await;
    it.choose("group", "CAB").await;
    only(it, "covers", &["scope", "plan"]).await;
    it.follow("//button[.='Add the step']").await;
    it.until_text("#notices", "The approval step is added.").await;
    back_to_the_draft(it).await;
}

async fn lead(it: &Window) {
    // A new workflow closes where it begins; this one does so after the look back.
    it.follow("//main//ul[@class='draft-ways']//a[.='Close the release']").await;
    it.choose("from", "Look back").await;
    only(it, "requirements", &["review_complete", "log_and_cms_current"]).await;
    it.follow("//main//button[.='Save']").await;
    it.until_text("#notices", "The way out is saved.").await;
    back_to_the_draft(it).await;
    for way in WAYS {
        open_phase(it, way.from).await;
        it.follow("//a[contains(., 'Add a way out')]").await;
        it.write("label", way.label).await;
        for (field, wanted) in [("kind", way.kind), ("to", way.to), ("outcome", way.outcome)] {
            if !wanted.is_empty() {
                it.choose(field, wanted).await;
            }
        }
        only(it, "requirements", way.needs).await;
        it.follow("//button[.='Add the way out']").await;
        it.until_text("#notices", "The way out is added.").await;
        back_to_the_draft(it).await;
    }
}

async fn publish(it: &Window) {
    it.until_text("main", "Nothing stands in the way of publishing it.").await;
    it.follow("//main//a[.='Check and publish']").await;
    it.write("note", "Servers and networks are not rolled out like programs.").await;
    it.follow("//button[.='Publish version 1']").await;
    it.until_text("#notices", "It is published.").await;
}

async fn make_the_category(it: &Window) {
    it.follow("//main//a[.='Make a category that follows it']").await;
    it.write("name", "Infrastructure").await;
    it.choose("parts", "One part").await;
    assert!(it.text("#workflow option:checked").await.contains("Infrastructure release"));
    it.follow("//main//button[.='Save']").await;
    it.until_text("#notices", "Next, make a model that brings its usual tasks.").await;
}

async fn make_the_model(it: &Window) {
    it.follow("//tr[contains(., 'Infrastructure')]//a[.='Make a model']").await;
    it.write("name", "Servers in the rack").await;
    for (at, (phase, title)) in [("Build", "Prepare the image"), ("Rollout", "Watch the load")].into_iter().enumerate() {
        it.follow(&format!("//button[contains(., 'Add a task to {phase}')]")).await;
        it.write(&format!("title-{at}"), title).await;
    }
    it.write("back_out_plan", "Start the servers from the image before.").await;
    it.follow("//main//button[.='Save']").await;
    it.until_text("#notices", "The model is saved.").await;
    it.follow("//main//a[.='in their category']").await;
    it.choose("model", "Servers in the rack").await;
    it.follow("//main//button[.='Save']").await;
    it.until_text("#notices", "The category is saved.").await;
}

async fn register(it: &Window) {
    it.follow("//nav//a[contains(., 'My work')]").await;
    it.follow("//main//a[contains(., 'Register a release')]").await;
    it.tick("//label[contains(., 'Infrastructure')]/input").await;
    // The category brings its model.
    it.until("the model of the category", async |it| it.text("#model option:checked").await.contains("Servers in the rack")).await;
    it.write("new_item", "Rack").await;
    it.write("title", "New servers in the rack").await;
    it.follow("//button[contains(., 'Register the release')]").await;
    it.until_text("h1", "Rack v1").await;
    it.until_text("#notices", "The release is registered.").await;
}

/// By the menu behind one's own name.
async fn open(it: &Window, place: &str) {
    it.press("details.menu summary").await;
    it.follow(&format!("//*[@class='menu-panel']/a[.='{place}']")).await;
}

async fn open_phase(it: &Window, name: &str) {
    it.follow(&format!("//main//th/a[.='{name}']")).await;
}

async fn back_to_the_draft(it: &Window) {
    it.follow("//main//*[@class='record-kind']/a[contains(., ', draft')]").await;
}

/// Of the boxes of this name exactly these are ticked.
async fn only(it: &Window, name: &str, wanted: &[&str]) {
    for field in it.all(&format!("main input[name='{name}']")).await {
        let value = field.attr("value").await.expect("it is there").expect("a value");
        if field.is_selected().await.expect("it is there") != wanted.contains(&value.as_str()) {
            it.press_on(&field).await;
        }
    }
}
