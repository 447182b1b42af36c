//! `slipway mail …`: tries out whether mail leaves.

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::mails::Fault;
use crate::domain::people::EmailAddress;
use crate::mail::{Letter, Mail as _, Post, Settings, Trouble, compose};
use crate::terminal;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Subcommand, Debug)]
pub enum MailCommand {
    /// Send a test mail at once, and print what the mail server answers, or why it takes none.
    Test {
        /// Where to.
        #[arg(value_parser = EmailAddress::parse)]
        address: EmailAddress,
    },
}

pub fn run(config: &Config, command: &MailCommand) -> anyhow::Result<ExitCode> {
    match command {
        MailCommand::Test { address } => test(config, address.as_str()),
    }
}

fn test(config: &Config, address: &str) -> anyhow::Result<ExitCode> {
    let post = Post::of(config)?;
    let Some(url) = &config.smtp_url else {
        anyhow::bail!("no mail server is set: set SMTP_URL, such as smtp://user:password@mail.example.org:587?tls=required");
    };
    let settings = Settings::parse(url)?;
    let written = compose::test(&config.base_url()).render()?;
    let letter = Letter {
        message_id: hex::encode(rand::random::<[u8; 16]>()),
        to: address.to_owned(),
        name: String::new(),
        subject: written.subject,
        text: written.text,
        html: written.html,
        thread: None,
        mute: None,
        date: Clock::default().now(),
    };
    let sent = tokio::runtime::Runtime::new()?.block_on(async { Ok::<_, anyhow::Error>(settings.server(1)?.send(&letter, &post).await) })?;
    let answer = sent.map_err(|trouble| anyhow::anyhow!("{}", told(&settings.name, address, &trouble)))?;
    terminal::line(format!("{} took the mail to {address}: {answer}", settings.name))?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the server answers and lets us in.
pub fn check(settings: &Settings) -> anyhow::Result<Result<(), Trouble>> {
    tokio::runtime::Runtime::new()?.block_on(async { Ok(settings.server(1)?.check().await) })
}

/// What happened, and what to do about it.
fn told(server: &str, address: &str, trouble: &Trouble) -> String {
    let words = &trouble.words;
    match trouble.fault {
        Fault::Refused => format!("{server} refuses the mail to {address} for good: {words}"),
        Fault::Credentials => format!("{server} refuses our credentials: {words}; look at the user and the password in SMTP_URL"),
        Fault::Passing | Fault::Away => format!("{server} did not take the mail now: {words}; look at host, port and tls= in SMTP_URL, or try again later"),
    }
}
