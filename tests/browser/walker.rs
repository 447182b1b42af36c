//! A record brought from phase to phase by people who do nothing but follow the one primary button of its page.

use crate::support::TestApp;
use crate::support::given::{self, Somebody};
use crate::window::Window;
use slipway::domain::people::Role;
use slipway::store::groups;

/// Everybody whom it takes: the third and the fourth are the CAB, the sixth is operations.
pub fn team(app: &TestApp) -> Vec<(&'static str, Somebody)> {
    let people = ["Mara Owner", "Tom Manager", "Ada Approver", "Bo Board", "Kit Keeper", "Olga Operator"];
    let roles = [Role::ReleaseManager, Role::ReleaseManager, Role::ReleaseApprover, Role::ReleaseApprover, Role::ReleaseCoordinator, Role::Contributor];
    let people: Vec<_> = people.into_iter().zip(roles).map(|(name, role)| (name, given::user(app, name, &[role]))).collect();
    app.write(|tx| {
        let cab = groups::list(tx.conn)?.into_iter().find(|it| it.key == "cab").expect("it is shipped");
        groups::set_members(tx, cab.id, &[people[2].1.id, people[3].1.id])
    });
    given::members(app, "operations", &[people[5].1.clone()]);
    people
}

/// Follows what the page of a record asks for next, whoever it is asked of.
pub struct Walker<'a> {
    pub app: &'a TestApp,
    pub window: &'a Window,
    /// The first one owns all; the sixth takes support over.
    pub people: &'a [(&'a str, Somebody)],
}

/// What the page of a record asks for next.
enum Next {
    /// The primary button, and where it leads if it is a link.
    Press(Option<String>),
    OthersDecide,
    Ended,
}

const PRIMARY: &str = "#readiness .readiness-head .btn-primary";

