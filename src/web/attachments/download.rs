//! Downloading an attachment: always as a file, never as a page of ours.

use crate::app::attachments::Storage;
use crate::app::{Context, Error};
use crate::domain::ids::AttachmentId;
use crate::store::attachments::{self, Attachment, content};
use crate::web::page::Answer;
use crate::web::records::id_of;
use actix_web::body::SizedStream;
use actix_web::http::{Method, header};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::{Stream, stream};
use sha2::{Digest, Sha256};
use std::io::Result as IoResult;

/// Whatever the content is, a browser that shows it after all gives it no rights.
const POLICY: &str = "sandbox; default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

pub async fn show(ctx: Context, req: HttpRequest, id: Path<String>, storage: Data<Storage>) -> Answer {
    let id: AttachmentId = id_of(&id)?;
    let it = ctx.read(move |conn| Ok(attachments::find(conn, id)?)).await?;
    if !it.is_kept() {
        return Err(Error::NotFound.into());
    }
    let tag = format!("\"{}\"", it.checksum());
    if req.headers().get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok()).is_some_and(|known| known.contains(&tag)) {
        return Ok(headed(HttpResponse::NotModified(), &it.name, &it.media_type).insert_header((header::ETAG, tag)).finish());
    }
    let mut reply = headed(HttpResponse::Ok(), &it.name, &it.media_type);
    reply.insert_header((header::ETAG, tag));
    let size = it.size as u64;
    Ok(if *req.method() == Method::HEAD { empty(reply, size) } else { reply.body(SizedStream::new(size, Box::pin(parts(ctx, it, storage)))) })
}

/// The headers of everything that is sent as a file: it is kept as one, and taken for nothing else.
pub fn headed(mut reply: HttpResponseBuilder, name: &str, media_type: &str) -> HttpResponseBuilder {
    reply
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, disposition(name)))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        // As it is: compressed, it would have neither this length nor this checksum.
        .insert_header((header::CONTENT_ENCODING, "identity"));
    reply
}

/// The answer to HEAD: as long as the file, without it.
pub fn empty(mut reply: HttpResponseBuilder, size: u64) -> HttpResponse {
    reply.body(SizedStream::new(size, stream::empty::<IoResult<Bytes>>()))
}

/// `attachment`, with the name twice (RFC 6266): plain for old programs, and whole.
pub fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|c| if (c.is_ascii_graphic() || c == ' ') && !"\"\\%;".contains(c) { c } else { '_' }).collect();
    let whole: String =
        name.bytes().map(|it| if it.is_ascii_alphanumeric() || b"-._~".contains(&it) { char::from(it).to_string() } else { format!("%{it:02X}") }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

/// Content on its way out.
struct Sending {
    ctx: Context,
    it: Attachment,
    storage: Data<Storage>,
    hasher: Sha256,
    position: i32,
    sent: u64,
}

/// Part by part. Content that is not what was attached breaks off before its end, and the log says so.
fn parts(ctx: Context, it: Attachment, storage: Data<Storage>) -> impl Stream<Item = IoResult<Bytes>> {
    let sending = Sending { ctx, it, storage, hasher: Sha256::new(), position: 0, sent: 0 };
    stream::try_unfold(sending, |mut sending| async move {
        if sending.sent == sending.it.size as u64 {
            return Ok(None);
        }
        let (it, position, storage) = (sending.it.clone(), sending.position, sending.storage.clone());
        let part = sending.ctx.read(move |conn| Ok(content::part(conn, &it, position, storage.folder())?)).await;
        let part = part.map_err(|cause| broken(&sending.it, &cause.to_string()))?;
        sending.position += 1;
        sending.sent += part.len() as u64;
        sending.hasher.update(&part);
        let ends = sending.sent >= sending.it.size as u64 || part.is_empty();
        if ends && (sending.sent != sending.it.size as u64 || sending.hasher.clone().finalize().to_vec() != sending.it.sha256) {
            return Err(broken(&sending.it, "it is not what was attached"));
        }
        Ok(Some((Bytes::from(part), sending)))
    })
}

fn broken(it: &Attachment, cause: &str) -> std::io::Error {
    tracing::error!(attachment = %it.id, cause, "the content of an attachment cannot be sent");
    std::io::Error::other("the content cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_its_header_plain_and_whole() {
        assert_eq!(disposition("plan.pdf"), "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf");
        assert_eq!(disposition("Plän \"a\";b.pdf"), "attachment; filename=\"Pl_n _a__b.pdf\"; filename*=UTF-8''Pl%C3%A4n%20%22a%22%3Bb.pdf");
    }
}
