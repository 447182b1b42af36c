//! Every address and who may knock there: one table, and what holds for all of them.

mod place;
mod sizes;

use crate::support::Page;
use place::Place;
use slipway::web::routes::{Door, ROUTES, Route};
use std::fmt::Write;

/// Who asks, in the order of the columns. The second coordinator coordinates the release and is assigned the RFC that is asked about;
/// the approver is the one whose approval is asked about, the contributor the one whose task it is.
const COLUMNS: [&str; 8] = ["stranger", "viewer", "contrib", "approver", "coord", "its coord", "manager", "admin"];

/// Each column in a house of its own, so that nobody's deeds are in another's way.
#[tokio::test]
async fn every_address_answers_every_role_as_the_table_says() {
    let mut cells = vec![Vec::new(); ROUTES.len()];
    for column in 0..COLUMNS.len() {
        let place = Place::build().await;
        let browser = place.browsers().swap_remove(column);
        // What ends the session comes last.
        let last = |at: &usize| ROUTES[*at].path == "/session/end";
        let mut order: Vec<usize> = (0..ROUTES.len()).collect();
        order.sort_by_key(last);
        for at in order {
            cells[at].push(place.knock(&browser, &ROUTES[at]).await.status);
        }
    }
    let mut table = format!("{:<50}", "");
    COLUMNS.iter().for_each(|it| write!(table, " {it:>9}").expect("a text"));
    for (route, row) in ROUTES.iter().zip(cells) {
        write!(table, "\n{:<50}", format!("{:<4} {}", route.method, route.path)).expect("a text");
        row.iter().for_each(|it| write!(table, " {it:>9}").expect("a text"));
    }
    // 200 a page, 303 done (or, for a stranger who reads, first to the sign-in), 401 sign in first, 403 not by this role, 404 not for these eyes,
    // 409 allowed but not now, 410 a link that is over, 422 allowed but the form is not right.
    insta::assert_snapshot!(table, @r#"
                                                        stranger    viewer   contrib  approver     coord its coord   manager     admin
    get  /                                                   303       200       200       200       200       200       200       200
    get  /healthz                                            200       200       200       200       200       200       200       200
    get  /readyz                                             200       200       200       200       200       200       200       200
    get  /metrics                                            200       200       200       200       200       200       200       200
    get  /static/{hash}/{file}                               200       200       200       200       200       200       200       200
    get  /releases                                           303       200       200       200       200       200       200       200
    post /releases                                           401       403       403       403       303       303       303       303
    get  /releases.csv                                       303       200       200       200       200       200       200       200
    get  /releases/new                                       303       403       403       403       200       200       200       200
    get  /releases/{id}                                      303       200       200       200       200       200       200       200
    get  /releases/{id}/evidence.zip                         303       200       200       200       200       200       200       200
    get  /changes                                            303       200       200       200       200       200       200       200
    post /changes                                            401       403       303       403       303       303       303       303
    get  /changes.csv                                        303       200       200       200       200       200       200       200
    get  /changes/new                                        303       403       200       403       200       200       200       200
    get  /changes/{id}                                       303       200       200       200       200       200       200       200
    get  /records/{id}/activity                              303       200       200       200       200       200       200       200
    post /records/{id}/phase                                 401       403       403       403       403       409       409       409
    post /records/{id}/confirmations                         401       403       403       403       403       409       409       409
    post /records/{id}/waivers                               401       403       403       403       403       403       303       303
    post /records/{id}/watching                              401       303       303       303       303       303       303       303
    post /records/{id}/rounds                                401       403       403       403       403       409       409       409
    post /records/{id}/rounds/withdrawal                     401       403       403       403       403       303       303       303
    post /records/{id}/changes                               401       403       403       403       403       409       409       409
    post /records/{id}/changes/{change}/removal              401       403       403       403       403       303       303       303
    post /records/{id}/models                                401       403       403       403       403       303       303       303
    get  /records/{id}/tasks                                 303       200       200       200       200       200       200       200
    post /records/{id}/tasks                                 401       403       403       403       403       303       303       303
    get  /records/{id}/tasks/new                             303       403       403       403       403       200       200       200
    post /records/{id}/tasks/bulk                            401       403       403       403       403       303       303       303
    get  /records/{id}/review                                303       200       200       200       200       200       200       200
    get  /records/{id}/review/{point}/edit                   303       403       403       403       403       409       409       409
    post /records/{id}/review/{point}                        401       403       403       403       403       409       409       409
    get  /records/{id}/follow-ups/new                        303       403       403       403       403       200       200       200
    post /records/{id}/follow-ups                            401       403       403       403       403       303       303       303
    get  /follow-ups/{id}/edit                               303       403       403       403       403       200       200       200
    post /follow-ups/{id}                                    401       403       403       403       403       303       303       303
    post /follow-ups/{id}/state                              401       403       303       403       403       303       303       303
    get  /records/{id}/reopening                             303       403       403       403       403       403       403       409
    post /records/{id}/reopening                             401       403       403       403       403       403       403       409
    get  /records/{id}/surveys                               303       200       200       200       200       200       200       200
    post /records/{id}/surveys                               401       403       403       403       403       303       303       303
    get  /records/{id}/surveys/new                           303       403       403       403       403       200       200       200
    get  /surveys/{id}                                       303       200       200       200       200       200       200       200
    post /surveys/{id}                                       401       403       403       403       403       303       303       303
    get  /surveys/{id}/edit                                  303       403       403       403       403       200       200       200
    post /surveys/{id}/discarding                            401       403       403       403       403       409       409       409
    post /surveys/{id}/opening                               401       403       403       403       403       409       409       409
    post /surveys/{id}/closing                               401       403       403       403       403       409       409       409
    get  /surveys/{id}/people/new                            303       403       403       403       403       200       200       200
    post /surveys/{id}/people                                401       403       403       403       403       303       303       303
    post /surveys/{id}/people/{person}/removal               401       403       403       403       403       404       404       404
    get  /surveys/{id}/results                               303       200       200       200       200       200       200       200
    get  /surveys/{id}/results.csv                           303       200       200       200       200       200       200       200
    get  /surveys/{id}/figures.csv                           303       200       200       200       200       200       200       200
    get  /records/{id}/attachments                           303       200       200       200       200       200       200       200
    post /records/{id}/attachments                           401       403       303       303       403       303       303       303
    get  /attachments/{id}                                   303       200       200       200       200       200       200       200
    post /attachments/{id}/removal                           401       403       403       403       403       303       303       303
    get  /records/{id}/early-life                            303       200       200       200       200       200       200       200
    get  /records/{id}/early-life.csv                        303       200       200       200       200       200       200       200
    post /records/{id}/agreement                             401       403       303       303       409       409       409       409
    post /records/{id}/metrics                               401       403       403       403       403       303       303       303
    get  /records/{id}/metrics/new                           303       403       403       403       403       200       200       200
    post /records/{id}/readings                              401       403       422       422       403       422       422       422
    post /records/{id}/readings/table                        401       403       422       422       403       422       422       422
    post /records/{id}/readings/key                          401       403       403       403       403       303       303       303
    post /records/{id}/issues                                401       403       303       303       403       303       303       303
    get  /records/{id}/issues/new                            303       403       200       200       403       200       200       200
    post /records/{id}/known-errors                          401       403       303       303       403       303       303       303
    get  /records/{id}/known-errors/new                      303       403       200       200       403       200       200       200
    post /records/{id}/team                                  401       403       403       403       403       303       303       303
    get  /records/{id}/team/edit                             303       403       403       403       403       200       200       200
    post /records/{id}/contacts                              401       403       403       403       403       303       303       303
    get  /records/{id}/handover                              303       200       200       200       200       200       200       200
    post /records/{id}/handover                              401       403       403       403       403       409       409       409
    post /records/{id}/handover/withdrawal                   401       403       403       403       403       409       409       409
    post /records/{id}/handover/items                        401       403       403       403       403       303       303       303
    get  /records/{id}/{section}/edit                        303       403       403       403       403       200       200       200
    post /records/{id}/{section}                             401       403       403       403       403       409       409       409
    get  /exit-metrics/{id}/edit                             303       403       403       403       403       200       200       200
    post /exit-metrics/{id}                                  401       403       403       403       403       422       422       422
    post /exit-metrics/{id}/removal                          401       403       403       403       403       303       303       303
    get  /issues/{id}/edit                                   303       403       200       200       403       200       200       200
    post /issues/{id}                                        401       403       422       422       403       422       422       422
    get  /known-errors/{id}/edit                             303       403       200       200       403       200       200       200
    post /known-errors/{id}                                  401       403       303       303       403       303       303       303
    post /known-errors/{id}/acceptance                       401       403       303       303       403       303       303       303
    post /team-members/{id}/removal                          401       403       403       403       403       303       303       303
    post /api/releases/{id}/readings                         401       401       401       401       401       401       401       401
    get  /tasks                                              303       200       200       200       200       200       200       200
    get  /tasks/{id}                                         303       200       200       200       200       200       200       200
    post /tasks/{id}                                         401       403       403       403       403       409       409       409
    get  /tasks/{id}/edit                                    303       403       403       403       403       200       200       200
    post /tasks/{id}/state                                   401       403       303       403       403       303       303       303
    post /tasks/{id}/assignee                                401       403       303       403       403       303       303       303
    get  /approvals                                          303       200       200       200       200       200       200       200
    get  /approvals/{id}                                     303       404       404       200       404       404       404       404
    post /approvals/{id}/decision                            401       404       404       303       404       404       404       404
    post /approvals/{id}/retraction                          401       404       404       303       404       404       404       404
    post /approvals/{id}/reassignment                        401       403       403       403       403       403       409       409
    get  /delegations                                        303       200       200       200       200       200       200       200
    post /delegations                                        401       403       303       303       303       303       303       303
    get  /delegations/new                                    303       403       200       200       200       200       200       200
    post /delegations/{id}/end                               401       403       303       403       403       403       303       303
    get  /a/{token}                                          200       200       200       200       200       410       410       410
    get  /a/{token}/content                                  200       200       200       200       200       410       410       410
    post /a/{token}/decision                                 303       303       303       303       303       409       409       409
    post /a/{token}/undo                                     303       303       303       303       303       409       409       409
    get  /handovers/{id}                                     303       200       200       200       200       200       200       200
    post /handovers/{id}/answer                              401       403       303       303       409       409       409       409
    post /handover-items/{id}                                401       403       403       403       403       409       409       409
    post /handover-items/{id}/state                          401       403       409       409       403       409       409       409
    post /handover-items/{id}/position                       401       403       403       403       403       409       409       409
    post /handover-items/{id}/removal                        401       403       403       403       403       409       409       409
    get  /h/{token}                                          200       200       200       200       200       200       200       200
    post /h/{token}/answer                                   303       303       409       409       303       303       303       303
    get  /s/{token}                                          200       200       200       200       200       200       200       200
    post /s/{token}/answers                                  200       200       200       200       200       200       200       200
    get  /s/{token}/refusal                                  200       200       200       200       200       200       200       200
    post /s/{token}/refusal                                  303       303       303       303       303       303       303       303
    post /s/{token}/refusal/undo                             303       303       303       303       303       303       303       303
    get  /notices                                            303       200       200       200       200       200       200       200
    post /notices/reading                                    401       303       303       303       303       303       303       303
    post /notices/{id}/reading                               401       404       404       404       404       404       404       404
    get  /notices/stream                                     303       200       200       200       200       200       200       200
    get  /notices/preferences                                303       200       200       200       200       200       200       200
    post /notices/preferences                                401       422       422       422       422       422       422       422
    get  /mute/{token}                                       200       200       200       200       200       200       200       200
    post /mute/{token}                                       200       200       200       200       200       200       200       200
    get  /items                                              303       200       200       200       200       200       200       200
    post /items                                              401       403       403       403       422       422       422       422
    get  /items/new                                          303       403       403       403       200       200       200       200
    post /items/{id}                                         401       403       403       403       303       303       303       303
    get  /items/{id}/edit                                    303       403       403       403       200       200       200       200
    get  /calendars                                          303       200       200       200       200       200       200       200
    post /calendars                                          401       403       403       403       403       403       303       303
    get  /calendars/new                                      303       403       403       403       403       403       200       200
    post /calendars/{id}                                     401       403       403       403       403       403       409       409
    get  /calendars/{id}/edit                                303       403       403       403       403       403       200       200
    get  /categories                                         303       200       200       200       200       200       200       200
    post /categories                                         401       403       403       403       403       403       422       422
    get  /categories/new                                     303       403       403       403       403       403       200       200
    get  /categories/{id}/edit                               303       403       403       403       403       403       200       200
    post /categories/{id}                                    401       403       403       403       403       403       422       422
    post /categories/{id}/position                           401       403       403       403       403       403       303       303
    post /categories/{id}/retirement                         401       403       403       403       403       403       303       303
    post /categories/{id}/reinstatement                      401       403       403       403       403       403       409       409
    post /categories/{id}/removal                            401       403       403       403       403       403       409       409
    get  /process                                            303       200       200       200       200       200       200       200
    get  /process.toml                                       303       200       200       200       200       200       200       200
    post /process/preview                                    401       403       403       403       403       403       422       422
    post /process/import                                     401       403       403       403       403       403       422       422
    get  /models                                             303       200       200       200       200       200       200       200
    post /models                                             401       403       403       403       403       403       303       303
    get  /models/new                                         303       403       403       403       403       403       200       200
    post /models/preview                                     401       403       403       403       403       403       200       200
    get  /models/{id}                                        303       200       200       200       200       200       200       200
    post /models/{id}                                        401       403       403       403       403       403       422       422
    get  /models/{id}/edit                                   303       403       403       403       403       403       200       200
    get  /models/{id}/preview                                303       200       200       200       200       200       200       200
    post /models/{id}/retirement                             401       403       403       403       403       403       409       409
    post /models/{id}/reinstatement                          401       403       403       403       403       403       409       409
    get  /policy                                             303       200       200       200       200       200       200       200
    post /policy                                             401       403       403       403       403       403       303       422
    get  /policy/edit                                        303       403       403       403       403       403       200       200
    get  /policy/{version}                                   303       200       200       200       200       200       200       200
    get  /workflows                                          303       200       200       200       200       200       200       200
    get  /workflows/{id}                                     303       200       200       200       200       200       200       200
    get  /workflows/{id}/simulation                          303       200       200       200       200       200       200       200
    post /workflows/{id}/draft                               401       403       403       403       403       403       303       303
    post /workflow-drafts                                    401       403       403       403       403       403       303       303
    get  /workflow-drafts/new                                303       403       403       403       403       403       200       200
    get  /workflow-drafts/{id}                               303       200       200       200       200       200       200       200
    post /workflow-drafts/{id}                               401       403       403       403       403       403       409       409
    post /workflow-drafts/{id}/discarding                    401       403       403       403       403       403       409       409
    get  /workflow-drafts/{id}/simulation                    303       200       200       200       200       200       200       200
    get  /workflow-drafts/{id}/publication                   303       403       403       403       403       403       200       200
    post /workflow-drafts/{id}/publication                   401       403       403       403       403       403       422       422
    post /workflow-drafts/{id}/phases                        401       403       403       403       403       403       422       422
    get  /workflow-drafts/{id}/phases/new                    303       403       403       403       403       403       200       200
    get  /workflow-drafts/{id}/phases/{phase}                303       403       403       403       403       403       200       200
    post /workflow-drafts/{id}/phases/{phase}                401       403       403       403       403       403       422       422
    post /workflow-drafts/{id}/phases/{phase}/position       401       403       403       403       403       403       409       409
    post /workflow-drafts/{id}/phases/{phase}/removal        401       403       403       403       403       403       409       409
    post /workflow-drafts/{id}/phases/{phase}/transitions       401       403       403       403       403       403       422       422
    get  /workflow-drafts/{id}/phases/{phase}/transitions/new       303       403       403       403       403       403       200       200
    get  /workflow-drafts/{id}/phases/{phase}/transitions/{transition}       303       403       403       403       403       403       200       200
    post /workflow-drafts/{id}/phases/{phase}/transitions/{transition}       401       403       403       403       403       403       422       422
    post /workflow-drafts/{id}/phases/{phase}/transitions/{transition}/position       401       403       403       403       403       403       409       409
    post /workflow-drafts/{id}/phases/{phase}/transitions/{transition}/removal       401       403       403       403       403       403       409       409
    post /workflow-drafts/{id}/phases/{phase}/approvals       401       403       403       403       403       403       422       422
    get  /workflow-drafts/{id}/phases/{phase}/approvals/new       303       403       403       403       403       403       200       200
    get  /workflow-drafts/{id}/phases/{phase}/approvals/{step}       303       403       403       403       403       403       200       200
    post /workflow-drafts/{id}/phases/{phase}/approvals/{step}       401       403       403       403       403       403       422       422
    post /workflow-drafts/{id}/phases/{phase}/approvals/{step}/removal       401       403       403       403       403       403       409       409
    get  /workflows/{id}/moving                              303       403       403       403       403       403       200       200
    post /workflows/{id}/moving                              401       403       403       403       403       403       422       422
    get  /workflow-moves/{id}                                303       200       200       200       200       200       200       200
    get  /calendars/{id}/holidays/new                        303       403       403       403       403       403       200       200
    post /calendars/{id}/holidays                            401       403       403       403       403       403       409       409
    post /calendars/{id}/holidays/removal                    401       403       403       403       403       403       409       409
    post /calendars/{id}/holiday-file                        401       403       403       403       403       403       422       422
    get  /notification-rules                                 303       200       200       200       200       200       200       200
    post /notification-rules                                 401       403       403       403       403       403       303       303
    get  /notification-rules/new                             303       403       403       403       403       403       200       200
    get  /notification-rules/recipients                      303       403       403       403       403       403       200       200
    get  /notification-rules/recipients/mail                 303       403       403       403       403       403       404       404
    post /notification-rules/{id}                            401       403       403       403       403       403       422       422
    get  /notification-rules/{id}/edit                       303       403       403       403       403       403       200       200
    post /notification-rules/{id}/removal                    401       403       403       403       403       403       303       303
    get  /question-sets                                      303       200       200       200       200       200       200       200
    post /question-sets                                      401       403       403       403       403       403       303       303
    get  /question-sets/new                                  303       403       403       403       403       403       200       200
    post /question-sets/preview                              401       403       403       403       403       403       200       200
    get  /question-sets/{id}                                 303       200       200       200       200       200       200       200
    post /question-sets/{id}                                 401       403       403       403       403       403       303       303
    get  /question-sets/{id}/edit                            303       403       403       403       403       403       200       200
    get  /question-sets/{id}/preview                         303       200       200       200       200       200       200       200
    post /question-sets/{id}/retirement                      401       403       403       403       403       403       409       409
    get  /search                                             303       200       200       200       200       200       200       200
    get  /activity                                           303       404       404       404       404       404       404       200
    get  /session/new                                        200       303       303       303       303       303       303       303
    post /session                                            422       422       422       422       422       422       422       422
    post /session/end                                        303       303       303       303       303       303       303       303
    get  /setup/{token}                                      409       409       409       409       409       409       409       409
    post /setup/{token}                                      409       409       409       409       409       409       409       409
    get  /profile                                            303       200       200       200       200       200       200       200
    post /profile                                            401       422       422       422       422       422       422       422
    post /profile/password                                   401       422       422       422       422       422       422       422
    post /profile/sessions/end                               401       303       303       303       303       303       303       303
    get  /users                                              303       404       404       404       404       404       404       200
    post /users                                              401       404       404       404       404       404       404       422
    get  /users/new                                          303       404       404       404       404       404       404       200
    get  /users/{id}/edit                                    303       404       404       404       404       404       404       200
    post /users/{id}                                         401       404       404       404       404       404       404       422
    post /users/{id}/password                                401       404       404       404       404       404       404       422
    post /users/{id}/disabling                               401       404       404       404       404       404       404       303
    post /users/{id}/enabling                                401       404       404       404       404       404       404       303
    get  /mails                                              303       404       404       404       404       404       404       200
    post /mails/resumption                                   401       404       404       404       404       404       404       303
    post /mails/tests                                        401       404       404       404       404       404       404       303
    get  /mails/{id}                                         303       404       404       404       404       404       404       200
    get  /mails/{id}/html                                    303       404       404       404       404       404       404       200
    post /mails/{id}/tries                                   401       404       404       404       404       404       404       409
    post /mails/{id}/cancellation                            401       404       404       404       404       404       404       303
    get  /groups                                             303       404       404       404       404       404       404       200
    post /groups                                             401       404       404       404       404       404       404       422
    get  /groups/new                                         303       404       404       404       404       404       404       200
    get  /groups/{id}/edit                                   303       404       404       404       404       404       404       200
    post /groups/{id}                                        401       404       404       404       404       404       404       422
    "#);
}

#[tokio::test]
async fn strangers_are_sent_to_sign_in_from_every_closed_door() {
    let place = Place::build().await;
    let browser = place.app.browser();
    for route in ROUTES.iter().filter(|it| it.door == Door::SignedIn) {
        let page = place.knock(&browser, route).await;
        if route.method == "get" {
            let back: String = url::form_urlencoded::byte_serialize(place.path(route).as_bytes()).collect();
            page.expect_see(&format!("/session/new?to={back}"));
        } else {
            page.expect(401).expect_text("Please sign in");
        }
    }
}

#[tokio::test]
async fn what_another_site_sends_is_refused_at_every_door() {
    let place = Place::build().await;
    let before = place.app.log();
    for browser in place.browsers() {
        for route in ROUTES.iter().filter(|it| it.method == "post") {
            let page = browser.post_with(&place.path(route), &[], &[("sec-fetch-site", "cross-site")]).await;
            assert_eq!(page.status, 403, "{}", route.path);
        }
    }
    assert_eq!(place.app.log(), before);
}

#[tokio::test]
async fn head_answers_wherever_get_does_and_says_nothing() {
    let place = Place::build().await;
    for browser in [place.app.browser(), place.app.browser_of(&place.people[6])] {
        for route in ROUTES.iter().filter(|it| it.method == "get") {
            let path = place.path(route);
            let (get, head) = (browser.get(&path).await, browser.request("HEAD", &path, "", &[]).await);
            assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
            assert_eq!(head.location(), get.location(), "{path}");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_405_and_says_which_are_right() {
    let place = Place::build().await;
    let browser = place.app.browser_of(&place.people[6]);
    for route in ROUTES {
        let path = place.path(route);
        let known: Vec<&str> = ROUTES.iter().filter(|it| it.path == route.path).map(|it| it.method).collect();
        for method in ["get", "post", "put", "patch", "delete"].iter().filter(|it| !known.contains(it)) {
            let page = browser.request(&method.to_uppercase(), &path, "", &[]).await;
            assert_eq!(page.status, 405, "{method} {path}");
            let allowed = page.header("allow").to_lowercase();
            assert!(known.iter().all(|it| allowed.contains(it)), "{method} {path}: {allowed:?}");
        }
    }
    browser.request("DELETE", "/nowhere", "", &[]).await.expect(404);
}

/// What people and scanners put where a number or a word is expected.
const NASTY: [&str; 14] = [
    "0",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999",
    "1.5",
    "x",
    "%00",
    "1%00",
    "%F0%9F%92%A5",
    "%FF%FE",
    "..%2F..%2Fetc%2Fpasswd",
    "'%20OR%201=1--",
    "%E2%80%AE%0A%0D",
];

/// Whether it is our fault: never, whatever is sent.
#[track_caller]
fn ours(page: &Page, what: &str) {
    assert!(page.status < 500, "{what}: {} {}", page.status, page.body);
}

#[tokio::test]
async fn nothing_in_an_address_is_our_fault() {
    let place = Place::build().await;
    let browser = place.app.browser_of(&place.people[6]);
    for route in ROUTES.iter().filter(|it| it.path.contains('{')) {
        for nasty in NASTY {
            let parts = route.path.split('/').map(|it| if it.starts_with('{') { nasty } else { it });
            let path = parts.collect::<Vec<_>>().join("/");
            let page = if route.method == "get" { browser.get(&path).await } else { browser.post(&path, &[]).await };
            ours(&page, &format!("{} {path}", route.method));
        }
    }
}

#[tokio::test]
async fn nothing_in_a_query_is_our_fault() {
    let place = Place::build().await;
    let browser = place.app.browser_of(&place.people[6]);
    let names = ["q", "category", "phase", "state", "item", "owner", "from", "to", "order", "after", "before", "actor", "kind", "release"];
    let more = [
        "~5",
        "-8000000000000000000~5",
        "8000000000000000000~5",
        "-300000000000000000~5",
        "300000000000000000~1",
        "~",
        "9999-12-31",
        "-0001-01-01",
        "%27%22%3C%3E%26",
    ];
    for path in
        ["/releases", "/releases.csv", "/changes", "/changes/new", "/releases/new", "/search", "/activity", "/users", "/records/1/activity", "/session/new"]
    {
        for name in names {
            for nasty in NASTY.iter().chain(&more) {
                let order = if name == "after" { ["", "&order=due", "&order=start_last"].as_slice() } else { &[""] };
                for order in order {
                    let address = format!("{path}?{name}={nasty}{order}");
                    ours(&browser.get(&address).await, &address);
                }
            }
        }
    }
}

#[tokio::test]
async fn nothing_in_a_form_is_our_fault() {
    let place = Place::build().await;
    let browser = place.app.browser_of(&place.people[6]);
    let long = "y".repeat(30_000);
    let typed = ["", "\0", "a\0b", "9223372036854775807", "-9223372036854775808", "💥", "\u{202e}\r\n\t", "9999-12-31T23:59", "1990-01-01T00:00", &long];
    // Ends nobody's session, or the rest would be told to sign in.
    let harmless = |it: &&Route| it.method == "post" && !it.path.contains("session") && !it.path.contains("disabling");
    for route in ROUTES.iter().filter(harmless) {
        let good = place.form(route.path);
        let also = ["note", "comment", "description", "scope", "planned_start", "due_at", "link", "members", "predecessors", "new_item", "password", "current"];
        let names: Vec<&str> = good.iter().map(|(name, _)| *name).chain(also).collect();
        for name in names {
            for nasty in typed {
                let mut fields: Vec<(&str, &str)> = good.iter().filter(|(it, _)| *it != name).map(|(name, value)| (*name, value.as_str())).collect();
                fields.push((name, nasty));
                ours(&browser.post(&place.path(route), &fields).await, &format!("{} {name}={nasty:.20}", route.path));
            }
        }
    }
    for email in typed {
        place.app.clock.advance(chrono::Duration::minutes(1)); // Or they would be too many attempts.
        ours(&place.app.browser().post("/session", &[("email", email), ("password", "nothing at all")]).await, &format!("/session {email:.20}"));
    }
}
