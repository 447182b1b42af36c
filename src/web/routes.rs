//! Every URL of the application, who may knock there, and the function that answers: the contents page.

use super::{
    activity, api, approvals, assets, attachments, calendars, categories, changes, configuration, delegations, early_life, evidence, follow_ups, groups,
    handovers, health, home, items, mails, metrics, models, moving, named, notices, notification_rules, policies, profile, public, question_sets, records,
    releases, results, reviews, search, second_factor, session, setup, surveys, tasks, users, workflow_drafts, workflows,
};
use actix_web::{Resource, guard, web};

/// Who gets past the door. What they may do behind it is decided by the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Anybody.
    Public,
    /// Whoever holds the secret in the address.
    Link,
    /// Programs that sign what they send; the handler looks at the signature.
    Signed,
    /// People who signed in.
    SignedIn,
}

#[derive(Debug)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub door: Door,
}

/// Resources in the order they were first named; one path is one resource, so that a wrong method is 405 and not 404.
#[derive(Default)]
struct Table(Vec<(&'static str, Resource)>);

impl Table {
    fn add(&mut self, path: &'static str, route: actix_web::Route) {
        match self.0.iter().position(|(known, _)| *known == path) {
            Some(at) => {
                let (_, resource) = self.0.remove(at);
                self.0.insert(at, (path, resource.route(route)));
            }
            None => self.0.push((path, web::resource(path).route(route))),
        }
    }
}

/// Lists of people are longer than any other form: 50,000 addresses with their names.
const LISTS: [&str; 3] = ["/surveys/{id}/people", "/process/preview", "/process/import"];
const LIST_LIMIT: usize = 8 * 1024 * 1024;

/// GET answers HEAD as well: mail scanners and health probes use it.
fn get() -> actix_web::Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

fn post() -> actix_web::Route {
    web::post()
}

macro_rules! routes {
    ($($method:ident $path:literal $door:ident => $handler:path;)+) => {
        pub const ROUTES: &[Route] = &[$(Route { method: stringify!($method), path: $path, door: Door::$door }),+];

        pub fn configure(app: &mut web::ServiceConfig) {
            let mut table = Table::default();
            $(table.add($path, $method().to($handler));)+
            for (path, resource) in table.0 {
                app.service(if LISTS.contains(&path) { resource.app_data(web::PayloadConfig::new(LIST_LIMIT)) } else { resource });
            }
        }
    };
}

routes! {
    get  "/"                                            SignedIn => home::show;
    get  "/healthz"                                     Public   => health::alive;
    get  "/readyz"                                      Public   => health::ready;
    get  "/metrics"                                     Public   => metrics::show;
    get  "/static/{hash}/{file}"                        Public   => assets::show;

    get  "/releases"                                    SignedIn => releases::index;
    post "/releases"                                    SignedIn => releases::create;
    get  "/releases.csv"                                SignedIn => releases::export;
    get  "/releases/new"                                SignedIn => releases::new;
    get  "/releases/{id}"                               SignedIn => releases::show;
    get  "/releases/{id}/evidence.zip"                  SignedIn => evidence::show;

    get  "/changes"                                     SignedIn => changes::index;
    post "/changes"                                     SignedIn => changes::create;
    get  "/changes.csv"                                 SignedIn => changes::export;
    get  "/changes/new"                                 SignedIn => changes::new;
    get  "/changes/{id}"                                SignedIn => changes::show;

    get  "/records/{id}/activity"                       SignedIn => records::activity::index;
    post "/records/{id}/phase"                          SignedIn => records::phase::update;
    post "/records/{id}/confirmations"                  SignedIn => records::confirmations::create;
    post "/records/{id}/waivers"                        SignedIn => records::waivers::create;
    post "/records/{id}/watching"                       SignedIn => records::watching::update;
    post "/records/{id}/rounds"                         SignedIn => records::rounds::create;
    post "/records/{id}/rounds/withdrawal"              SignedIn => records::rounds::destroy;
    post "/records/{id}/changes"                        SignedIn => records::related::create;
    post "/records/{id}/changes/{change}/removal"       SignedIn => records::related::destroy;
    post "/records/{id}/models"                         SignedIn => records::models::create;
    get  "/records/{id}/tasks"                          SignedIn => tasks::board::show;
    post "/records/{id}/tasks"                          SignedIn => tasks::plan::create;
    get  "/records/{id}/tasks/new"                      SignedIn => tasks::plan::new;
    post "/records/{id}/tasks/bulk"                     SignedIn => tasks::bulk::update;
    get  "/records/{id}/review"                         SignedIn => reviews::show;
    get  "/records/{id}/review/{point}/edit"            SignedIn => reviews::edit;
    post "/records/{id}/review/{point}"                 SignedIn => reviews::update;
    get  "/records/{id}/follow-ups/new"                 SignedIn => follow_ups::new;
    post "/records/{id}/follow-ups"                     SignedIn => follow_ups::create;
    get  "/follow-ups/{id}/edit"                        SignedIn => follow_ups::edit;
    post "/follow-ups/{id}"                             SignedIn => follow_ups::update;
    post "/follow-ups/{id}/state"                       SignedIn => follow_ups::settle;
    get  "/records/{id}/reopening"                      SignedIn => records::reopening::new;
    post "/records/{id}/reopening"                      SignedIn => records::reopening::create;
    get  "/records/{id}/surveys"                        SignedIn => surveys::index;
    post "/records/{id}/surveys"                        SignedIn => surveys::create;
    get  "/records/{id}/surveys/new"                    SignedIn => surveys::new;

    get  "/surveys/{id}"                                SignedIn => surveys::show;
    post "/surveys/{id}"                                SignedIn => surveys::update;
    get  "/surveys/{id}/edit"                           SignedIn => surveys::edit;
    post "/surveys/{id}/discarding"                     SignedIn => surveys::state::discard;
    post "/surveys/{id}/opening"                        SignedIn => surveys::state::open;
    post "/surveys/{id}/closing"                        SignedIn => surveys::state::close;
    get  "/surveys/{id}/people/new"                     SignedIn => surveys::invited::new;
    post "/surveys/{id}/people"                         SignedIn => surveys::invited::create;
    post "/surveys/{id}/people/{person}/removal"        SignedIn => surveys::invited::destroy;
    get  "/surveys/{id}/results"                        SignedIn => results::show;
    get  "/surveys/{id}/results.csv"                    SignedIn => results::export::answers;
    get  "/surveys/{id}/figures.csv"                    SignedIn => results::export::figures;
    get  "/records/{id}/attachments"                    SignedIn => attachments::index;
    post "/records/{id}/attachments"                    SignedIn => attachments::create;

    get  "/attachments/{id}"                            SignedIn => attachments::show;
    post "/attachments/{id}/removal"                    SignedIn => attachments::destroy;
    get  "/records/{id}/early-life"                     SignedIn => early_life::show;
    get  "/records/{id}/early-life.csv"                 SignedIn => early_life::export::show;
    post "/records/{id}/agreement"                      SignedIn => early_life::agree;
    post "/records/{id}/metrics"                        SignedIn => early_life::entries::create::<early_life::metrics::Edit>;
    get  "/records/{id}/metrics/new"                    SignedIn => early_life::entries::new::<early_life::metrics::Edit>;
    post "/records/{id}/readings"                       SignedIn => early_life::readings::create;
    post "/records/{id}/readings/table"                 SignedIn => early_life::readings::import;
    post "/records/{id}/readings/key"                   SignedIn => early_life::readings::renew_key;
    post "/records/{id}/issues"                         SignedIn => early_life::entries::create::<early_life::issues::Edit>;
    get  "/records/{id}/issues/new"                     SignedIn => early_life::entries::new::<early_life::issues::Edit>;
    post "/records/{id}/known-errors"                   SignedIn => early_life::entries::create::<early_life::known_errors::Edit>;
    get  "/records/{id}/known-errors/new"               SignedIn => early_life::entries::new::<early_life::known_errors::Edit>;
    post "/records/{id}/team"                           SignedIn => early_life::team::create;
    get  "/records/{id}/team/edit"                      SignedIn => early_life::team::edit;
    post "/records/{id}/contacts"                       SignedIn => early_life::team::update_contacts;
    get  "/records/{id}/handover"                       SignedIn => handovers::request::index;
    post "/records/{id}/handover"                       SignedIn => handovers::request::create;
    post "/records/{id}/handover/withdrawal"            SignedIn => handovers::request::destroy;
    post "/records/{id}/handover/items"                 SignedIn => handovers::checklist::create;
    get  "/records/{id}/{section}/edit"                 SignedIn => records::sections::edit;
    post "/records/{id}/{section}"                      SignedIn => records::sections::update;

    get  "/exit-metrics/{id}/edit"                      SignedIn => early_life::entries::edit::<early_life::metrics::Edit>;
    post "/exit-metrics/{id}"                           SignedIn => early_life::entries::update::<early_life::metrics::Edit>;
    post "/exit-metrics/{id}/removal"                   SignedIn => early_life::metrics::destroy;
    get  "/issues/{id}/edit"                            SignedIn => early_life::entries::edit::<early_life::issues::Edit>;
    post "/issues/{id}"                                 SignedIn => early_life::entries::update::<early_life::issues::Edit>;
    get  "/known-errors/{id}/edit"                      SignedIn => early_life::entries::edit::<early_life::known_errors::Edit>;
    post "/known-errors/{id}"                           SignedIn => early_life::entries::update::<early_life::known_errors::Edit>;
    post "/known-errors/{id}/acceptance"                SignedIn => early_life::known_errors::accept;
    post "/team-members/{id}/removal"                   SignedIn => early_life::team::destroy;
    post "/api/releases/{id}/readings"                  Signed   => api::readings::create;

    get  "/tasks"                                       SignedIn => tasks::index;
    get  "/tasks/{id}"                                  SignedIn => tasks::show;
    post "/tasks/{id}"                                  SignedIn => tasks::plan::update;
    get  "/tasks/{id}/edit"                             SignedIn => tasks::plan::edit;
    post "/tasks/{id}/state"                            SignedIn => tasks::state::update;
    post "/tasks/{id}/assignee"                         SignedIn => tasks::state::assign;

    get  "/approvals"                                   SignedIn => approvals::index;
    get  "/approvals/{id}"                              SignedIn => approvals::show;
    post "/approvals/{id}/decision"                     SignedIn => approvals::decide;
    post "/approvals/{id}/retraction"                   SignedIn => approvals::retract;
    post "/approvals/{id}/reassignment"                 SignedIn => records::reassignments::create;

    get  "/delegations"                                 SignedIn => delegations::index;
    post "/delegations"                                 SignedIn => delegations::create;
    get  "/delegations/new"                             SignedIn => delegations::new;
    post "/delegations/{id}/end"                        SignedIn => delegations::end;
    get  "/a/{token}"                                   Link     => public::show;
    get  "/a/{token}/content"                           Link     => public::content;
    post "/a/{token}/decision"                          Link     => public::decide;
    post "/a/{token}/undo"                              Link     => public::undo;

    get  "/handovers/{id}"                              SignedIn => handovers::show;
    post "/handovers/{id}/answer"                       SignedIn => handovers::update;
    post "/handover-items/{id}"                         SignedIn => handovers::checklist::update;
    post "/handover-items/{id}/state"                   SignedIn => handovers::checklist::tick;
    post "/handover-items/{id}/position"                SignedIn => handovers::checklist::shift;
    post "/handover-items/{id}/removal"                 SignedIn => handovers::checklist::destroy;
    get  "/h/{token}"                                   Link     => public::handover::show;
    post "/h/{token}/answer"                            Link     => public::handover::update;
    get  "/s/{token}"                                   Link     => public::surveys::show;
    post "/s/{token}/answers"                           Link     => public::surveys::answer;
    get  "/s/{token}/refusal"                           Link     => public::refusals::show;
    post "/s/{token}/refusal"                           Link     => public::refusals::update;
    post "/s/{token}/refusal/undo"                      Link     => public::refusals::undo;

    get  "/notices"                                     SignedIn => notices::index;
    post "/notices/reading"                             SignedIn => notices::read_all;
    post "/notices/{id}/reading"                        SignedIn => notices::open;
    get  "/notices/stream"                              SignedIn => notices::stream::show;
    get  "/notices/preferences"                         SignedIn => notices::preferences::edit;
    post "/notices/preferences"                         SignedIn => notices::preferences::update;
    get  "/mute/{token}"                                Link     => notices::muting::show;
    post "/mute/{token}"                                Link     => notices::muting::update;

    get  "/items"                                       SignedIn => items::index;
    post "/items"                                       SignedIn => items::create;
    get  "/items/new"                                   SignedIn => items::new;
    post "/items/{id}"                                  SignedIn => items::update;
    get  "/items/{id}/edit"                             SignedIn => items::edit;
    get  "/calendars"                                   SignedIn => calendars::index;
    post "/calendars"                                   SignedIn => calendars::create;
    get  "/calendars/new"                               SignedIn => calendars::new;
    post "/calendars/{id}"                              SignedIn => calendars::update;
    get  "/calendars/{id}/edit"                         SignedIn => calendars::edit;
    get  "/categories"                                  SignedIn => categories::index;
    post "/categories"                                  SignedIn => categories::create;
    get  "/categories/new"                              SignedIn => categories::new;
    get  "/categories/{id}/edit"                        SignedIn => categories::edit;
    post "/categories/{id}"                             SignedIn => categories::update;
    post "/categories/{id}/position"                    SignedIn => categories::shift;
    post "/categories/{id}/retirement"                  SignedIn => categories::retire;
    post "/categories/{id}/reinstatement"               SignedIn => categories::reinstate;
    post "/categories/{id}/removal"                     SignedIn => categories::destroy;
    get  "/process"                                     SignedIn => configuration::show;
    get  "/process.toml"                                SignedIn => configuration::export;
    post "/process/preview"                             SignedIn => configuration::preview;
    post "/process/file"                                SignedIn => configuration::file;
    post "/process/import"                              SignedIn => configuration::import;
    get  "/models"                                      SignedIn => models::index;
    post "/models"                                      SignedIn => models::create;
    get  "/models/new"                                  SignedIn => models::new;
    post "/models/preview"                              SignedIn => models::draw;
    get  "/models/{id}"                                 SignedIn => models::show;
    post "/models/{id}"                                 SignedIn => models::update;
    get  "/models/{id}/edit"                            SignedIn => models::edit;
    get  "/models/{id}/preview"                         SignedIn => models::preview;
    post "/models/{id}/retirement"                      SignedIn => models::retire;
    post "/models/{id}/reinstatement"                   SignedIn => models::reinstate;
    get  "/policy"                                      SignedIn => policies::index;
    post "/policy"                                      SignedIn => policies::update;
    get  "/policy/edit"                                 SignedIn => policies::edit;
    get  "/policy/{version}"                            SignedIn => policies::show;
    get  "/workflows"                                   SignedIn => workflows::index;
    get  "/workflows/{id}"                              SignedIn => workflows::show;
    get  "/workflows/{id}/simulation"                   SignedIn => workflows::simulation::show;
    post "/workflows/{id}/draft"                        SignedIn => workflow_drafts::revise;
    post "/workflow-drafts"                             SignedIn => workflow_drafts::create;
    get  "/workflow-drafts/new"                         SignedIn => workflow_drafts::new;
    get  "/workflow-drafts/{id}"                        SignedIn => workflow_drafts::show;
    post "/workflow-drafts/{id}"                        SignedIn => workflow_drafts::update;
    post "/workflow-drafts/{id}/discarding"             SignedIn => workflow_drafts::destroy;
    get  "/workflow-drafts/{id}/simulation"             SignedIn => workflows::simulation::draft;
    get  "/workflow-drafts/{id}/publication"            SignedIn => workflow_drafts::publication::new;
    post "/workflow-drafts/{id}/publication"            SignedIn => workflow_drafts::publication::create;
    post "/workflow-drafts/{id}/phases"                 SignedIn => workflow_drafts::phases::create;
    get  "/workflow-drafts/{id}/phases/new"             SignedIn => workflow_drafts::phases::new;
    get  "/workflow-drafts/{id}/phases/{phase}"         SignedIn => workflow_drafts::phases::edit;
    post "/workflow-drafts/{id}/phases/{phase}"         SignedIn => workflow_drafts::phases::update;
    post "/workflow-drafts/{id}/phases/{phase}/position" SignedIn => workflow_drafts::phases::shift;
    post "/workflow-drafts/{id}/phases/{phase}/removal" SignedIn => workflow_drafts::phases::destroy;
    post "/workflow-drafts/{id}/phases/{phase}/transitions" SignedIn => workflow_drafts::transitions::create;
    get  "/workflow-drafts/{id}/phases/{phase}/transitions/new" SignedIn => workflow_drafts::transitions::new;
    get  "/workflow-drafts/{id}/phases/{phase}/transitions/{transition}" SignedIn => workflow_drafts::transitions::edit;
    post "/workflow-drafts/{id}/phases/{phase}/transitions/{transition}" SignedIn => workflow_drafts::transitions::update;
    post "/workflow-drafts/{id}/phases/{phase}/transitions/{transition}/position" SignedIn => workflow_drafts::transitions::shift;
    post "/workflow-drafts/{id}/phases/{phase}/transitions/{transition}/removal" SignedIn => workflow_drafts::transitions::destroy;
    post "/workflow-drafts/{id}/phases/{phase}/approvals" SignedIn => workflow_drafts::approvals::create;
    get  "/workflow-drafts/{id}/phases/{phase}/approvals/new" SignedIn => workflow_drafts::approvals::new;
    get  "/workflow-drafts/{id}/phases/{phase}/approvals/{step}" SignedIn => workflow_drafts::approvals::edit;
    post "/workflow-drafts/{id}/phases/{phase}/approvals/{step}" SignedIn => workflow_drafts::approvals::update;
    post "/workflow-drafts/{id}/phases/{phase}/approvals/{step}/removal" SignedIn => workflow_drafts::approvals::destroy;
    get  "/workflows/{id}/moving"                       SignedIn => moving::show;
    post "/workflows/{id}/moving"                       SignedIn => moving::create;
    get  "/workflow-moves/{id}"                         SignedIn => moving::progress::show;
    post "/workflow-moves/{id}/stopping"                SignedIn => moving::progress::stop;
    get  "/calendars/{id}/holidays/new"                 SignedIn => calendars::holidays::new;
    post "/calendars/{id}/holidays"                     SignedIn => calendars::holidays::create;
    post "/calendars/{id}/holidays/removal"             SignedIn => calendars::holidays::destroy;
    post "/calendars/{id}/holiday-file"                 SignedIn => calendars::holidays::draw;
    get  "/notification-rules"                          SignedIn => notification_rules::index;
    post "/notification-rules"                          SignedIn => notification_rules::edit::create;
    get  "/notification-rules/new"                      SignedIn => notification_rules::edit::new;
    get  "/notification-rules/recipients"               SignedIn => notification_rules::recipients::index;
    get  "/notification-rules/recipients/mail"          SignedIn => notification_rules::recipients::show;
    post "/notification-rules/{id}"                     SignedIn => notification_rules::edit::update;
    get  "/notification-rules/{id}/edit"                SignedIn => notification_rules::edit::edit;
    post "/notification-rules/{id}/removal"             SignedIn => notification_rules::edit::destroy;
    get  "/question-sets"                               SignedIn => question_sets::index;
    post "/question-sets"                               SignedIn => question_sets::create;
    get  "/question-sets/new"                           SignedIn => question_sets::new;
    post "/question-sets/preview"                       SignedIn => question_sets::draw;
    get  "/question-sets/{id}"                          SignedIn => question_sets::show;
    post "/question-sets/{id}"                          SignedIn => question_sets::update;
    get  "/question-sets/{id}/edit"                     SignedIn => question_sets::edit;
    get  "/question-sets/{id}/preview"                  SignedIn => question_sets::preview;
    post "/question-sets/{id}/retirement"               SignedIn => question_sets::retire;
    get  "/search"                                      SignedIn => search::index;
    get  "/activity"                                    SignedIn => activity::index;
    get  "/suggestions/people"                          SignedIn => named::people;
    get  "/suggestions/items"                           SignedIn => named::items;

    get  "/session/new"                                 Public   => session::new;
    post "/session"                                     Public   => session::create;
    get  "/session/code"                                Public   => session::ask;
    post "/session/code"                                Public   => session::finish;
    post "/session/end"                                 Public   => session::end;
    get  "/setup/{token}"                               Link     => setup::show;
    post "/setup/{token}"                               Link     => setup::create;
    get  "/profile"                                     SignedIn => profile::show;
    post "/profile"                                     SignedIn => profile::update;
    get  "/profile/password"                            SignedIn => profile::edit_password;
    post "/profile/password"                            SignedIn => profile::change_password;
    post "/profile/sessions/end"                        SignedIn => profile::end_sessions;
    get  "/profile/second-factor"                       SignedIn => second_factor::show;
    post "/profile/second-factor"                       SignedIn => second_factor::create;
    post "/profile/second-factor/removal"               SignedIn => second_factor::destroy;
    post "/profile/recovery-codes"                      SignedIn => second_factor::renew_codes;
    get  "/users"                                       SignedIn => users::index;
    post "/users"                                       SignedIn => users::create;
    get  "/users/new"                                   SignedIn => users::new;
    get  "/users/{id}/edit"                             SignedIn => users::edit;
    post "/users/{id}"                                  SignedIn => users::update;
    post "/users/{id}/password"                         SignedIn => users::set_password;
    post "/users/{id}/disabling"                        SignedIn => users::disable;
    post "/users/{id}/enabling"                         SignedIn => users::enable;
    post "/users/{id}/second-factor/removal"            SignedIn => users::reset_second_factor;
    post "/users/{id}/sessions/end"                     SignedIn => users::end_sessions;
    get  "/mails"                                       SignedIn => mails::index;
    post "/mails/resumption"                            SignedIn => mails::resume;
    post "/mails/tests"                                 SignedIn => mails::test;
    get  "/mails/{id}"                                  SignedIn => mails::show;
    get  "/mails/{id}/html"                             SignedIn => mails::html;
    post "/mails/{id}/tries"                            SignedIn => mails::resend;
    post "/mails/{id}/cancellation"                     SignedIn => mails::cancel;
    get  "/groups"                                      SignedIn => groups::index;
    post "/groups"                                      SignedIn => groups::create;
    get  "/groups/new"                                  SignedIn => groups::new;
    get  "/groups/{id}/edit"                            SignedIn => groups::edit;
    post "/groups/{id}"                                 SignedIn => groups::update;
}
