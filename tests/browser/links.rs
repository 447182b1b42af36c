//! An approver who never signed in, with a mail on a phone: approves, denies, undoes; by mouse, by keyboard and without scripts.

use crate::hands::Hands;
use crate::support::TestApp;
use crate::support::given::{self, Link, Somebody};
use crate::tell;
use crate::window::Window;
use slipway::domain::approvals::ApprovalState;
use slipway::domain::ids::RecordId;

const EVERY: [Hands; 3] = [Hands::Mouse, Hands::Keyboard, Hands::WithoutScripts];

/// A release whose plan Ada and Ben are asked about, and Ada's mail.
fn mailed(app: &TestApp) -> (RecordId, Somebody, Link) {
    let [ada, _] = given::approvers(app, ["Ada", "Ben"]);
    let id = given::release(app, "Payroll").with_changes(2).in_phase("plan");
    given::edit_window(app, id, 14);
    given::ask(app, id);
    let link = given::link_of(app, id, &ada);
    (id, ada, link)
}

fn state(app: &TestApp, id: RecordId, who: &Somebody) -> ApprovalState {
    let sheet = given::sheet(app, id);
    let mut all = sheet.rounds[0].steps.iter().flat_map(|it| &it.approvals);
    all.find(|(it, _)| it.approver_id == who.id).expect("they are asked").0.state
}

async fn on_a_phone(app: &TestApp, hands: Hands) -> Window {
    let window = Window::open(app, hands).await;
    window.resize(390, 844, 2, true).await;
    window
}

#[test]
fn an_approver_approves_from_the_mail_and_undoes_it() {
    tell(async {
        for hands in EVERY {
            let app = TestApp::start().await;
            let (id, ada, link) = mailed(&app);
            let window = on_a_phone(&app, hands).await;
            window.goto(&link.path).await;
            window.until_text("h1", "Plan: Payroll v1.1").await;
            window.until_text("main", "This link is for Ada").await;
            window.tick("[name='decision'][value='approve']").await;
            window.write("code", &link.code).await;
            window.follow("#decide button").await;
            window.until_text("h1", "Approved: Payroll v1.1").await;
            assert_eq!(state(&app, id, &ada), ApprovalState::Approved);
            window.write("code", &link.code).await;
            window.follow("#undo button").await;
            window.until_text("[role='status']", "Your decision is taken back").await;
            assert_eq!(state(&app, id, &ada), ApprovalState::Pending);
            assert_eq!(window.complaints().await, Vec::<String>::new());
        }
    });
}

#[test]
fn an_approver_denies_from_the_mail_with_a_reason() {
    tell(async {
        for hands in EVERY {
            let app = TestApp::start().await;
            let (id, ada, link) = mailed(&app);
            let window = on_a_phone(&app, hands).await;
            window.goto(&link.path).await;
            assert!(!window.find("#reason").await.is_displayed().await.expect("it is there"), "the reason is asked of those who deny");
            window.tick("[name='decision'][value='deny']").await;
            window.choose("reason", "Technical").await;
            window.write("code", link.wrong_code()).await;
            window.follow("#decide button").await;
            window.until_text("#form-summary", "Add a comment to the denial.").await;
            window.write("comment", "The rollback was never tried").await;
            window.write("code", link.wrong_code()).await;
            window.follow("#decide button").await;
            window.until_text("#code-error", "4 more tries are left").await;
            assert_eq!(window.find("#comment").await.prop("value").await.expect("a value").as_deref(), Some("The rollback was never tried"));
            window.write("code", &link.code).await;
            window.follow("#decide button").await;
            window.until_text("h1", "Denied: Payroll v1.1").await;
            window.until_text("main", "The rollback was never tried").await;
            assert_eq!(state(&app, id, &ada), ApprovalState::Denied);
            assert_eq!(window.complaints().await, Vec::<String>::new());
        }
    });
}
