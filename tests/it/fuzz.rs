//! Whatever is sent, by anybody, to any address: never our fault, never what is somebody else's, never markup of theirs.
//!
//! A short walk with every `cargo test`; `make fuzz` sends 100,000 requests. `SLIPWAY_FUZZ_REQUESTS` and `SLIPWAY_FUZZ_SEED` say how
//! many and which; a failure names the seed and the request.

mod checks;
mod stored;
mod words;

use crate::authorization::Place;
use crate::support::{Browser, Page, given, html};
use checks::Secret;
use slipway::app::sessions::SessionKey;
use slipway::domain::mails::MailKind;
use slipway::store::mails::{self, NewMail};
use slipway::store::sessions::{self, Visitor};
use slipway::web::routes::{Door, ROUTES, Route};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;
use words::Dice;

/// So many requests an organisation bears before a new one is built.
const A_PLACE: usize = 4000;

/// The columns of [`Place::browsers`]: whose session is marked, and who reads all mails.
const COORDINATOR: usize = 5;
const ADMINISTRATOR: usize = 7;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_sent_is_answered_well() {
    let requests = usize::try_from(setting("SLIPWAY_FUZZ_REQUESTS", 3000)).expect("so many");
    let seed = setting("SLIPWAY_FUZZ_SEED", 20_261_121);
    let walks = (0..2).map(|walk| tokio::spawn(walk_on(requests / 2, seed.wrapping_add(walk))));
    let mut answers = BTreeMap::<u16, usize>::new();
    for walk in walks.collect::<Vec<_>>() {
        for (status, count) in walk.await.expect("no fault") {
            *answers.entry(status).or_default() += count;
        }
    }
    eprintln!("fuzz: seed {seed}, answers by status {answers:?}");
    // A walk that only ever meets closed doors shows nothing.
    let share = |status| answers.get(&status).copied().unwrap_or_default() * 100 / requests;
    assert!(share(200) > 10 && share(303) > 2 && share(422) > 2, "{answers:?}");
}

async fn walk_on(requests: usize, seed: u64) -> BTreeMap<u16, usize> {
    let mut answers = BTreeMap::new();
    let mut walker = Walker::new(seed, BTreeSet::new()).await;
    for number in 0..requests {
        if number > 0 && number.is_multiple_of(A_PLACE) {
            walker = Walker::new(seed.wrapping_add(number as u64), walker.names).await;
        }
        *answers.entry(walker.step(number).await).or_default() += 1;
    }
    answers
}

struct Walker {
    place: Place,
    dice: Dice,
    seed: u64,
    browsers: Vec<Browser>,
    secrets: Vec<Secret>,
    /// Ids, words and tokens that mean something here, to somebody.
    theirs: Vec<String>,
    /// Names of fields seen in forms so far.
    names: BTreeSet<String>,
    /// Forms and links of pages seen lately, each with whose page it was.
    forms: VecDeque<(usize, html::Form)>,
    links: VecDeque<(usize, String)>,
}

/// What is sent.
struct Asked {
    who: usize,
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

/// So many forms and links of the last pages are remembered.
const MEMORY: usize = 150;

impl Walker {
    async fn new(seed: u64, names: BTreeSet<String>) -> Walker {
        let place = Place::build().await;
        if seed.is_multiple_of(2) {
            stored::spoil(&place.app);
        }
        let secrets = secrets(&place);
        let browsers = place.browsers();
        let theirs = place.all_values();
        Walker { place, dice: Dice::new(seed), seed, browsers, secrets, theirs, names, forms: VecDeque::new(), links: VecDeque::new() }
    }

    /// Sends one request and looks at the answer.
    async fn step(&mut self, number: usize) -> u16 {
        if number.is_multiple_of(50) {
            self.place.app.clock.advance(chrono::Duration::minutes(1));
        }
        let asked = match self.dice.below(4) {
            0 => self.fill_in_a_form().unwrap_or_else(|| self.ask()),
            1 => self.follow_a_link().unwrap_or_else(|| self.ask()),
            _ => self.ask(),
        };
        let page = self.browsers[asked.who].request(asked.method, &asked.path, asked.body.clone(), &asked.headers).await;
        if let Some(why) = checks::fault(&page, asked.who, &self.secrets) {
            let (sent, got): (String, String) = (asked.body.chars().take(2000).collect(), page.body.chars().take(3000).collect());
            let Asked { who, method, path, headers, .. } = &asked;
            panic!("{why}\nseed {}, request {number}: {method} {path} {headers:?} by column {who}\nsent: {sent}\ngot {}: {got}", self.seed, page.status);
        }
        if asked.who > 0 && signed_out(&page) {
            self.browsers[asked.who] = self.place.app.browser_of(&self.place.people[asked.who - 1]);
        } else {
            self.remember(asked.who, &page);
        }
        page.status
    }

    /// What one could do next from this page.
    fn remember(&mut self, who: usize, page: &Page) {
        if page.status == 303 {
            self.links.push_back((who, page.location().to_owned()));
        }
        if page.header("content-type").starts_with("text/html") {
            let forms: Vec<html::Form> = html::forms(&page.body).into_iter().filter(|it| it.action.starts_with('/')).collect();
            self.names.extend(forms.iter().flat_map(|it| it.names.clone()));
            self.forms.extend(forms.into_iter().map(|it| (who, it)));
            let tags = html::tags(&page.body);
            let links = tags.iter().filter_map(|it| it.get("href")).filter(|it| it.starts_with('/'));
            self.links.extend(links.map(|it| (who, it.to_owned())));
        }
        self.forms.drain(..self.forms.len().saturating_sub(MEMORY));
        self.links.drain(..self.links.len().saturating_sub(MEMORY));
    }

