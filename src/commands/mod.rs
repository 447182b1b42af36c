//! The program's faces: what it does when it is called, one file for each command.

mod audit;
mod config_check;
mod database;
mod demo;
mod doctor;
mod evidence;
mod findings;
mod mail;
mod migrate;
mod serve;
mod user;

use crate::config::{self, Config, LogFormat};
use crate::demo::generated::Order;
use clap::{Parser, Subcommand};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// IT release and deployment management that people like to use.
///
/// Every setting is a flag and an environment variable; flags win. Logs go to standard error, answers to standard output.
#[derive(Parser, Debug)]
#[command(name = "slipway", version)]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten, next_help_heading = "Settings")]
    config: Config,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve Slipway (the default).
    Serve {
        /// Load the demo first if there are no users yet, and print its accounts.
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database schema up to date. `serve` does that too when it starts.
    Migrate,
    /// Accounts, without a browser.
    #[command(subcommand)]
    User(user::UserCommand),
    /// A believable organisation to look around in.
    #[command(subcommand)]
    Demo(DemoCommand),
    /// The activity log as evidence.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Evidence packs.
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// The sending of mail.
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// The settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check everything that Slipway needs, one by one. Fails if anything does.
    Doctor,
}

#[derive(Subcommand, Debug)]
enum DemoCommand {
    /// Load it into a database without users.
    Load,
    /// Fill an empty database with an organisation of any size, to see how Slipway does with much.
    Generate {
        /// How many releases, each with its RFCs and tasks.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=crate::demo::generated::MOST))]
        releases: u64,
        /// The same number makes the same data on the same day.
        #[arg(long, value_name = "S", default_value_t = 1)]
        seed: u64,
    },
}

#[derive(Subcommand, Debug)]
enum AuditCommand {
    /// Walk the whole activity log and name the first event that was changed, added or taken away. Prints the checkpoint to keep elsewhere.
    Verify {
        /// A checkpoint that was printed or logged earlier, as ID:HASH, which must still be part of the log.
        #[arg(long, value_name = "ID:HASH")]
        expect: Option<crate::store::events::Checkpoint>,
    },
}

#[derive(Subcommand, Debug)]
enum EvidenceCommand {
    /// Check an evidence pack: its files, the hashes of its events, the digests of its approvals. Needs no database. Names the first break.
    Verify {
        #[arg(value_name = "PACK.zip")]
        pack: std::path::PathBuf,
    },
}

#[derive(Subcommand, Debug)]
enum ConfigCommand {
    /// Print the settings in effect, secrets masked, and what is wrong with them. Fails if anything is.
    Check,
}

/// The whole program. What goes wrong is one line on standard error.
pub fn run() -> ExitCode {
    let program = Program::parse();
    match carry_out(program) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("slipway: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}

fn carry_out(program: Program) -> anyhow::Result<ExitCode> {
    let config = program.config.with_files().map_err(anyhow::Error::msg)?;
    begin_log(&config)?;
    for name in config::unknown_variables() {
        tracing::warn!("{name} is set, but there is no such setting; see slipway --help");
    }
    match program.command.unwrap_or(Command::Serve { demo: false }) {
        Command::Serve { demo } => serve::run(config, demo),
        Command::Migrate => migrate::run(&config),
        Command::User(command) => user::run(&config, command),
        Command::Demo(DemoCommand::Load) => demo::run(&config),
        Command::Demo(DemoCommand::Generate { releases, seed }) => demo::generate(&config, Order { releases, seed }),
        Command::Audit(AuditCommand::Verify { expect }) => audit::run(&config, expect.as_ref()),
        Command::Evidence(EvidenceCommand::Verify { pack }) => evidence::run(&pack),
        Command::Mail(command) => mail::run(&config, &command),
        Command::Config(ConfigCommand::Check) => config_check::run(&config),
        Command::Doctor => doctor::run(&config),
    }
}

fn begin_log(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).map_err(|cause| anyhow::anyhow!("SLIPWAY_LOG is {:?}, which is no filter: {cause}", config.log))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(true).with_span_list(false).init(),
    }
    Ok(())
}

/// An error with its causes, none told twice.
fn told(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |told, cause| {
        let cause = cause.to_string();
        let cause = cause.trim_end();
        match told.as_str() {
            "" => cause.to_owned(),
            already if already.contains(cause) => told,
            _ => format!("{told}: {cause}"),
        }
    })
}
