//! What becomes of mails: taken up, written, sent or not; and what an administrator does about them.

use super::Result;
use super::context::permit;
use super::links::{self, Keys, Secrets};
use super::mailed_links;
use super::notices::muting::{self, Muted};
use super::surveys::refusing;
use crate::config::BaseUrl;
use crate::domain::events::Event;
use crate::domain::ids::{InvitationId, MailId};
use crate::domain::mails::{self as rules, Facts, Fault, MailKind, MailState, Relevance, Verdict};
use crate::domain::notices::Rule;
use crate::domain::people::Action;
use crate::domain::refusals::Refusal;
use crate::store::mailed_links::Target;
use crate::store::mails::around::{About, Around, Reader, Told};
use crate::store::mails::sending::{self, Lease, Outcome, Words};
use crate::store::mails::{self, Mail, NewMail, pause};
use crate::store::{self, PgConnection, Tx, approval_links, events, users};
use chrono::{DateTime, Duration, Utc};

/// Where the words of a mail hold what only its reader may see. They bear the random name of that mail, so that nobody can write them beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    pub link: String,
    pub code: String,
    pub mute: String,
}

impl Marks {
    pub fn of(mail: &Mail) -> Marks {
        let mark = |what: &str| format!("{{{{{what}:{}}}}}", mail.message_id);
        Marks { link: mark("link"), code: mark("code"), mute: mark("mute") }
    }
}

/// While sending is paused, one mail is let through this often.
const TRIED_EVERY: Duration = Duration::minutes(15);

/// A mail that cannot be told yet is looked at again after this.
const WAIT: Duration = Duration::minutes(1);

/// The words of a mail, with marks for its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// A notice that nobody is sent, to be put into words for looking at it beforehand.
#[derive(Clone, Debug)]
pub struct Sample {
    pub told: Told,
    pub reader: Reader,
    pub about: About,
    /// When the link that a mail would carry expires.
    pub expires: DateTime<Utc>,
}

/// Puts a notice into words for looking at it: what the floor of mails gives to that of pages.
pub type Preview = fn(&mut PgConnection, &Sample, &BaseUrl) -> Result<Written>;

/// What stands in the place of the marks; `None` hides it behind dots.
#[derive(Clone, Debug, Default)]
pub struct Personal {
    pub link: Option<String>,
    pub code: Option<String>,
    pub mute: Option<String>,
}

impl Personal {
    /// A text with its marks filled in.
    pub fn fill(&self, marks: &Marks, text: &str) -> String {
        let shown = |it: &Option<String>| it.clone().unwrap_or_else(|| "••••••".to_owned());
        text.replace(&marks.link, &shown(&self.link)).replace(&marks.code, &shown(&self.code)).replace(&marks.mute, &shown(&self.mute))
    }

    fn of(secrets: Option<Secrets>, mute: Option<String>, address: impl Fn(&str) -> String) -> Personal {
        Personal { link: secrets.as_ref().map(|it| address(&it.path)), code: secrets.map(|it| it.code), mute: mute.map(|it| address(&it)) }
    }
}

/// Mails that were taken up together.
pub struct Batch {
    pub lease: Lease,
    pub mails: Vec<Mail>,
    /// Whether they are to show if the server takes our credentials again.
    pub probes: bool,
}

/// Up to so many due mails, locked, and the lease to take them up under. While sending is paused, now and then a single one.
pub fn claim(tx: &mut Tx<'_>, limit: i64, life: Duration) -> Result<Batch> {
    let lease = Lease { number: rand::random(), until: tx.now + life };
    let probes = pause::find(tx.conn)?.is_some();
    let limit = if !probes {
        limit
    } else if pause::try_again(tx, TRIED_EVERY)? {
        1
    } else {
        0
    };
    let mails = if limit > 0 { sending::lock_due(tx, limit)? } else { Vec::new() };
    Ok(Batch { lease, mails, probes })
}

/// Leaves out what nobody needs any more, and what cannot be told yet.
pub fn only_relevant(tx: &mut Tx<'_>, mails: Vec<Mail>, around: &Around) -> Result<Vec<Mail>> {
    let mut relevant = Vec::with_capacity(mails.len());
    for mail in mails {
        match rules::relevance(&facts(tx, &mail, around)) {
            Relevance::Send => relevant.push(mail),
            Relevance::Wait => {
                sending::postpone(tx, mail.id, tx.now + WAIT)?;
            }
            Relevance::Cancel(why) => {
                mails::cancel(tx, mail.id, why)?;
                if mail.kind == MailKind::Invitation {
                    store::mailed_links::wipe_anonymous(tx, &[mail.id])?;
                }
            }
        }
    }
    Ok(relevant)
}

