//! A chromedriver of its own for each browser, so that both end with the test, however it ends.

use std::ffi::OsString;
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
        let mut process = Command::new(program).arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut said = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut line = String::new();
        while said.read_line(&mut line).expect("chromedriver talks") > 0 {
            if let Some((_, port)) = line.rsplit_once("successfully on port ") {
                let port = port.trim().trim_end_matches('.').parse().expect("a port");
                // What else it says must not block it.
                std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
                return Driver { process, port, session: None };
            }
            line.clear();
        }
        panic!("chromedriver ended before it could be used");
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
    let path = std::env::var_os("PATH").unwrap_or_else(OsString::new);
    let mut places = names.iter().flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
    places.find(|it| it.is_file()).unwrap_or_else(|| panic!("{} is missing: `scripts/provide browser` installs it", names[0]))
}
