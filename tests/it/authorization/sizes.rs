//! Bodies that are too large are refused wherever a form is read.

use super::*;

#[tokio::test]
async fn a_body_over_the_limit_is_413_wherever_a_form_is_read() {
    let place = Place::build().await;
    let browser = place.app.browser_of(&place.people[6]);
    let without = [
        "/records/{id}/rounds",
        "/approvals/{id}/retraction",
        "/session/end",
        "/users/{id}/disabling",
        "/users/{id}/enabling",
        "/users/{id}/sessions/end",
        "/notices/{id}/reading",
        "/delegations/{id}/end",
        // They take more, and say so themselves.
        "/surveys/{id}/people",
        "/records/{id}/attachments",
        // They take files: 2 MB of a process, a calendar.
        "/process/preview",
        "/process/file",
        "/process/import",
        "/calendars/{id}/holiday-file",
        // They take no form.
        "/workflows/{id}/draft",
        "/workflow-moves/{id}/stopping",
        "/surveys/{id}/people/{person}/removal",
        "/records/{id}/readings/key",
        "/exit-metrics/{id}/removal",
        "/team-members/{id}/removal",
    ];
    let mut other = Vec::new();
    let before = place.app.log();
    for route in ROUTES.iter().filter(|it| it.method == "post" && !without.contains(&it.path) && !it.path.starts_with("/mails/")) {
        let page = browser.request("POST", &place.path(route), format!("title={}", "x".repeat(600_000)), &[]).await;
        if page.status != 413 || !page.has("Too large") {
            other.push((route.path, page.status));
        }
    }
    assert_eq!(other, []);
    assert_eq!(place.app.log(), before);
}
