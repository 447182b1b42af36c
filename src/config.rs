//! Settings: each a flag and an environment variable, one typed value in the end.

use clap::{Args, Command};
use std::collections::BTreeSet;
use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The address by which people reach Slipway; mails and redirects are built from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(url::Url);

impl std::str::FromStr for BaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = url::Url::parse(text).map_err(|cause| format!("{text:?} is no address: {cause}"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            Err(format!("{text:?} must start with http:// or https:// and name a host"))
        } else if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            Err(format!("{text:?} must end after the host and its port: Slipway needs a host name of its own"))
        } else {
            Ok(BaseUrl(url))
        }
    }
}

impl std::fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.join(""))
    }
}

impl BaseUrl {
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether only this machine can reach it.
    pub fn is_local(&self) -> bool {
        match self.0.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// The host alone; messages are named by it.
    pub fn host(&self) -> String {
        match self.0.host() {
            Some(url::Host::Domain(name)) => name.to_owned(),
            Some(url::Host::Ipv4(address)) => format!("[{address}]"),
            Some(url::Host::Ipv6(address)) => format!("[IPv6:{address}]"),
            None => "localhost".to_owned(),
        }
    }

    /// Whether an `Origin` header names this very site.
    pub fn has_origin(&self, origin: &str) -> bool {
        origin == self.0.origin().ascii_serialization()
    }

    /// The full address of a path of ours.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0.as_str().trim_end_matches('/'))
    }
}

/// Every setting. Flags win over environment variables; a secret may also come from a file named by `…_FILE`.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// PostgreSQL 14 or newer to use, as a URL or a connection string; TLS (sslmode=verify-full) and several hosts (the one that takes writes is found) are fine. Without it Slipway runs a private PostgreSQL of its own in the data directory. Also DATABASE_URL_FILE, the path of a file that holds it.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// Where to listen.
    #[arg(long, env = "SLIPWAY_LISTEN", default_value = "127.0.0.1:8080", global = true)]
    pub listen: SocketAddr,
    /// The address by which people reach Slipway [default: http:// and what it listens on].
    #[arg(long, env = "SLIPWAY_BASE_URL", global = true)]
    pub base_url: Option<BaseUrl>,
    /// Where Slipway keeps its own things: the private database and the secret key.
    #[arg(long, env = "SLIPWAY_DATA_DIR", default_value = ".slipway", global = true)]
    pub data_dir: PathBuf,
    /// At least 64 characters that sign cookies; made and kept in the data directory if not given. All instances of one installation need the same. Also SLIPWAY_SECRET_KEY_FILE, the path of a file that holds it.
    #[arg(long, env = "SLIPWAY_SECRET_KEY", hide_env_values = true, global = true)]
    pub secret_key: Option<String>,
    /// The mail server: smtp://user:password@host, smtps://…, or smtp://… with ?tls=required or ?tls=opportunistic for STARTTLS. Without it mails stay in the outbox, where administrators read them. Also SMTP_URL_FILE, the path of a file that holds it.
    #[arg(long, env = "SMTP_URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<String>,
    /// Who mails come from.
    #[arg(long, env = "SLIPWAY_MAIL_FROM", default_value = "Slipway <slipway@localhost>", global = true)]
    pub mail_from: String,
    /// What is logged, as a tracing filter: info, or slipway=debug,info.
    #[arg(long, env = "SLIPWAY_LOG", default_value = "info,actix_server=warn", global = true)]
    pub log: String,
    /// How it is logged.
    #[arg(long, env = "SLIPWAY_LOG_FORMAT", value_enum, default_value = "text", global = true)]
    pub log_format: LogFormat,
    /// Connections to the database.
    #[arg(long, env = "SLIPWAY_DB_POOL", default_value = "8", value_parser = clap::value_parser!(u32).range(1..=200), global = true)]
    pub db_pool: u32,
    /// Seconds that a request waits for its turn at the database, or for one that is just being started again, before it is answered 503.
    #[arg(long, env = "SLIPWAY_DB_WAIT", default_value = "5", value_parser = clap::value_parser!(u64).range(1..=60), global = true)]
    pub db_wait: u64,
    /// Seconds after which the database gives a statement up.
    #[arg(long, env = "SLIPWAY_DB_STATEMENT_TIMEOUT", default_value = "15", value_parser = clap::value_parser!(u64).range(1..=600), global = true)]
    pub db_statement_timeout: u64,
    /// Threads that serve requests [default: one per core].
    #[arg(long, env = "SLIPWAY_WORKERS", value_parser = clap::value_parser!(u16).range(1..=256), global = true)]
    pub workers: Option<u16>,
    /// Seconds that the program goes on serving after it was told to stop, while /readyz answers 503, so that a load balancer sends no more.
    #[arg(long, env = "SLIPWAY_DRAIN", default_value = "1", value_parser = clap::value_parser!(u64).range(0..=300), global = true)]
    pub drain: u64,
    /// Seconds that running requests have to finish when the program stops.
    #[arg(long, env = "SLIPWAY_SHUTDOWN_TIMEOUT", default_value = "30", value_parser = clap::value_parser!(u64).range(1..=300), global = true)]
    pub shutdown_timeout: u64,
    /// Seconds that a request may take to arrive.
    #[arg(long, env = "SLIPWAY_REQUEST_TIMEOUT", default_value = "15", value_parser = clap::value_parser!(u64).range(1..=300), global = true)]
    pub request_timeout: u64,
    /// Minutes without a request after which a session ends, whatever longer time the policy gives it [default: the policy decides].
    #[arg(long, env = "SLIPWAY_SESSION_IDLE", value_parser = clap::value_parser!(i64).range(5..=43_200), global = true)]
    pub session_idle: Option<i64>,
    /// Hours after which a session ends in any case, whatever longer time the policy gives it [default: the policy decides].
    #[arg(long, env = "SLIPWAY_SESSION_LIFE", value_parser = clap::value_parser!(i64).range(1..=8_760), global = true)]
    pub session_life: Option<i64>,
    /// Days for which the link in a mail that asks for an approval is good.
    #[arg(long, env = "SLIPWAY_LINK_DAYS", default_value = "14", value_parser = clap::value_parser!(i64).range(1..=90), global = true)]
    pub link_days: i64,
    /// Where new attachments are kept: database, or the path of a directory that all instances share. Those that are there already stay where they are and can still be read.
    #[arg(long, env = "SLIPWAY_ATTACHMENTS", default_value = "database", global = true)]
    pub attachments: AttachmentPlace,
    /// Megabytes that one attached file may have.
    #[arg(long, env = "SLIPWAY_ATTACHMENT_LIMIT", default_value = "25", value_parser = clap::value_parser!(u64).range(1..=2000), global = true)]
    pub attachment_limit: u64,
    /// The folder of the PostgreSQL programs for the private database [default: looked for].
    #[arg(long, env = "SLIPWAY_POSTGRES_BIN", global = true)]
    pub postgres_bin: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// Where the content of attachments goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttachmentPlace {
    Database,
    Directory(PathBuf),
}

