//! `slipway user …`: accounts without a browser, for the first one, for scripts and for when nobody can sign in any more.

use super::database::Database;
use crate::app::{self, credentials, users as actions};
use crate::config::Config;
use crate::domain::passwords::Password;
use crate::domain::people::{Actor, EmailAddress, Role};
use crate::store::users::{self, User};
use crate::store::{Db, Tx, policies};
use crate::terminal;
use anyhow::Context;
use chrono_tz::Tz;
use clap::Subcommand;
use std::io::Read;
use std::process::ExitCode;

#[derive(Subcommand, Debug)]
pub enum UserCommand {
    /// Make an account.
    Create {
        /// The e-mail address to sign in with.
        #[arg(long, value_parser = EmailAddress::parse)]
        email: EmailAddress,
        #[arg(long)]
        name: String,
        /// administrator, release_manager, release_coordinator, release_approver, contributor or viewer; may be given several times.
        #[arg(long = "role", required = true)]
        roles: Vec<Role>,
        /// An IANA name, such as Europe/Berlin.
        #[arg(long, default_value = "UTC")]
        time_zone: Tz,
        /// Read the password from standard input; without this one is made and printed once, and changed at the first sign-in.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List all accounts.
    List,
    /// Set a new password; all sessions of the account end.
    ResetPassword {
        #[arg(value_parser = EmailAddress::parse)]
        email: EmailAddress,
        /// Read the password from standard input; without this one is made and printed once, and changed at the first sign-in.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Take the second factor off an account whose app and recovery codes are lost; its sessions end.
    ResetSecondFactor {
        #[arg(long, value_parser = EmailAddress::parse)]
        email: EmailAddress,
        /// It stands in the activity log and in the mail to the person.
        #[arg(long, default_value = "On the command line, by whoever runs Slipway")]
        reason: String,
    },
    /// Close an account; its sessions end.
    Disable {
        #[arg(value_parser = EmailAddress::parse)]
        email: EmailAddress,
    },
}

pub fn run(config: &Config, command: UserCommand) -> anyhow::Result<ExitCode> {
    let database = Database::shared(config)?;
    carry_out(&database.migrated(config, 1)?, command)?;
    Ok(ExitCode::SUCCESS)
}

/// Does it, as Slipway itself.
fn carry_out(db: &Db, command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Create { email, name, roles, time_zone, password_stdin } => {
            let name = crate::domain::text::line(&name).context("--name")?;
            let (password, generated) = password(db, &email, password_stdin)?;
            let draft = actions::Draft { name, email, roles, zone: time_zone };
            let hash = credentials::hash(&password);
            write(db, |tx| {
                let id = actions::create(tx, &draft, Some(&hash))?;
                Ok(users::set_password_given(tx, id, generated.is_some())?)
            })?;
            terminal::line(format!("Made the account {}.", draft.email.as_str()))?;
            tell(generated)
        }
        UserCommand::List => {
            let all = db.read_now::<_, app::Error>(|conn| Ok(users::list(conn, "", i64::from(i32::MAX))?))?;
            for listed in all {
                let state = if listed.user.disabled_at.is_some() { "closed" } else { "active" };
                terminal::line(format!("{}\t{}\t{}\t{state}", listed.user.email, listed.user.name, actions::labels(&listed.roles)))?;
            }
            Ok(())
        }
        UserCommand::ResetPassword { email, password_stdin } => {
            let user = find(db, &email)?;
            let (password, generated) = password(db, &email, password_stdin)?;
            let hash = credentials::hash(&password);
            write(db, |tx| {
                actions::set_password(tx, user.id, &hash)?;
                Ok(users::set_password_given(tx, user.id, generated.is_some())?)
            })?;
            terminal::line(format!("{} has a new password.", user.email))?;
            tell(generated)
        }
        UserCommand::ResetSecondFactor { email, reason } => {
            let user = find(db, &email)?;
            let reason = crate::domain::text::required_prose(&reason).context("--reason")?;
            write(db, |tx| app::second_factor::reset(tx, user.id, &reason))?;
            Ok(terminal::line(format!("{} signs in with the password alone.", user.email))?)
        }
        UserCommand::Disable { email } => {
            let user = find(db, &email)?;
            write(db, |tx| actions::disable(tx, user.id))?;
            Ok(terminal::line(format!("Closed the account {}.", user.email))?)
        }
    }
}

fn find(db: &Db, email: &EmailAddress) -> anyhow::Result<User> {
    let wanted = email.as_str().to_owned();
    let found = db.read_now::<_, app::Error>(|conn| Ok(users::find_by_email(conn, &wanted)?))?;
    found.with_context(|| format!("there is no account {wanted}"))
}

fn write<T>(db: &Db, f: impl FnOnce(&mut Tx<'_>) -> app::Result<T>) -> anyhow::Result<T> {
    db.write_now(Actor::slipway(), f).map_err(|error| match error {
        app::Error::Invalid(errors) => anyhow::anyhow!("{}", errors.iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>().join(" ")),
        other @ (app::Error::NotFound | app::Error::Forbidden(_) | app::Error::Refused(_) | app::Error::Stale | app::Error::Outage(_)) => other.into(),
    })
}

/// The password to set, and its text if it was made here.
fn password(db: &Db, email: &EmailAddress, from_stdin: bool) -> anyhow::Result<(Password, Option<String>)> {
    let generated = if from_stdin { None } else { Some(credentials::generate()) };
    let text = match &generated {
        Some(text) => text.clone(),
        None => {
            let mut typed = String::new();
            std::io::stdin().take(10_000).read_to_string(&mut typed)?;
            typed.trim_end_matches(['\r', '\n']).to_owned()
        }
    };
    let shortest = db.read_now::<_, app::Error>(|conn| Ok(policies::security(conn)?.shortest_password))?;
    Ok((Password::parse(&text, email.as_str(), shortest)?, generated))
}

fn tell(generated: Option<String>) -> anyhow::Result<()> {
    if let Some(text) = generated {
        terminal::line(format!("Password, shown this once: {text}"))?;
    }
    Ok(())
}
