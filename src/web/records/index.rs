//! The list of releases or RFCs: filters in the address, keyset pages, and the same view as CSV.

use crate::app::FormErrors;
use crate::app::{self, Context};
use crate::domain::ids::{RecordId, UserId};
use crate::domain::records::{RecordKind, RecordState};
use crate::domain::text;
use crate::store::PgConnection;
use crate::store::lists::{self, Filter, Mark, Order, Row};
use crate::store::named::Named;
use crate::store::{categories, workflows};
use crate::web::filters::field_name;
use crate::web::form::{Choice, Fields, Form, local_time};
use crate::web::frame::Frame;
use crate::web::named;
use crate::web::page::{self, Answer, wants_fragment};
use actix_web::HttpRequest;
use askama::Template;
use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

pub const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "records/index.html", blocks = ["results"])]
pub struct Index {
    frame: Frame,
    kind: RecordKind,
    form: Form,
    rows: Vec<Row>,
    order: Order,
    /// Whether it is not the first page.
    goes_on: bool,
    /// The address of the next page.
    more: Option<String>,
    first: String,
    csv: String,
    categories: Vec<Choice>,
    phases: Vec<Choice>,
}

impl Index {
    fn is_release(&self) -> bool {
        self.kind == RecordKind::Release
    }

    fn category_label(&self) -> &'static str {
        if self.is_release() { "Category" } else { "Type" }
    }

    fn owner_label(&self) -> &'static str {
        if self.is_release() { "Owner" } else { "Requester" }
    }

    fn coordinator_label(&self) -> &'static str {
        if self.is_release() { "Coordinator" } else { "Assignee" }
    }

    /// What stands above a field.
    fn label_of(&self, name: &str) -> String {
        match name {
            "q" => "Text".to_owned(),
            "category" => self.category_label().to_owned(),
            "owner" => self.owner_label().to_owned(),
            "coordinator" => self.coordinator_label().to_owned(),
            "from" | "to" => format!("Window {name}"),
            name => field_name(name),
        }
    }

    fn states(&self) -> Vec<Choice> {
        let all = [RecordState::Open].iter().chain(self.kind.outcomes());
        Choice::list(all.map(|it| (it.word(), it.label())))
    }

    fn orders(&self) -> Vec<Choice> {
        Choice::list(Order::ALL.iter().map(|it| (it.word(), it.label())))
    }

    fn registers(&self) -> bool {
        if self.is_release() { self.frame.registers_releases() } else { self.frame.registers_changes() }
    }

    /// Whether anything narrows the list down.
    fn is_filtered(&self) -> bool {
        ["q", "category", "phase", "state", "item", "owner", "coordinator", "mine", "overdue", "from", "to"].iter().any(|it| self.form.is_set(it))
    }
}

/// The fields that name somebody or something.
const NAMED: [(&str, Named); 3] = [("item", Named::Items), ("owner", Named::People), ("coordinator", Named::People)];

/// What an address asks for.
pub struct Asked {
    pub filter: Filter,
    /// With ids, as links have them.
    pub ids: Fields,
    /// With names, as the form shows it again.
    pub fields: Fields,
    pub errors: FormErrors,
}

/// Reads it, with ids in the place of names that somebody typed.
pub fn asked(conn: &mut PgConnection, fields: Fields, kind: RecordKind, actor: UserId, zone: Tz, now: DateTime<Utc>) -> app::Result<Asked> {
    let given = named::read(conn, fields, &NAMED)?;
    let (mut filter, mut errors) = filter(&given.ids, kind, actor, zone, now);
    if let Some(category) = filter.category.filter(|it| !categories::any(conn, *it).is_ok_and(|it| it.record_kind == kind)) {
        errors.about("category", format!("There is no category {category} here."));
        filter.category = None;
    }
    errors.extend(given.errors);
    Ok(Asked { filter, ids: given.ids, fields: given.shown, errors })
}

