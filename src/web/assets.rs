//! Our css, js and icons: hashed in their address, compressed once at the start, cached for ever.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::{Compression, write::GzEncoder};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "static/"]
#[exclude = "vendor/VERSIONS"]
struct Files;

struct Asset {
    kind: &'static str,
    plain: Vec<u8>,
    gzip: Vec<u8>,
    brotli: Vec<u8>,
}

/// By file name; folders do not count.
static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| Files::iter().filter_map(|path| Some((name_of(&path).to_owned(), load(&path)?))).collect());

/// The hash over all files: a new build means new addresses.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for path in Files::iter() {
        hash.update(path.as_bytes());
        if let Some(file) = Files::get(&path) {
            hash.update(&file.data);
        }
    }
    hex::encode(&hash.finalize()[..8])
});

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn load(path: &str) -> Option<Asset> {
    let plain = Files::get(path)?.data.into_owned();
    let kind = match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some(_) | None => "application/octet-stream",
    };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
    gzip.write_all(&plain).ok()?;
    let mut brotli = Vec::new();
    brotli::BrotliCompress(&mut plain.as_slice(), &mut brotli, &brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() }).ok()?;
    Some(Asset { kind, gzip: gzip.finish().ok()?, brotli, plain })
}

/// The address of a file of `static/`.
pub fn url(name: &str) -> String {
    format!("/static/{}/{name}", *HASH)
}

/// Does the compressing now, so that no first reader waits for it.
pub fn warm_up() {
    LazyLock::force(&ASSETS);
}

pub async fn show(req: HttpRequest, path: web::Path<(String, String)>) -> HttpResponse {
    let (_, name) = path.into_inner();
    let Some(asset) = ASSETS.get(&name) else { return HttpResponse::NotFound().finish() };
    let accepted = req.headers().get(header::ACCEPT_ENCODING).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let takes = |encoding: &str| accepted.split(',').any(|it| it.trim().split(';').next() == Some(encoding));
    let (encoding, body) = if takes("br") {
        ("br", &asset.brotli)
    } else if takes("gzip") {
        ("gzip", &asset.gzip)
    } else {
        ("identity", &asset.plain)
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.kind))
        .insert_header((header::CONTENT_ENCODING, encoding))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(body.as_slice())
}
