//! Making, editing and removing a notification rule.

use super::{events, permitted, phases, usual, workflows};
use crate::app::notification_rules::{self as actions, Known};
use crate::app::{self, Context, Error, FormErrors};
use crate::domain::events::FieldChange;
use crate::domain::ids::{NotificationRuleId, UserId};
use crate::domain::notices::Rule;
use crate::domain::notification_rules::{Condition, NotificationRule, Party, Recipients, Urgency};
use crate::domain::text;
use crate::store::{PgConnection, notification_rules};
use crate::web::form::{Choice, Fields, Form};
use crate::web::frame::Frame;
use crate::web::page::{self, Answer};
use crate::web::records::id_of;
use actix_web::HttpRequest;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "notification_rules/edit.html")]
struct Edit {
    frame: Frame,
    id: Option<NotificationRuleId>,
    form: Form,
    known: Known,
    stale: bool,
    meanwhile: Vec<FieldChange>,
}

impl Edit {
    fn load(conn: &mut PgConnection, frame: Frame, id: Option<NotificationRuleId>, form: Form) -> app::Result<Edit> {
        Ok(Edit { frame, id, form, known: Known::load(conn)?, stale: false, meanwhile: Vec::new() })
    }

    fn action(&self) -> String {
        self.id.map_or_else(|| "/notification-rules".to_owned(), |id| format!("/notification-rules/{id}"))
    }

    fn events(&self) -> Vec<Choice> {
        events()
    }

    fn workflows(&self) -> Vec<Choice> {
        workflows(&self.known)
    }

    fn phases(&self) -> Vec<Choice> {
        phases(&self.known)
    }

    fn conditions(&self) -> Vec<Choice> {
        Choice::list(Condition::ALL.iter().map(|it| (it.word(), capital(it.label()))))
    }

    fn parties(&self) -> Vec<Choice> {
        Choice::list(Party::ALL.iter().map(|it| (it.word(), capital(it.label()))))
    }

    fn groups(&self) -> Vec<Choice> {
        Choice::list(self.known.groups.iter().cloned())
    }

    fn people(&self) -> Vec<Choice> {
        let mut people: Vec<(UserId, String)> = self.known.people.iter().map(|(id, name)| (*id, name.clone())).collect();
        people.sort_by(|(_, one), (_, other)| one.cmp(other));
        Choice::list(people)
    }

