//! Forms as they come in: bodies that a browser sends, fields that may repeat or be empty.

use super::failure::Failure;
use super::kept;
use super::server::BodyTimeout;
use crate::app::FormErrors;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use std::cell::RefCell;
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

    /// The fields whose names begin like this, by the rest of their names.
    pub fn starting_with(&self, beginning: &str) -> BTreeMap<String, Vec<String>> {
        self.0.iter().filter_map(|(name, values)| Some((name.strip_prefix(beginning)?.to_owned(), values.clone()))).collect()
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

    /// Names these very values: two forms with the same digest say the same.
    pub fn digest(&self) -> String {
        use sha2::{Digest, Sha256};
        let text = self.0.iter().map(|(name, values)| format!("{name}={values:?}")).collect::<Vec<_>>().join("&");
        hex::encode(Sha256::digest(text))
    }

    /// Tells this form apart from every other, so that it counts once however often it is sent.
    pub fn mark(&mut self) {
        self.set("once", hex::encode(rand::random::<[u8; 16]>()));
    }

    /// What names this very form with all that was typed into it, if it was marked.
    pub fn once(&self) -> Option<String> {
        self.is_set("once").then(|| self.digest())
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

/// A form as a page shows it: what stands in its fields, and what is wrong with them. `templates/parts/fields.html` draws it.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pub fields: Fields,
    pub errors: FormErrors,
    /// What stands above its fields, as it was drawn: names and labels from top to bottom.
    labels: RefCell<Vec<(String, String)>>,
}

impl Form {
    pub fn of(fields: Fields) -> Form {
        Form { fields, ..Form::default() }
    }

    /// The form again as it was typed, with what is wrong.
    pub fn refused(fields: Fields, errors: FormErrors) -> Form {
        Form { fields, errors, ..Form::default() }
    }

    /// The label of a field, where it is drawn. What is wrong is said above the fields: by these words, when the page is drawn again.
    pub fn labelled(&self, name: &str, label: impl ToString) -> String {
        let label = label.to_string();
        let mut labels = self.labels.borrow_mut();
        if !labels.iter().any(|it| it.0 == name) {
            labels.push((name.to_owned(), label.clone()));
        }
        label
    }

    /// What is wrong, from top to bottom of the form: the field's name, and what is said of it, such as `Planned end: …`, `Why? …`
    pub fn faults(&self) -> Vec<(String, String)> {
        let labels = self.labels.borrow();
        let place = |name: &str| labels.iter().position(|it| it.0 == name);
        let mut errors: Vec<(&str, &String)> = self.errors.iter().collect();
        errors.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
        let said = |(name, message): (&str, &String)| {
            let label = place(name).and_then(|it| labels.get(it)).map_or_else(|| super::filters::field_name(name), |it| it.1.clone());
            let colon = if label.ends_with('?') { "" } else { ":" };
            (name.to_owned(), format!("{label}{colon} {message}"))
        };
        errors.into_iter().map(said).collect()
    }

    pub fn text(&self, name: &str) -> &str {
        self.fields.text(name)
    }

    pub fn is_chosen(&self, name: &str, value: &str) -> bool {
        self.fields.all(name).iter().any(|it| it == value)
    }

    pub fn is_set(&self, name: &str) -> bool {
        self.fields.is_set(name)
    }

    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.get(name)
    }

    /// What `aria-describedby` of a field names: its hint and its error, if it has them.
    pub fn described_by(&self, name: &str, hint: &str) -> String {
        let hint = (!hint.is_empty()).then(|| format!("{name}-hint"));
        let error = self.error(name).map(|_| format!("{name}-error"));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}

/// One thing to choose: an option of a list, a box or a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// Small print beside it; may be empty.
    pub hint: String,
}

impl Choice {
    pub fn new(value: impl ToString, label: impl Into<String>) -> Choice {
        Choice { value: value.to_string(), label: label.into(), hint: String::new() }
    }

    pub fn hint(self, hint: impl Into<String>) -> Choice {
        Choice { hint: hint.into(), ..self }
    }

    /// From words and their labels, such as those of an enum.
    pub fn list<V: ToString, L: Into<String>>(pairs: impl IntoIterator<Item = (V, L)>) -> Vec<Choice> {
        pairs.into_iter().map(|(value, label)| Choice::new(value, label)).collect()
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
        Some(local) if !(1990..2200).contains(&chrono::Datelike::year(&local)) => {
            errors.about(name, "Write a year from 1990 to 2199.");
            None
        }
        Some(local) if chrono::TimeZone::from_local_datetime(&zone, &local) == chrono::LocalResult::None => {
            errors.about(name, "This time does not exist: clocks are put forward then. Write a later one.");
            None
        }
        Some(local) => Some(crate::domain::calendars::at(local.date(), local.time(), zone)),
        None => {
            errors.about(name, "Write a date and a time, such as 2026-11-21 18:00.");
            None
        }
    }
}

/// The body of a request as it came in, within the limits of size and time.
pub struct Body(pub web::Bytes);

impl FromRequest for Body {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Body, Failure>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Bytes::from_request(req, payload);
        let limit = req.app_data::<web::Data<BodyTimeout>>().map_or(Duration::MAX, |it| it.0);
        let req = req.clone();
        Box::pin(async move {
            let arrived = tokio::time::timeout(limit, body).await.map_err(|_| Failure::TooSlow)?;
            let body = arrived.map_err(|cause| match cause.as_response_error().status_code() {
                StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
                _ => Failure::Garbled,
            })?;
            kept::remember(&req, &body);
            Ok(Body(body))
        })
    }
}

impl FromRequest for Fields {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Fields, Failure>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Body::from_request(req, payload);
        Box::pin(async move { Ok(Fields::parse(&body.await?.0)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::Template;

    #[derive(Template)]
    #[template(
        source = r#"{% import "parts/fields.html" as fields %}{{ fields::summary(form) }}{{ fields::text(form, "title", "Title", required=true, hint="Short & clear") }}{{ fields::password(form, "secret", "Password", "new-password") }}{{ fields::prose(form, "why", "Why") }}{{ fields::select(form, "role", "Role", choices, empty="None") }}{{ fields::checkboxes(form, "roles", "Roles", choices) }}{{ fields::radios(form, "one", "One", choices) }}{{ fields::checkbox(form, "yes", "Yes") }}"#,
        ext = "html"
    )]
    struct Everything {
        form: Form,
        choices: Vec<Choice>,
    }

    #[test]
    fn a_refused_form_comes_back_as_typed_with_its_errors_beside_the_fields() {
        let fields = Fields::parse(b"title=%3Cb%3E&secret=hidden&why=%0Abecause&role=b&roles=a&roles=b&yes=yes");
        let form = Form::refused(fields, FormErrors::of("title", "Say more."));
        let page = Everything { form, choices: Choice::list([("a", "A"), ("b", "B")]) }.render().expect("it renders");
        assert!(page.contains(r##"<a href="#title">Title: Say more.</a>"##), "{page}");
        assert!(page.contains(r#"value="&#60;b&#62;""#), "{page}");
        assert!(page.contains(r#"required aria-invalid="true" aria-describedby="title-hint title-error""#), "{page}");
        assert!(page.contains(r#"<div class="field-error" id="title-error">Say more.</div>"#), "{page}");
        assert!(page.contains(r#"<option value="b" selected>B</option>"#), "{page}");
        assert!(page.contains("Short &#38; clear"), "{page}");
        assert_eq!(page.matches(" checked").count(), 3, "{page}");
        assert!(!page.contains("hidden"), "a password never comes back: {page}");
    }
}
