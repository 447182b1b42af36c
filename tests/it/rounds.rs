//! A thousand rounds in which people decide by link and in the application while others edit and withdraw: whatever order it came to,
//! the log tells it, and nobody's approval counts for what they did not see.

use crate::support::TestApp;
use crate::support::given::{self, Somebody};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use slipway::app::approvals::{self, Answer};
use slipway::app::links::{self, Keys, Outcome};
use slipway::app::records::{Edit, edit};
use slipway::app::{Error, Result};
use slipway::domain::approvals::{ApprovalState, DenialReason, RoundState, Rule, StepVerdict, Tally, round as settle};
use slipway::domain::events::Event;
use slipway::domain::ids::{ApprovalId, RecordId, RoundId};
use slipway::domain::links::Code;
use slipway::domain::people::{Actor, Role};
use slipway::store::db::Settings;
use slipway::store::events::Entry;
use slipway::store::records::Scope;
use slipway::store::{Db, approvals as rows, events, records};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

/// Few rounds on each record, because a record is read with its latest rounds.
const RECORDS: usize = 50;
const ROUNDS: usize = 20;
/// Records at work at a time.
const AT_ONCE: usize = 4;

/// What was on the page before somebody who sent its form.
type Shown = Mutex<BTreeSet<(ApprovalId, String)>>;

/// One record and those who work on it, all at once.
struct Place<'a> {
    db: &'a Db,
    keys: &'a Keys,
    id: RecordId,
    people: &'a [Somebody; 3],
    manager: &'a Somebody,
    shown: Shown,
}

/// One in so many.
fn chance(one_in: u8) -> bool {
    rand::random::<u8>().is_multiple_of(one_in)
}

/// What rules may answer when somebody else was faster. Anything else is our fault.
#[track_caller]
fn taken<T>(answer: Result<T>) -> Option<T> {
    match answer {
        Ok(value) => Some(value),
        Err(Error::Refused(_) | Error::Stale | Error::NotFound) => None,
        Err(other) => panic!("{other}"),
    }
}