    fn urgencies(&self) -> Vec<Choice> {
        Choice::list(Urgency::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn is_any_chosen(&self, field: &str) -> bool {
        !self.form.fields.all(field).is_empty()
    }

    /// Who hears of the chosen event without the rule.
    fn usual(&self) -> Option<String> {
        Rule::from_word(self.form.text("event")).map(|it| usual(it).join(", "))
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub async fn new(ctx: Context, req: HttpRequest) -> Answer {
    permitted(&ctx)?;
    let frame = page::frame(&ctx, &req);
    let mut fields = Fields::of_query(req.query_string());
    for (name, usual) in [("condition", Condition::Always.word()), ("urgency", Urgency::AsPreferred.word())] {
        if !fields.is_set(name) {
            fields.set(name, usual);
        }
    }
    // Who hears by default is where one begins.
    if let Some(event) = Rule::from_word(fields.text("event"))
        && !fields.has("parties")
    {
        fields.set_all("parties", event.usual().parties.iter().map(|it| it.word().to_owned()).collect());
    }
    page::show(&ctx, move |conn| Edit::load(conn, frame, None, Form::of(fields))).await
}

fn filled(rule: &NotificationRule) -> Fields {
    let mut fields = Fields::default();
    fields.set("event", rule.event.word());
    fields.set("workflow", rule.workflow.clone().unwrap_or_default());
    fields.set("phase", rule.phase.clone().unwrap_or_default());
    fields.set("condition", rule.condition.word());
    fields.set("urgency", rule.urgency.word());
    fields.set_all("parties", rule.recipients.parties.iter().map(|it| it.word().to_owned()).collect());
    fields.set_all("groups", rule.recipients.groups.clone());
    fields.set_all("people", rule.recipients.people.iter().map(UserId::to_string).collect());
    fields
}

pub async fn edit(ctx: Context, req: HttpRequest, id: Path<String>) -> Answer {
    permitted(&ctx)?;
    let id: NotificationRuleId = id_of(&id)?;
    let frame = page::frame(&ctx, &req);
    page::show(&ctx, move |conn| {
        let kept = notification_rules::find(conn, id)?;
        let mut fields = filled(&kept.rule);
        fields.set("version", kept.version.to_string());
        Edit::load(conn, frame, Some(id), Form::of(fields))
    })
    .await
}

/// The rule that a form describes, and why it is made.
fn parse(fields: &Fields) -> Result<(NotificationRule, String), FormErrors> {
    let mut errors = FormErrors::default();
    let event = fields.required::<Rule>("event", &mut errors);
    let condition = fields.required::<Condition>("condition", &mut errors);
    let urgency = fields.required::<Urgency>("urgency", &mut errors);
    let key = |name: &str| Some(fields.text(name).trim().to_owned()).filter(|it| !it.is_empty());
    let recipients = Recipients {
        parties: fields.several("parties", &mut errors),
        groups: fields.all("groups").iter().filter(|it| !it.is_empty()).cloned().collect(),
        people: fields.several("people", &mut errors),
    };
    let reason = errors.check("reason", text::optional_line(fields.text("reason")));
    match (event, condition, urgency, reason) {
        (Some(event), Some(condition), Some(urgency), Some(reason)) if errors.is_empty() => {
            Ok((NotificationRule { event, workflow: key("workflow"), phase: key("phase"), condition, recipients, urgency }, reason))
        }
        _ => Err(errors),
    }
}

pub async fn create(ctx: Context, req: HttpRequest, fields: Fields) -> Answer {
    let answer = match parse(&fields) {
        Ok((rule, reason)) => ctx.write(move |tx| actions::create(tx, &rule, &reason)).await.map(|_| ()),
        Err(errors) => permitted(&ctx).and(Err(errors.into())),
    };
    reply(&ctx, &req, None, fields, answer).await
}

pub async fn update(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: NotificationRuleId = id_of(&id)?;
    let seen = fields.version();
    let answer = match parse(&fields) {
        Ok((rule, reason)) => ctx.write(move |tx| actions::edit(tx, id, seen, &rule, &reason)).await,
        Err(errors) => permitted(&ctx).and(Err(errors.into())),
    };
    reply(&ctx, &req, Some(id), fields, answer).await
}

pub async fn destroy(ctx: Context, req: HttpRequest, id: Path<String>, fields: Fields) -> Answer {
    let id: NotificationRuleId = id_of(&id)?;
    let seen = fields.version();
    let reason = text::optional_line(fields.text("reason")).unwrap_or_default();
    match ctx.write(move |tx| actions::remove(tx, id, seen, &reason)).await {
        Ok(()) => page::see_with("/notification-rules", "The rule is removed."),
        // What it says now, so that whoever wants it gone sees it first.
        Err(Error::Stale) => {
            let kept = ctx.read(move |conn| Ok(notification_rules::find(conn, id)?)).await?;
            reply(&ctx, &req, Some(id), filled(&kept.rule), Err(Error::Stale)).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn reply(ctx: &Context, req: &HttpRequest, id: Option<NotificationRuleId>, mut fields: Fields, answer: app::Result<()>) -> Answer {
    let frame = page::frame(ctx, req);
    match (answer, id) {
        (Ok(()), _) => page::see_with("/notification-rules", "The rule is saved. It counts from now on."),
        (Err(Error::Invalid(errors)), _) => {
            let again = ctx.read(move |conn| Edit::load(conn, frame, id, Form::refused(fields, errors))).await?;
            page::unprocessable(&again)
        }
        (Err(Error::Stale), Some(id)) => {
            let again = ctx
                .read(move |conn| {
                    let now = notification_rules::find(conn, id)?;
                    fields.set("version", now.version.to_string());
                    let typed = parse(&fields);
                    let page = Edit::load(conn, frame, Some(id), Form::of(fields))?;
                    let meanwhile = typed.map(|(typed, _)| page.known.changes(Some(&now.rule), Some(&typed))).unwrap_or_default();
                    Ok(Edit { meanwhile, stale: true, ..page })
                })
                .await?;
            page::conflict(&again)
        }
        (Err(other), _) => Err(other.into()),
    }
}
