//! A small organisation in which every address points to something.

use crate::support::given::{self, Somebody};
use crate::support::{Browser, Page, TestApp};
use slipway::app::links::Keys;
use slipway::app::notices::muting::{self, Muted};
use slipway::domain::mails::MailKind;
use slipway::domain::notices::Rule;
use slipway::domain::people::Role;
use slipway::domain::surveys::Audience;
use slipway::store::mails::{self, NewMail};
use slipway::web::routes::Route;

/// A small organisation, and what the addresses point to in it.
pub struct Place {
    pub app: TestApp,
    pub people: [Somebody; 7],
    values: Vec<(&'static str, String)>,
    token: String,
    /// The token of a mailed link, and its code.
    link: given::Link,
    /// The link to a handover.
    handover: given::Link,
    /// The link to a survey.
    survey: given::Link,
    /// The token of the link that mutes a kind of mail.
    mute: String,
}

impl Place {
    pub async fn build() -> Place {
        let app = TestApp::start().await;
        let roles = [
            ("Vera", Role::Viewer),
            ("Cora", Role::Contributor),
            ("Ada", Role::ReleaseApprover),
            ("Otto", Role::ReleaseCoordinator),
            ("Tom", Role::ReleaseCoordinator),
            ("Mara", Role::ReleaseManager),
            ("Root", Role::Administrator),
        ];
        let token = app.act(slipway::app::setup::offer).expect("it works").expect("there are no users");
        let people = roles.map(|(name, role)| given::user(&app, name, &[role]));
        let [_, cora, _, _, tom, ..] = &people;
        let release = given::release(&app, "Payroll").coordinated_by(tom).with_changes(1).with_model().in_phase("plan");
        given::ask(&app, release);
        let change = given::sheet(&app, release).changes[0].id;
        let task = given::sheet(&app, release).tasks[0].task.id;
        app.write(|tx| slipway::store::tasks::set_assignee(tx, task, Some(cora.id)));
        let link = given::link_of(&app, release, &people[2]);
        // Another release, whose support is offered: to who contributes and to who approves.
        given::members(&app, "cab", &people[2..3]);
        let living = given::release(&app, "Payroll").version("v2.1").in_phase("early_life");
        given::members(&app, "operations", &[people[1].clone(), people[2].clone()]);
        let handover = given::offer(&app, living);
        let point = given::sheet(&app, living).checklist[0].id;
        let answer = given::link_to(&app, handover, &people[1]);
        let delegation = given::absence(&app, &people[1], None);
        let mail = app.write(|tx| {
            let new = NewMail::to(tx, MailKind::Notice, cora.id, Some(release), &cora.email);
            mails::insert_all(tx, &[new])
        })[0];
        let early_life = given::early_life(&app, release);
        let value = |name, value: String| (name, value);
        let values = vec![
            value("release", release.to_string()),
            value("change", change.to_string()),
            value("task", task.to_string()),
            value("attachment", given::attachment(&app, release, "plan.txt", b"Plan").to_string()),
            value("approval", given::pending(&app, release)[0].0.to_string()),
            value("item", given::item(&app, "Payroll").to_string()),
            value("user", given::user(&app, "Spare", &[Role::Viewer]).id.to_string()),
            value("group", "1".into()),
            value("calendar", "1".into()),
            value("workflow", "1".into()),
            value("mail", mail.to_string()),
            value("follow-up", given::follow_up(&app, release, "Index", Some(cora.id)).to_string()),
            value("model", app.read(slipway::store::models::list)[1].id.to_string()),
            value("delegation", delegation.to_string()),
            value("metric", early_life.metric.to_string()),
            value("issue", early_life.issue.to_string()),
            value("known error", early_life.known_error.to_string()),
            value("member", early_life.member.to_string()),
            value("handover", handover.to_string()),
            value("point", point.to_string()),
            value("code", link.code.clone()),
            value("digest", given::pending(&app, release)[0].2.clone()),
        ];
        let rule = given::rule(&app, Rule::WindowMoved).insert();
        let survey = given::draft_survey(&app, release, &[Audience::Users]);
        let mut values = values;
        // A release that can be moved to another version of its workflow, and an order that was carried out.
        let older = given::version(&app, "release-minor", 3);
        let newer = given::next_version(&app, "release-minor", |_| {});
        values.extend([value("workflow", older.to_string()), value("newer workflow", newer.to_string())]);
        values.push(value("move", given::passed_over(&app).to_string()));
        values.extend([value("survey", survey.to_string()), value("set", given::question_set(&app, Audience::Network).to_string())]);
        values.push(("workflow draft", given::workflow_draft(&app, "release-major").to_string()));
        values.push(value("rule", rule.to_string()));
        let mute = muting::path(&Keys::of(&app.config), cora.id, Muted::Rule(Rule::PhaseEntered)).replace("/mute/", "");
        let survey = given::survey(&app, release).laid();
        let survey = given::survey_link(&app, given::invited(&app, survey, "Sue", None));
        Place { app, people, values, token, link, handover: answer, survey, mute }
    }

