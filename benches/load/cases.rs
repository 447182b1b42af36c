//! The pages and actions that are measured: what a client asks in turn, and the calls to the store that each request needs at least.

use crate::client::Request;
use crate::fill::Outcome;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use slipway::app::links::{self, Keys};
use slipway::app::sheet::Sheet;
use slipway::app::{self, Result, approvals as deciding};
use slipway::domain::ids::{ApprovalId, RecordId, TaskId, UserId};
use slipway::domain::links::Code;
use slipway::domain::records::{RecordKind, RecordState};
use slipway::domain::tasks::TaskStep;
use slipway::store::lists::{self, Filter, Order};
use slipway::store::named::{self, Named};
use slipway::store::{Db, PgConnection, Tx, approvals, categories, choices, events, follow_ups, handovers, models, related, tasks, workflows};
use slipway::web::form::Fields;
use slipway::web::records::index::filter;
use std::sync::Arc;

type Read = Arc<dyn Fn(&mut PgConnection) -> Result<()> + Send + Sync>;
type Write = Arc<dyn Fn(&mut Tx<'_>) -> Result<()> + Send + Sync>;

/// What the limit does for a request.
#[derive(Clone)]
pub enum Deed {
    Read(Read),
    Write(Write),
    /// Behind a mailed link, where nobody is signed in.
    Link(Write),
}

#[derive(Clone)]
pub struct Case {
    pub request: Request,
    pub deed: Deed,
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Manager,
    Coordinator,
    Administrator,
}

#[derive(Clone)]
pub struct Page {
    pub name: &'static str,
    pub who: Who,
    /// Whether each request can be sent once only.
    pub once: bool,
    /// So many requests belong together.
    pub together: usize,
    pub cases: fn(&Db, UserId, &Keys) -> Outcome<Vec<Case>>,
    /// Of the limit, how much must be reached.
    pub least: Option<f64>,
}

const fn page(name: &'static str, who: Who, cases: fn(&Db, UserId, &Keys) -> Outcome<Vec<Case>>) -> Page {
    Page { name, who, once: false, together: 1, cases, least: None }
}

const fn held(page: Page, least: f64) -> Page {
    Page { least: Some(least), ..page }
}

pub const PAGES: [Page; 22] = [
    held(page("release page", Who::Manager, releases), 0.6),
    held(page("list", Who::Coordinator, |db, me, _| list(db, me, &[""])), 0.6),
    page("list, category", Who::Coordinator, |db, me, _| list(db, me, &["category=1", "category=2", "category=3"])),
    page("list, phase", Who::Coordinator, |db, me, _| list(db, me, &["phase=rollout", "phase=closed", "phase=plan"])),
    page("list, state", Who::Coordinator, |db, me, _| list(db, me, &["state=open", "state=closed", "state=backed_out"])),
    page("list, item", Who::Coordinator, |db, me, _| list(db, me, &["item=1", "item=7&order=due", "item=12&state=open"])),
    page("list, owner", Who::Coordinator, |db, me, _| list(db, me, &["owner=1", "owner=2&state=open"])),
    page("list, coordinator", Who::Coordinator, |db, me, _| list(db, me, &["coordinator=12", "coordinator=14&state=open"])),
    page("list, mine", Who::Coordinator, |db, me, _| list(db, me, &["mine=1", "mine=1&state=open&order=due"])),
    page("list, overdue", Who::Coordinator, |db, me, _| list(db, me, &["overdue=1", "overdue=1&order=newest"])),
    page("list, a fortnight", Who::Coordinator, |db, me, _| list(db, me, &["from=2026-03-01&to=2026-03-14", "from=2026-10-01&to=2026-10-14"])),
    page("list, since a day", Who::Coordinator, |db, me, _| list(db, me, &["from=2026-01-01", "from=2020-01-01&state=open"])),
    page("list, deep page", Who::Coordinator, deep),
    held(page("home", Who::Coordinator, home), 0.6),
    page("search, common", Who::Coordinator, |_, _, _| Ok(vec![search("renew"), search("archive")])),
    page("search, rare", Who::Coordinator, |_, _, _| Ok(vec![search("v9.4.2"), search("cobalt")])),
    page("search, two words", Who::Coordinator, |_, _, _| Ok(vec![search("retire laboratory"), search("renew fleet")])),
    page("activity", Who::Administrator, activity),
    Page { together: 2, ..page("task completion", Who::Manager, completions) },
    Page { once: true, ..page("sending back", Who::Manager, sent_back) },
    Page { once: true, together: 8, ..page("approval by link", Who::Manager, decisions) },
    Page { once: true, ..page("survey answer", Who::Manager, crate::answers::cases) },
];

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    other: i64,
    #[diesel(sql_type = Text)]
    word: String,
}

