//! What leaves: one mail to one person, with the headers that let their program thread it, mute it, and not answer it by itself.

use super::{Unusable, words};
use crate::config::Config;
use crate::domain::ids::RecordId;
use chrono::{DateTime, Utc};
use lettre::address::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};

/// Who sends, and the host by which messages are named.
#[derive(Clone, Debug)]
pub struct Post {
    pub from: Mailbox,
    pub host: String,
}

impl Post {
    pub fn of(config: &Config) -> Result<Post, Unusable> {
        let from = config.mail_from.parse().map_err(|_| {
            Unusable(format!("SLIPWAY_MAIL_FROM is {:?}, which is no address; write it like this: Slipway <slipway@example.org>", config.mail_from))
        })?;
        Ok(Post { from, host: config.base_url().host() })
    }
}

/// The thread of a record, in which all mails about it stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thread(pub RecordId);

impl Thread {
    fn id(self, host: &str) -> String {
        format!("<record-{}.thread@{host}>", self.0)
    }
}

/// A mail as it leaves.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Before the @, the same at every try.
    pub message_id: String,
    pub to: String,
    /// How the recipient is called; empty if nobody knows.
    pub name: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub thread: Option<Thread>,
    /// Where a click turns this kind of mail off.
    pub mute: Option<String>,
    pub date: DateTime<Utc>,
}

impl Letter {
    /// The message in the form that goes over the wire.
    pub fn message(&self, post: &Post) -> Result<Message, Unusable> {
        let address: Address = self.to.parse().map_err(|_| Unusable(format!("{:?} is no address that mail can be sent to", self.to)))?;
        let name = Some(words::one_line(&self.name)).filter(|it| !it.is_empty());
        let mut message = Message::builder()
            .from(post.from.clone())
            .to(Mailbox::new(name, address))
            .subject(words::one_line(&self.subject))
            .date(self.date.into())
            .message_id(Some(format!("<{}@{}>", self.message_id, post.host)))
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("X-Auto-Response-Suppress", "All"));
        if let Some(thread) = self.thread {
            let thread = thread.id(&post.host);
            message = message.references(thread.clone()).in_reply_to(thread);
        }
        if let Some(mute) = self.mute.as_ref().filter(|it| it.chars().all(|c| c.is_ascii_graphic() && c != '<' && c != '>')) {
            message = message.raw_header(raw("List-Unsubscribe", &format!("<{mute}>"))).raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
        let parts = MultiPart::alternative_plain_html(self.text.clone(), self.html.clone());
        message.multipart(parts).map_err(|cause| Unusable(format!("the mail cannot be put together: {cause}")))
    }
}

/// A header whose value is printable ASCII, as it stands.
fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.to_owned(), value.to_owned())
}
