//! One browser window, and what a test sees in it.

use crate::driver::{self, Driver};
use crate::hands::Hands;
use crate::support::TestApp;
use crate::support::given::Somebody;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// More browsers at a time would only wait for one another.
static SEATS: Semaphore = Semaphore::const_new(2);

pub struct Window {
    pub client: Client,
    pub hands: Hands,
    /// The address of whoever sits here.
    pub user: RefCell<String>,
    address: String,
    _driver: Driver,
    _profile: TempDir,
    _seat: SemaphorePermit<'static>,
}

impl Window {
    /// A window of 1280 × 800 on this application.
    pub async fn open(app: &TestApp, hands: Hands) -> Window {
        let seat = SEATS.acquire().await.expect("never closed");
        let profile = TempDir::new().expect("a folder");
        let mut driver = Driver::start();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(&profile, hands.scripts()).as_object().expect("an object").clone());
        let client = builder.connect(&format!("http://127.0.0.1:{}", driver.port)).await.expect("a browser");
        driver.session = client.session_id().await.expect("it answers");
        let window = Window { client, hands, user: RefCell::default(), address: app.address.clone(), _driver: driver, _profile: profile, _seat: seat };
        window.resize(1280, 800, 1, false).await;
        window.prefer("light").await;
        window
    }

    /// By a person who is signed in.
    pub async fn open_as(app: &TestApp, hands: Hands, somebody: &Somebody) -> Window {
        let window = Window::open(app, hands).await;
        window.give_to(app, somebody).await;
        window
    }

    /// From now on somebody else sits here.
    pub async fn give_to(&self, app: &TestApp, somebody: &Somebody) {
        let session = app.session_of(somebody);
        let cookie = json!({ "name": session.name(), "value": session.value(), "url": self.address, "httpOnly": true, "sameSite": "Lax" });
        self.give_to_nobody().await;
        self.devtools("Network.setCookie", cookie).await;
        self.user.replace(somebody.email.clone());
    }

    pub async fn give_to_nobody(&self) {
        self.devtools("Network.clearBrowserCookies", json!({})).await;
        self.user.take();
    }

    /// Types an address.
    pub async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.address)).await.expect(path);
    }

    /// The address without the host.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        url.as_str().strip_prefix(&self.address).unwrap_or_else(|| panic!("left for {url}")).to_owned()
    }

    /// The first element that fits, once it is there.
    pub async fn find(&self, what: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).for_element(locator(what)).await {
            Ok(element) => element,
            Err(error) => panic!("no {what} at {}: {error}\n{}", self.path().await, self.text("body").await),
        }
    }

    /// The first element that fits, if it is there now.
    pub async fn see(&self, what: &str) -> Option<Element> {
        self.all(what).await.into_iter().next()
    }

    pub async fn all(&self, what: &str) -> Vec<Element> {
        self.client.find_all(locator(what)).await.expect("it can be searched")
    }

    /// What is written there.
    pub async fn text(&self, what: &str) -> String {
        match self.see(what).await {
            Some(element) => element.text().await.unwrap_or_default(),
            None => String::new(),
        }
    }

    /// Waits until this holds; says what was wanted if it never does.
    pub async fn until(&self, wanted: &str, mut holds: impl AsyncFnMut(&Window) -> bool) {
        let begun = Instant::now();
        // An element that is replaced while one looks at it is looked for again.
        while !holds(self).await {
            assert!(begun.elapsed() < PATIENCE, "never {wanted} at {}:\n{}", self.path().await, self.text("body").await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until this is written there.
    pub async fn until_text(&self, what: &str, text: &str) {
        self.until(&format!("{text:?} in {what}"), async |it| it.text(what).await.contains(text)).await;
    }

    /// Looks at the page with a script, which must not change it.
    pub async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect(script)
    }

    pub async fn resize(&self, width: u32, height: u32, scale: u32, mobile: bool) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// As on a device that prefers a dark or a light look, and no movement, which would be caught half way.
    pub async fn prefer(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }, { "name": "prefers-reduced-motion", "value": "reduce" }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    pub async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.client.issue_cmd(Own { path: "goog/cdp/execute", body }).await.expect(command)
    }

    /// What the browser complained of since it was last asked, answers of 4xx aside: those are pages too.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Own { path: "se/log", body: json!({ "type": "browser" }) }).await.expect("a log");
        let entries = log.as_array().cloned().unwrap_or_default();
        let text = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        let is_page = |entry: &Value| entry["source"] == "network" && text(entry).contains("status of 4");
        entries.iter().filter(|it| it["level"] != "DEBUG" && it["level"] != "INFO" && !is_page(it)).map(text).collect()
    }
}

/// CSS; or XPath, which begins with a slash.
pub fn locator(what: &str) -> Locator<'_> {
    if what.starts_with('/') { Locator::XPath(what) } else { Locator::Css(what) }
}

fn capabilities(profile: &TempDir, scripts: bool) -> Value {
    let mut flags = vec![
        "--headless=new".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--hide-scrollbars".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--lang=en-US".to_owned(),
        format!("--user-data-dir={}", profile.path().display()),
    ];
    if std::env::var_os("USER").is_none_or(|it| it == "root") {
        flags.push("--no-sandbox".to_owned());
    }
    let preferences = if scripts { json!({}) } else { json!({ "profile.managed_default_content_settings.javascript": 2 }) };
    json!({
        "goog:chromeOptions": { "binary": driver::chromium(), "args": flags, "prefs": preferences },
        "goog:loggingPrefs": { "browser": "ALL" },
    })
}

/// A command that only chromedriver knows.
#[derive(Debug)]
struct Own {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(self.body.to_string()))
    }
}