    /// By whoever saw it, with some of its fields spoilt.
    fn fill_in_a_form(&mut self) -> Option<Asked> {
        let (who, form) = self.forms.get(self.dice.late(self.forms.len())).cloned()?;
        let fields = self.spoil(form.fields.clone());
        let body = self.dice.body(&fields);
        let sent = form.method == "post";
        let path = if sent { form.action } else { cut(format!("{}?{body}", form.action)) };
        Some(Asked { who, method: if sent { "POST" } else { "GET" }, path, headers: SENT.into(), body: if sent { body } else { String::new() } })
    }

    fn follow_a_link(&mut self) -> Option<Asked> {
        let (who, path) = self.links.get(self.dice.late(self.links.len())).cloned()?;
        Some(Asked { who, method: "GET", path: cut(path), headers: Vec::new(), body: String::new() })
    }

    fn ask(&mut self) -> Asked {
        let route = self.dice.pick(ROUTES);
        // Mostly by somebody who may come in.
        let who = if route.door == Door::SignedIn && !self.dice.one_in(12) { 1 + self.dice.below(self.browsers.len() - 1) } else { 0 };
        let path = self.path(route);
        if route.method == "get" {
            let headers = if self.dice.one_in(6) { vec![("hx-request", "true"), ("hx-request-type", "partial")] } else { Vec::new() };
            return Asked { who, method: "GET", path: cut(path + &self.query()), headers, body: String::new() };
        }
        let good = self.place.form(route.path).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let fields = self.spoil(good);
        let kinds = ["multipart/form-data; boundary=edge", "multipart/form-data", "application/json", "text/plain", ""];
        let kind = if self.dice.one_in(25) { self.dice.pick(&kinds) } else { SENT[0].1 };
        Asked { who, method: "POST", path, headers: vec![("content-type", kind), SENT[1]], body: self.dice.body(&fields) }
    }

    fn path(&mut self, route: &Route) -> String {
        if !route.path.contains('{') || !self.dice.one_in(4) {
            return self.place.path(route);
        }
        let good = self.place.path(route);
        let part = |(written, good): (&str, &str)| if written.starts_with('{') && self.dice.one_in(2) { self.dice.part(&self.theirs) } else { good.to_owned() };
        route.path.split('/').zip(good.split('/')).map(part).collect::<Vec<_>>().join("/")
    }

    fn query(&mut self) -> String {
        let mut query = String::new();
        for _ in 0..self.dice.below(4) {
            let name = self.name();
            let value: String = self.dice.value(&self.theirs).chars().take(2000).collect();
            let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
            let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            write!(query, "{}{name}={value}", if query.is_empty() { '?' } else { '&' }).expect("a text");
        }
        query
    }

    /// A field that some form has.
    fn name(&mut self) -> String {
        const KNOWN: [&str; 12] = ["q", "after", "before", "order", "from", "to", "category", "state", "page", "version", "actor", "kind"];
        let seen: Vec<&String> = self.names.iter().collect();
        if seen.is_empty() || self.dice.one_in(4) { (*self.dice.pick(&KNOWN)).to_owned() } else { (*self.dice.pick(&seen)).clone() }
    }

    /// A few fields changed, doubled, added or left out.
    fn spoil(&mut self, mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
        for _ in 0..self.dice.below(4) {
            let (at, value) = (self.dice.below(fields.len().max(1)), self.dice.value(&self.theirs));
            match self.dice.below(6) {
                0 if !fields.is_empty() => drop(fields.remove(at)),
                1 if !fields.is_empty() => fields.push((fields[at].0.clone(), value)),
                2 => fields.push((self.name(), value)),
                _ if !fields.is_empty() => fields[at].1 = value,
                _ => fields.push((value.chars().take(200).collect(), value)),
            }
        }
        fields
    }
}

/// As browsers send the forms of our pages.
const SENT: [(&str, &str); 2] = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];

/// No longer than any client sends.
fn cut(address: String) -> String {
    let end = (0..=address.len().min(30_000)).rev().find(|at| address.is_char_boundary(*at)).unwrap_or_default();
    address[..end].split('#').next().unwrap_or_default().to_owned()
}

/// Sent to sign in, though signed in: the walk ended this session, or this account.
fn signed_out(page: &Page) -> bool {
    page.status == 401 || (page.status == 303 && page.location().starts_with("/session/new"))
}

/// Marks what belongs to one person, and names what nobody may read.
fn secrets(place: &Place) -> Vec<Secret> {
    let app = &place.app;
    let key = SessionKey(hex::encode(rand::random::<[u8; 32]>()));
    let visitor = Visitor { address: "192.0.2.77".into(), agent: "Private Browser 77".into() };
    let coordinator = &place.people[COORDINATOR - 1];
    app.write(|tx| sessions::insert(tx, &key.hash(), coordinator.id, chrono::Duration::hours(100), &visitor));
    app.write(|tx| {
        let new = NewMail::to(tx, MailKind::Notice, coordinator.id, None, "private-address-77@example.org");
        mails::insert_all(tx, &[new])
    });
    let secret = |text: &str, readers: &[usize]| Secret { text: text.to_owned(), readers: readers.to_vec() };
    let shared = [
        secret(&key.0, &[]),
        secret("$argon2", &[]),
        secret(given::PASSWORD, &[]),
        secret("Private Browser 77", &[COORDINATOR]),
        secret("192.0.2.77", &[COORDINATOR, ADMINISTRATOR]),
        secret("private-address-77@example.org", &[ADMINISTRATOR]),
    ];
    shared.into()
}
