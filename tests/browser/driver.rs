//! A chromedriver of its own for each browser, so that both end with the test, however it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub struct Driver {
    process: Child,
    pub port: u16,
    /// The browser's, once it runs.
    pub session: Option<String>,
}

impl Driver {
    pub fn start() -> Driver {
        let program = found(&["chromedriver"]);
        let process = Command::new(program).arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut driver = Driver { process: process.expect("chromedriver starts"), port: 0, session: None };
        let mut said = BufReader::new(driver.process.stdout.take().expect("it is piped"));
        let mut line = String::new();
        while driver.port == 0 {
            line.clear();
            assert!(said.read_line(&mut line).expect("chromedriver talks") > 0, "chromedriver ended before it could be used");
            if let Some((_, port)) = line.rsplit_once("successfully on port ") {
                driver.port = port.trim().trim_end_matches('.').parse().expect("a port");
            }
        }
        // What else it says must not block it.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        driver
    }

    /// Ends the browser, and waits for it: a killed driver would leave it behind.
    fn close(&self, session: &str) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", self.port)?;
        stream.read_to_end(&mut Vec::new()).map(|_| ())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(session) = &self.session {
            // If it does not answer, there is nothing more to be done.
            let _ = self.close(session);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn chromium() -> PathBuf {
    found(&["chromium", "chromium-browser", "google-chrome"])
}

fn found(names: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = names.iter().flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
    places.find(|it| it.is_file()).unwrap_or_else(|| panic!("{} is missing: `scripts/provide browser` installs it", names[0]))
}