impl Walker<'_> {
    async fn next(&self) -> Next {
        let it = self.window;
        it.find("#readiness").await;
        match it.see(PRIMARY).await {
            Some(button) => Next::Press(button.attr("href").await.expect("it is there")),
            None if it.text("#readiness").await.contains("Waiting for others") => Next::OthersDecide,
            None => Next::Ended,
        }
    }

    pub async fn to_the_end(&self) {
        let it = self.window;
        for _ in 0..80 {
            match self.next().await {
                Next::Press(None) => it.follow(PRIMARY).await,
                Next::Press(Some(place)) if place == "#changes" => {
                    it.press(PRIMARY).await;
                    self.changes().await;
                }
                Next::Press(Some(place)) => self.put_right(&place).await,
                Next::OthersDecide => self.others_decide().await,
                Next::Ended => return,
            }
        }
        panic!("it never ends: {}", it.text("#readiness").await);
    }

    /// The RFCs: the first one is registered, later each is brought on by one phase.
    async fn changes(&self) {
        let it = self.window;
        let home = it.path().await;
        let home = home.split('#').next().expect("a path");
        if it.see("#changes tbody tr").await.is_none() {
            it.follow("//a[contains(., 'New RFC for this release')]").await;
            it.tick("//label[contains(., 'Normal')]/input").await;
            it.write("title", "Serve pay slips to phones").await;
            it.follow("//button[contains(., 'Register the RFC')]").await;
            it.until_text("#notices", "The RFC is registered.").await;
        } else {
            it.follow("#changes tbody a").await;
            self.one_phase().await;
        }
        it.follow(&format!("#details a[href='{home}']")).await;
    }

    async fn one_phase(&self) {
        let it = self.window;
        for _ in 0..20 {
            match self.next().await {
                Next::Press(None) => {
                    let asks = it.text(PRIMARY).await.contains("Ask");
                    it.follow(PRIMARY).await;
                    if !asks || it.see("#approvals .round").await.is_none() {
                        return;
                    }
                }
                Next::Press(Some(place)) => self.put_right(&place).await,
                Next::OthersDecide => self.others_decide().await,
                Next::Ended => return,
            }
        }
        panic!("the RFC does not go on: {}", it.text("#readiness").await);
    }

    async fn put_right(&self, place: &str) {
        let it = self.window;
        if let Some(part) = place.strip_prefix("#confirm-") {
            it.press(PRIMARY).await;
            it.tick(&format!("{place} input[value='passed']")).await;
            it.write(&format!("note-{part}"), "Seen with my own eyes.").await;
            it.follow(&format!("{place} form .btn")).await;
        } else if place.ends_with("/early-life") {
            it.follow(PRIMARY).await;
            self.support_early_life().await;
            it.follow("main .record-kind a").await;
        } else if place == "#tasks" {
            it.press(PRIMARY).await;
            it.follow("#tasks .task-steps .btn").await;
        } else if place.ends_with("/handover") {
            self.offer().await;
        } else if place.ends_with("/review") {
            it.follow(PRIMARY).await;
            self.look_back().await;
        } else {
            assert!(place.ends_with("/edit"), "{place}");
            it.follow(PRIMARY).await;
            self.fill_in().await;
            it.follow("//main//button[.='Save']").await;
            it.until_text("#notices", "Saved.").await;
        }
    }

    /// What is to be normal, who agreed to that, and that it is.
    async fn support_early_life(&self) {
        let it = self.window;
        if let Some(field) = it.see("#readings input[inputmode='decimal']").await {
            let id = field.attr("id").await.expect("it is there").expect("an id");
            it.write(&id, "9").await;
            it.follow("#readings form .btn-primary").await;
            it.until_text("#notices", "One reading is recorded.").await;
            return;
        }
        it.follow("//main//a[contains(., 'Add a metric')]").await;
        it.write("name", "Calls a day").await;
        it.write("normal", "10").await;
        it.write("days", "1").await;
        it.follow("//main//button[.='Save']").await;
        it.until_text("#notices", "The exit criterion is saved.").await;
        // Whoever takes over agrees, on a page of their own: the address without the place on it, so that it is loaded anew.
        let page = it.path().await;
        let page = page.split('#').next().expect("a path").to_owned();
        it.give_to(self.app, &self.people[5].1).await;
        it.goto(&page).await;
        it.follow("//button[contains(., 'I agree')]").await;
        it.until_text("#notices", "The agreement is recorded.").await;
        it.give_to(self.app, &self.people[0].1).await;
        it.goto(&page).await;
    }

    /// Works through the checklist of the handover, and asks operations to take over.
    async fn offer(&self) {
        let it = self.window;
        it.follow(PRIMARY).await;
        it.until_text("#checklist-title", "Checklist").await;
        while it.see("#checklist form .btn-primary").await.is_some() {
            it.follow("#checklist form .btn-primary").await;
            it.until_text("#notices", "The point is done.").await;
        }
        it.follow("//button[contains(., 'Ask them')]").await;
        it.until_text("#notices", "They are asked by mail.").await;
        it.follow("h1 a").await;
    }

    /// Writes every point of the review: all is in order.
    async fn look_back(&self) {
        let it = self.window;
        it.until_text("h1", "Review").await;
        while it.see("//main//a[starts-with(normalize-space(.), 'Write')]").await.is_some() {
            it.follow("//main//a[starts-with(normalize-space(.), 'Write')]").await;
            it.tick("main input[name='outcome'][value='met']").await;
            it.write("finding", "Nothing out of the ordinary.").await;
            it.follow("//main//button[.='Save']").await;
            it.until_text("#notices", "Saved.").await;
        }
        it.follow("main .record-kind a").await;
    }

    /// Fills in whatever the form asks for and is still empty.
    async fn fill_in(&self) {
        let it = self.window;
        for id in ["scope", "reason", "deployment_plan", "communication_plan", "back_out_plan", "resources", "affected_users"] {
            if self.is_empty(id).await {
                it.write(id, "As discussed on Monday.").await;
            }
        }
        let lists = [("coordinator", "Kit"), ("impact", "Medium"), ("urgency", "Low"), ("likelihood", "Low"), ("strategy", "Phased"), ("distribution", "Push")];
        for (id, label) in lists {
            if self.is_empty(id).await {
                it.choose(id, label).await;
            }
        }
        for (id, moment) in [("planned_start", "03092026→0600PM"), ("planned_end", "03092026→1000PM")] {
            if self.is_empty(id).await {
                it.write(id, moment).await;
            }
        }
        if it.see("input[name='items']").await.is_some() {
            it.tick("input[name='items']").await;
        }
    }

    async fn is_empty(&self, id: &str) -> bool {
        match self.window.see(&format!("main [id='{id}']")).await {
            Some(field) => field.prop("value").await.expect("it is there").is_none_or(|it| it.trim().is_empty()),
            None => false,
        }
    }

    /// Everybody who is asked approves, each in a session of their own.
    async fn others_decide(&self) {
        let it = self.window;
        let record = it.path().await;
        if it.see("#handover a[href^='/handovers/']").await.is_some() {
            it.give_to(self.app, &self.people[5].1).await;
            it.goto("/").await;
            it.follow("//main//a[.='Answer']").await;
            it.tick("input[value='accept']").await;
            it.follow("//button[.='Record my answer']").await;
            it.until_text("#notices", "Your answer is recorded.").await;
            it.give_to(self.app, &self.people[0].1).await;
            it.goto(&record).await;
            return;
        }
        let mut awaited = String::new();
        for vote in it.all("//*[@id='approvals']//li[span[.='Awaited']]").await {
            awaited += &vote.text().await.expect("it is there");
        }
        let asked: Vec<_> = self.people.iter().filter(|(name, _)| awaited.contains(name)).collect();
        assert!(!asked.is_empty(), "nobody is asked: {}", it.text("#approvals").await);
        for (_, somebody) in asked {
            it.give_to(self.app, somebody).await;
            it.goto("/").await;
            it.follow("//main//a[.='Decide']").await;
            it.tick("input[value='approve']").await;
            it.write("comment", "Fine with me.").await;
            it.follow("//button[.='Record my decision']").await;
            it.until_text("#notices", "Your decision is recorded.").await;
        }
        it.give_to(self.app, &self.people[0].1).await;
        it.goto(&record).await;
    }
}
