//! Everything an action can answer instead of its result.

use crate::domain::people::Action;
use crate::domain::refusals::Refusal;
use crate::store::db::Outage;
use std::borrow::Cow;
use std::collections::BTreeMap;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or this actor may not know of it.
    #[error("not found")]
    NotFound,
    /// The actor sees the thing but may not do this.
    #[error("not allowed to {}", .0.words())]
    Forbidden(Action),
    /// A rule of the work says no; the sentence is for the user.
    #[error("{0}")]
    Refused(Refusal),
    /// Someone else changed it since this actor read it.
    #[error("changed in the meantime")]
    Stale,
    /// What was typed does not do; beside each field stands why.
    #[error("the form is not filled in right")]
    Invalid(FormErrors),
    /// Our fault. Logged in full, shown as a reference.
    #[error(transparent)]
    Outage(Outage),
}

/// What to say under each field. Empty means the form is fine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormErrors(BTreeMap<Cow<'static, str>, String>);

impl FormErrors {
    pub fn of(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> FormErrors {
        let mut errors = FormErrors::default();
        errors.about(field, message);
        errors
    }

    /// Notes a message about `field`, keeping the first one made.
    pub fn about(&mut self, field: impl Into<Cow<'static, str>>, message: impl Into<String>) {
        self.0.entry(field.into()).or_insert_with(|| message.into());
    }

    /// The value, or a message about `field`.
    pub fn check<T, E: std::fmt::Display>(&mut self, field: &'static str, parsed: std::result::Result<T, E>) -> Option<T> {
        parsed.map_err(|message| self.about(field, message.to_string())).ok()
    }

    /// These as well.
    pub fn extend(&mut self, others: FormErrors) {
        self.0.extend(others.0);
    }

    /// The same, said of fields that are called otherwise.
    pub fn renamed(self, name: impl Fn(&str) -> String) -> FormErrors {
        FormErrors(self.0.into_iter().map(|(field, message)| (name(&field).into(), message)).collect())
    }

    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every field with its message, for the summary at the top of the form.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &String)> {
        self.0.iter().map(|(field, message)| (field.as_ref(), message))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refused(refusal)
    }
}

impl From<crate::domain::tasks::TaskRefusal> for Error {
    fn from(refusal: crate::domain::tasks::TaskRefusal) -> Self {
        Error::Refused(refusal.into())
    }
}

impl From<crate::domain::surveys::timing::SurveyRefusal> for Error {
    fn from(refusal: crate::domain::surveys::timing::SurveyRefusal) -> Self {
        Error::Refused(refusal.into())
    }
}

impl From<crate::domain::moving::MovingRefusal> for Error {
    fn from(refusal: crate::domain::moving::MovingRefusal) -> Self {
        Error::Refused(refusal.into())
    }
}

impl From<crate::domain::categories::CategoryRefusal> for Error {
    fn from(refusal: crate::domain::categories::CategoryRefusal) -> Self {
        Error::Refused(refusal.into())
    }
}

impl From<crate::domain::models::ModelRefusal> for Error {
    fn from(refusal: crate::domain::models::ModelRefusal) -> Self {
        Error::Refused(refusal.into())
    }
}

impl From<FormErrors> for Error {
    fn from(errors: FormErrors) -> Self {
        Error::Invalid(errors)
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        if error == diesel::result::Error::NotFound { Error::NotFound } else { Error::Outage(error.into()) }
    }
}

impl From<Outage> for Error {
    fn from(outage: Outage) -> Self {
        Error::Outage(outage)
    }
}
