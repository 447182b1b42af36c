//! Incidents and problems that the release caused, one at a time.

use super::entries::{Entry, Shown};
use super::{permitted, release};
use crate::app::early_life::{issues as actions, supporting};
use crate::app::{self, FormErrors};
use crate::domain::early_life::{IssueKind, IssueState, Severity};
use crate::domain::events::FieldChange;
use crate::domain::ids::{IssueId, RecordId};
use crate::domain::text;
use crate::store::early_life::issues::{self, Draft, Issue};
use crate::store::records::Full;
use crate::store::{PgConnection, Tx};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use askama::Template;

#[derive(Template)]
#[template(path = "early_life/issue.html")]
pub struct Edit {
    frame: Frame,
    full: Full,
    issue: Option<IssueId>,
    form: Form,
    meanwhile: Vec<FieldChange>,
    stale: bool,
}

impl Edit {
    fn kinds(&self) -> Vec<Choice> {
        Choice::list(IssueKind::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn severities(&self) -> Vec<Choice> {
        Choice::list(Severity::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn states(&self) -> Vec<Choice> {
        Choice::list(IssueState::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn action(&self) -> String {
        self.issue.map_or_else(|| format!("/records/{}/issues", self.full.record.id), |id| format!("/issues/{id}"))
    }
}

impl Entry for Edit {
    type Id = IssueId;
    type Draft = Draft;
    type Row = Issue;

    const PLACE: &'static str = "issues";
    const SAVED: &'static str = "Saved.";

    fn parse(fields: &Fields) -> Result<Draft, FormErrors> {
        let mut errors = FormErrors::default();
        let kind = fields.required("kind", &mut errors);
        let number = errors.check("number", text::line(fields.text("number")));
        let title = errors.check("title", text::line(fields.text("title")));
        let link = errors.check("link", link(fields.text("link")));
        let severity = fields.required("severity", &mut errors);
        let state = fields.required("state", &mut errors);
        match (kind, number, title, link, severity, state) {
            (Some(kind), Some(number), Some(title), Some(link), Some(severity), Some(state)) => Ok(Draft { kind, number, title, link, severity, state }),
            _ => Err(errors),
        }
    }

    fn proposed() -> Fields {
        let mut fields = Fields::default();
        fields.set("kind", IssueKind::Incident.word());
        fields.set("severity", Severity::Medium.word());
        fields.set("state", IssueState::Open.word());
        fields
    }

    fn filled(row: &Issue) -> Fields {
        let mut fields = Fields::default();
        fields.set("kind", row.kind.word());
        fields.set("number", &row.number);
        fields.set("title", &row.title);
        fields.set("link", &row.link);
        fields.set("severity", row.severity.word());
        fields.set("state", row.state.word());
        fields
    }

    fn find(conn: &mut PgConnection, id: IssueId) -> app::Result<Issue> {
        Ok(issues::find(conn, id)?)
    }

    fn record(row: &Issue) -> RecordId {
        row.record_id
    }

    fn version(row: &Issue) -> i32 {
        row.version
    }

    fn changes(row: &Issue, draft: &Draft) -> Vec<FieldChange> {
        actions::changes(row, draft)
    }

    fn add(tx: &mut Tx<'_>, record: RecordId, draft: &Draft) -> app::Result<()> {
        actions::add(tx, record, draft).map(drop)
    }

    fn change(tx: &mut Tx<'_>, id: IssueId, seen: i32, draft: &Draft) -> app::Result<()> {
        actions::edit(tx, id, seen, draft).map(drop)
    }

    fn page(conn: &mut PgConnection, frame: Frame, record: RecordId, issue: Option<IssueId>, shown: Shown) -> app::Result<Edit> {
        let full = release(conn, record)?;
        if let Some(actor) = &frame.actor {
            permitted(actor, &full, supporting)?;
        }
        let Shown { form, meanwhile, stale } = shown;
        Ok(Edit { frame, full, issue, form, meanwhile, stale })
    }
}

/// An https address, or nothing.
fn link(text: &str) -> Result<String, String> {
    let text = text::optional_line(text).map_err(|refusal| refusal.to_string())?;
    if text.is_empty() || url::Url::parse(&text).is_ok_and(|it| it.scheme() == "https") {
        Ok(text)
    } else {
        Err("Write the link as a web address that starts with https://.".into())
    }
}
