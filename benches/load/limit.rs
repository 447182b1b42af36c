//! The bare handler that marks the limit of a page: the same calls to the store, the same bytes, and nothing else.

use crate::cases::{Case, Deed};
use crate::fill::Reader;
use actix_web::dev::Server;
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use slipway::app::Error;
use slipway::domain::people::Actor;
use slipway::store::sessions;
use slipway::store::{Db, PgConnection, policies};
use std::collections::HashMap;
use std::net::TcpListener;

struct Limit {
    db: Db,
    body: Bytes,
    reader: Reader,
    deeds: HashMap<String, Deed>,
}

/// A server that sends `body` after the page's own SQL.
pub fn serve(listener: TcpListener, db: Db, body: Vec<u8>, reader: Reader, cases: &[Case]) -> std::io::Result<Server> {
    let deeds = cases.iter().map(|it| (it.request.key(), it.deed.clone())).collect();
    let limit = Data::new(Limit { db, body: Bytes::from(body), reader, deeds });
    let server = HttpServer::new(move || App::new().app_data(limit.clone()).default_service(web::to(answer)));
    Ok(server.workers(2).disable_signals().listen(listener)?.run())
}

async fn answer(limit: Data<Limit>, req: HttpRequest, payload: Payload) -> HttpResponse {
    let body = payload.to_bytes().await.unwrap_or_default();
    let path = req.uri().path_and_query().map_or("", |it| it.as_str());
    let Some(deed) = limit.deeds.get(&format!("{path} {}", String::from_utf8_lossy(&body))).cloned() else { return HttpResponse::NotFound().finish() };
    let done = match deed {
        Deed::Read(read) => {
            resume(&limit).await;
            limit.db.read(move |conn| read(conn)).await
        }
        Deed::Write(write) => {
            resume(&limit).await;
            limit.db.write(limit.reader.actor.clone(), move |tx| write(tx)).await
        }
        Deed::Link(write) => limit.db.write(Actor::slipway(), move |tx| write(tx)).await,
    };
    match done {
        Ok(()) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(limit.body.clone()),
        Err(cause) => HttpResponse::InternalServerError().body(cause.to_string()),
    }
}

/// Whose session it is; how long it lasts stands in the policy, which the program asks on each request as well.
async fn resume(limit: &Limit) {
    let key = limit.reader.key.clone();
    let resumed = limit.db.read::<_, Error, _>(move |conn: &mut PgConnection| {
        let security = policies::security(conn)?;
        let (idle, life) = (chrono::Duration::minutes(security.session_idle.into()), chrono::Duration::hours(security.session_life.into()));
        let lasts = sessions::Lifetime { idle, life };
        Ok(sessions::resume(conn, &key, chrono::Utc::now(), lasts)?)
    });
    resumed.await.ok();
}
