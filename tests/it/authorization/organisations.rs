//! Random organisations: whatever somebody may see or do by id is what the permission table says (PROCESS, section 3), told here
//! once more in a few lines that know nothing of the program's own table.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, TestApp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use slipway::domain::ids::{RecordId, TaskId};
use slipway::domain::people::Role;

const ORGANISATIONS: u64 = 6;
const NAMES: [&str; 7] = ["Ann", "Ben", "Cho", "Dee", "Eli", "Fay", "Gus"];

/// A release, and who is what to it (places in the list of people).
struct Owned {
    id: RecordId,
    owner: usize,
    coordinator: usize,
    task: TaskId,
    assignee: usize,
}

struct Organisation {
    app: TestApp,
    people: Vec<Somebody>,
    releases: Vec<Owned>,
}

#[tokio::test]
async fn what_may_be_done_by_id_is_what_the_table_says_in_any_organisation() {
    for seed in 0..ORGANISATIONS {
        let organisation = Organisation::random(&mut StdRng::seed_from_u64(seed)).await;
        for who in 0..organisation.people.len() {
            organisation.check(who, seed).await;
        }
        organisation.check_decisions(seed).await;
    }
}

fn roles(dice: &mut StdRng) -> Vec<Role> {
    let count = dice.random_range(1..=2);
    let mut roles: Vec<Role> = (0..count).map(|_| Role::ALL[dice.random_range(0..Role::ALL.len())]).collect();
    roles.dedup();
    roles
}

impl Organisation {
    async fn random(dice: &mut StdRng) -> Organisation {
        let app = TestApp::start().await;
        let mut people: Vec<Somebody> = NAMES.iter().map(|name| given::user(&app, name, &roles(dice))).collect();
        let spare = [given::user(&app, "Hal", &[Role::ReleaseApprover]), given::user(&app, "Ida", &[Role::ReleaseApprover])];
        let board: Vec<Somebody> = people.iter().filter(|_| dice.random_ratio(1, 2)).cloned().chain(spare.clone()).collect();
        given::members(&app, "cab", &board);
        people.extend(spare);
        let mut releases = Vec::new();
        for count in 0..3 {
            let [owner, coordinator, assignee] = [(); 3].map(|()| dice.random_range(0..NAMES.len()));
            let release = given::release(&app, &format!("Service {count}")).owned_by(&people[owner]).coordinated_by(&people[coordinator]).with_model();
            let id = release.in_phase("plan");
            given::ask(&app, id);
            let task = given::sheet(&app, id).tasks[0].task.id;
            let user = people[assignee].id;
            app.write(|tx| slipway::store::tasks::set_assignee(tx, task, Some(user)));
            releases.push(Owned { id, owner, coordinator, task, assignee });
        }
        Organisation { app, people, releases }
    }

    async fn check(&self, who: usize, seed: u64) {
        let person = &self.people[who];
        let browser = self.app.browser_of(person);
        let is = |role| person.roles.contains(&role);
        let (administers, coordinates) = (is(Role::Administrator), is(Role::ReleaseCoordinator));
        let manages = administers || is(Role::ReleaseManager);
        let works = coordinates || is(Role::ReleaseApprover) || is(Role::Contributor);
        let told = |what: &str| format!("organisation {seed}, {} as {:?}: {what}", person.name, person.roles);

        assert_eq!(opens(&browser, "/releases/new").await, manages || coordinates, "{}", told("register"));
        assert_eq!(opens(&browser, "/workflow-drafts/new").await, manages, "{}", told("configure the process"));
        assert_eq!(opens(&browser, "/users/new").await, administers, "{}", told("users"));
        for it in &self.releases {
            let runs = manages || (coordinates && (it.owner == who || it.coordinator == who));
            let id = it.id;
            assert!(opens(&browser, &format!("/releases/{id}")).await, "{}", told("read"));
            assert_eq!(opens(&browser, &format!("/records/{id}/scope/edit")).await, runs, "{}", told("edit"));
            assert_eq!(opens(&browser, &format!("/records/{id}/tasks/new")).await, runs, "{}", told("plan tasks"));
            // A page long past: refused as stale to whoever may.
            let moved = does(&browser, &format!("/records/{id}/phase"), &[("transition", "advance"), ("version", "999999")]).await;
            assert_eq!(moved, runs, "{}", told("move"));
            let waived = does(&browser, &format!("/records/{id}/waivers"), &[("requirement", "window_set"), ("reason", "So")]).await;
            assert_eq!(waived, manages, "{}", told("waive"));
            let worked = does(&browser, &format!("/tasks/{}/state", it.task), &[("step", "start")]).await;
            assert_eq!(worked, runs || (it.assignee == who && works), "{}", told("work a task"));
        }
    }

    /// Nobody decides but who was asked, and nobody was asked who runs the release or may not approve.
    async fn check_decisions(&self, seed: u64) {
        for it in &self.releases {
            for (approval, approver, digest) in given::pending(&self.app, it.id) {
                let (mut asked, mut others) = (Vec::new(), Vec::new());
                (0..self.people.len()).for_each(|who| if self.people[who].id == approver { asked.push(who) } else { others.push(who) });
                for who in others.into_iter().chain(asked) {
                    let person = &self.people[who];
                    let browser = self.app.browser_of(person);
                    let fields = [("decision", "approve"), ("digest", digest.as_str())];
                    let decided = does(&browser, &format!("/approvals/{approval}/decision"), &fields).await;
                    let told = format!("organisation {seed}, {} as {:?} decides", person.name, person.roles);
                    assert_eq!(decided, person.id == approver, "{told}");
                    let may = person.roles.iter().any(|it| *it != Role::Viewer);
                    assert!(!decided || (may && who != it.owner && who != it.coordinator), "{told}");
                }
            }
        }
    }
}

/// Whether this page is shown.
async fn opens(browser: &Browser, path: &str) -> bool {
    let status = browser.get(path).await.status;
    assert!(matches!(status, 200 | 403 | 404), "{path}: {status}");
    status == 200
}

/// Whether this person may, even if it cannot be done now.
async fn does(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> bool {
    let status = browser.post(path, fields).await.status;
    assert!(matches!(status, 303 | 403 | 404 | 409), "{path}: {status}");
    matches!(status, 303 | 409)
}