    pub fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(it, _)| *it == name).map_or("", |(_, value)| value)
    }

    /// Everything that means something here to somebody: ids, words, tokens.
    pub fn all_values(&self) -> Vec<String> {
        let links = [self.link.token(), self.handover.token(), self.survey.token(), &self.mute, &self.token].map(str::to_owned);
        self.values.iter().map(|(_, value)| value.clone()).chain(links).collect()
    }

    pub fn browsers(&self) -> Vec<Browser> {
        std::iter::once(self.app.browser()).chain(self.people.iter().map(|it| self.app.browser_of(it))).collect()
    }

    /// The address of a route here.
    pub fn path(&self, route: &Route) -> String {
        let id = match route.path.split('/').nth(1).unwrap_or_default() {
            "changes" => self.value("change"),
            "tasks" => self.value("task"),
            "surveys" => self.value("survey"),
            "handovers" => self.value("handover"),
            "handover-items" => self.value("point"),
            "approvals" => self.value("approval"),
            "attachments" => self.value("attachment"),
            "items" => self.value("item"),
            "users" => self.value("user"),
            "groups" => self.value("group"),
            "calendars" => self.value("calendar"),
            "categories" => "1",
            "models" => self.value("model"),
            "notification-rules" => self.value("rule"),
            "delegations" => self.value("delegation"),
            "follow-ups" => self.value("follow-up"),
            "mails" => self.value("mail"),
            "question-sets" => self.value("set"),
            "workflows" => self.value("workflow"),
            "workflow-drafts" => self.value("workflow draft"),
            "workflow-moves" => self.value("move"),
            "exit-metrics" => self.value("metric"),
            "issues" => self.value("issue"),
            "known-errors" => self.value("known error"),
            "team-members" => self.value("member"),
            _ => self.value("release"),
        };
        let file = slipway::web::assets::url("app.css");
        let path = route
            .path
            .replace("/static/{hash}/{file}", &file)
            .replace("{id}", id)
            .replace("{change}", self.value("change"))
            .replace("{person}", "1")
            .replace("{version}", "1");
        let token = match route.path.split('/').nth(1) {
            Some("a") => self.link.token(),
            Some("h") => self.handover.token(),
            Some("s") => self.survey.token(),
            Some("mute") => &self.mute,
            Some(_) | None => &self.token,
        };
        let path = path.replace("{phase}", "plan").replace("{transition}", "abandon").replace("{step}", "0");
        path.replace("{section}", "scope").replace("{point}", "lessons").replace("{token}", token)
    }

    /// A form that is taken there, or refused by a rule of the work and not by its looks.
    pub fn form(&self, path: &str) -> Vec<(&'static str, String)> {
        let value = |name: &'static str, value: &str| (name, value.to_owned());
        match path {
            "/releases" => vec![value("category", "2"), value("item", self.value("item")), value("title", "New"), value("owner", "1")],
            "/changes" => vec![value("category", "4"), value("title", "New"), value("owner", "1")],
            "/records/{id}/phase" => vec![value("transition", "advance"), value("version", "0")],
            "/records/{id}/confirmations" => vec![value("subject", "tests_passed"), value("outcome", "passed")],
            "/records/{id}/review/{point}" => vec![value("outcome", "met"), value("version", "0")],
            "/records/{id}/follow-ups" | "/follow-ups/{id}" => {
                vec![value("point", "lessons"), value("title", "Index"), value("due_at", "2026-05-01T12:00"), value("version", "0")]
            }
            "/follow-ups/{id}/state" => vec![value("state", "done"), value("note", "It is done")],
            "/records/{id}/reopening" => vec![value("reason", "So"), value("version", "0")],
            "/records/{id}/waivers" => vec![value("requirement", "plan_complete"), value("reason", "So")],
            "/records/{id}/watching" => vec![value("watching", "yes")],
            "/records/{id}/rounds/withdrawal" => vec![value("reason", "So")],
            "/records/{id}/changes" => vec![value("change", self.value("change"))],
            "/records/{id}/models" => vec![value("model", self.value("model"))],
            "/records/{id}/tasks" => vec![value("title", "New"), value("phase", "plan")],
            "/records/{id}/tasks/bulk" => vec![value("task", self.value("task")), value("days", "1")],
            "/records/{id}/surveys" | "/surveys/{id}" => vec![
                value("title", "New"),
                value("moment", "pilot"),
                value("low_rating", "3"),
                value("low_nps", "0"),
                value("reminders", "1"),
                value("set_users", "1"),
                value("version", "0"),
            ],
            "/surveys/{id}/people" => vec![value("audience", "users"), value("list", "zoe@example.org")],
            "/question-sets" | "/question-sets/{id}" => {
                vec![
                    value("audience", "users"),
                    value("name", "New"),
                    value("count", "1"),
                    value("kind-0", "text"),
                    value("text-0", "Why?"),
                    value("version", "0"),
                ]
            }
            "/categories" | "/categories/{id}" => {
                vec![value("name", "New"), value("level", "minor"), value("workflow", "2"), value("parts", "2"), value("version", "0")]
            }
            "/categories/{id}/position" => vec![value("to", "up")],
            "/categories/{id}/retirement" | "/categories/{id}/reinstatement" | "/categories/{id}/removal" => vec![value("version", "0")],
            "/models" | "/models/{id}" => {
                vec![value("category", "2"), value("name", "New"), value("resources", "Two"), value("count", "0"), value("version", "0")]
            }
            "/models/preview" => vec![value("category", "2"), value("name", "New")],
            "/models/{id}/retirement" | "/models/{id}/reinstatement" => vec![value("version", "0")],
            "/attachments/{id}/removal" | "/exit-metrics/{id}/removal" => vec![value("reason", "So")],
            "/records/{id}/agreement" => vec![value("criteria", &format!("{}.0", self.value("metric")))],
            "/records/{id}/metrics" | "/exit-metrics/{id}" => {
                vec![value("name", "New"), value("normal", "1"), value("better", "up"), value("days", "1"), value("reason", "So"), value("version", "0")]
            }
            "/records/{id}/readings/table" => vec![value("table", "day,Calls a day")],
            "/records/{id}/issues" | "/issues/{id}" => {
                let rest = [value("kind", "incident"), value("severity", "low"), value("state", "open"), value("version", "0")];
                [vec![value("number", "INC-2"), value("title", "New")], rest.to_vec()].concat()
            }
            "/records/{id}/known-errors" | "/known-errors/{id}" => vec![value("title", "New"), value("version", "0")],
            "/known-errors/{id}/acceptance" => vec![value("version", "1")],
            "/records/{id}/team" => vec![value("name", "New")],
            "/records/{id}/contacts" => vec![value("contacts", "New"), value("version", "0")],
            "/tasks/{id}" => vec![value("title", "New"), value("phase", "plan"), value("version", "0")],
            "/tasks/{id}/state" => vec![value("step", "start")],
            "/tasks/{id}/assignee" => vec![value("assignee", "me")],
            "/approvals/{id}/decision" => vec![value("decision", "approve"), value("digest", self.value("digest"))],
            "/mute/{token}" => vec![value("delivery", "digest")],
            "/notices/reading" => vec![value("newest", "1")],
            "/policy" => vec![value("review_on", "2027-03-01"), value("reason", "So"), value("gap", "7"), value("version", "1")],
            "/calendars" | "/calendars/{id}" => {
                vec![value("name", "Nights"), value("zone", "UTC"), value("monday", "0-6"), value("is_default", "yes"), value("version", "0")]
            }
            "/calendars/{id}/holidays" => vec![value("day", "2027-12-25 Christmas"), value("version", "0")],
            "/calendars/{id}/holidays/removal" => vec![value("version", "0")],
            "/notification-rules" | "/notification-rules/{id}" => {
                let place = [value("event", "closed"), value("workflow", "release-major"), value("condition", "always")];
                [place.to_vec(), vec![value("parties", "owner"), value("urgency", "as_preferred"), value("version", "0")]].concat()
            }
            "/notification-rules/{id}/removal" => vec![value("version", "0")],
            "/approvals/{id}/reassignment" => vec![value("to", &self.people[3].id.to_string()), value("reason", "So")],
            "/delegations" => vec![value("from", "2026-05-01"), value("until", "2026-05-02")],
            "/a/{token}/decision" => vec![value("decision", "approve"), value("code", self.value("code")), value("digest", self.value("digest"))],
            "/records/{id}/handover" => vec![value("group", self.value("group"))],
            "/records/{id}/handover/withdrawal" => vec![value("reason", "So")],
            "/records/{id}/handover/items" => vec![value("title", "New")],
            "/handover-items/{id}" => vec![value("title", "New"), value("version", "1")],
            "/handover-items/{id}/state" => vec![value("done", "no"), value("version", "1")],
            "/handover-items/{id}/position" => vec![value("to", "down")],
            "/handover-items/{id}/removal" => vec![value("version", "1")],
            "/handovers/{id}/answer" => vec![value("answer", "accept")],
            "/h/{token}/answer" => vec![value("answer", "accept"), value("code", &self.handover.code)],
            "/s/{token}/answers" => vec![value("page", "1"), value("q-overall", "4"), value("code", &self.survey.code)],
            "/s/{token}/refusal" | "/s/{token}/refusal/undo" => vec![value("code", &self.survey.code)],
            "/a/{token}/undo" => vec![value("code", self.value("code"))],
            "/workflow-drafts" => vec![value("name", "New"), value("kind", "release")],
            _ if path.starts_with("/workflow-drafts/") => vec![value("to", "up"), value("version", "0")],
            "/items" | "/items/{id}" => vec![value("name", "Payroll"), value("kind", "service"), value("version", "0")],
            "/session" => vec![value("email", "nobody@example.org"), value("password", "nothing at all")],
            "/users" | "/users/{id}" => vec![value("name", "New"), value("email", "new@example.org")],
            "/users/{id}/second-factor/removal" => vec![value("reason", "So")],
            "/groups" => vec![value("name", "CAB")],
            "/workflows/{id}/moving" => {
                let phases = ["phase-assess", "phase-plan", "phase-build_test", "phase-rollout", "phase-back_out", "phase-early_life", "phase-review"];
                let rest = [value("to", self.value("newer workflow")), value("do", "all"), value("reason", "So")];
                phases.map(|it| (it, it.replace("phase-", ""))).into_iter().chain(rest).collect()
            }
            _ => Vec::new(),
        }
    }

    pub async fn knock(&self, browser: &Browser, route: &Route) -> Page {
        if route.method == "get" {
            return browser.get(&self.path(route)).await;
        }
        if route.path == "/calendars/{id}/holiday-file" || route.path == "/process/file" {
            return browser.attach(&self.path(route), &[], &[]).await;
        }
        if route.path == "/records/{id}/attachments" {
            return browser.attach(&self.path(route), &[], &[("plan.txt", b"Plan")]).await;
        }
        let form = self.form(route.path);
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(&self.path(route), &fields).await
    }
}
