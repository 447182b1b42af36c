//! Settings: each a flag and an environment variable, one typed value in the end.

use clap::Args;
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
        if matches!(url.scheme(), "http" | "https") && url.has_host() {
            Ok(BaseUrl(url))
        } else {
            Err(format!("{text:?} must start with http:// or https:// and name a host"))
        }
    }
}

impl BaseUrl {
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
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
    /// PostgreSQL 14 or newer to use, as a URL or a connection string; several hosts and TLS are fine. Without it Slipway runs a private PostgreSQL of its own in the data directory. Also DATABASE_URL_FILE.
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
    /// At least 64 characters that sign cookies; made and kept in the data directory if not given. All instances of one installation need the same. Also SLIPWAY_SECRET_KEY_FILE.
    #[arg(long, env = "SLIPWAY_SECRET_KEY", hide_env_values = true, global = true)]
    pub secret_key: Option<String>,
    /// The mail server: smtp://, smtps:// or smtp:// with ?tls=required, with user and password. Also SMTP_URL_FILE.
    #[arg(long, env = "SMTP_URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<String>,
    /// Who mails come from.
    #[arg(long, env = "SLIPWAY_MAIL_FROM", default_value = "Slipway <slipway@localhost>", global = true)]
    pub mail_from: String,
    /// What is logged, as a tracing filter: info, or slipway=debug,info.
    #[arg(long, env = "SLIPWAY_LOG", default_value = "info", global = true)]
    pub log: String,
    /// How it is logged.
    #[arg(long, env = "SLIPWAY_LOG_FORMAT", value_enum, default_value = "text", global = true)]
    pub log_format: LogFormat,
    /// Connections to the database.
    #[arg(long, env = "SLIPWAY_DB_POOL", default_value = "8", value_parser = clap::value_parser!(u32).range(1..=200), global = true)]
    pub db_pool: u32,
    /// Seconds that a request waits for its turn at the database before it is answered 503.
    #[arg(long, env = "SLIPWAY_DB_WAIT", default_value = "5", value_parser = clap::value_parser!(u64).range(1..=60), global = true)]
    pub db_wait: u64,
    /// Seconds after which the database gives a statement up.
    #[arg(long, env = "SLIPWAY_DB_STATEMENT_TIMEOUT", default_value = "15", value_parser = clap::value_parser!(u64).range(1..=600), global = true)]
    pub db_statement_timeout: u64,
    /// Threads that serve requests [default: one per core].
    #[arg(long, env = "SLIPWAY_WORKERS", value_parser = clap::value_parser!(u16).range(1..=256), global = true)]
    pub workers: Option<u16>,
    /// Seconds that running requests have to finish when the program stops.
    #[arg(long, env = "SLIPWAY_SHUTDOWN_TIMEOUT", default_value = "30", value_parser = clap::value_parser!(u64).range(1..=300), global = true)]
    pub shutdown_timeout: u64,
    /// Seconds that a request may take to arrive.
    #[arg(long, env = "SLIPWAY_REQUEST_TIMEOUT", default_value = "15", value_parser = clap::value_parser!(u64).range(1..=300), global = true)]
    pub request_timeout: u64,
    /// Minutes without a request after which a session ends.
    #[arg(long, env = "SLIPWAY_SESSION_IDLE", default_value = "480", value_parser = clap::value_parser!(i64).range(5..=43_200), global = true)]
    pub session_idle: i64,
    /// Hours after which a session ends in any case.
    #[arg(long, env = "SLIPWAY_SESSION_LIFE", default_value = "168", value_parser = clap::value_parser!(i64).range(1..=8_760), global = true)]
    pub session_life: i64,
    /// The folder of the PostgreSQL programs for the private database [default: looked for].
    #[arg(long, env = "SLIPWAY_POSTGRES_BIN", global = true)]
    pub postgres_bin: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
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
}

/// The variables that this program reads.
const KNOWN: &[&str] = &[
    "SLIPWAY_LISTEN",
    "SLIPWAY_BASE_URL",
    "SLIPWAY_DATA_DIR",
    "SLIPWAY_SECRET_KEY",
    "SLIPWAY_SECRET_KEY_FILE",
    "SLIPWAY_MAIL_FROM",
    "SLIPWAY_LOG",
    "SLIPWAY_LOG_FORMAT",
    "SLIPWAY_DB_POOL",
    "SLIPWAY_DB_WAIT",
    "SLIPWAY_DB_STATEMENT_TIMEOUT",
    "SLIPWAY_WORKERS",
    "SLIPWAY_SHUTDOWN_TIMEOUT",
    "SLIPWAY_REQUEST_TIMEOUT",
    "SLIPWAY_SESSION_IDLE",
    "SLIPWAY_SESSION_LIFE",
    "SLIPWAY_POSTGRES_BIN",
];

/// Variables that look like ours but are none: most likely misspelt.
pub fn unknown_variables() -> Vec<String> {
    std::env::vars().map(|(name, _)| name).filter(|name| name.starts_with("SLIPWAY_") && !KNOWN.contains(&name.as_str())).collect()
}

/// A secret from its file, where `NAME_FILE` names one.
pub fn secret_from_file(name: &str) -> Result<Option<String>, String> {
    let Ok(path) = std::env::var(format!("{name}_FILE")) else { return Ok(None) };
    let text = std::fs::read_to_string(&path).map_err(|cause| format!("{name}_FILE names {path}, which cannot be read: {cause}"))?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}
