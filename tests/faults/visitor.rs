//! Somebody at a page, whose requests may fail in any way; nothing that comes back is thrown away.

use crate::support::html::{self, Form};
use reqwest::StatusCode;
use std::time::Duration;

/// Longer than any request may take, whatever is broken.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct Visitor {
    client: reqwest::Client,
    /// Where the program, or whatever stands before it, is.
    base: String,
    cookie: String,
}

/// What came back: a status with what belongs to it, or nothing.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// 0 if nothing came back.
    pub status: u16,
    pub location: String,
    pub retry_after: String,
    pub body: String,
}

impl Visitor {
    /// `cookie`: of the session, as `name=value`.
    pub fn new(base: &str, cookie: &str) -> Visitor {
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(PATIENCE);
        Visitor { client: builder.build().expect("a client"), base: base.to_owned(), cookie: cookie.to_owned() }
    }

    /// The same person, at another address.
    pub fn at(&self, base: &str) -> Visitor {
        Visitor { base: base.to_owned(), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.client.get(format!("{}{path}", self.base))).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(format!("{}{path}", self.base)).header("sec-fetch-site", "same-origin");
        self.send(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    }

    /// Fills in a form of this page and sends it; if the page does not come, its answer.
    pub async fn fill(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Reply {
        let shown = self.get(page).await;
        if shown.status != StatusCode::OK.as_u16() {
            return shown;
        }
        let form = shown.form(action).unwrap_or_else(|| panic!("no form to {action} on {page}"));
        let form = fields.iter().fold(form, |form, (name, value)| form.with(name, value));
        self.post(action, &form.pairs()).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let Ok(answer) = request.header("cookie", &self.cookie).send().await else { return Reply::default() };
        let header = |name: &str| answer.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
        let (status, location, retry_after) = (answer.status().as_u16(), header("location"), header("retry-after"));
        match answer.text().await {
            Ok(body) => Reply { status, location, retry_after, body },
            Err(_) => Reply::default(),
        }
    }
}

impl Reply {
    pub fn form(&self, action: &str) -> Option<Form> {
        html::forms(&self.body).into_iter().find(|it| it.action == action)
    }

    /// Whether the write that was asked for was acknowledged: answered by a way on.
    pub fn is_done(&self) -> bool {
        self.status == 303 && !self.location.starts_with("/session")
    }

    /// What must never come back, as a sentence; none if it is fine.
    pub fn fault(&self) -> Option<String> {
        let start = || self.body.chars().take(300).collect::<String>();
        match self.status {
            500 | 501..=502 | 504..=599 => Some(format!("{}: {}", self.status, start())),
            503 if self.retry_after.is_empty() || !self.body.contains("<h1") => Some(format!("a bare 503: {}", start())),
            303 if self.location.starts_with("/session") => Some("thrown out of the session".into()),
            422 => Some(format!("a form that is not filled in right: {}", start())),
            401 => Some("thrown out of the session".into()),
            _ => None,
        }
    }
}
