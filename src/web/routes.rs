//! Every URL of the application, who may knock there, and the function that answers: the contents page.

use super::{
    activity, approvals, assets, calendars, changes, delegations, groups, health, home, items, mails, metrics, notices, process, profile, public, records,
    releases, search, session, setup, tasks, users,
};
use actix_web::{Resource, guard, web};

/// Who gets past the door. What they may do behind it is decided by the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Anybody.
    Public,
    /// Whoever holds the secret in the address.
    Link,
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
            for (_, resource) in table.0 {
                app.service(resource);
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
    get  "/records/{id}/{section}/edit"                 SignedIn => records::sections::edit;
    post "/records/{id}/{section}"                      SignedIn => records::sections::update;

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
    get  "/models"                                      SignedIn => process::models;
    get  "/workflows"                                   SignedIn => process::workflows;
    get  "/search"                                      SignedIn => search::index;
    get  "/activity"                                    SignedIn => activity::index;

    get  "/session/new"                                 Public   => session::new;
    post "/session"                                     Public   => session::create;
    post "/session/end"                                 Public   => session::end;
    get  "/setup/{token}"                               Link     => setup::show;
    post "/setup/{token}"                               Link     => setup::create;
    get  "/profile"                                     SignedIn => profile::show;
    post "/profile"                                     SignedIn => profile::update;
    post "/profile/password"                            SignedIn => profile::change_password;
    post "/profile/sessions/end"                        SignedIn => profile::end_sessions;
    get  "/users"                                       SignedIn => users::index;
    post "/users"                                       SignedIn => users::create;
    get  "/users/new"                                   SignedIn => users::new;
    get  "/users/{id}/edit"                             SignedIn => users::edit;
    post "/users/{id}"                                  SignedIn => users::update;
    post "/users/{id}/password"                         SignedIn => users::set_password;
    post "/users/{id}/disabling"                        SignedIn => users::disable;
    post "/users/{id}/enabling"                         SignedIn => users::enable;
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