impl std::str::FromStr for AttachmentPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "database" => Ok(AttachmentPlace::Database),
            path if path.starts_with('/') => Ok(AttachmentPlace::Directory(PathBuf::from(path))),
            _ => Err(format!("{text:?} is neither the word database nor a path that begins with /")),
        }
    }
}

impl std::fmt::Display for AttachmentPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AttachmentPlace::Database => f.write_str("database"),
            AttachmentPlace::Directory(path) => path.display().fmt(f),
        }
    }
}

impl Config {
    pub fn base_url(&self) -> BaseUrl {
        let listens = || url::Url::parse(&format!("http://{}", self.listen)).map(BaseUrl);
        self.base_url
            .clone()
            .or_else(|| listens().ok())
            .unwrap_or_else(|| BaseUrl(url::Url::parse("http://127.0.0.1:8080").expect("a constant address parses")))
    }

    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout)
    }

    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain)
    }

    /// With the secrets that files hold. An empty variable counts as not set.
    pub fn with_files(mut self) -> Result<Config, String> {
        let secrets = [("DATABASE_URL", &mut self.database_url), ("SLIPWAY_SECRET_KEY", &mut self.secret_key), ("SMTP_URL", &mut self.smtp_url)];
        for (name, value) in secrets {
            let in_file = secret_from_file(name)?;
            if in_file.is_some() && env::var_os(name).is_some_and(|it| !it.is_empty()) {
                return Err(format!("{name} and {name}_FILE are both set; keep one of them"));
            }
            *value = value.take().filter(|it| !it.trim().is_empty()).or(in_file);
        }
        Ok(self)
    }

    /// Every setting by the name of its variable, as it is in effect; secrets are masked.
    pub fn shown(&self) -> Vec<(&'static str, String)> {
        // Taken apart whole, so that a new setting is not forgotten here.
        let Config {
            database_url,
            listen,
            base_url: _,
            data_dir,
            secret_key,
            smtp_url,
            mail_from,
            log,
            log_format,
            db_pool,
            db_wait,
            db_statement_timeout,
            workers,
            drain,
            shutdown_timeout,
            request_timeout,
            session_idle,
            session_life,
            link_days,
            attachments,
            attachment_limit,
            postgres_bin,
        } = self;
        vec![
            ("DATABASE_URL", database_url.as_deref().map_or("(not set: a private PostgreSQL in the data directory)".into(), masked)),
            ("SLIPWAY_LISTEN", listen.to_string()),
            ("SLIPWAY_BASE_URL", self.base_url().to_string()),
            ("SLIPWAY_DATA_DIR", data_dir.display().to_string()),
            ("SLIPWAY_SECRET_KEY", secret_key.as_ref().map_or("(not set: kept in the data directory)", |_| "(set, not shown)").into()),
            ("SMTP_URL", smtp_url.as_deref().map_or("(not set: mails are not sent)".into(), masked)),
            ("SLIPWAY_MAIL_FROM", mail_from.clone()),
            ("SLIPWAY_LOG", log.clone()),
            ("SLIPWAY_LOG_FORMAT", format!("{log_format:?}").to_lowercase()),
            ("SLIPWAY_DB_POOL", db_pool.to_string()),
            ("SLIPWAY_DB_WAIT", db_wait.to_string()),
            ("SLIPWAY_DB_STATEMENT_TIMEOUT", db_statement_timeout.to_string()),
            ("SLIPWAY_WORKERS", workers.map_or("(not set: one per core)".into(), |it| it.to_string())),
            ("SLIPWAY_DRAIN", drain.to_string()),
            ("SLIPWAY_SHUTDOWN_TIMEOUT", shutdown_timeout.to_string()),
            ("SLIPWAY_REQUEST_TIMEOUT", request_timeout.to_string()),
            ("SLIPWAY_SESSION_IDLE", session_idle.map_or("(not set: the policy decides)".into(), |it| it.to_string())),
            ("SLIPWAY_SESSION_LIFE", session_life.map_or("(not set: the policy decides)".into(), |it| it.to_string())),
            ("SLIPWAY_LINK_DAYS", link_days.to_string()),
            ("SLIPWAY_ATTACHMENTS", attachments.to_string()),
            ("SLIPWAY_ATTACHMENT_LIMIT", attachment_limit.to_string()),
            ("SLIPWAY_POSTGRES_BIN", postgres_bin.as_ref().map_or("(not set: looked for)".into(), |it| it.display().to_string())),
        ]
    }
}

