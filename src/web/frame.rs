//! What every page shows around its own content.

use super::form::Fields;
use super::page::notice_of;
use super::session;
use crate::app::Context;
use crate::app::attachments::Storage;
use crate::domain::people::{Action, Actor, Theme};
use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::web::Data;
use chrono::{DateTime, Utc};

/// What an action says on the page that it leads to.
#[derive(Clone)]
pub struct Notice {
    pub said: String,
    /// The id of what it is about, if it is not the whole page.
    pub part: String,
}

fn megabytes(req: &HttpRequest) -> u64 {
    req.app_data::<Data<Storage>>().map_or(0, |it| it.megabytes())
}

/// The part of a page that is the same everywhere: who is signed in, where they are, what just happened.
#[derive(Clone)]
pub struct Frame {
    pub actor: Option<Actor>,
    pub path: String,
    /// What the last action did; said once, in the live region.
    pub notice: Option<Notice>,
    /// How many notices the actor has not read.
    pub unread: i64,
    pub now: DateTime<Utc>,
    /// Why no mail is sent, for administrators.
    pub paused: Option<String>,
    /// The zone of what the page is about, for readers of whom none is known.
    pub zone_there: chrono_tz::Tz,
    /// How many of them an attached file may have.
    pub megabytes: u64,
    /// Whether the actor has to do something first, and can go nowhere else.
    pub is_barred: bool,
    /// Whether it answers a form that was sent, and so may show words that are saved nowhere.
    pub is_answer: bool,
}

impl Frame {
    pub fn of(ctx: &Context, req: &HttpRequest) -> Frame {
        let paused = session::paused_of(req).filter(|_| ctx.actor.may(Action::ManageUsers));
        Frame {
            actor: Some(ctx.actor.clone()),
            path: req.path().to_owned(),
            notice: notice(req),
            unread: session::unread_of(req),
            now: ctx.now(),
            paused,
            zone_there: chrono_tz::Tz::UTC,
            megabytes: megabytes(req),
            is_barred: session::owed_by(req).is_some(),
            is_answer: req.method() == Method::POST,
        }
    }

    /// For pages that are open to strangers.
    pub fn outside(req: &HttpRequest, now: DateTime<Utc>) -> Frame {
        Frame {
            actor: None,
            path: req.path().to_owned(),
            notice: notice(req),
            unread: session::unread_of(req),
            now,
            paused: None,
            zone_there: chrono_tz::Tz::UTC,
            megabytes: megabytes(req),
            is_barred: session::owed_by(req).is_some(),
            is_answer: req.method() == Method::POST,
        }
    }

    pub fn theme(&self) -> Theme {
        self.actor.as_ref().map_or(Theme::Auto, |it| it.theme)
    }

    pub fn zone(&self) -> chrono_tz::Tz {
        self.actor.as_ref().map_or(self.zone_there, |it| it.zone)
    }

    pub fn may(&self, action: Action) -> bool {
        self.actor.as_ref().is_some_and(|it| it.may(action))
    }

    pub fn shows_navigation(&self) -> bool {
        self.actor.is_some() && !self.is_barred
    }

    pub fn manages_users(&self) -> bool {
        self.may(Action::ManageUsers)
    }

    pub fn registers_releases(&self) -> bool {
        self.may(Action::RegisterRelease)
    }

    pub fn registers_changes(&self) -> bool {
        self.may(Action::RegisterChange)
    }

    pub fn is_me(&self, user: &crate::domain::ids::UserId) -> bool {
        self.actor.as_ref().is_some_and(|it| it.id == *user)
    }

    pub fn actor_name(&self) -> &str {
        self.actor.as_ref().map_or("", |it| it.name.as_str())
    }

    /// The count on the bell, if there is one.
    pub fn unread_text(&self) -> String {
        unread_text(self.unread)
    }

    pub fn initials(&self) -> String {
        super::filters::initials(self.actor_name())
    }

    /// The main navigation: address, label, icon.
    pub fn places(&self) -> [(&'static str, &'static str, &'static str); 5] {
        [
            ("/", "My work", "home"),
            ("/releases", "Releases", "rocket"),
            ("/changes", "RFCs", "git-pull-request"),
            ("/tasks", "Tasks", "list-check"),
            ("/approvals", "Approvals", "thumb-up"),
        ]
    }

    /// The places that are visited less, in the menu behind one's own name.
    pub fn more_places(&self) -> Vec<(&'static str, &'static str)> {
        let mut places = vec![
            ("/profile", "Your profile"),
            ("/notices/preferences", "Your notifications"),
            ("/delegations", "Absences"),
            ("/items", "Configuration items"),
            ("/categories", "Categories"),
            ("/models", "Release models"),
            ("/workflows", "Workflows"),
            ("/policy", "Policy"),
            ("/question-sets", "Question sets"),
            ("/calendars", "Calendars"),
            ("/notification-rules", "Notification rules"),
            ("/process", "The process as a file"),
        ];
        if self.manages_users() {
            places.extend([("/users", "Users"), ("/groups", "Groups"), ("/mails", "Mails"), ("/activity", "Activity log")]);
        }
        places
    }

    /// Marks the entry of the navigation that one is in.
    pub fn is_at(&self, place: &str) -> bool {
        if place == "/" { self.path == "/" } else { self.path.starts_with(place) }
    }
}

/// `3`, `99+`; empty when all is read.
pub fn unread_text(count: i64) -> String {
    match count {
        0 => String::new(),
        1..=99 => count.to_string(),
        _ => "99+".into(),
    }
}

fn notice(req: &HttpRequest) -> Option<Notice> {
    let fields = Fields::of_query(notice_of(req)?.value());
    fields.is_set("said").then(|| Notice { said: fields.text("said").to_owned(), part: fields.text("part").to_owned() })
}