fn facts(tx: &Tx<'_>, mail: &Mail, around: &Around) -> Facts {
    let told = around.told(mail).first().filter(|_| mail.kind == MailKind::Notice);
    let settled = match mail.kind {
        MailKind::Notice => told.is_some_and(|it| !around.holds(it)),
        MailKind::Digest => !around.told(mail).iter().any(|it| around.holds(it)),
        MailKind::Test | MailKind::Invitation => false,
    };
    let wanted = around.wanted(mail);
    // Others whom a rule lets hear of a handover are asked for nothing.
    let told = told.filter(|it| it.rule != Rule::HandoverAsked || it.handover_id.is_some());
    Facts {
        rule: told.map(|it| it.rule),
        approval: around.approval(told.and_then(|it| it.approval_id)),
        handover: around.handover(told.and_then(|it| it.handover_id)),
        settled,
        asked: told.map(|it| around.asked(it.approval_id, it.user_id)).unwrap_or_default(),
        wanted,
        disabled: around.reader(mail).is_some_and(|it| it.disabled),
        age: tx.now - mail.resent_at.unwrap_or(mail.created_at),
    }
}

/// What only the reader of this mail may see. Its link is made if there is none yet.
pub fn personal(tx: &mut Tx<'_>, keys: &Keys, mail: &Mail, around: &Around, address: impl Fn(&str) -> String) -> Result<Personal> {
    if mail.kind == MailKind::Invitation {
        let target = Target::Invitation(around.invitation(mail).ok_or(super::Error::NotFound)?);
        let secrets = mailed_links::for_mail(tx, keys, mail.id, target, mail.user_id, None)?;
        return Ok(inviting(Some(secrets), address));
    }
    let Some(told) = around.told(mail).first().filter(|_| mail.kind == MailKind::Notice) else {
        return Ok(Personal::of(None, mute(keys, mail, None), address));
    };
    let secrets = match (told.rule, told.approval_id) {
        (rule, Some(approval)) if rule.lets_decide() => Some(links::for_mail(tx, keys, mail.id, approval, told.user_id)?),
        (Rule::HandoverAsked, _) => match told.handover_id {
            Some(handover) => {
                let expires_at = Some(tx.now + keys.life());
                Some(mailed_links::for_mail(tx, keys, mail.id, Target::Handover(handover), Some(told.user_id), expires_at)?)
            }
            None => None,
        },
        _ => None,
    };
    Ok(Personal::of(secrets, mute(keys, mail, Some(told.rule)), address))
}

/// Of a mail that asks somebody to answer a survey: whoever holds its link says there as well that they want no more of them.
fn inviting(secrets: Option<Secrets>, address: impl Fn(&str) -> String) -> Personal {
    let refusal = secrets.as_ref().map(|it| refusing::path(&it.path));
    Personal::of(secrets, refusal, address)
}

/// Where the reader of a mail mutes what it tells, where that is allowed.
fn mute(keys: &Keys, mail: &Mail, rule: Option<Rule>) -> Option<String> {
    let muted = match mail.kind {
        MailKind::Digest => Some(Muted::Digest),
        MailKind::Notice => rule.filter(|it| it.may_be_muted()).map(Muted::Rule),
        MailKind::Test | MailKind::Invitation => None,
    };
    Some(muting::path(keys, mail.user_id?, muted?))
}

/// The same for a mail that is written already; read only.
pub fn personal_of_written(conn: &mut PgConnection, keys: &Keys, mail: &Mail, address: impl Fn(&str) -> String) -> Result<Personal> {
    if mail.kind == MailKind::Invitation {
        let salt = store::mailed_links::of_mail(conn, mail.id)?.and_then(|it| it.salt);
        return Ok(inviting(salt.map(|it| mailed_links::secrets(keys, Target::Invitation(InvitationId(0)), &it)), address));
    }
    let around = Around::load(conn, std::slice::from_ref(mail), mail.created_at)?;
    let mute = mute(keys, mail, around.told(mail).first().map(|it| it.rule));
    let secrets = match approval_links::of_mail(conn, mail.id)? {
        Some(link) => Some(keys.secrets(&link.salt)),
        None => mailed_links::known(conn, keys, mail.id)?,
    };
    Ok(Personal::of(secrets, mute, address))
}

/// Keeps the words of mails, and where they go now; takes these and `others` up, if there is a lease.
pub fn take_up(tx: &mut Tx<'_>, written: &[Words], others: &[MailId], lease: Option<Lease>) -> Result<()> {
    sending::write(tx, written, lease)?;
    if let Some(lease) = lease {
        sending::lease(tx, others, lease)?;
    }
    Ok(())
}

/// What the server did with a mail, or that it did not get so far.
pub struct Tried {
    pub mail: MailId,
    pub lease: i64,
    /// How often it had been tried before.
    pub tries: i32,
    pub probes: bool,
    /// The server's words, and the fault if it did not take the mail.
    pub answer: std::result::Result<String, (Fault, String)>,
}

