//! The program's faces. It only wires.

use clap::{Parser, Subcommand};
use slipway::clock::Clock;
use slipway::config::Config;
use slipway::domain::people::Actor;
use slipway::store::{Db, db};
use slipway::user_commands::{self, UserCommand};
use slipway::web::health::Draining;
use std::time::Duration;

#[derive(Parser)]
#[command(version, about)]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    config: Config,
}

#[derive(Subcommand)]
enum Command {
    /// Serve Slipway (the default).
    Serve,
    /// Bring the database schema up to date.
    Migrate,
    /// Manage accounts.
    #[command(subcommand)]
    User(UserCommand),
}

fn main() -> anyhow::Result<()> {
    let mut program = Program::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(&program.config.log).init();
    program.config.secret_key = Some(slipway::secret::key(&program.config)?);
    let url = program.config.database_url.clone().expect("for now");
    let done = slipway::store::migrations::run(&url)?;
    tracing::info!(done, "migrated");
    let db = Db::open(
        db::Settings {
            url,
            connections: program.config.db_pool,
            wait: Duration::from_secs(program.config.db_wait),
            statement_timeout: Duration::from_secs(program.config.db_statement_timeout),
        },
        Clock::default(),
    )?;
    if let Some(Command::User(command)) = program.command {
        return user_commands::run(&db, command);
    }
    if let Some(token) = db.write_now(Actor::slipway(), slipway::app::setup::offer)? {
        let link = program.config.base_url().join(&format!("/setup/{token}"));
        tracing::warn!("there are no users yet: make the first administrator at {link}");
    }
    actix_web::rt::System::new().block_on(async move {
        let listener = std::net::TcpListener::bind(program.config.listen)?;
        slipway::web::server::start(listener, db, &program.config, Draining::default())?.await?;
        Ok(())
    })
}
