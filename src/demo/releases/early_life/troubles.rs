//! What a release causes in its first days: incidents and problems, known errors, and what becomes of them.

use super::ReleaseRun;
use crate::app::early_life::{issues, known_errors};
use crate::demo::world::World;
use crate::domain::early_life::{IssueKind, IssueState};
use crate::domain::ids::RecordId;
use crate::domain::releases::Level;
use crate::store::early_life::issues::{self as stored, Draft as Issue};
use crate::store::early_life::known_errors::{self as errors, Draft as KnownError};

/// How much of it is on record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Noted {
    #[default]
    Nothing,
    /// What came on the first day.
    First,
    /// What came later, too.
    All,
    /// Incidents and problems are solved, known errors accepted.
    Settled,
}

impl ReleaseRun {
    /// Notes what came up since they looked last, so many days after the first.
    pub(super) fn note_troubles(&mut self, world: &World, day: i64) -> anyhow::Result<()> {
        match self.noted {
            Noted::Nothing => {
                self.note(world, 0)?;
                self.noted = Noted::First;
            }
            // An emergency mends one thing, and seldom breaks another.
            Noted::First if self.story.level == Level::Emergency => self.noted = Noted::All,
            Noted::First if day > 1 => {
                self.note(world, 1)?;
                self.noted = Noted::All;
            }
            Noted::All if day * 4 >= self.settled_on() * 3 => {
                self.settle_troubles(world)?;
                self.noted = Noted::Settled;
            }
            Noted::First | Noted::All | Noted::Settled => {}
        }
        Ok(())
    }

    /// The first or second trouble: those of a service take turns from release to release.
    fn note(&mut self, world: &World, which: usize) -> anyhow::Result<()> {
        let (id, known) = (self.id()?, &self.service.troubles);
        let turn = usize::try_from(id.0).unwrap_or_default() + which;
        let issue = known.issues.get(turn % known.issues.len().max(1)).map(|(kind, title, severity)| {
            let number = number(*kind, id, which);
            let link = format!("https://desk.demo.slipway.example/{number}");
            Issue { kind: *kind, number, title: (*title).to_owned(), link, severity: *severity, state: IssueState::Open }
        });
        let error = known.errors.get(turn % known.errors.len().max(1)).filter(|_| self.story.level != Level::Emergency);
        let error = error.map(|(title, symptoms, workaround)| KnownError {
            title: (*title).to_owned(),
            symptoms: (*symptoms).to_owned(),
            workaround: (*workaround).to_owned(),
        });
        world.act(self.lead, |tx| {
            if let Some(issue) = &issue {
                issues::add(tx, id, issue)?;
            }
            if let Some(error) = &error {
                let error = known_errors::add(tx, id, error)?;
                // The second one is looked into before anybody lives with it.
                if which == 0 {
                    known_errors::accept(tx, error, 0)?;
                }
            }
            Ok(())
        })
    }

    pub(in crate::demo::releases) fn settle_troubles(&mut self, world: &World) -> anyhow::Result<()> {
        let id = self.id()?;
        world.act(self.lead, |tx| {
            for it in stored::list(tx.conn, id)?.into_iter().filter(|it| it.state == IssueState::Open) {
                let solved = Issue { kind: it.kind, number: it.number, title: it.title, link: it.link, severity: it.severity, state: IssueState::Resolved };
                issues::edit(tx, it.id, it.version, &solved)?;
            }
            for it in errors::list(tx.conn, id)?.into_iter().filter(|it| it.accepted_at.is_none()) {
                known_errors::accept(tx, it.id, it.version)?;
            }
            Ok(())
        })
    }
}

/// As the service desk's system counts.
fn number(kind: IssueKind, release: RecordId, which: usize) -> String {
    let count = release.0 * 7 + which as i64 * 3;
    match kind {
        IssueKind::Incident => format!("INC-{}", 40_000 + count),
        IssueKind::Problem => format!("PRB-{}", 1_200 + count),
    }
}