/// Notes what came of trying these, as far as they are still ours.
pub fn note(tx: &mut Tx<'_>, all: &[Tried]) -> Result<()> {
    let outcomes: Vec<Outcome> = all.iter().map(|it| outcome(tx, it)).collect();
    sending::note(tx, &outcomes)?;
    // Once a mail has left, or never will, nothing need be known of its link but what recognises it.
    let over = outcomes.iter().filter(|it| it.state != MailState::Queued).map(|it| it.id).collect::<Vec<_>>();
    store::mailed_links::wipe_anonymous(tx, &over)?;
    let refused = all.iter().find_map(|it| it.answer.as_ref().err().filter(|(fault, _)| *fault == Fault::Credentials));
    if let Some((_, words)) = refused {
        tracing::error!(%words, "the mail server refuses our credentials: nothing is sent until it takes them");
        return Ok(pause::begin(tx, words)?);
    }
    // Whatever became of the mail itself: the server let us in.
    let let_in = |it: &Tried| it.probes && !matches!(it.answer, Err((Fault::Passing | Fault::Away | Fault::Credentials, _)));
    if all.iter().any(let_in) { end_pause(tx) } else { Ok(()) }
}

fn outcome(tx: &Tx<'_>, tried: &Tried) -> Outcome {
    let (state, counts, next_try_at) = match &tried.answer {
        Ok(_) => (MailState::Sent, true, tx.now),
        Err((fault, _)) => match fault.verdict(tried.tries + 1, rand::random()) {
            Verdict::TryAgain(delay) => (MailState::Queued, true, tx.now + delay),
            Verdict::Wait(delay) => (MailState::Queued, false, tx.now + delay),
            Verdict::Fail => (MailState::Failed, true, tx.now),
            Verdict::Pause => (MailState::Queued, false, tx.now),
        },
    };
    let answer = match &tried.answer {
        Ok(words) | Err((_, words)) => words.clone(),
    };
    Outcome { id: tried.mail, lease: tried.lease, state, counts, next_try_at, answer }
}

/// Gives mails back that were not tried.
pub fn release(tx: &mut Tx<'_>, lease: i64, ids: &[MailId]) -> Result<()> {
    sending::release(tx, lease, ids, tx.now)?;
    Ok(())
}

/// Sends again at once, after a pause.
pub fn resume(tx: &mut Tx<'_>) -> Result<()> {
    permit(tx, Action::ManageUsers)?;
    end_pause(tx)
}

fn end_pause(tx: &mut Tx<'_>) -> Result<()> {
    if pause::end(tx)? { Ok(events::record(tx, None, &Event::MailingResumed {})?) } else { Ok(()) }
}

/// Has a mail sent again, in the words of today and with a new link, but under the same name.
pub fn resend(tx: &mut Tx<'_>, id: MailId) -> Result<()> {
    permit(tx, Action::ManageUsers)?;
    let mail = mails::lock(tx, id)?;
    match mail.state {
        MailState::Queued => return Err(Refusal::QueuedAlready.into()),
        MailState::Sent | MailState::Failed | MailState::Cancelled => {}
    }
    approval_links::detach(tx, id)?;
    store::mailed_links::detach(tx, id)?;
    mails::requeue(tx, id)?;
    Ok(events::record(tx, mail.record_id, &Event::MailResent { mail: id, recipient: mail.recipient })?)
}

/// Cancels the questions whose answer nobody needs any more: while there is no mail server, nobody takes them up to find that out.
pub fn cancel_settled(tx: &mut Tx<'_>) -> Result<usize> {
    Ok(mails::cancel_settled(tx, "The answer was no longer needed when the mail could leave.")?)
}

/// Keeps a queued mail from leaving.
pub fn cancel(tx: &mut Tx<'_>, id: MailId) -> Result<()> {
    permit(tx, Action::ManageUsers)?;
    let mail = mails::lock(tx, id)?;
    if mail.is_leaving(&tx.now) {
        return Err(Refusal::LeavingNow.into());
    }
    match mail.state {
        MailState::Queued => {}
        MailState::Sent | MailState::Failed | MailState::Cancelled => return Err(Refusal::NotQueued.into()),
    }
    mails::cancel(tx, id, &format!("Cancelled by {}.", tx.actor.name))?;
    Ok(events::record(tx, mail.record_id, &Event::MailCancelled { mail: id, recipient: mail.recipient })?)
}

/// Queues a test mail to whoever asks for it.
pub fn test(tx: &mut Tx<'_>) -> Result<MailId> {
    permit(tx, Action::ManageUsers)?;
    let me = users::find(tx.conn, tx.actor.id)?;
    let new = NewMail::to(tx, MailKind::Test, me.id, None, &me.email);
    mails::insert_all(tx, &[new])?.pop().ok_or(super::Error::NotFound)
}
