//! From a row of the outbox to the words of a mail: what it tells, gathered and put in order.

use super::words::{Foot, Mute, moment, shortened};
use super::{ApprovalAsk, ApprovalReceipt, Changed, Digest, Group, HandoverAsk, Line, Mail as _, Notice, SurveyInvitation, Test};
use crate::app::handovers::Offer;
use crate::app::mails::{Marks, Sample, Written};
use crate::app::{Error, Result};
use crate::config::BaseUrl;
use crate::domain::approvals::Content;
use crate::domain::ids::{ApprovalId, HandoverId, RecordId};
use crate::domain::mails::{self, MailKind};
use crate::domain::notices::{Rule, Why};
use crate::domain::surveys::answers::how_long;
use crate::domain::workflows::Covered;
use crate::store::db::Outage;
use crate::store::mails::Mail;
use crate::store::mails::around::{About, Around, Reader, Told};
use crate::store::related::{self, RelatedChange};
use crate::store::surveys::asked;
use crate::store::{PgConnection, approval_links, approvals, handovers, mailed_links, records, users};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// Where people say what they want to be told.
const SETTINGS: &str = "/notices/preferences";

/// How much of a text a mail shows.
const PART: usize = 700;
const DIFFERENCE: usize = 300;
/// And of one thing that is left over.
const LEFT: usize = 200;

/// Puts a mail into words, with marks for what only its reader may see.
pub fn write(conn: &mut PgConnection, mail: &Mail, around: &Around, base: &BaseUrl) -> Result<Written> {
    let marks = Marks::of(mail);
    let zone = around.reader(mail).map_or(Tz::UTC, |it| it.zone);
    let written = match mail.kind {
        MailKind::Test => test(base).render(),
        MailKind::Invitation => invitation(conn, mail, around, base, zone)?.render(),
        MailKind::Digest => digest(mail, around, base, marks, zone).render(),
        MailKind::Notice => {
            let (told, reader) = around.told(mail).first().zip(around.reader(mail)).ok_or(Error::NotFound)?;
            let expires = match (told.approval_id, told.handover_id) {
                (Some(_), _) => approval_links::of_mail(conn, mail.id)?.map(|it| it.expires_at),
                (None, Some(_)) => mailed_links::of_mail(conn, mail.id)?.and_then(|it| it.expires_at),
                (None, None) => None,
            };
            return notice_of(conn, told, reader, around.about(told.record_id), base, marks, expires);
        }
    };
    words(written)
}

fn words(written: askama::Result<Written>) -> Result<Written> {
    written.map_err(|cause| Outage::Render(cause.to_string()).into())
}

/// A notice as its reader would get it, with dots in the place of what only they may see.
pub fn sample(conn: &mut PgConnection, sample: &Sample, base: &BaseUrl) -> Result<Written> {
    let dots = || "••••••".to_owned();
    let marks = Marks { link: dots(), code: dots(), mute: dots() };
    notice_of(conn, &sample.told, &sample.reader, Some(&sample.about), base, marks, Some(sample.expires))
}

/// One notice in words; `expires`: when the link in it does, if it has one.
fn notice_of(
    conn: &mut PgConnection,
    told: &Told,
    reader: &Reader,
    about: Option<&About>,
    base: &BaseUrl,
    marks: Marks,
    expires: Option<DateTime<Utc>>,
) -> Result<Written> {
    let written = match (told.rule, told.approval_id, told.handover_id) {
        (rule, Some(approval), _) if rule.lets_decide() => ask(conn, told, reader, approval, base, marks, expires)?.render(),
        (Rule::HandoverAsked, _, Some(handover)) => offer(conn, told, reader, handover, base, marks, expires)?.render(),
        (Rule::ApprovalReceipt, ..) if matches!(told.why, Why::Approver | Why::Actor) => receipt(told, about, base, marks).render(),
        _ => notice(told, about, base, marks).render(),
    };
    words(written)
}

pub fn test(base: &BaseUrl) -> Test {
    Test { foot: Foot { why: "You get this because somebody tried out whether Slipway can send mail.".into(), ..foot(base) } }
}

fn foot(base: &BaseUrl) -> Foot {
    Foot { why: String::new(), mute: None, settings: Some(base.join(SETTINGS)), home: Some(base.join("/")) }
}

/// Why this person is told, and whether they can turn it off.
fn foot_of(told: &Told, base: &BaseUrl, marks: Marks) -> Foot {
    let mute = told.rule.may_be_muted().then_some(Mute { words: "Turn mails of this kind off", mark: marks.mute });
    let kept = if mute.is_some() { "" } else { " Mails of this kind cannot be turned off." };
    Foot { why: format!("You get this because you {}.{kept}", told.why.label()), mute, ..foot(base) }
}

