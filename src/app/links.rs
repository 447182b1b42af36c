//! Deciding from a mail, without signing in: the link, its code, and what they open.

use super::approvals::{Answer, decide_by_link, is_current, retract};
use super::{Error, Result};
use crate::config::Config;
use crate::domain::ids::{ApprovalId, MailId, UserId};
use crate::domain::links::{Code, DAYS, Facts, Guard, Holder, Knock, Standing, may_take_back, standing};
use crate::domain::people::{Action, Actor};
use crate::store::approval_links::{self, Link, NewLink};
use crate::store::approvals::{self, Approval, Asked, FullRound};
use crate::store::records::{self, Full};
use crate::store::users::{self, User};
use crate::store::{PgConnection, Tx, delegations};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// What makes the secrets of links: the installation's secret key.
#[derive(Clone)]
pub struct Keys {
    key: Vec<u8>,
    /// How long a new link is good.
    life: Duration,
}

/// What stands in the mail, and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The path of the link: `/a/` and the token.
    pub path: String,
    /// Six digits.
    pub code: String,
}

impl Keys {
    pub fn new(secret: &[u8]) -> Keys {
        Keys { key: secret.to_owned(), life: Duration::days(DAYS) }
    }

    /// As the settings say.
    pub fn of(config: &Config) -> Keys {
        Keys::new(config.secret_key.as_deref().unwrap_or_default().as_bytes()).for_days(config.link_days)
    }

    /// With links that are good for so many days.
    pub fn for_days(self, days: i64) -> Keys {
        Keys { life: Duration::days(days), ..self }
    }

    /// How long a new link is good.
    pub(super) fn life(&self) -> Duration {
        self.life
    }

    pub(super) fn hash(&self, purpose: &[u8], salt: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key of any length does");
        mac.update(purpose);
        mac.update(salt);
        mac.finalize().into_bytes().to_vec()
    }

    pub(super) fn token(&self, salt: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.hash(b"token", salt))
    }

    fn code(&self, salt: &[u8]) -> Code {
        Code::of_hash(&self.hash(b"code", salt))
    }

    /// The code of a link that is known by its token alone.
    pub(super) fn code_of(&self, token: &str) -> Code {
        Code::of_hash(&self.hash(b"code of token", token.as_bytes()))
    }

    /// What stands in the mail of a link in this folder, where the code follows from the token.
    pub(super) fn secrets_in(&self, folder: &str, salt: &[u8]) -> Secrets {
        let token = self.token(salt);
        Secrets { code: self.code_of(&token).to_string(), path: format!("{folder}{token}") }
    }

    pub(super) fn secrets(&self, salt: &[u8]) -> Secrets {
        Secrets { path: format!("/a/{}", self.token(salt)), code: self.code(salt).to_string() }
    }
}

/// The link of a mail: made when it is asked for first, the same ever after.
pub fn for_mail(tx: &mut Tx<'_>, keys: &Keys, mail: MailId, approval: ApprovalId, user: UserId) -> Result<Secrets> {
    let known = |tx: &mut Tx<'_>| approval_links::of_mail(tx.conn, mail);
    if let Some(link) = known(tx)? {
        return good(keys, &link, approval, user);
    }
    match insert(tx, keys, Some(mail), approval, user)? {
        Some(secrets) => Ok(secrets),
        // Somebody else made it at the same moment.
        None => good(keys, &known(tx)?.ok_or(Error::NotFound)?, approval, user),
    }
}

/// A link that no mail carries.
pub fn offer(tx: &mut Tx<'_>, keys: &Keys, approval: ApprovalId, user: UserId) -> Result<Secrets> {
    insert(tx, keys, None, approval, user)?.ok_or(Error::NotFound)
}

fn good(keys: &Keys, link: &Link, approval: ApprovalId, user: UserId) -> Result<Secrets> {
    if link.approval_id == approval && link.user_id == user { Ok(keys.secrets(&link.salt)) } else { Err(Error::NotFound) }
}

fn insert(tx: &mut Tx<'_>, keys: &Keys, mail: Option<MailId>, approval: ApprovalId, user: UserId) -> Result<Option<Secrets>> {
    let (asked, round) = approvals::find(tx.conn, approval)?;
    let round = approvals::find_round(tx.conn, round)?;
    let step = round.steps.iter().find(|it| it.step.id == asked.step_id).ok_or(Error::NotFound)?;
    let salt = rand::random::<[u8; 32]>();
    let new = NewLink { approval, user, mail, salt: &salt, token_hash: &hash(&keys.token(&salt)), digest: &step.step.digest, expires_at: tx.now + keys.life };
    Ok(approval_links::insert(tx, &new)?.then(|| keys.secrets(&salt)))
}

/// What recognises a token.
pub(super) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// What a link opens, with all that its page shows.
pub struct Opened {
    pub link: Link,
    pub standing: Standing,
    /// Whose link it is.
    pub holder: User,
    /// As whom they act, unless the account is closed.
    pub actor: Option<Actor>,
    pub approval: Approval,
    /// Whom the approval asks.
    pub approver: String,
    pub step: Asked,
    pub round: FullRound,
    pub full: Full,
    /// Whether the decision can be taken back by this link.
    pub may_take_back: bool,
}

