//! The pages that are measured, and for each the bare handler that marks its limit.

use crate::client::Request;
use crate::fill;
use actix_web::dev::Server;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{App, HttpResponse, HttpServer, web};
use slipway::app::sheet::Sheet;
use slipway::app::{self, Result};
use slipway::domain::ids::{RecordId, TaskId};
use slipway::domain::people::Actor;
use slipway::domain::records::{RecordKind, RecordState};
use slipway::domain::tasks::TaskStep;
use slipway::store::lists::{self, Filter, Order};
use slipway::store::sessions::{self, KeyHash};
use slipway::store::{Db, approvals, categories, choices, events, items, models, related, tasks, users, workflows};
use std::net::TcpListener;

pub struct Page {
    pub name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Release,
    List,
    Home,
    Task,
}

pub const PAGES: &[Page] = &[
    Page { name: "release page", kind: Kind::Release },
    Page { name: "list, filtered", kind: Kind::List },
    Page { name: "home", kind: Kind::Home },
    Page { name: "task completion", kind: Kind::Task },
];

impl Page {
    /// Puts back what the last load left half done.
    pub fn prepare(&self, db: &Db) -> app::Result<()> {
        match self.kind {
            Kind::Task => fill::ready_again(db),
            Kind::Release | Kind::List | Kind::Home => Ok(()),
        }
    }

    /// What a client asks in turn. Tasks are completed and reopened, so that there is always one to do.
    pub fn requests(&self, db: &Db) -> app::Result<Vec<Request>> {
        let get = |path: String| Request { path, body: None };
        Ok(match self.kind {
            Kind::Release => fill::some_releases(db, 200)?.into_iter().map(|id| get(format!("/releases/{id}"))).collect(),
            Kind::List => (1..=8).map(|item| get(format!("/releases?state=open&item={item}&order=due"))).collect(),
            Kind::Home => vec![get("/".into()); 16],
            Kind::Task => {
                let step = |id: TaskId, step: &str| Request { path: format!("/tasks/{id}/state"), body: Some(format!("step={step}")) };
                fill::some_tasks(db, 64)?.into_iter().flat_map(|id| [step(id, "complete"), step(id, "reopen")]).collect()
            }
        })
    }
}

struct Limit {
    db: Db,
    body: Bytes,
    key: KeyHash,
    actor: Actor,
}

/// A server that sends `body` after the page's own SQL.
pub fn serve(listener: TcpListener, db: Db, body: Vec<u8>, key: (KeyHash, Actor)) -> std::io::Result<Server> {
    let limit = Data::new(Limit { db, body: Bytes::from(body), key: key.0, actor: key.1 });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(limit.clone())
            .route("/", web::get().to(home))
            .route("/releases", web::get().to(list))
            .route("/releases/{id}", web::get().to(release))
            .route("/tasks/{id}/state", web::post().to(task))
    });
    Ok(server.workers(2).disable_signals().listen(listener)?.run())
}

async fn answer<T: Send + 'static>(limit: Data<Limit>, f: impl FnOnce(&mut diesel::PgConnection) -> Result<T> + Send + 'static) -> HttpResponse {
    let key = limit.key.clone();
    let session = limit.db.read::<_, app::Error, _>(move |conn| Ok(resume(conn, &key)?)).await;
    let done = limit.db.read(f).await;
    if session.is_err() || done.is_err() {
        return HttpResponse::InternalServerError().finish();
    }
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(limit.body.clone())
}

async fn release(limit: Data<Limit>, id: Path<i64>) -> HttpResponse {
    let (id, me) = (RecordId(*id), limit.actor.id);
    answer(limit, move |conn| {
        let sheet = Sheet::load(conn, id)?;
        if sheet.full.record.is_open() {
            related::candidates(conn)?;
            models::list(conn)?;
        }
        choices::groups_of(conn, me)?;
        events::list(conn, &events::Filter { record: Some(id), ..Default::default() }, 8)?;
        Ok(sheet)
    })
    .await
}

async fn list(limit: Data<Limit>, req: actix_web::HttpRequest) -> HttpResponse {
    let item = req.query_string().split('&').find_map(|it| it.strip_prefix("item=")?.parse().ok());
    answer(limit, move |conn| {
        let filter = Filter { kind: Some(RecordKind::Release), state: Some(RecordState::Open), item, order: Order::Due, ..Filter::default() };
        let rows = lists::list(conn, &filter, 51)?;
        categories::list(conn, RecordKind::Release)?;
        workflows::phases(conn, RecordKind::Release)?;
        items::list(conn)?;
        users::people(conn)?;
        Ok(rows)
    })
    .await
}

async fn home(limit: Data<Limit>) -> HttpResponse {
    let (me, now) = (limit.actor.id, limit.db.clock.now());
    answer(limit, move |conn| {
        let groups = choices::groups_of(conn, me)?;
        approvals::inbox(conn, me, now, false, 10)?;
        tasks::waiting_for(conn, me, &groups, 10)?;
        Ok(lists::list(conn, &Filter { mine: Some(me), state: Some(RecordState::Open), order: Order::Due, ..Filter::default() }, 10)?)
    })
    .await
}

async fn task(limit: Data<Limit>, id: Path<i64>, body: String) -> HttpResponse {
    let id = TaskId(*id);
    let step = if body.ends_with("complete") { TaskStep::Complete } else { TaskStep::Reopen };
    let key = limit.key.clone();
    let session = limit.db.read::<_, app::Error, _>(move |conn| Ok(resume(conn, &key)?)).await;
    let done = limit.db.write(limit.actor.clone(), move |tx| app::tasks::step(tx, id, step, "")).await;
    if session.is_err() || done.is_err() { HttpResponse::InternalServerError().finish() } else { HttpResponse::SeeOther().finish() }
}

/// Whose session it is; how long it lasts stands in the policy, which the program asks on each request as well.
fn resume(conn: &mut slipway::store::PgConnection, key: &KeyHash) -> diesel::QueryResult<Option<sessions::Resumed>> {
    let security = slipway::store::policies::security(conn)?;
    let lasts =
        sessions::Lifetime { idle: chrono::Duration::minutes(security.session_idle.into()), life: chrono::Duration::hours(security.session_life.into()) };
    sessions::resume(conn, key, chrono::Utc::now(), lasts)
}
