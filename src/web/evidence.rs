//! The evidence pack of a release, as a download.

mod report;
mod surveys;

use super::attachments::download::{empty, headed};
use super::page::Answer;
use super::records::id_of;
use crate::app::attachments::Storage;
use crate::app::evidence::{Evidence, pack};
use crate::app::{Context, Error};
use crate::domain::ids::RecordId;
use crate::store::attachments::content;
use crate::store::db::Outage;
use actix_web::body::SizedStream;
use actix_web::http::Method;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use futures_util::{Stream, stream};
use report::Report;
use std::fs::File;
use std::io::{Read, Result as IoResult};
use tokio::sync::Semaphore;

/// How many packs are made at a time: each holds a connection to the database while it reads attachments.
static MAKING: Semaphore = Semaphore::const_new(2);

/// So much of the file is read at once.
const PIECE: u64 = 256 * 1024;

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>, storage: Data<Storage>) -> Answer {
    let id: RecordId = id_of(&id)?;
    let turn = MAKING.acquire().await.ok();
    let made = ctx.read(move |conn| {
        let evidence = Evidence::load(conn, id)?;
        let report = Report::of(&evidence).render().map_err(|cause| Error::Outage(Outage::Render(cause.to_string())))?;
        let file = tempfile::tempfile().map_err(Outage::from)?;
        let file = pack::write(file, &evidence, &report, |it, position| content::part(conn, it, position, storage.folder()))?;
        let size = file.metadata().map_err(Outage::from)?.len();
        Ok((file, size, format!("{}-evidence.zip", evidence.number)))
    });
    let (file, size, name) = made.await?;
    drop(turn);
    let mut reply = headed(HttpResponse::Ok(), &name, "application/zip");
    Ok(if *req.method() == Method::HEAD { empty(reply, size) } else { reply.body(SizedStream::new(size, Box::pin(pieces(file)))) })
}

fn pieces(file: File) -> impl Stream<Item = IoResult<Bytes>> {
    stream::try_unfold(file, |file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = Vec::new();
            Read::by_ref(&mut &file).take(PIECE).read_to_end(&mut piece)?;
            IoResult::Ok((piece, file))
        });
        let (piece, file) = read.await.map_err(std::io::Error::other)??;
        Ok((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
    })
}