impl Place<'_> {
    fn write<T>(&self, who: Actor, f: impl FnOnce(&mut slipway::store::Tx<'_>) -> Result<T>) -> Option<T> {
        taken(self.db.write_now(who, f))
    }

    fn answer(&self) -> Answer {
        if chance(4) { Answer::Deny { reason: Some(DenialReason::Technical), comment: "No".into() } } else { Answer::Approve { comment: String::new() } }
    }

    fn see(&self, approval: ApprovalId, digest: &str) {
        self.shown.lock().expect("whole").insert((approval, digest.to_owned()));
    }

    fn tell(&self, number: usize) {
        let asked = self.write(self.manager.actor(), |tx| approvals::ask(tx, self.id));
        assert!(asked.is_some(), "every round can be opened");
        let pending = self.pending();
        let links =
            self.write(Actor::slipway(), |tx| pending.iter().map(|(approval, who)| links::offer(tx, self.keys, *approval, who.id)).collect::<Result<Vec<_>>>());
        let links = links.expect("links");
        std::thread::scope(|all| {
            for (at, (approval, who)) in pending.iter().enumerate() {
                let link = &links[at];
                if at == 1 {
                    all.spawn(move || self.decide_in_the_application(*approval, who));
                } else {
                    let (token, code) = (link.path.trim_start_matches("/a/"), Code::parse(&link.code).expect("a code"));
                    all.spawn(move || self.decide_by_link(*approval, token, code));
                }
            }
            all.spawn(|| (0..rand::random::<u8>() % 3).for_each(|count| self.edit(&format!("edit {number}-{count}"))));
            if chance(5) {
                all.spawn(|| self.write(self.manager.actor(), |tx| approvals::withdraw(tx, self.id, "So")));
            }
        });
        match self.db.read_now::<_, Error>(|conn| newest(conn, self.id)).expect("read").round.state {
            RoundState::Open => drop(self.write(self.manager.actor(), |tx| approvals::withdraw(tx, self.id, "The end"))),
            RoundState::Approved => {
                self.edit(&format!("edit {number}-last"));
                self.write(self.manager.actor(), |tx| approvals::withdraw(tx, self.id, "The end")).expect("the edit opened it again");
            }
            RoundState::Denied | RoundState::Withdrawn => {}
        }
    }

    fn pending(&self) -> Vec<(ApprovalId, &Somebody)> {
        let round = self.db.read_now::<_, Error>(|conn| newest(conn, self.id)).expect("read");
        let who = |it: &rows::Approval| self.people.iter().find(|who| who.id == it.approver_id).expect("one of them");
        round.steps[0].approvals.iter().map(|(it, _)| (it.id, who(it))).collect()
    }

    fn decide_by_link(&self, approval: ApprovalId, token: &str, code: Code) {
        for _ in 0..2 {
            let now = self.db.clock.now();
            let opened = self.db.read_now(|conn| links::open(conn, token, now)).expect("it is known");
            let digest = opened.step.step.digest;
            self.see(approval, &digest);
            let answer = self.answer();
            if self.write(Actor::slipway(), |tx| links::decide(tx, self.keys, token, code, &digest, &answer)) == Some(Outcome::Done) && !chance(3) {
                return;
            }
            self.write(Actor::slipway(), |tx| links::take_back(tx, self.keys, token, code));
        }
    }

    fn decide_in_the_application(&self, approval: ApprovalId, who: &Somebody) {
        for _ in 0..2 {
            let shown = self.db.read_now::<_, Error>(|conn| {
                let (_, round) = rows::find(conn, approval)?;
                Ok(rows::find_round(conn, round)?)
            });
            let shown = shown.expect("read");
            let digest = &shown.steps[0].step.digest;
            self.see(approval, digest);
            let answer = self.answer();
            if self.write(who.actor(), |tx| approvals::decide(tx, approval, digest, &answer)).is_some() && !chance(4) {
                return;
            }
            self.write(who.actor(), |tx| approvals::retract(tx, approval));
        }
    }

    fn edit(&self, text: &str) {
        for _ in 0..5 {
            let seen = self.db.read_now::<_, Error>(|conn| Ok(records::find(conn, self.id)?.version)).expect("read");
            let scope = Scope { scope: text.to_owned(), reason: "Because".into() };
            if self.write(self.manager.actor(), |tx| edit(tx, self.id, seen, &Edit::Scope(scope))).is_some() {
                return;
            }
        }
    }
}

