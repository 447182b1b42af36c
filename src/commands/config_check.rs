//! `slipway config check`: the settings in effect, and what is wrong with them.

use super::findings::{self, Finding};
use crate::config::{AttachmentPlace, Config, unknown_variables};
use crate::mail::{Post, Settings};
use crate::secret;
use crate::terminal;
use std::process::ExitCode;

pub fn run(config: &Config) -> anyhow::Result<ExitCode> {
    for (name, value) in config.shown() {
        terminal::line(format!("{name:<28} {value}"))?;
    }
    terminal::line("")?;
    Ok(findings::tell(&findings(config))?)
}

/// What can be said without looking further than the settings.
pub fn findings(config: &Config) -> Vec<Finding> {
    let mut findings = vec![address(config), secret_key(config)];
    findings.extend(mail(config));
    findings.push(attachments(config));
    if config.session_idle.zip(config.session_life).is_some_and(|(idle, life)| idle > life * 60) {
        findings.push(Finding::Warning("SLIPWAY_SESSION_IDLE is longer than SLIPWAY_SESSION_LIFE, which ends sessions first".into()));
    }
    findings.extend(unknown_variables().into_iter().map(|name| Finding::Warning(format!("{name} is set, but there is no such setting"))));
    findings
}

fn address(config: &Config) -> Finding {
    let base = config.base_url();
    match (base.is_local(), config.listen.ip().is_loopback(), base.is_https()) {
        (true, false, _) => {
            Finding::Warning(format!("it listens on {}, but links will lead to {base}: set SLIPWAY_BASE_URL to the address that people use", config.listen))
        }
        (true, true, _) => Finding::Fine(format!("{base} is for this machine only")),
        (false, _, true) => Finding::Fine(format!("people reach it at {base}")),
        (false, _, false) => {
            Finding::Warning(format!("{base} is not encrypted, passwords included: put a proxy with TLS before it and set SLIPWAY_BASE_URL to https://…"))
        }
    }
}

fn secret_key(config: &Config) -> Finding {
    let Some(key) = &config.secret_key else {
        return match &config.database_url {
            Some(_) => {
                Finding::Warning("the secret key is kept in the data directory: if there are several instances, give all the same SLIPWAY_SECRET_KEY".into())
            }
            None => Finding::Fine("the secret key is kept in the data directory".into()),
        };
    };
    let mut different: Vec<char> = key.chars().collect();
    different.sort_unstable();
    different.dedup();
    match secret::key(config) {
        Err(cause) => Finding::Failure(format!("SLIPWAY_SECRET_KEY: {cause}")),
        Ok(_) if different.len() < 12 => Finding::Warning("SLIPWAY_SECRET_KEY repeats few characters; `openssl rand -hex 64` makes a better one".into()),
        Ok(_) => Finding::Fine("the secret key is long enough".into()),
    }
}

fn attachments(config: &Config) -> Finding {
    let limit = config.attachment_limit;
    match &config.attachments {
        AttachmentPlace::Database => Finding::Fine(format!("attachments of up to {limit} MB are kept in the database")),
        AttachmentPlace::Directory(path) => Finding::Fine(format!("attachments of up to {limit} MB are kept in {}", path.display())),
    }
}

fn mail(config: &Config) -> Vec<Finding> {
    let server = match config.smtp_url.as_deref().map(Settings::parse) {
        None => Finding::Warning("no mail server (SMTP_URL): mails stay in the outbox, where administrators read them".into()),
        Some(Ok(settings)) => Finding::Fine(format!("mail leaves by {}", settings.name)),
        Some(Err(cause)) => Finding::Failure(cause.to_string()),
    };
    let sender = match Post::of(config) {
        Err(cause) => Finding::Failure(cause.to_string()),
        Ok(post) if config.smtp_url.is_some() && post.from.email.domain() == "localhost" => {
            Finding::Warning(format!("mails come from {}, which no other server will take: set SLIPWAY_MAIL_FROM", post.from.email))
        }
        Ok(post) => Finding::Fine(format!("mails come from {}", post.from.email)),
    };
    vec![server, sender]
}
