//! Somebody without an account, with a mail on a phone: answers a survey, changes it, comes too late; by mouse, by keyboard and without scripts.

use crate::hands::Hands;
use crate::support::TestApp;
use crate::support::given::{self, Link};
use crate::tell;
use crate::window::Window;
use crate::world::World;
use chrono::Duration;
use slipway::domain::ids::RecordId;

const EVERY: [Hands; 3] = [Hands::Mouse, Hands::Keyboard, Hands::WithoutScripts];

/// The pages behind the links of a survey: to be answered, to be refused, not begun.
pub fn links(world: &World) -> Vec<String> {
    let release = world.found("SELECT max(record_id)::text AS found FROM releases").remove(0).parse().expect("a number");
    let link = |survey, name| given::survey_link(&world.app, given::invited(&world.app, survey, name, None)).path;
    let name = format!("Sue{}", rand::random::<u32>());
    let open = link(given::survey(&world.app, RecordId(release)).anonymous().closing_in(9).laid(), &name);
    let draft = link(given::survey(&world.app, RecordId(release)).draft().laid(), &name);
    vec![open.clone(), format!("{open}/refusal"), draft]
}

#[test]
fn somebody_answers_on_a_phone_changes_it_and_is_late_in_the_end() {
    tell(async {
        for hands in EVERY {
            let app = TestApp::start().await;
            let release = given::release(&app, "Payroll").registered();
            let survey = given::survey(&app, release).anonymous().closing_in(20).laid();
            let link: Link = given::survey_link(&app, given::invited(&app, survey, "Sue", None));
            let window = Window::open(&app, hands).await;
            window.resize(390, 844, 2, true).await;
            window.goto(&link.path).await;
            window.until_text("main", "This link is for Sue").await;
            window.tick("[name='q-overall'][value='4']").await;
            window.tick("[name='q-nps'][value='9']").await;
            window.write("code", &link.code).await;
            window.follow("#survey button").await;
            window.until_text(".progress", "Page 2 of 2").await;
            window.tick("[name='q-help'][value='course']").await;
            window.write("q-more", "It was quick").await;
            window.follow("#survey button").await;
            window.until_text("h1", "Thank you!").await;
            window.write("code", &link.code).await;
            window.follow("#return button").await;
            window.until_text(".progress", "Page 1 of 2").await;
            window.tick("[name='q-overall'][value='2']").await;
            window.follow("#survey button").await;
            window.until_text(".progress", "Page 2 of 2").await;
            assert_eq!(window.find("#q-more").await.prop("value").await.expect("a value").as_deref(), Some("It was quick"));
            window.follow("#survey button").await;
            window.until_text("h1", "Thank you!").await;
            app.clock.advance(Duration::days(20));
            window.goto(&link.path).await;
            window.until_text("h1", "The time to answer is over").await;
            let complaints: Vec<String> = window.complaints().await.into_iter().filter(|it| !it.contains("410")).collect();
            assert_eq!(complaints, Vec::<String>::new());
        }
    });
}
