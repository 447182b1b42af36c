//! An instance of the program, at an address that stays when it is started again.

use crate::running::{Running, slipway, with};
use crate::world::{World, free_port};
use std::process::{Command, Stdio};
use tempfile::TempDir;

pub struct Instance {
    home: TempDir,
    settings: Vec<(String, String)>,
    /// A program that runs ours, with its arguments.
    under: Vec<String>,
    pub base: String,
    pub running: Option<Running>,
}

impl Instance {
    /// Of the program in this world; not started yet.
    pub fn of(world: &World) -> Instance {
        Instance::at(&world.app.database_url(), world)
    }

    /// The same, with another way to the database.
    pub fn at(url: &str, world: &World) -> Instance {
        let address = format!("127.0.0.1:{}", free_port());
        let key = world.app.config.secret_key.clone().expect("a key");
        let settings = [("DATABASE_URL", url), ("SLIPWAY_SECRET_KEY", &key), ("SLIPWAY_LISTEN", &address)];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Instance { home: tempfile::tempdir().expect("a folder"), settings, under: Vec::new(), base: format!("http://{address}"), running: None }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Instance {
        self.settings.push((name.to_owned(), value.to_string()));
        self
    }

    /// The same installation, with its database elsewhere.
    pub fn moved_to(self, url: &str) -> Instance {
        self.with("DATABASE_URL", url)
    }

    /// Started by this program, which gets ours as its last arguments.
    pub fn under(mut self, program: &[&str]) -> Instance {
        self.under = program.iter().map(|it| (*it).to_owned()).collect();
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let own = slipway(self.home.path(), arguments);
        let command = match self.under.split_first() {
            None => own,
            Some((program, first)) => {
                let mut command = Command::new(program);
                command.args(first).arg(own.get_program()).args(own.get_args()).env_clear();
                command.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
                command
            }
        };
        self.settings.iter().fold(command, |command, (name, value)| with(command, name, value))
    }

    /// How many megabytes of memory it holds.
    pub fn memory(&self) -> u64 {
        let id = self.running.as_ref().expect("it runs").id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux says that");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
    }

    /// Another command of the program, with the same settings.
    pub fn call(&self, arguments: &[&str]) -> crate::running::Said {
        crate::running::call(self.command(arguments))
    }

    /// Starts it, and waits until it serves.
    pub fn start(&mut self) {
        self.running = Some(Running::start(self.command(&["serve"])));
    }

    pub fn kill(&mut self) {
        let running = self.running.take().expect("it runs");
        running.signal("-KILL");
        running.end();
    }

    pub fn stop(&mut self) {
        self.running.take().expect("it runs").stop();
    }
}
