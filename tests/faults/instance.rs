//! An instance of the program, at an address that stays when it is started again.

use crate::running::{Running, slipway, with};
use crate::world::{World, free_port};
use std::process::Command;
use tempfile::TempDir;

pub struct Instance {
    home: TempDir,
    settings: Vec<(String, String)>,
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
        Instance { home: tempfile::tempdir().expect("a folder"), settings, base: format!("http://{address}"), running: None }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Instance {
        self.settings.push((name.to_owned(), value.to_string()));
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.settings.iter().fold(slipway(self.home.path(), arguments), |command, (name, value)| with(command, name, value))
    }

    /// Another command of the program, with the same settings.
    pub fn call(&self, arguments: &[&str]) -> crate::running::Said {
        crate::running::call(self.command(arguments))
    }

    /// Starts it, and waits until it serves.
    pub fn start(&mut self) {
        self.running = Some(Running::start(self.command(&["serve"])));
    }

    /// Starts it without waiting.
    pub fn begin(&mut self) {
        self.running = Some(Running::begin(self.command(&["serve"])));
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