fn newest(conn: &mut diesel::PgConnection, record: RecordId) -> Result<rows::FullRound> {
    let id = rows::newest_round(conn, record)?.ok_or(Error::NotFound)?;
    Ok(rows::find_round(conn, id)?)
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    digest: String,
    #[diesel(sql_type = Text)]
    scope: String,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// A round as the log tells it.
struct Told {
    state: RoundState,
    /// By approval: the approver, the answer, and what it was given on.
    answers: BTreeMap<ApprovalId, (String, ApprovalState, String)>,
}

impl Told {
    fn of(&mut self, approval: ApprovalId) -> &mut (String, ApprovalState, String) {
        self.answers.get_mut(&approval).expect("asked")
    }

    /// Where the rules put it, given the answers so far.
    fn reckon(&mut self) {
        let verdict = Rule::All.verdict(Tally::of(self.answers.values().map(|(_, state, _)| *state)));
        self.state = settle(&[StepVerdict { position: 1, verdict }]).0;
        let (from, to) = if self.state == RoundState::Open {
            (ApprovalState::NotNeeded, ApprovalState::Pending)
        } else {
            (ApprovalState::Pending, ApprovalState::NotNeeded)
        };
        self.answers.values_mut().filter(|(_, state, _)| *state == from).for_each(|it| it.1 = to);
    }

    /// Every answer that counts was given on what is asked now.
    fn counts_only(&self, digest: &str) {
        let decided = self.answers.values().filter(|(_, state, _)| matches!(state, ApprovalState::Approved | ApprovalState::Denied));
        decided.for_each(|(who, _, seen)| assert_eq!(seen, digest, "{who} decided on something else"));
    }
}

/// Tells the whole history again by the rules alone, from the log; returns the rounds as they must have come out.
#[expect(clippy::wildcard_enum_match_arm, reason = "only these things are done here, and anything else is a fault")]
fn replay(entries: &[Entry], digests: &[Kept], shown: &BTreeSet<(ApprovalId, String)>) -> Vec<Told> {
    let digest_of = |text: &str| digests.iter().find(|it| it.scope.contains(text)).map_or_else(String::new, |it| it.digest.clone());
    let mut rounds: Vec<Told> = Vec::new();
    let mut digest = digest_of("The beginning");
    for entry in entries {
        let Some(event) = &entry.event else { panic!("{} is not known", entry.kind) };
        if let Some(round) = rounds.last().filter(|it| it.state == RoundState::Approved)
            && !matches!(event, Event::ApprovalReopened { .. } | Event::RecordEdited { .. })
        {
            round.counts_only(&digest);
        }
        match event {
            Event::RecordEdited { fields, .. } => digest = digest_of(&fields.iter().find(|it| it.field == "Scope").expect("the scope").after),
            Event::ApprovalAsked { .. } => rounds.push(Told { state: RoundState::Open, answers: BTreeMap::new() }),
            Event::StepOpened { approvals, approvers, .. } => {
                let round = rounds.last_mut().expect("asked");
                for (approval, name) in approvals.iter().zip(approvers) {
                    round.answers.entry(*approval).or_insert_with(|| (name.clone(), ApprovalState::Pending, String::new()));
                    assert_eq!(round.of(*approval).1, ApprovalState::Pending);
                }
            }
            Event::ApprovalDecided { approval: Some(approval), decision, digest: seen, .. } => {
                let scope = |digest: &str| digests.iter().find(|it| it.digest == digest).map(|it| it.scope.clone());
                assert_eq!(
                    *seen,
                    digest,
                    "decided on what was not asked: {:?} and not {:?}, after {:#?}",
                    scope(seen),
                    scope(&digest),
                    near(entries, entry.id)
                );
                assert!(shown.contains(&(*approval, seen.clone())), "decided on what was not seen");
                let round = rounds.last_mut().expect("asked");
                assert_eq!(round.state, RoundState::Open);
                let it = round.of(*approval);
                assert_eq!((&entry.actor, it.1), (&it.0, ApprovalState::Pending));
                (it.1, it.2) = (*decision, seen.clone());
                round.counts_only(&digest);
                round.reckon();
            }
            Event::ApprovalRetracted { .. } => {
                let round = rounds.last_mut().expect("asked");
                assert_ne!(round.state, RoundState::Withdrawn);
                let it = round.answers.values_mut().find(|(name, ..)| *name == entry.actor).expect("asked");
                assert!(matches!(it.1, ApprovalState::Approved | ApprovalState::Denied));
                it.1 = ApprovalState::Pending;
                round.reckon();
            }
            Event::ApprovalReopened { approval: Some(approval), .. } => {
                let round = rounds.last_mut().expect("asked");
                let it = round.of(*approval);
                assert!(matches!(it.1, ApprovalState::Approved | ApprovalState::Denied) && it.2 != digest, "{it:?}");
                it.1 = ApprovalState::Pending;
                round.reckon();
            }
            Event::RoundSettled { state, .. } => assert_eq!(rounds.last().expect("asked").state, *state),
            Event::RoundWithdrawn { .. } => {
                let round = rounds.last_mut().expect("asked");
                assert_eq!(round.state, RoundState::Open);
                round.state = RoundState::Withdrawn;
                round.answers.values_mut().filter(|(_, state, _)| *state == ApprovalState::Pending).for_each(|it| it.1 = ApprovalState::NotNeeded);
            }
            Event::StepSettled { .. } => {}
            other => panic!("{other:?} was not done"),
        }
    }
    rounds
}

/// What went before an event.
fn near(entries: &[Entry], id: i64) -> Vec<(i64, &str, Option<&Event>)> {
    entries.iter().filter(|it| it.id <= id).rev().take(8).map(|it| (it.id, it.actor.as_str(), it.event.as_ref())).collect()
}

#[tokio::test]
async fn a_thousand_rounds_decided_at_once_can_all_be_told_in_some_order() {
    let app = TestApp::start().await;
    let people = given::approvers(&app, ["Ada", "Ben", "Cleo"]);
    let manager = given::user(&app, "Mara", &[Role::ReleaseManager]);
    let settings = Settings { url: app.database_url(), connections: 12, wait: Duration::from_secs(60), statement_timeout: Duration::from_secs(60) };
    let db = Db::open(settings, app.clock.clone()).expect("it opens");
    let keys = Keys::of(&app.config);
    let places: Vec<Place<'_>> = (0..RECORDS)
        .map(|count| {
            let id = given::release(&app, &format!("Payroll {count}")).with_changes(1).in_phase("plan");
            let place = Place { db: &db, keys: &keys, id, people: &people, manager: &manager, shown: Mutex::default() };
            place.edit("The beginning");
            place
        })
        .collect();
    let before: i64 = app.read(|conn| Ok(events::checkpoint(conn)?.id));
    std::thread::scope(|all| {
        for some in places.chunks(RECORDS.div_ceil(AT_ONCE)) {
            all.spawn(move || some.iter().for_each(|place| (0..ROUNDS).for_each(|number| place.tell(number))));
        }
    });
    let (mut counted, mut seen) = (0, BTreeMap::<&str, usize>::new());
    for place in &places {
        let id = place.id.0;
        let filter = events::Filter { record: Some(place.id), ..events::Filter::default() };
        let mut entries = app.read(|conn| events::list(conn, &filter, 1_000_000));
        entries.retain(|it| it.id > before);
        entries.reverse();
        let kept: Vec<Kept> = app.read(|conn| {
            diesel::sql_query(format!("SELECT digest, content->>'Scope and reason' AS scope FROM approval_contents WHERE record_id = {id}")).load(conn)
        });
        let told = replay(&entries, &kept, &place.shown.lock().expect("whole"));
        let ids: Vec<Id> = app.read(|conn| diesel::sql_query(format!("SELECT id FROM approval_rounds WHERE record_id = {id} ORDER BY id")).load(conn));
        assert_eq!((told.len(), ids.len()), (ROUNDS, ROUNDS));
        for (told, Id { id }) in told.iter().zip(ids) {
            let round = app.read(|conn| rows::find_round(conn, RoundId(id)));
            assert_eq!(round.round.state, told.state);
            for (it, name) in &round.steps[0].approvals {
                let (who, state, digest) = &told.answers[&it.id];
                assert_eq!((name, it.state), (who, *state));
                if matches!(state, ApprovalState::Approved | ApprovalState::Denied) {
                    assert_eq!((it.seen_digest.as_ref(), it.decided_by), (Some(digest), Some(it.approver_id)));
                }
            }
            counted += 1;
        }
        entries.iter().for_each(|it| *seen.entry(Box::leak(it.kind.clone().into_boxed_str())).or_default() += 1);
    }
    assert_eq!(counted, RECORDS * ROUNDS);
    // All of it did happen, so that something was shown.
    for kind in ["approval_decided", "approval_retracted", "approval_reopened", "round_settled", "round_withdrawn", "record_edited"] {
        assert!(seen.get(kind).is_some_and(|it| *it > 100), "{seen:?}");
    }
}