fn invitation(conn: &mut PgConnection, mail: &Mail, around: &Around, base: &BaseUrl, zone: Tz) -> Result<SurveyInvitation> {
    let id = around.invitation(mail).ok_or(Error::NotFound)?;
    let asked = asked::find(conn, id)?.ok_or(Error::NotFound)?;
    let marks = Marks::of(mail);
    // Nobody knows where somebody without an account is: the calendar of the release is the best guess, and the mail names its zone.
    let zone = if asked.user.is_some() { zone } else { records::full(conn, asked.record)?.calendar.zone() };
    let own = if asked.user.is_some() { foot(base) } else { Foot { why: String::new(), mute: None, settings: None, home: None } };
    let mute = Some(Mute { words: "Get no more mails about surveys", mark: marks.mute });
    Ok(SurveyInvitation {
        prefix: if asked.user.is_some() { prefix(around.about(mail.record_id)) } else { String::new() },
        release: asked.release().to_owned(),
        reminder: asked.reminders > 0,
        how_long: how_long(&asked.questions),
        closes: asked.closes_at.map(|it| moment(it, zone)),
        anonymous: asked.anonymous,
        link: marks.link,
        code: marks.code,
        foot: Foot { why: format!("You get this because you were named as somebody whom {} concerns.", asked.release()), mute, ..own },
        title: asked.record_title,
    })
}

fn prefix(about: Option<&About>) -> String {
    about.map_or_else(String::new, |it| mails::prefix(&it.number()))
}

/// The facts of a notice, with its record before them, which is named once.
fn facts(told: &Told, about: Option<&About>) -> Vec<(String, String)> {
    let record = about.map(|it| ("Record".to_owned(), named(it)));
    let rest: Vec<(String, String)> = serde_json::from_value(told.facts.clone()).unwrap_or_default();
    let own = |label: &str| about.is_some_and(|it| it.kind.label().eq_ignore_ascii_case(label));
    record.into_iter().chain(rest.into_iter().filter(|(label, _)| !own(label))).collect()
}

/// `REL-00042 Payroll v4.2: The year's end`.
fn named(about: &About) -> String {
    match &about.identifier {
        Some(identifier) => format!("{} {identifier}: {}", about.number(), about.title),
        None => format!("{} {}", about.number(), about.title),
    }
}

fn notice(told: &Told, about: Option<&About>, base: &BaseUrl, marks: Marks) -> Notice {
    Notice {
        prefix: prefix(about),
        kind: told.rule.label(),
        headline: told.headline.clone(),
        facts: facts(told, about),
        link: base.join(&told.path),
        button: button(&told.path),
        foot: foot_of(told, base, marks),
    }
}

fn button(path: &str) -> &'static str {
    match path.trim_start_matches('/').split('/').next() {
        Some("releases") => "Open the release",
        Some("changes") => "Open the RFC",
        Some("tasks") => "Open the task",
        Some("approvals") => "Open the approval",
        Some(_) | None => "Open in Slipway",
    }
}

fn receipt(told: &Told, about: Option<&About>, base: &BaseUrl, marks: Marks) -> ApprovalReceipt {
    ApprovalReceipt {
        prefix: prefix(about),
        headline: told.headline.clone(),
        facts: facts(told, about),
        in_their_place: told.why == Why::Approver,
        page: base.join(&told.path),
        foot: foot_of(told, base, marks),
    }
}

/// What still holds of the news of a day.
fn digest(mail: &Mail, around: &Around, base: &BaseUrl, marks: Marks, zone: Tz) -> Digest {
    let mut groups: Vec<(Option<RecordId>, Group)> = Vec::new();
    for told in around.told(mail).iter().filter(|it| around.holds(it)) {
        let about = around.about(told.record_id);
        let line = Line { at: told.at.with_timezone(&zone).format("%-d %b %H:%M").to_string(), headline: told.headline.clone(), link: base.join(&told.path) };
        match groups.iter_mut().find(|(record, _)| *record == told.record_id) {
            Some((_, group)) => group.lines.push(line),
            None => {
                let (title, link) = match about {
                    Some(about) => (named(about), base.join(&format!("{}/{}", about.kind.path(), about.id))),
                    None => ("Other news".to_owned(), base.join("/")),
                };
                groups.push((told.record_id, Group { title, link, lines: vec![line] }));
            }
        }
    }
    let mute = Some(Mute { words: "Turn the digest off", mark: marks.mute });
    let why = "You get this because you wanted news of these kinds once a day.".to_owned();
    let day = mail.created_at.with_timezone(&zone).format("%-d %B %Y").to_string();
    Digest { day, groups: groups.into_iter().map(|(_, group)| group).collect(), foot: Foot { why, mute, ..foot(base) } }
}

