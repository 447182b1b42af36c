//! Filling the list of a survey from people, groups and pasted addresses; taking somebody off it.

use crate::app::Result;
use crate::app::error::FormErrors;
use crate::domain::events::{Aftercare, Event};
use crate::domain::ids::{GroupId, InvitationId, SurveyId, UserId};
use crate::domain::surveys::Audience;
use crate::domain::surveys::invited::{Listed, MOST};
use crate::domain::surveys::timing::SurveyRefusal;
use crate::store::records::Full;
use crate::store::surveys::people::{self, Account, NewInvitation};
use crate::store::surveys::{self, Survey, Terms};
use crate::store::{Tx, events};
use std::collections::BTreeSet;

/// Whom somebody wants to ask.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub people: Vec<UserId>,
    pub groups: Vec<GroupId>,
    pub listed: Vec<Listed>,
    /// Whether those who worked on the release are asked all the same.
    pub with_workers: bool,
}

/// What became of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    pub count: usize,
    /// How often somebody was named again, here or on the list before.
    pub twice: usize,
    /// How many want no mails about surveys.
    pub refused: usize,
    /// Who worked on the release, and so was left out.
    pub workers: Vec<String>,
}

/// Puts people on the list of a survey, each once, whichever audience they are named in; the first stays.
pub fn add(tx: &mut Tx<'_>, id: SurveyId, audience: Audience, wanted: &Wanted) -> Result<Added> {
    let (full, survey) = super::lock(tx, id)?;
    survey.state.edits()?;
    if !surveys::audiences(tx.conn, id)?.iter().any(|it| it.audience == audience) {
        return Err(FormErrors::of("audience", "This survey does not ask them. Choose one that it asks.").into());
    }
    if wanted.listed.len() > MOST {
        return Err(FormErrors::of("list", format!("At most {MOST} lines are read at once. Paste the rest afterwards.")).into());
    }
    let named = named(tx, audience, wanted)?;
    let missed = survey.has_missed_opening(tx.now) && surveys::count_of(tx.conn, id)?.listed == 0;
    let workers = if wanted.with_workers { Vec::new() } else { people::workers(tx.conn, full.record.id)? };
    let (fit, mut added) = sorted(tx, named, &workers)?;
    added.count = people::insert(tx, id, &fit)?;
    added.twice += fit.len() - added.count;
    if added.count > 0 {
        let invited = Aftercare::PeopleInvited { title: survey.title.clone(), audience, count: added.count };
        events::record(tx, survey.record_id, &Event::Aftercare(invited))?;
        if missed {
            open_by_hand(tx, &full, &survey)?;
        }
    }
    Ok(added)
}

/// Its time to open came while nobody was on its list: the first people on it do not open it, somebody does when all are there.
fn open_by_hand(tx: &mut Tx<'_>, full: &Full, survey: &Survey) -> Result<()> {
    let before = super::terms_of(survey);
    let terms = Terms { opens_at: None, ..before.clone() };
    surveys::update(tx, survey.id, &terms)?;
    let fields = super::changes(full, (&before, &[]), (&terms, &[]));
    Ok(events::record(tx, survey.record_id, &Event::Aftercare(Aftercare::SurveyEdited { title: survey.title.clone(), fields }))?)
}

/// Everybody who was named, as often as they were: accounts first, then the lines of the list, which may be accounts, too.
fn named(tx: &mut Tx<'_>, audience: Audience, wanted: &Wanted) -> Result<Vec<NewInvitation>> {
    let chosen = people::chosen(tx.conn, &wanted.people, &wanted.groups)?;
    let of_account = |it: Account| NewInvitation { audience, user: Some(it.id), name: it.name, email: it.email };
    let mut named: Vec<NewInvitation> = chosen.into_iter().map(of_account).collect();
    let emails: Vec<&str> = wanted.listed.iter().map(|it| it.email.as_str()).collect();
    let accounts = people::accounts(tx.conn, &emails)?;
    named.extend(wanted.listed.iter().map(|it| {
        let account = accounts.get(it.email.as_str());
        let name = if it.name.is_empty() { account.map_or("", |it| it.name.as_str()) } else { &it.name };
        NewInvitation { audience, user: account.map(|it| it.id), name: name.to_owned(), email: it.email.as_str().to_owned() }
    }));
    Ok(named)
}

/// Those who can be asked, and what keeps the others from it.
fn sorted(tx: &mut Tx<'_>, named: Vec<NewInvitation>, workers: &[Account]) -> Result<(Vec<NewInvitation>, Added)> {
    let refused = people::refused(tx.conn, &named.iter().map(|it| it.email.as_str()).collect::<Vec<_>>())?;
    let (mut seen, mut fit, mut added) = (BTreeSet::new(), Vec::with_capacity(named.len()), Added::default());
    for it in named {
        if !seen.insert(it.email.clone()) {
            added.twice += 1;
        } else if refused.contains(&it.email) {
            added.refused += 1;
        } else if let Some(worker) = workers.iter().find(|worker| worker.email == it.email || Some(worker.id) == it.user) {
            added.workers.push(worker.name.clone());
        } else {
            fit.push(it);
        }
    }
    Ok((fit, added))
}

/// Takes somebody off the list to whom no mail was written yet.
pub fn remove(tx: &mut Tx<'_>, id: SurveyId, invitation: InvitationId) -> Result<()> {
    let (_, survey) = super::lock(tx, id)?;
    survey.state.edits()?;
    let audience = people::find(tx.conn, id, invitation)?;
    if !people::delete(tx, id, invitation)? {
        return Err(SurveyRefusal::InvitedAlready.into());
    }
    Ok(events::record(tx, survey.record_id, &Event::Aftercare(Aftercare::InvitationRemoved { title: survey.title, audience }))?)
}
