//! `slipway doctor`: looks at everything that Slipway needs, and says what to do about what is missing.

use super::config_check;
use super::database::Database;
use super::findings::{self, Finding};
use crate::app::attachments::Storage;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::mails::Fault;
use crate::mail;
use crate::store::attachments::{self as kept, folder};
use crate::store::{condition, embedded, events, migrations};
use diesel::pg::PgConnection;
use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;

/// A difference of the clocks, in seconds, that confuses deadlines, and one that breaks sessions.
const CLOCK_WARNING: f64 = 2.0;
const CLOCK_FAILURE: f64 = 60.0;

pub fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut findings = config_check::findings(config);
    findings.push(data_dir(config));
    findings.extend(attachments(config));
    findings.extend(mail_server(config));
    if config.database_url.is_none() {
        findings.push(programs(config));
    }
    if config.database_url.is_none() && !embedded::exists(&config.data_dir) {
        findings.push(Finding::Warning("there is no database yet; `slipway serve` makes it".into()));
    } else {
        match Database::shared(config) {
            Ok(database) => findings.extend(of_database(&database.url, config)),
            Err(cause) => findings.push(Finding::Failure(cause.to_string())),
        }
    }
    Ok(findings::tell(&findings)?)
}

fn data_dir(config: &Config) -> Finding {
    let path = config.data_dir.display();
    match std::fs::metadata(&config.data_dir) {
        Ok(found) if !found.is_dir() => Finding::Failure(format!("the data directory {path} is not a directory")),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => Finding::Warning(format!("others can look into the data directory: chmod 700 {path}")),
        Ok(_) => Finding::Fine(format!("the data directory {path} is closed to others")),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Finding::Fine(format!("the data directory {path} will be made")),
        Err(cause) => Finding::Failure(format!("the data directory {path} cannot be looked at: {cause}")),
    }
}

/// Whether the directory of attachments takes files; nothing, if there is none.
fn attachments(config: &Config) -> Option<Finding> {
    let storage = Storage::of(config);
    let folder = storage.folder()?;
    let path = folder.display();
    let tried = folder::prepare(folder).and_then(|()| folder::begin(folder)).and_then(|_| std::fs::metadata(folder));
    Some(match tried {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            Finding::Warning(format!("others can look into the directory of attachments: chmod 700 {path}"))
        }
        Ok(_) => Finding::Fine(format!("the directory of attachments {path} takes files")),
        Err(cause) => Finding::Failure(format!("the directory of attachments {path} cannot be written: {cause}")),
    })
}

/// Directories in which attachments are said to lie, but which cannot be looked into.
fn lost_folders(conn: &mut PgConnection, config: &Config) -> Vec<Finding> {
    let set = Storage::of(config);
    let lost = |(folder, _): &(String, i64)| set.folder().is_none() && !std::path::Path::new(folder).is_dir();
    match kept::folders(conn) {
        Ok(folders) => {
            let told = |(folder, count)| {
                Finding::Failure(format!(
                    "{count} attachments are kept in {folder}, which is not there: mount it, or set SLIPWAY_ATTACHMENTS to where it is now"
                ))
            };
            folders.into_iter().filter(lost).map(told).collect()
        }
        Err(cause) => vec![Finding::Failure(format!("the directories of attachments: {cause}"))],
    }
}

/// Whether the mail server answers; nothing, if there is none or its address is wrong, which is said elsewhere.
fn mail_server(config: &Config) -> Option<Finding> {
    let settings = mail::Settings::parse(config.smtp_url.as_deref()?).ok()?;
    let name = &settings.name;
    Some(match super::mail::check(&settings) {
        Ok(Ok(())) => Finding::Fine(format!("the mail server {name} answers")),
        Ok(Err(trouble)) if trouble.fault == Fault::Credentials => {
            Finding::Failure(format!("the mail server {name} refuses our credentials: {}", trouble.words))
        }
        Ok(Err(trouble)) => Finding::Failure(format!("the mail server {name} does not answer as it should: {}", trouble.words)),
        Err(cause) => Finding::Failure(cause.to_string()),
    })
}

fn programs(config: &Config) -> Finding {
    match embedded::programs(&config.data_dir, config.postgres_bin.as_deref()) {
        Ok((folder, major)) => Finding::Fine(format!("PostgreSQL {major} is in {}", folder.display())),
        Err(cause) => Finding::Failure(cause.to_string()),
    }
}

fn of_database(url: &str, config: &Config) -> Vec<Finding> {
    let mut conn = match migrations::connect(url) {
        Ok(conn) => conn,
        Err(cause) => return vec![Finding::Failure(cause.to_string())],
    };
    let mut findings = vec![version(&mut conn), clock(&mut conn)];
    match migrations::is_current(&mut conn) {
        Ok(true) => {
            findings.push(Finding::Fine("the schema is current".into()));
            findings.push(writable(&mut conn));
            findings.push(log_end(&mut conn));
            findings.extend(lost_folders(&mut conn, config));
        }
        Ok(false) => findings.push(Finding::Failure("the schema is older than this program: run `slipway migrate`".into())),
        Err(cause) => findings.push(Finding::Failure(cause.to_string())),
    }
    findings
}

/// A finding, or a failure that says what could not be found out.
fn asked(what: &str, answer: diesel::QueryResult<Finding>) -> Finding {
    answer.unwrap_or_else(|cause| Finding::Failure(format!("{what}: {cause}")))
}

fn version(conn: &mut PgConnection) -> Finding {
    let version = condition::version(conn);
    asked("the version of PostgreSQL", version.map(|(_, version)| Finding::Fine(format!("the database answers: PostgreSQL {version}"))))
}

fn clock(conn: &mut PgConnection) -> Finding {
    let ours = Clock::default().now();
    let apart = condition::time(conn).map(|theirs| (theirs - ours).as_seconds_f64().abs());
    asked(
        "the database's clock",
        apart.map(|apart| {
            let text = format!("the database's clock and ours are {apart:.1} s apart");
            match apart {
                apart if apart > CLOCK_FAILURE => Finding::Failure(format!("{text}: set both by NTP")),
                apart if apart > CLOCK_WARNING => Finding::Warning(format!("{text}: set both by NTP")),
                _ => Finding::Fine(text),
            }
        }),
    )
}

fn writable(conn: &mut PgConnection) -> Finding {
    asked("the database takes no writes", condition::try_write(conn).map(|()| Finding::Fine("the database takes writes".into())))
}

fn log_end(conn: &mut PgConnection) -> Finding {
    let ends = events::checkpoint(conn).and_then(|noted| Ok((noted, events::last(conn)?)));
    asked(
        "the activity log",
        ends.map(|(noted, last)| {
            if noted == last {
                Finding::Fine(format!("the activity log ends where it should, at event {}", last.id))
            } else {
                Finding::Failure(format!("the activity log should end at event {} but ends at {}: run `slipway audit verify`", noted.id, last.id))
            }
        }),
    )
}
