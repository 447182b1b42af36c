//! Files as a form sends them: taken piece by piece, so that memory does not grow with them, and never waited for too long.

use super::target_of;
use crate::app::attachments::Storage;
use crate::app::attachments::receiving::{Received, Receiving};
use crate::app::{Error, FormErrors};
use crate::domain::attachments::{AT_ONCE, PART, Target};
use crate::store::db::Outage;
use crate::web::failure::Failure;
use crate::web::server::BodyTimeout;
use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::header;
use actix_web::{HttpRequest, web};
use futures_util::TryStreamExt;
use std::time::Duration;

const MEGABYTE: u64 = 1024 * 1024;
/// A field that is no file has at most so many bytes.
const WORD: usize = 1000;

/// What a form sent.
pub struct Sent {
    pub target: Target,
    pub files: Vec<Received>,
    pub errors: FormErrors,
    /// Whether a file was larger than is taken.
    pub large: bool,
}

/// How long each piece may take, and the whole: so long for each megabyte that may come.
struct Patience {
    piece: Duration,
    whole: Duration,
}

impl Patience {
    fn of(req: &HttpRequest, most: u64) -> Patience {
        let piece = req.app_data::<web::Data<BodyTimeout>>().map_or(Duration::from_secs(15), |it| it.0);
        let megabytes = length(req).unwrap_or(most).min(most).div_ceil(MEGABYTE);
        Patience { piece, whole: piece.saturating_mul(u32::try_from(megabytes).unwrap_or(u32::MAX).saturating_add(1)) }
    }
}

fn length(req: &HttpRequest) -> Option<u64> {
    req.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The most that can come and be of use.
fn most(storage: &Storage) -> u64 {
    storage.limit * AT_ONCE as u64 + MEGABYTE
}

/// Receives everything, or says what is wrong with it: then what still comes is read and dropped, so that the answer is seen.
pub async fn all(req: &HttpRequest, body: Multipart, storage: &Storage) -> Result<Sent, Failure> {
    if let Some(length) = length(req).filter(|it| *it > most(storage)) {
        if length <= most(storage) * 2 {
            nothing(req, body, storage).await;
        }
        return Err(Failure::TooLarge);
    }
    let patience = Patience::of(req, most(storage));
    tokio::time::timeout(patience.whole, fields(body, storage, patience.piece)).await.map_err(|_| Failure::TooSlow)?
}

/// The one file that a form sends in this field, in memory; none if there is none. Of one that is too large `most` bytes come, which is as
/// many as are refused; the rest is read and dropped, so that the answer is seen.
pub async fn one(req: &HttpRequest, mut body: Multipart, name: &str, most: usize) -> Result<Option<Vec<u8>>, Failure> {
    if length(req).is_some_and(|it| it > 20 * MEGABYTE) {
        return Err(Failure::TooLarge);
    }
    let patience = Patience::of(req, 20 * MEGABYTE);
    let read = async {
        let mut found = None;
        while let Some(mut field) = in_time(patience.piece, body.try_next()).await? {
            let wanted = field.name() == Some(name);
            let mut bytes = Vec::new();
            while let Some(piece) = in_time(patience.piece, field.try_next()).await? {
                if wanted && bytes.len() < most {
                    bytes.extend_from_slice(&piece[..piece.len().min(most - bytes.len())]);
                }
            }
            if wanted {
                found = Some(bytes);
            }
        }
        Ok::<_, Failure>(found)
    };
    tokio::time::timeout(patience.whole, read).await.map_err(|_| Failure::TooSlow)?
}

/// Reads a body that nobody wants, for as long as it would have been waited for: cut off in the middle, a browser shows no answer.
pub async fn nothing(req: &HttpRequest, mut body: Multipart, storage: &Storage) {
    let patience = Patience::of(req, most(storage));
    let read = async {
        while let Ok(Some(mut field)) = body.try_next().await {
            while let Ok(Some(_)) = field.try_next().await {}
        }
    };
    tokio::time::timeout(patience.whole, read).await.ok();
}

async fn fields(mut body: Multipart, storage: &Storage, patience: Duration) -> Result<Sent, Failure> {
    let (mut task, mut point) = (String::new(), String::new());
    let mut sent = Sent { target: Target::Record, files: Vec::new(), errors: FormErrors::default(), large: false };
    let mut count = 0;
    while let Some(mut field) = in_time(patience, body.try_next()).await? {
        let name = field.name().unwrap_or_default().to_owned();
        match (name.as_str(), file_name(&field)) {
            ("task", None) => task = word(&mut field, patience).await?,
            ("point", None) => point = word(&mut field, patience).await?,
            ("files", Some(claimed)) => {
                let is_fine = sent.errors.is_empty();
                let file = file(&mut field, &claimed, storage, patience, is_fine).await?;
                let Some(file) = file else { continue };
                count += 1;
                match file {
                    File::Whole(file) if count <= AT_ONCE => sent.files.push(file),
                    File::Whole(_) => sent.errors.about("files", format!("Attach at most {AT_ONCE} files at once. There were more, and nothing was attached.")),
                    File::Empty(name) => sent.errors.about("files", format!("“{name}” is empty, so nothing was attached. Look whether it is the right file.")),
                    File::Large(name) => {
                        sent.large = true;
                        let limit = storage.megabytes();
                        let message = format!(
                            "“{name}” is larger than {limit} MB, so nothing was attached. Make it smaller, or put it where large files are kept and attach a note with the link."
                        );
                        sent.errors.about("files", message);
                    }
                    File::Dropped => {}
                }
                if !sent.errors.is_empty() {
                    // What was written aside goes at once.
                    sent.files.clear();
                }
            }
            _ => while in_time(patience, field.try_next()).await?.is_some() {},
        }
    }
    if count == 0 {
        sent.errors.about("files", "Choose a file.");
    }
    sent.target = target_of(&task, &point)?;
    Ok(sent)
}

/// What its sender calls a file; none for a field that is no file.
fn file_name(field: &Field) -> Option<String> {
    // Browsers write a quotation mark in a name like this, and nothing else.
    field.content_disposition()?.get_filename().map(|it| it.replace("%22", "\""))
}

async fn in_time<T>(patience: Duration, next: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Failure> {
    let arrived = tokio::time::timeout(patience, next).await.map_err(|_| Failure::TooSlow)?;
    arrived.map_err(|_| Failure::Garbled)
}

async fn word(field: &mut Field, patience: Duration) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(piece) = in_time(patience, field.try_next()).await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > WORD {
            return Err(Failure::TooLarge);
        }
    }
    String::from_utf8(bytes).map_err(|_| Failure::Garbled)
}