impl Opened {
    /// Until when wrong codes keep it shut.
    pub fn locked_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.link.locked_until.filter(|until| now < *until)
    }

    /// In whose place the holder decides.
    pub fn stands_in_for(&self) -> Option<&str> {
        (self.approval.approver_id != self.link.user_id).then_some(self.approver.as_str())
    }
}

/// Opens a link. Nothing is changed by that.
pub fn open(conn: &mut PgConnection, token: &str, now: DateTime<Utc>) -> Result<Opened> {
    let link = approval_links::find(conn, &hash(token))?.ok_or(Error::NotFound)?;
    look(conn, link, now)
}

fn look(conn: &mut PgConnection, link: Link, now: DateTime<Utc>) -> Result<Opened> {
    let (approval, round) = approvals::find(conn, link.approval_id)?;
    let round = approvals::find_round(conn, round)?;
    let step = round.steps.iter().find(|it| it.step.id == approval.step_id).cloned().ok_or(Error::NotFound)?;
    let approver = step.approvals.iter().find(|(it, _)| it.id == approval.id).map(|(_, name)| name.clone()).unwrap_or_default();
    let full = records::full(conn, approval.record_id)?;
    let actor = users::actor(conn, link.user_id)?;
    let stands = approval.approver_id == link.user_id || delegations::stands_in(conn, link.user_id, approval.approver_id, now)?;
    let barred = full.record.is_run_by(link.user_id) && !step.step.own_may_decide;
    let holder = holder(actor.as_ref(), barred, stands);
    let current = is_current(conn, &full.record, &round.round)?;
    let replaced = step.replacement(&approval.id).is_some();
    let facts = Facts { now, expires_at: link.expires_at, approval: approval.state, round: round.round.state, current, replaced, holder };
    let standing = standing(&facts);
    let theirs = matches!(holder, Holder::May | Holder::StoodIn) && (approval.approver_id == link.user_id || approval.decided_by == Some(link.user_id));
    let may_take_back = standing == Standing::Decided && theirs && may_take_back(round.round.state, current, approval.decided_at, now);
    Ok(Opened { standing, holder: users::find(conn, link.user_id)?, actor, approver, may_take_back, link, approval, step, round, full })
}

fn holder(actor: Option<&Actor>, barred: bool, stands: bool) -> Holder {
    match actor {
        None => Holder::Closed,
        Some(actor) if !actor.may(Action::Decide) => Holder::NoRight,
        Some(_) if barred => Holder::Own,
        Some(_) if !stands => Holder::StoodIn,
        Some(_) => Holder::May,
    }
}

/// What came of an attempt to use a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// It does not open this; its page says why.
    Shut,
    /// So many more wrong ones and it is locked.
    WrongCode {
        left: i32,
    },
    Locked,
}

/// Decides as the holder of the link, when the code is that of its mail.
pub fn decide(tx: &mut Tx<'_>, keys: &Keys, token: &str, code: Code, seen_digest: &str, answer: &Answer) -> Result<Outcome> {
    let approval = match enter(tx, keys, token, code, |it| it.standing == Standing::Open)? {
        Ok(approval) => approval,
        Err(outcome) => return Ok(outcome),
    };
    decide_by_link(tx, approval, seen_digest, answer)?;
    Ok(Outcome::Done)
}

/// Takes the decision back, as the holder of the link.
pub fn take_back(tx: &mut Tx<'_>, keys: &Keys, token: &str, code: Code) -> Result<Outcome> {
    let approval = match enter(tx, keys, token, code, |it| it.may_take_back)? {
        Ok(approval) => approval,
        Err(outcome) => return Ok(outcome),
    };
    retract(tx, approval)?;
    Ok(Outcome::Done)
}

/// Lets the holder in: from here on the transaction is theirs. Otherwise what came of it, which is to be kept.
fn enter(tx: &mut Tx<'_>, keys: &Keys, token: &str, code: Code, opens: fn(&Opened) -> bool) -> Result<std::result::Result<ApprovalId, Outcome>> {
    let link = approval_links::lock(tx, &hash(token))?.ok_or(Error::NotFound)?;
    let opened = look(tx.conn, link, tx.now)?;
    if !opens(&opened) {
        return Ok(Err(Outcome::Shut));
    }
    let link = &opened.link;
    let before = Guard { wrong_codes: link.wrong_codes, locked_until: link.locked_until };
    let (knock, guard) = before.knock(keys.code(&link.salt) == code, tx.now);
    if guard != before {
        approval_links::set_guard(tx, link.id, guard)?;
    }
    match knock {
        Knock::In => {}
        Knock::Wrong { left } => return Ok(Err(Outcome::WrongCode { left })),
        Knock::Locked => {
            tracing::warn!(link = link.id.0, "locked after too many wrong codes");
            return Ok(Err(Outcome::Locked));
        }
    }
    tx.actor = opened.actor.ok_or(Error::NotFound)?;
    Ok(Ok(link.approval_id))
}
