//! Packs the evidence into one ZIP: the same state yields the same bytes.

use super::{Evidence, MANUAL};
use crate::app::{Error, Result};
use crate::domain::attachments::archived_name;
use crate::store::attachments::Attachment;
use crate::store::db::Outage;
use chrono::{DateTime, Datelike, Timelike, Utc};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub const MANIFEST: &str = "MANIFEST.sha256";
pub const ACTIVITY: &str = "activity.jsonl";
pub const APPROVALS: &str = "approvals.json";
pub const RECORD: &str = "record.json";
pub const FILES: &str = "attachments/";

/// Where an attachment is in the pack.
pub fn path_of(it: &Attachment) -> String {
    format!("{FILES}{}-{}", it.id, archived_name(&it.name))
}

struct Pack {
    zip: ZipWriter<File>,
    options: SimpleFileOptions,
    /// What is in it so far, with its checksum.
    manifest: Vec<(String, String)>,
}

impl Pack {
    fn begin(&mut self, path: &str, method: CompressionMethod) -> std::io::Result<()> {
        Ok(self.zip.start_file(path, self.options.compression_method(method))?)
    }

    fn add(&mut self, path: &str, content: &[u8]) -> std::io::Result<()> {
        self.begin(path, CompressionMethod::Deflated)?;
        self.zip.write_all(content)?;
        self.manifest.push((path.to_owned(), hex::encode(Sha256::digest(content))));
        Ok(())
    }

    /// A file that comes part by part, until a part is empty.
    fn stream(&mut self, path: &str, mut part: impl FnMut(i32) -> std::result::Result<Vec<u8>, Outage>) -> std::result::Result<(), Outage> {
        let mut next = match part(0) {
            Ok(first) => first,
            Err(Outage::File(cause)) => {
                tracing::error!(%cause, path, "the content of an attachment is missing in the evidence");
                return Ok(self.add(&format!("{path}.missing.txt"), b"The content of this attachment could not be read when the pack was made.\n")?);
            }
            Err(other) => return Err(other),
        };
        self.begin(path, CompressionMethod::Stored)?;
        let mut hasher = Sha256::new();
        let mut position = 0;
        while !next.is_empty() {
            hasher.update(&next);
            self.zip.write_all(&next)?;
            position += 1;
            next = part(position)?;
        }
        self.manifest.push((path.to_owned(), hex::encode(hasher.finalize())));
        Ok(())
    }
}

/// Writes the pack into this file and rewinds it. `part` reads a part of an attachment's content; empty after the last.
pub fn write(out: File, evidence: &Evidence, report: &str, mut part: impl FnMut(&Attachment, i32) -> std::result::Result<Vec<u8>, Outage>) -> Result<File> {
    let options = SimpleFileOptions::default().last_modified_time(moment(evidence.at)).unix_permissions(0o644);
    let mut pack = Pack { zip: ZipWriter::new(out), options, manifest: Vec::new() };
    let texts = [
        ("VERIFY.md", MANUAL.to_owned()),
        (ACTIVITY, evidence.activity_lines()),
        (APPROVALS, pretty(&evidence.approvals_json())?),
        (RECORD, pretty(&evidence.record_json())?),
        ("report.html", report.to_owned()),
        ("surveys.json", pretty(&evidence.surveys)?),
    ];
    for (path, text) in &texts {
        pack.add(path, text.as_bytes()).map_err(Outage::from)?;
    }
    for it in &evidence.attachments {
        pack.stream(&path_of(&it.attachment), |position| part(&it.attachment, position))?;
    }
    let lines: String = pack.manifest.iter().map(|(path, sum)| format!("{sum}  {path}\n")).collect();
    pack.begin(MANIFEST, CompressionMethod::Deflated).and_then(|()| pack.zip.write_all(lines.as_bytes())).map_err(Outage::from)?;
    let mut file = pack.zip.finish().map_err(|cause| Outage::File(cause.into()))?;
    file.seek(SeekFrom::Start(0)).map_err(Outage::from)?;
    Ok(file)
}

fn pretty(value: &serde_json::Value) -> Result<String> {
    serde_json::to_string_pretty(value).map(|it| it + "\n").map_err(|cause| Error::Outage(Outage::Render(cause.to_string())))
}

/// A time as archives keep it: from 1980 on, in steps of two seconds.
fn moment(at: DateTime<Utc>) -> zip::DateTime {
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(at.year()).unwrap_or(1980);
    zip::DateTime::from_date_and_time(year, part(at.month()), part(at.day()), part(at.hour()), part(at.minute()), part(at.second() / 2 * 2)).unwrap_or_default()
}