enum File {
    Whole(Received),
    Empty(String),
    Large(String),
    /// Something was wrong already, so it was not kept.
    Dropped,
}

/// One file; none if the field was left empty.
async fn file(field: &mut Field, claimed: &str, storage: &Storage, patience: Duration, wanted: bool) -> Result<Option<File>, Failure> {
    let mut piece = Vec::new();
    let mut size = 0;
    let mut receiving: Option<Receiving> = None;
    while let Some(bytes) = in_time(patience, field.try_next()).await? {
        size += bytes.len() as u64;
        if !wanted || size > storage.limit {
            (receiving, piece) = (None, Vec::new());
            continue;
        }
        piece.extend_from_slice(&bytes);
        if piece.len() >= PART {
            receiving = Some(write(receiving, std::mem::take(&mut piece), claimed, storage).await?);
        }
    }
    let name = crate::domain::attachments::name(claimed);
    Ok(match size {
        0 if claimed.is_empty() => None,
        0 => Some(File::Empty(name)),
        size if size > storage.limit => Some(File::Large(name)),
        _ if !wanted => Some(File::Dropped),
        _ => {
            let written = write(receiving, piece, claimed, storage).await?;
            Some(File::Whole(blocking(move || written.finish()).await?))
        }
    })
}

async fn write(receiving: Option<Receiving>, piece: Vec<u8>, claimed: &str, storage: &Storage) -> Result<Receiving, Failure> {
    let (claimed, storage) = (claimed.to_owned(), storage.clone());
    blocking(move || receiving.map_or_else(|| Receiving::begin(&claimed, &storage), Ok)?.take(&piece)).await
}

async fn blocking<T: Send + 'static>(f: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(f).await.map_err(Outage::from).and_then(|it| it.map_err(Outage::from));
    Ok(done.map_err(Error::from)?)
}