/// The filter that an address asks for, and what is wrong with it. What cannot be read narrows nothing.
pub fn filter(fields: &Fields, kind: RecordKind, actor: UserId, zone: Tz, now: DateTime<Utc>) -> (Filter, FormErrors) {
    let mut errors = FormErrors::default();
    let text = errors.check("q", text::optional_line(fields.text("q"))).unwrap_or_default();
    let phase = errors.check("phase", text::optional_line(fields.text("phase"))).filter(|it| !it.is_empty());
    let order = fields.optional("order", &mut errors);
    let filter = Filter {
        kind: Some(kind),
        text,
        category: fields.optional("category", &mut errors),
        phase,
        state: fields.optional("state", &mut errors),
        item: fields.optional("item", &mut errors),
        owner: fields.optional("owner", &mut errors),
        coordinator: fields.optional("coordinator", &mut errors),
        mine: fields.is_set("mine").then_some(actor),
        overdue_at: fields.is_set("overdue").then_some(now),
        from: local_day(fields, "from", zone, &mut errors, 0),
        to: local_day(fields, "to", zone, &mut errors, 1),
        after: mark(fields),
        ..Filter::default()
    };
    let filter = Filter { order: order.unwrap_or(filter.usual_order()), ..filter };
    if let (Some(from), Some(to)) = (filter.from, filter.to)
        && to <= from
    {
        errors.about("to", "It ends before it begins.");
    }
    (filter, errors)
}

/// The start of a day, or of the day `plus` days later.
fn local_day(fields: &Fields, name: &'static str, zone: Tz, errors: &mut FormErrors, plus: i64) -> Option<DateTime<Utc>> {
    if !fields.is_set(name) {
        return None;
    }
    let mut timed = Fields::default();
    timed.set(name, format!("{}T00:00", fields.text(name).trim()));
    let mut faults = FormErrors::default();
    let time = local_time(&timed, name, zone, &mut faults).map(|it| it + chrono::Duration::days(plus));
    if !faults.is_empty() {
        errors.about(name, "Write a date, such as 2026-11-21.");
    }
    time
}

/// Where the page before ended; a mark that no page of ours gave is none.
fn mark(fields: &Fields) -> Option<Mark> {
    let (time, id) = fields.text("after").rsplit_once('~')?;
    let known = |it: &DateTime<Utc>| (1900..3000).contains(&it.year());
    let time = if time.is_empty() { None } else { Some(DateTime::from_timestamp_micros(time.parse().ok()?).filter(known)?) };
    Some(Mark { time, id: RecordId(id.parse().ok()?) })
}

/// Where the page after `row` starts.
pub fn mark_of(row: &Row, order: Order) -> Mark {
    let time = match order {
        Order::Newest => None,
        Order::Due => row.phase_due_at,
        Order::Start | Order::StartLast => row.planned_start,
    };
    Mark { time, id: row.id }
}

fn load(conn: &mut PgConnection, frame: Frame, kind: RecordKind, fields: Fields) -> app::Result<Index> {
    let me = frame.actor.as_ref().map_or(crate::domain::ids::SLIPWAY, |it| it.id);
    let Asked { filter, ids, fields, errors } = asked(conn, fields, kind, me, frame.zone(), frame.now)?;
    let mut rows = lists::list(conn, &filter, PAGE + 1)?;
    let more = if rows.len() as i64 > PAGE { rows.pop().and(rows.last()).map(|it| mark_of(it, filter.order)) } else { None };
    let address = |suffix: &str, after: Option<Mark>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for name in ["q", "category", "phase", "state", "item", "owner", "coordinator", "mine", "overdue", "from", "to", "order"] {
            if ids.is_set(name) {
                query.append_pair(name, ids.text(name));
            }
        }
        if let Some(Mark { time, id }) = after {
            query.append_pair("after", &format!("{}~{id}", time.map_or(String::new(), |it| it.timestamp_micros().to_string())));
        }
        format!("{}{suffix}?{}", kind.path(), query.finish())
    };
    let (more, first, csv) = (more.map(|it| address("", Some(it))), address("", None), address(".csv", None));
    Ok(Index {
        kind,
        rows,
        order: filter.order,
        goes_on: filter.after.is_some(),
        more,
        first,
        csv,
        categories: crate::web::categories::all_choices(conn, kind)?,
        phases: Choice::list(workflows::phases(conn, kind)?),
        form: Form::refused(fields, errors),
        frame,
    })
}

pub async fn index(ctx: Context, req: HttpRequest, kind: RecordKind) -> Answer {
    let frame = page::frame(&ctx, &req);
    let fields = Fields::of_query(req.query_string());
    let fragment = wants_fragment(&req);
    let page = ctx.read(move |conn| load(conn, frame, kind, fields)).await?;
    if fragment { page::html(&page.as_results()) } else { page::html(&page) }
}