fn ask(
    conn: &mut PgConnection,
    told: &Told,
    reader: &Reader,
    id: ApprovalId,
    base: &BaseUrl,
    marks: Marks,
    expires: Option<DateTime<Utc>>,
) -> Result<ApprovalAsk> {
    let (approval, round) = approvals::find(conn, id)?;
    let round = approvals::find_round(conn, round)?;
    let step = round.steps.into_iter().map(|it| it.step).find(|it| it.id == approval.step_id).ok_or(Error::NotFound)?;
    let full = records::full(conn, approval.record_id)?;
    let record = &full.record;
    let content = approvals::content(conn, record.id, &step.digest)?;
    let changes = related::of_release(conn, record.id)?;
    let changed = match &approval.seen_digest {
        Some(seen) if *seen != step.digest => differences(&content, &approvals::content(conn, record.id, seen)?),
        Some(_) | None => Vec::new(),
    };
    let instead_of = if approval.approver_id == reader.id { None } else { Some(users::find(conn, approval.approver_id)?.name) };
    let expires = expires.ok_or(Error::NotFound)?;
    let window = record.planned_start.zip(record.planned_end);
    Ok(ApprovalAsk {
        prefix: mails::prefix(&record.number()),
        number: record.number(),
        name: record.name().to_owned(),
        title: record.title.clone(),
        step: step.name.clone(),
        phase: record.phase_name.clone(),
        asked_as: approval.asked_as.clone(),
        instead_of,
        reminder: told.rule != Rule::ApprovalAsked,
        late: facts(told, None).into_iter().find(|(label, _)| told.rule.is_of_deadline() && label == "Late by").map(|it| it.1),
        due: step.due_at.map(|it| moment(it, reader.zone)),
        owner: users::find(conn, record.owner_id)?.name,
        parts: in_order(content, &changes, window, reader.zone),
        changed,
        expires: moment(expires, reader.zone),
        page: base.join(&told.path),
        link: marks.link.clone(),
        code: marks.code.clone(),
        foot: foot_of(told, base, marks),
    })
}

fn offer(
    conn: &mut PgConnection,
    told: &Told,
    reader: &Reader,
    id: HandoverId,
    base: &BaseUrl,
    marks: Marks,
    expires: Option<DateTime<Utc>>,
) -> Result<HandoverAsk> {
    let asked = handovers::find(conn, id)?;
    let offer = Offer::load(conn, asked.handover.record_id, told.at)?;
    let record = &offer.sheet.full.record;
    let expires = expires.ok_or(Error::NotFound)?;
    Ok(HandoverAsk {
        prefix: mails::prefix(&record.number()),
        number: record.number(),
        name: record.name().to_owned(),
        title: record.title.clone(),
        phase: record.phase_name.clone(),
        owner: offer.sheet.full.owner.clone(),
        asked_by: asked.asked_by,
        group: asked.group,
        note: shortened(&asked.handover.note, PART),
        checklist: offer.sheet.checklist.iter().map(|it| it.title.clone()).collect(),
        exit: offer.exit.clone(),
        left_over: offer.left_over(),
        left: offer.left().iter().map(|it| shortened(it, LEFT)).collect(),
        team: offer.team(),
        contacts: shortened(&offer.legacy.contacts, PART),
        expires: moment(expires, reader.zone),
        page: base.join(&told.path),
        link: marks.link.clone(),
        code: marks.code.clone(),
        foot: foot_of(told, base, marks),
    })
}

fn differences(now: &Content, before: &Content) -> Vec<Changed> {
    let changed = now.differences(before).into_iter();
    changed.map(|it| Changed { part: it.part, before: shortened(&it.before, DIFFERENCE), after: shortened(&it.after, DIFFERENCE) }).collect()
}

/// The parts as a reader takes them in, the long ones shortened.
fn in_order(content: Content, changes: &[RelatedChange], window: Option<(DateTime<Utc>, DateTime<Utc>)>, zone: Tz) -> Vec<(String, String)> {
    let place = |part: &str| Covered::ALL.iter().position(|it| it.label() == part);
    let mut parts: Vec<(String, String)> = content.0.into_iter().collect();
    parts.sort_by_key(|(part, _)| place(part));
    for (part, text) in &mut parts {
        if part == Covered::Changes.label() {
            *text = titled(text, changes);
        }
        if part == Covered::Window.label()
            && let Some((start, end)) = window
        {
            *text = format!("{} to {}", moment(start, zone), moment(end, zone));
        }
        *text = shortened(text, PART);
    }
    parts
}

/// The RFCs that are covered, each number with its title.
fn titled(numbers: &str, changes: &[RelatedChange]) -> String {
    let title = |line: &str| changes.iter().find(|it| line.ends_with(&it.number())).map_or("", |it| it.title.as_str());
    numbers.lines().map(|line| format!("{line} {}", title(line))).collect::<Vec<_>>().join("\n")
}
