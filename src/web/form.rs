//! Forms as they come in: bodies that a browser sends, fields that may repeat or be empty.

use super::failure::Failure;
use super::server::BodyTimeout;
use crate::app::FormErrors;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;
use std::time::Duration;

/// The fields of a posted form, each with all values that were sent for it.
#[derive(Clone, Debug, Default)]
pub struct Fields(BTreeMap<String, Vec<String>>);

impl Fields {
    pub fn of_query(query: &str) -> Fields {
        Fields::parse(query.as_bytes())
    }

    pub fn parse(body: &[u8]) -> Fields {
        let mut fields = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            fields.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Fields(fields)
    }

    /// The text of a field as it was typed; empty if it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(|it| it.first()).map_or("", String::as_str)
    }

    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn is_set(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), vec![value.into()]);
    }

    pub fn set_all(&mut self, name: &str, values: Vec<String>) {
        self.0.insert(name.to_owned(), values);
    }

    /// A value that must be there.
    pub fn required<T: FromStr>(&self, name: &'static str, errors: &mut FormErrors) -> Option<T> {
        match self.text(name).trim() {
            "" => {
                errors.about(name, "Choose or fill in something here.");
                None
            }
            text => parsed(text, name, errors),
        }
    }

    /// A value that may be left empty.
    pub fn optional<T: FromStr>(&self, name: &'static str, errors: &mut FormErrors) -> Option<T> {
        match self.text(name).trim() {
            "" => None,
            text => parsed(text, name, errors),
        }
    }

    /// All values of a field with several.
    pub fn several<T: FromStr>(&self, name: &'static str, errors: &mut FormErrors) -> Vec<T> {
        self.all(name).iter().filter(|it| !it.is_empty()).filter_map(|it| parsed(it, name, errors)).collect()
    }

    /// The version of the record that the form was shown with; one that is missing or spoilt is stale.
    pub fn version(&self) -> i32 {
        self.text("version").parse().unwrap_or(-1)
    }
}

fn parsed<T: FromStr>(text: &str, name: &'static str, errors: &mut FormErrors) -> Option<T> {
    let value = text.parse().ok();
    if value.is_none() {
        errors.about(name, "This cannot be chosen here. Choose again.");
    }
    value
}

/// A local date and time as `<input type="datetime-local">` sends it, in the reader's zone.
pub fn local_time(fields: &Fields, name: &'static str, zone: chrono_tz::Tz, errors: &mut FormErrors) -> Option<chrono::DateTime<chrono::Utc>> {
    let text = fields.text(name).trim();
    if text.is_empty() {
        return None;
    }
    let parsed = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"].iter().find_map(|form| chrono::NaiveDateTime::parse_from_str(text, form).ok());
    match parsed {
        Some(local) if (1990..2200).contains(&chrono::Datelike::year(&local)) => Some(crate::domain::working_time::at(local.date(), local.time(), zone)),
        Some(_) | None => {
            errors.about(name, "Write a date and a time, such as 2026-11-21 18:00.");
            None
        }
    }
}

impl FromRequest for Fields {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Fields, Failure>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Bytes::from_request(req, payload);
        let limit = req.app_data::<web::Data<BodyTimeout>>().map_or(Duration::MAX, |it| it.0);
        Box::pin(async move {
            let arrived = tokio::time::timeout(limit, body).await.map_err(|_| Failure::TooSlow)?;
            let body = arrived.map_err(|cause| match cause.as_response_error().status_code() {
                StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
                _ => Failure::Garbled,
            })?;
            Ok(Fields::parse(&body))
        })
    }
}
