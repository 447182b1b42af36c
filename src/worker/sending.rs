//! Sends what the outbox holds: takes mails up under a lease, writes them, hands them to the mail server with nothing locked, notes what came of it.

mod run;

use crate::app::links::Keys;
use crate::app::mails::{self, Batch, Marks, Personal};
use crate::app::{self, Error};
use crate::config::{BaseUrl, Config};
use crate::domain::ids::MailId;
use crate::domain::people::Actor;
use crate::mail::{Letter, Post, Settings, Thread, Unusable, compose};
use crate::store::mails::around::Around;
use crate::store::mails::sending::{Lease, Words, lock_unwritten};
use crate::store::mails::{self as outbox, Mail};
use crate::store::{Db, Tx};
use run::Run;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

/// Mails that are on their way at the same time, each on a connection of its own: a server that hangs at one holds up no other.
pub const CONNECTIONS: usize = 8;

/// Mails that are taken up at once.
const BATCH: i64 = 250;

/// For how long they are ours.
const LEASE: chrono::Duration = chrono::Duration::minutes(5);

/// How often the outbox is looked into while it is empty.
const LOOK: Duration = Duration::from_secs(1);

/// What sends; several may work on the same outbox.
#[derive(Clone)]
pub struct Sender {
    db: Db,
    keys: Keys,
    base: BaseUrl,
    post: Arc<Post>,
    /// Without it mails are written, and wait.
    settings: Option<Settings>,
}

/// A mail that is ready to leave.
struct Ready {
    id: MailId,
    lease: i64,
    tries: i32,
    probes: bool,
    letter: Letter,
    /// When it was taken up.
    since: Instant,
}

impl Sender {
    pub fn new(db: &Db, config: &Config) -> Result<Sender, Unusable> {
        let settings = config.smtp_url.as_deref().map(Settings::parse).transpose()?;
        Ok(Sender { db: db.clone(), keys: Keys::of(config), base: config.base_url(), post: Arc::new(Post::of(config)?), settings })
    }

    /// Works until it is told to stop; then what is on its way comes to its end, and the rest is given back.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        self.work(stop, false).await;
    }

    /// Works until nothing is due and nothing is on its way.
    pub async fn empty(&self) {
        let (_keep, stop) = watch::channel(false);
        self.clone().work(stop, true).await;
    }

    async fn work(self, stop: watch::Receiver<bool>, until_empty: bool) {
        let server = self.settings.as_ref().map(|it| it.server(CONNECTIONS)).transpose();
        match server {
            Ok(Some(server)) => Run::new(self, server, until_empty).go(stop).await,
            Ok(None) => self.only_write(stop, until_empty).await,
            Err(cause) => tracing::error!(%cause, "no mail is sent"),
        }
    }

    /// Without a mail server: puts mails into words, so that an administrator can read them.
    async fn only_write(self, mut stop: watch::Receiver<bool>, until_empty: bool) {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*stop.borrow() {
            let it = self.clone();
            let written = self.db.write(Actor::slipway(), move |tx| it.write_some(tx)).await;
            match written {
                Ok(0) if until_empty => return,
                Ok(0) => {}
                Ok(_) => continue,
                Err(cause) => tracing::error!(%cause, "mails could not be written; it is tried again"),
            }
            tokio::select! {
                _ = stop.wait_for(|told| *told) => {}
                _ = ticks.tick() => {}
            }
        }
    }

    fn write_some(&self, tx: &mut Tx<'_>) -> app::Result<usize> {
        let found = lock_unwritten(tx, BATCH)?;
        let count = found.len();
        self.prepare(tx, found, None)?;
        Ok(count)
    }

    /// Leaves out what nobody needs, puts the rest into words, and says what stands in the place of their marks.
    fn prepare(&self, tx: &mut Tx<'_>, found: Vec<Mail>, lease: Option<Lease>) -> app::Result<Vec<(Mail, String, Personal)>> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let around = Around::load(tx.conn, &found, tx.now)?;
        let relevant = mails::only_relevant(tx, found, &around)?;
        let (mut ready, mut words, mut others) = (Vec::with_capacity(relevant.len()), Vec::new(), Vec::new());
        for mut mail in relevant {
            let reader = around.reader(&mail);
            let address = reader.map_or_else(|| mail.recipient.clone(), |it| it.email.clone());
            let personal = match self.put_into_words(tx, &mut mail, &around) {
                Ok(personal) => personal,
                // One mail that cannot be written must not hold up the others.
                Err(Error::NotFound) => {
                    outbox::cancel(tx, mail.id, "What it was about is gone.")?;
                    continue;
                }
                Err(error) if is_of_mail(&error) => {
                    tracing::error!(mail = %mail.id, cause = %error, "a mail cannot be put into words");
                    outbox::fail(tx, mail.id, &format!("It could not be written: {error}"))?;
                    continue;
                }
                Err(error) => return Err(error),
            };
            if mail.rendered_at.is_none() || mail.recipient != address {
                mail.recipient = address;
                words.push(Words {
                    id: mail.id,
                    recipient: mail.recipient.clone(),
                    subject: mail.subject.clone(),
                    text: mail.body_text.clone(),
                    html: mail.body_html.clone(),
                });
            } else {
                others.push(mail.id);
            }
            ready.push((mail, reader.map_or_else(String::new, |it| it.name.clone()), personal));
        }
        mails::take_up(tx, &words, &others, lease)?;
        Ok(ready)
    }

    fn put_into_words(&self, tx: &mut Tx<'_>, mail: &mut Mail, around: &Around) -> app::Result<Personal> {
        let personal = mails::personal(tx, &self.keys, mail, around, |path| self.base.join(path))?;
        if mail.rendered_at.is_none() {
            let written = compose::write(tx.conn, mail, around, &self.base)?;
            (mail.subject, mail.body_text, mail.body_html) = (written.subject, written.text, written.html);
        }
        Ok(personal)
    }

    /// Takes up mails and makes them ready to leave; `None` if none was due. When this returns nothing is locked; the lease keeps others off.
    fn take_up(&self, tx: &mut Tx<'_>, since: Instant) -> app::Result<Option<Vec<Ready>>> {
        let Batch { lease, mails, probes } = mails::claim(tx, BATCH, LEASE)?;
        if mails.is_empty() {
            return Ok(None);
        }
        let prepared = self.prepare(tx, mails, Some(lease))?;
        Ok(Some(prepared.into_iter().map(|(mail, name, personal)| ready(mail, name, &personal, lease.number, probes, since)).collect()))
    }
}

/// Whether the fault lies with the one mail, not with the database or the way to it.
fn is_of_mail(error: &Error) -> bool {
    match error {
        Error::NotFound | Error::Forbidden(_) | Error::Refused(_) | Error::Stale | Error::Invalid(_) => true,
        Error::Outage(cause) => cause.is_of_one_thing(),
    }
}

fn ready(mail: Mail, name: String, personal: &Personal, lease: i64, probes: bool, since: Instant) -> Ready {
    let marks = Marks::of(&mail);
    let letter = Letter {
        message_id: mail.message_id,
        to: mail.recipient,
        name,
        subject: mail.subject,
        text: personal.fill(&marks, &mail.body_text),
        html: personal.fill(&marks, &mail.body_html),
        thread: mail.record_id.map(Thread),
        mute: personal.mute.clone(),
        date: mail.resent_at.unwrap_or(mail.created_at),
    };
    Ready { id: mail.id, lease, tries: mail.tries, probes, letter, since }
}
