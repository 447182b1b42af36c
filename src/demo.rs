//! A believable organisation, told with the application's own actions and a moved clock: a year of releases and RFCs of eight services.

mod approving;
mod changes;
pub mod generated;
mod people;
mod process;
mod releases;
mod services;
mod story;
mod surveys;
mod times;
mod words;
mod working;
mod world;

use crate::app::{self, Error};
use crate::domain::events::Event;
use crate::domain::ids::RecordId;
use crate::domain::people::Actor;
use crate::store::demo::{self, Holdings};
use crate::store::{Db, events};
use changes::ChangeRun;
use chrono::{DateTime, Duration, Utc};
use people::Account;
pub use people::PASSWORD;
use process::Shaping;
use releases::ReleaseRun;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use story::{Change, Service};
use surveys::SurveyRun;
use world::{Seen, World};

/// What was made.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub accounts: Vec<Account>,
    /// The password of all of them.
    pub password: &'static str,
    pub releases: usize,
    pub changes: usize,
}

/// Why the demo is not loaded. The sentence says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "The demo is loaded into an empty database only; this one holds {} users, {} releases and RFCs, and {} configuration items. Name another database.",
        .0.users, .0.records, .0.items
    )]
    NotEmpty(Holdings),
}

/// Fills an empty database with a year of an organisation's work, up to this moment.
pub fn load(db: &Db) -> anyhow::Result<Loaded> {
    let held = db.read_now::<_, Error>(|conn| Ok(demo::holdings(conn)?))?;
    if held != Holdings::default() {
        return Err(Refusal::NotEmpty(held).into());
    }
    let now = db.clock.now();
    let mut telling = Telling::begin(db, now)?;
    telling.run(now)?;
    let (releases, changes) = telling.counts();
    db.write_now::<_, Error>(Actor::slipway(), |tx| {
        events::record(tx, None, &Event::DemoLoaded { releases, changes })?;
        // Nobody wants a year of mails: only what is news is told.
        app::notices::tell_since(tx, now - Duration::days(2))
    })?;
    Ok(Loaded { accounts: people::accounts(), password: PASSWORD, releases, changes })
}

/// Something that goes on by itself, step by step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strand {
    Release(usize),
    Change(usize),
    Survey(usize),
    Process(Shaping),
}

/// All stories at once: whichever is due next takes its next step, so that the log grows in the order of time.
struct Telling {
    world: World,
    releases: Vec<ReleaseRun>,
    changes: Vec<ChangeRun>,
    /// Of each RFC: the releases that it is for, the first one first.
    homes: Vec<Vec<usize>>,
    /// Each with its release.
    surveys: Vec<(usize, SurveyRun)>,
    due: BinaryHeap<Reverse<(DateTime<Utc>, Strand)>>,
}

impl Telling {
    fn begin(db: &Db, today: DateTime<Utc>) -> anyhow::Result<Telling> {
        let services = services::ALL;
        let world = World::create(db, times::at_work(today - Duration::days(372)), services)?;
        let mut telling = Telling { world, releases: Vec::new(), changes: Vec::new(), homes: Vec::new(), surveys: Vec::new(), due: BinaryHeap::new() };
        for service in services {
            telling.add(service, today);
        }
        for part in Shaping::ALL {
            telling.due.push(Reverse((times::lately(today + Duration::days(part.starts()), today), Strand::Process(part))));
        }
        Ok(telling)
    }

    fn add(&mut self, service: &'static Service, today: DateTime<Utc>) {
        for story in service.releases {
            let index = self.releases.len();
            let start = if story.starts == 0 { today - Duration::hours(8) } else { times::lately(today + Duration::days(story.starts), today) };
            self.releases.push(ReleaseRun::new(service, story, today));
            self.due.push(Reverse((start, Strand::Release(index))));
            for survey in story.surveys {
                self.due.push(Reverse((start, Strand::Survey(self.surveys.len()))));
                self.surveys.push((index, SurveyRun::new(service, survey)));
            }
            let emergency = story.level == crate::domain::releases::Level::Emergency;
            for (position, change) in story.changes.iter().enumerate() {
                // The first one is the occasion of the release; others follow. In an emergency it comes minutes before.
                let about = if change.starts == 0 { [-3, 2, 4, 5][position % 4] } else { change.starts };
                let begin = if emergency { start - Duration::minutes(25) } else { times::lately(start + Duration::days(about), today) };
                self.add_change(service, change, Some(index), begin);
            }
            for (heir, home) in self.changes.iter().zip(&mut self.homes) {
                if story.takes_over.contains(&heir.story.title) {
                    home.push(index);
                }
            }
        }
        for change in service.changes {
            self.add_change(service, change, None, times::lately(today + Duration::days(change.starts), today));
        }
    }

    fn add_change(&mut self, service: &'static Service, story: &'static Change, home: Option<usize>, begin: DateTime<Utc>) {
        let index = self.changes.len();
        let mut dice = times::Dice::of(story.text);
        self.changes.push(ChangeRun::new(service, story));
        self.homes.push(home.into_iter().collect());
        let hurried = story.level == crate::domain::releases::Level::Emergency;
        let begin = if hurried { begin } else { times::later(begin, dice.between(0, 400)) };
        self.due.push(Reverse((begin, Strand::Change(index))));
    }

    fn run(&mut self, until: DateTime<Utc>) -> anyhow::Result<()> {
        while let Some(Reverse((time, strand))) = self.due.pop() {
            if time > until {
                break;
            }
            self.world.set_clock(time);
            let next = match strand {
                Strand::Release(index) => {
                    let ready = self.ready_for(index);
                    self.releases[index].step(&self.world, &ready)?
                }
                Strand::Change(index) => {
                    let (parent, orphan) = self.home_of(index);
                    self.changes[index].step(&self.world, parent.as_ref(), orphan)?
                }
                Strand::Survey(index) => {
                    let (release, survey) = &mut self.surveys[index];
                    survey.step(&self.world, &self.releases[*release].seen)?
                }
                Strand::Process(part) => {
                    part.carry_out(&self.world)?;
                    None
                }
            };
            if let Some(next) = next {
                self.due.push(Reverse((next.max(time), strand)));
            }
        }
        Ok(())
    }

    /// The open RFCs that belong to a release now, each with the reason why it joins late, if it does.
    fn ready_for(&self, release: usize) -> Vec<(RecordId, Option<&'static str>)> {
        let here = (0..self.changes.len()).filter(|it| self.current_home(*it) == Some(release)).map(|it| &self.changes[it]);
        here.filter(|it| it.seen.is_open()).filter_map(|it| Some((it.seen.id?, it.story.joins_late))).collect()
    }

    /// The first of its releases that has not ended without it.
    fn current_home(&self, change: usize) -> Option<usize> {
        self.homes[change].iter().copied().find(|it| !is_over(&self.releases[*it].seen))
    }

    fn home_of(&self, change: usize) -> (Option<Seen>, bool) {
        let home = self.current_home(change);
        (home.map(|it| self.releases[it].seen.clone()), home.is_none() && !self.homes[change].is_empty())
    }

    fn counts(&self) -> (usize, usize) {
        let told = |seen: &Seen| usize::from(seen.id.is_some());
        (self.releases.iter().map(|it| told(&it.seen)).sum(), self.changes.iter().map(|it| told(&it.seen)).sum())
    }
}

/// Whether a release ended without its RFCs.
fn is_over(seen: &Seen) -> bool {
    use crate::domain::records::RecordState;
    seen.state.is_some_and(|it| !matches!(it, RecordState::Open | RecordState::Closed))
}