/// The names of all variables that this program reads.
pub fn variables() -> BTreeSet<String> {
    let settings = Config::augment_args(Command::new("slipway"));
    let mut names: BTreeSet<String> = settings.get_arguments().filter_map(|it| Some(it.get_env()?.to_str()?.to_owned())).collect();
    names.extend(["DATABASE_URL_FILE", "SLIPWAY_SECRET_KEY_FILE", "SMTP_URL_FILE"].map(str::to_owned));
    names
}

/// Variables that look like ours but are none: most likely misspelt.
pub fn unknown_variables() -> Vec<String> {
    let known = variables();
    let set = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    set.filter(|name| name.starts_with("SLIPWAY_") && !known.contains(name)).collect()
}

/// A secret from its file, where `NAME_FILE` names one.
pub fn secret_from_file(name: &str) -> Result<Option<String>, String> {
    let Some(path) = env::var_os(format!("{name}_FILE")).filter(|it| !it.is_empty()) else { return Ok(None) };
    let path = PathBuf::from(path);
    let text = std::fs::read_to_string(&path).map_err(|cause| format!("{name}_FILE names {}, which cannot be read: {cause}", path.display()))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() { Err(format!("{name}_FILE names {}, which is empty", path.display())) } else { Ok(Some(text.to_owned())) }
}

/// An address with a password in it, such that it can be shown.
fn masked(url: &str) -> String {
    let hidden = || "(set, not shown)".to_owned();
    let Some((scheme, rest)) = url.split_once("://") else { return hidden() };
    let (place, after) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if after.contains("password") || after.contains('@') {
        return hidden();
    }
    match place.rsplit_once('@') {
        Some((who, host)) => {
            let name = who.split(':').next().unwrap_or_default();
            let password = if who.contains(':') { ":***" } else { "" };
            format!("{scheme}://{name}{password}@{host}{after}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_masked_and_what_is_hard_to_read_is_hidden() {
        assert_eq!(masked("postgres://app:hunter2@db1:5432,db2:5432/slipway?sslmode=require"), "postgres://app:***@db1:5432,db2:5432/slipway?sslmode=require");
        assert_eq!(masked("postgres://app@%2Ftmp/slipway"), "postgres://app@%2Ftmp/slipway");
        assert_eq!(masked("smtp://localhost:25"), "smtp://localhost:25");
        for unclear in ["host=db password=hunter2", "postgres://db/slipway?user=app&password=hunter2", "postgres://app:hunter/2@db/slipway"] {
            assert_eq!(masked(unclear), "(set, not shown)", "{unclear}");
        }
    }

    #[test]
    fn everything_that_can_be_set_is_shown() {
        #[derive(clap::Parser)]
        struct Flags {
            #[command(flatten)]
            config: Config,
        }
        let config = <Flags as clap::Parser>::parse_from(["slipway"]).config;
        let shown: BTreeSet<String> = config.shown().into_iter().map(|(name, _)| name.to_owned()).collect();
        let known: BTreeSet<String> = variables().into_iter().filter(|it| !it.ends_with("_FILE")).collect();
        assert_eq!(shown, known);
    }

    #[test]
    fn an_address_ends_after_its_host() {
        assert_eq!("https://slipway.example.org/".parse::<BaseUrl>().expect("fine").to_string(), "https://slipway.example.org");
        assert!("http://[::1]:8080".parse::<BaseUrl>().expect("fine").is_local());
        for wrong in ["slipway.example.org", "ftp://example.org", "https://example.org/slipway"] {
            assert!(wrong.parse::<BaseUrl>().is_err(), "{wrong}");
        }
    }
}
