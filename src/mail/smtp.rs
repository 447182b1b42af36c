//! The mail server: how it is reached, and what it answers.

use super::{Letter, Post, Unusable};
use crate::domain::mails::Fault;
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::time::Duration;
use url::Url;

/// How long the server may take for one answer.
const ANSWER: Duration = Duration::from_secs(30);

/// How long sending one mail may take, from the first byte to the last.
pub const WHOLE: Duration = Duration::from_secs(60);

/// Where the mail server is, and how one gets in.
#[derive(Clone)]
pub struct Settings {
    url: String,
    /// Host and port, to be told.
    pub name: String,
}

impl Settings {
    pub fn parse(text: &str) -> Result<Settings, Unusable> {
        // The address is not repeated, because it may hold a password.
        let unusable = |why: &str| Unusable(format!("SMTP_URL {why}; write it like this: smtp://user:password@mail.example.org:587?tls=required"));
        if !["smtp://", "smtps://"].iter().any(|it| text.trim().starts_with(it)) {
            return Err(unusable("must start with smtp:// or smtps://"));
        }
        let url = Url::parse(text.trim()).map_err(|cause| unusable(&format!("is no address: {cause}")))?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(unusable("names no host"));
        }
        if let Some((name, value)) = url.query_pairs().find(|(name, value)| name != "tls" || !matches!(value.as_ref(), "required" | "opportunistic")) {
            return Err(unusable(&format!("holds {name}={value}, but only tls=required and tls=opportunistic are known")));
        }
        if url.username().is_empty() != url.password().is_none_or(str::is_empty) {
            return Err(unusable("needs both a user and a password, or neither"));
        }
        AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()).map_err(|cause| unusable(&format!("cannot be used: {cause}")))?;
        let name = format!("{}{}", url.host_str().unwrap_or_default(), url.port().map_or_else(String::new, |it| format!(":{it}")));
        Ok(Settings { url: url.into(), name })
    }

    /// A server with a pool of its own. Needs a running tokio.
    pub fn server(&self, connections: usize) -> Result<Server, Unusable> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&self.url).map_err(|cause| Unusable(format!("SMTP_URL cannot be used: {cause}")))?;
        let pool = PoolConfig::new().max_size(u32::try_from(connections).unwrap_or(1)).idle_timeout(Duration::from_secs(50));
        Ok(Server { transport: transport.timeout(Some(ANSWER)).pool_config(pool).build() })
    }
}

/// Why a mail did not leave: what follows from it, and what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub fault: Fault,
    pub words: String,
}

#[derive(Clone)]
pub struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Server {
    /// Sends it, and returns what the server answered.
    pub async fn send(&self, letter: &Letter, post: &Post) -> Result<String, Trouble> {
        let message = letter.message(post).map_err(|cause| Trouble { fault: Fault::Refused, words: cause.to_string() })?;
        let answered = tokio::time::timeout(WHOLE, self.transport.send(message)).await;
        let late = || Trouble { fault: Fault::Passing, words: format!("no end of it after {} seconds", WHOLE.as_secs()) };
        match answered {
            Err(_) => Err(self.of_whom(late()).await),
            Ok(Ok(response)) => Ok(format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" ")).trim().to_owned()),
            Ok(Err(error)) => {
                let trouble = trouble(&error);
                match trouble.fault {
                    Fault::Refused if !error.is_permanent() => Err(trouble),
                    Fault::Refused | Fault::Passing | Fault::Away => Err(self.of_whom(trouble).await),
                    Fault::Credentials => Err(trouble),
                }
            }
        }
    }

    /// Whether what went wrong is a matter of this mail, or the server refuses everybody, or is not there at all.
    async fn of_whom(&self, trouble: Trouble) -> Trouble {
        match self.check().await {
            Ok(()) => trouble,
            Err(Trouble { fault: Fault::Credentials, words }) => Trouble { fault: Fault::Credentials, words },
            Err(Trouble { words, .. }) => Trouble { fault: Fault::Away, words },
        }
    }

    /// Whether the server answers and lets us in. What it refuses here, it refuses to everybody: so nothing is for good.
    pub async fn check(&self) -> Result<(), Trouble> {
        match tokio::time::timeout(ANSWER, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(Trouble { fault: Fault::Passing, words: "the server closed the connection".into() }),
            Ok(Err(error)) => {
                let Trouble { fault, words } = trouble(&error);
                Err(Trouble { fault: if fault == Fault::Refused { Fault::Passing } else { fault }, words })
            }
            Err(_) => Err(Trouble { fault: Fault::Passing, words: format!("no answer after {} seconds", ANSWER.as_secs()) }),
        }
    }
}

/// Codes by which a server says that it wants other credentials, or any.
const CREDENTIALS: [u16; 4] = [530, 534, 535, 538];

fn trouble(error: &Error) -> Trouble {
    let code = error.status().map(u16::from);
    let cause = std::error::Error::source(error).map(ToString::to_string);
    let words = match (code, cause) {
        (Some(code), Some(cause)) => format!("{code} {cause}"),
        (Some(_), None) | (None, _) => error.to_string(),
    };
    let fault = if code.is_some_and(|it| CREDENTIALS.contains(&it)) || words.contains("authentication mechanism") {
        Fault::Credentials
    } else if error.is_permanent() || error.is_client() {
        Fault::Refused
    } else {
        Fault::Passing
    };
    Trouble { fault, words: super::words::one_line(&words).chars().take(500).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_cannot_work_is_refused_without_repeating_its_password() {
        for fine in ["smtp://localhost:25", "smtps://ada:hunter2@mail.example.org", "smtp://ada%40example.org:a%2Fb@mail.example.org?tls=required"] {
            Settings::parse(fine).unwrap_or_else(|error| panic!("{fine}: {error}"));
        }
        for (wrong, why) in [
            ("mail.example.org", "must start with"),
            ("smtp://mail.example.org:99999", "is no address"),
            ("http://mail.example.org", "must start with"),
            ("smtp://", "names no host"),
            ("smtp://mail.example.org?tls=requird", "tls=requird"),
            ("smtp://mail.example.org?timeout=5", "timeout=5"),
            ("smtp://ada@mail.example.org", "needs both"),
            ("smtp://:hunter2@mail.example.org", "needs both"),
        ] {
            let said = Settings::parse(wrong).err().unwrap_or_else(|| panic!("{wrong} is taken")).to_string();
            assert!(said.contains(why) && !said.contains("hunter2") && said.lines().count() == 1, "{wrong}: {said}");
        }
    }
}
