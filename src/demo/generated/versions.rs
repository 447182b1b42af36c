//! The versions that a configuration item has come to, and which of its releases took the place of which.

use super::crew::{Item, Way};
use crate::domain::ids::RecordId;
use crate::domain::records::RecordState;
use crate::domain::releases::{Level, Version, supersedes};
use crate::store::bulk::ReleaseRow;

/// Of each item: its newest numbers, and those of its closed releases that a later one may still supersede.
pub struct Versions<'a> {
    items: Vec<Known<'a>>,
}

#[derive(Default)]
struct Known<'a> {
    newest: [i32; 3],
    standing: Vec<(Level, ReleaseRow<'a>)>,
}

impl<'a> Versions<'a> {
    pub fn new(items: &[Item]) -> Versions<'a> {
        Versions { items: items.iter().map(|_| Known::default()).collect() }
    }

    /// The version of the next release of this item in this category.
    pub fn next(&mut self, item: usize, way: &Way) -> Version {
        let newest = &mut self.items[item].newest;
        let parts = way.category.level.parts();
        // The first ones continue a version 1 that was there before Slipway.
        newest[0] = newest[0].max(1);
        if parts == 3 {
            newest[1] = newest[1].max(1);
        }
        newest[parts - 1] += 1;
        newest[parts..].fill(0);
        Version::of_parts(newest[..parts].to_vec())
    }

    /// Takes the row of a release, and answers the rows that nothing can change any more.
    pub fn hold(&mut self, item: usize, level: Level, state: RecordState, row: ReleaseRow<'a>) -> Vec<ReleaseRow<'a>> {
        if state != RecordState::Closed {
            return vec![row];
        }
        let standing = &mut self.items[item].standing;
        let by: RecordId = row.record_id;
        let version = version(&row);
        let is_over = |(other, older): &(Level, ReleaseRow<'_>)| supersedes((level, &version), (*other, &self::version(older)));
        let (over, rest): (Vec<_>, Vec<_>) = std::mem::take(standing).into_iter().partition(is_over);
        *standing = rest;
        let mut done: Vec<ReleaseRow<'a>> = over.into_iter().map(|(_, older)| ReleaseRow { superseded_by: Some(by), ..older }).collect();
        // Of a major release nothing takes the place.
        if level == Level::Major {
            done.push(row)
        } else {
            standing.push((level, row))
        }
        done
    }

    /// The rows that are still held.
    pub fn rest(&mut self) -> Vec<ReleaseRow<'a>> {
        self.items.iter_mut().flat_map(|it| std::mem::take(&mut it.standing)).map(|(_, row)| row).collect()
    }
}

fn version(row: &ReleaseRow<'_>) -> Version {
    Version::of_parts(row.number.iter().copied().flatten().collect())
}