fn found(db: &Db, query: &str) -> Outcome<Vec<Found>> {
    let rows = db.read_now::<_, app::Error>(|conn| Ok(diesel::sql_query(format!("SELECT id, other, word FROM ({query}) it")).load(conn)?))?;
    Ok(rows)
}

fn read(path: String, read: impl Fn(&mut PgConnection) -> Result<()> + Send + Sync + 'static) -> Case {
    Case { request: Request { path, body: None }, deed: Deed::Read(Arc::new(read)) }
}

/// The programmes among the newest releases: 100 tasks and 20 RFCs each.
fn releases(db: &Db, me: UserId, _: &Keys) -> Outcome<Vec<Case>> {
    let big = "SELECT id, 0::bigint AS other, '' AS word FROM (SELECT id FROM records WHERE kind = 'release' ORDER BY id DESC LIMIT 64) newest
               WHERE (SELECT count(*) FROM tasks WHERE record_id = newest.id) >= 100";
    let case = |it: Found| {
        let id = RecordId(it.id);
        read(format!("/releases/{id}"), move |conn| {
            let sheet = Sheet::load(conn, id)?;
            if sheet.full.record.is_open() {
                related::candidates(conn)?;
                models::list(conn)?;
            }
            choices::groups_of(conn, me)?;
            events::list(conn, &events::Filter { record: Some(id), ..Default::default() }, 8)?;
            Ok(())
        })
    };
    Ok(found(db, big)?.into_iter().map(case).collect())
}

fn list_case(db: &Db, me: UserId, query: &str) -> Case {
    let now = db.clock.now();
    let (wanted, _) = filter(&Fields::of_query(query), RecordKind::Release, me, chrono_tz::Tz::Europe__Berlin, now);
    read(format!("/releases?{query}"), move |conn| {
        for (named, id) in
            [(Named::Items, wanted.item.map(|it| it.0)), (Named::People, wanted.owner.map(|it| it.0)), (Named::People, wanted.coordinator.map(|it| it.0))]
        {
            id.map(|id| named::with_id(conn, named, id)).transpose()?;
        }
        lists::list(conn, &wanted, 51)?;
        categories::all(conn, RecordKind::Release)?;
        workflows::phases(conn, RecordKind::Release)?;
        Ok(())
    })
}

fn list(db: &Db, me: UserId, queries: &[&str]) -> Outcome<Vec<Case>> {
    Ok(queries.iter().map(|it| list_case(db, me, it)).collect())
}

/// Pages from the middle of the list, by keyset.
fn deep(db: &Db, me: UserId, _: &Keys) -> Outcome<Vec<Case>> {
    let middle = found(db, "SELECT max(id) / 2 AS id, 0::bigint AS other, '' AS word FROM records")?.first().map_or(0, |it| it.id);
    Ok((0..8).map(|nth| list_case(db, me, &format!("after=%7E{}", middle + nth * 200))).collect())
}

fn home(db: &Db, me: UserId, _: &Keys) -> Outcome<Vec<Case>> {
    let now = db.clock.now();
    Ok(vec![read("/".to_owned(), move |conn| {
        let groups = choices::groups_of(conn, me)?;
        approvals::inbox(conn, me, now, false, 10)?;
        handovers::inbox(conn, me, 10)?;
        tasks::waiting_for(conn, me, &groups, 10)?;
        follow_ups::waiting_for(conn, me, 10)?;
        lists::list(conn, &Filter { mine: Some(me), state: Some(RecordState::Open), order: Order::Due, ..Filter::default() }, 10)?;
        Ok(())
    })])
}

fn search(text: &'static str) -> Case {
    read(format!("/search?q={}", text.replace(' ', "+")), move |conn| {
        Ok(lists::list(conn, &Filter { text: text.to_owned(), ..Filter::default() }, 50).map(drop)?)
    })
}

fn activity(_: &Db, _: UserId, _: &Keys) -> Outcome<Vec<Case>> {
    let case = |query: &str, filter: events::Filter| {
        read(format!("/activity{query}"), move |conn| {
            filter.actor.map(|it| named::with_id(conn, Named::People, it.0)).transpose()?;
            events::list(conn, &filter, 101)?;
            events::kinds(conn)?;
            Ok(())
        })
    };
    let kind = events::Filter { kind: Some("phase_entered".to_owned()), ..Default::default() };
    Ok(vec![
        case("", events::Filter::default()),
        case("?kind=phase_entered", kind),
        case("?actor=12", events::Filter { actor: Some(UserId(12)), ..Default::default() }),
    ])
}

fn write(path: String, body: String, write: impl Fn(&mut Tx<'_>) -> Result<()> + Send + Sync + 'static) -> Case {
    Case { request: Request { path, body: Some(body) }, deed: Deed::Write(Arc::new(write)) }
}

/// Tasks are completed and reopened, so that there is always one to do.
fn completions(db: &Db, _: UserId, _: &Keys) -> Outcome<Vec<Case>> {
    let ready = "SELECT max(t.id) AS id, 0::bigint AS other, '' AS word FROM tasks t JOIN (SELECT id, phase FROM records WHERE kind = 'release' AND state = 'open' ORDER BY id DESC LIMIT 2000) r
                 ON r.id = t.record_id AND r.phase = t.phase WHERE t.state = 'ready' GROUP BY t.record_id LIMIT 64";
    let step = |id: TaskId, word: &str, step: TaskStep| {
        write(format!("/tasks/{id}/state"), format!("step={word}"), move |tx| app::tasks::step(tx, id, step, "").map(drop))
    };
    let all = found(db, ready)?.into_iter().map(|it| TaskId(it.id));
    Ok(all.flat_map(|id| [step(id, "complete", TaskStep::Complete), step(id, "reopen", TaskStep::Reopen)]).collect())
}

/// Whatever is planned was being built just now, so that it can be sent back once more.
const BUILT: &str = "
    WITH newest AS (SELECT id, visit FROM records WHERE kind = 'release' AND state = 'open' AND phase = 'plan' ORDER BY id DESC LIMIT 320),
         visits AS (UPDATE phase_visits v SET phase = 'build_test', name = 'Build and test' FROM newest WHERE v.record_id = newest.id AND v.visit = newest.visit)
    UPDATE records SET phase = 'build_test', phase_name = 'Build and test' WHERE id IN (SELECT id FROM newest)";

/// Releases are sent back from building and testing to their plan.
fn sent_back(db: &Db, _: UserId, _: &Keys) -> Outcome<Vec<Case>> {
    db.write_now::<_, app::Error>(slipway::domain::people::Actor::slipway(), |tx| Ok(tx.conn.batch_execute(BUILT)?))?;
    let built = "SELECT r.id, r.version::bigint AS other, '' AS word FROM records r JOIN workflows w ON w.id = r.workflow_id
                 WHERE kind = 'release' AND state = 'open' AND phase = 'build_test' AND w.key IN ('release-major', 'release-minor') ORDER BY r.id DESC LIMIT 320";
    let step = |it: &Found| {
        let (id, seen) = (RecordId(it.id), i32::try_from(it.other).unwrap_or(0));
        write(format!("/records/{id}/phase"), format!("transition=rework&version={seen}&reason=Again"), move |tx| {
            app::phases::take(tx, id, seen, "rework", "Again")
        })
    };
    Ok(found(db, built)?.iter().map(step).collect())
}

/// Decisions are given and taken back, four times each: more tries of one link are refused for a while.
fn decisions(db: &Db, _: UserId, keys: &Keys) -> Outcome<Vec<Case>> {
    let asked = "SELECT min(a.id) AS id, min(a.approver_id) AS other, min(s.digest) AS word FROM approvals a JOIN approval_steps s ON s.id = a.step_id
                 JOIN records r ON r.id = a.record_id WHERE a.state = 'pending' AND r.state = 'open' AND a.approver_id = (
                     SELECT min(approver_id) FROM approvals o WHERE o.step_id = s.id AND o.state = 'pending') GROUP BY a.record_id ORDER BY 1 DESC LIMIT 320";
    let mut all = Vec::new();
    for it in found(db, asked)? {
        let (approval, user, digest) = (ApprovalId(it.id), UserId(it.other), it.word);
        let secrets = db.write_now(slipway::domain::people::Actor::slipway(), |tx| links::offer(tx, keys, approval, user))?;
        let token = secrets.path.trim_start_matches("/a/").to_owned();
        let code = Code::parse(&secrets.code).map_err(|it| it.to_string())?;
        let (give, take) = (format!("{}/decision", secrets.path), format!("{}/undo", secrets.path));
        for _ in 0..4 {
            let (keys, token, digest) = (keys.clone(), token.clone(), digest.clone());
            let (keys2, token2) = (keys.clone(), token.clone());
            let body = format!("decision=approve&comment=&digest={digest}&code={}", secrets.code);
            let answer = deciding::Answer::Approve { comment: String::new() };
            let decide: Write = Arc::new(move |tx| links::decide(tx, &keys, &token, code, &digest, &answer).map(drop));
            let undo: Write = Arc::new(move |tx| links::take_back(tx, &keys2, &token2, code).map(drop));
            all.push(Case { request: Request { path: give.clone(), body: Some(body) }, deed: Deed::Link(decide) });
            all.push(Case { request: Request { path: take.clone(), body: Some(format!("code={}", secrets.code)) }, deed: Deed::Link(undo) });
        }
    }
    Ok(all)
}
