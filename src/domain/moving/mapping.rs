//! Where each phase of one version goes in another.

use super::open_phases;
use crate::domain::workflows::{Phase, Workflow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// For each phase of one version in which records run, the phase of the other that they come to; key to key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(BTreeMap<String, String>);

/// What is wrong with where a phase was said to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misplaced {
    #[error("Choose where its records go.")]
    Nowhere,
    #[error("The other version has no such phase. Choose again.")]
    Unknown,
    #[error("Nothing is moved to an end: a record ends by what its people do. Choose another phase.")]
    End,
}

impl Mapping {
    /// The most likely one: a phase goes to that of its key. One that is gone goes to that of its name, to the one that took its place, or else to
    /// the nearest that is as far, rather an earlier one: there nothing is left out.
    pub fn proposed(from: &Workflow, to: &Workflow) -> Mapping {
        let pairs = open_phases(from).filter_map(|it| Some((it.key.clone(), proposed(it, from, to)?.key.clone())));
        Mapping(pairs.collect())
    }

    /// As somebody chose; what is wrong with it, by phase.
    pub fn chosen(from: &Workflow, to: &Workflow, chosen: &BTreeMap<String, String>) -> Result<Mapping, BTreeMap<String, Misplaced>> {
        let (mut pairs, mut wrong) = (BTreeMap::new(), BTreeMap::new());
        for it in open_phases(from) {
            let goal = chosen.get(&it.key).filter(|goal| !goal.is_empty());
            match goal.map(|goal| to.phase(goal)) {
                None => drop(wrong.insert(it.key.clone(), Misplaced::Nowhere)),
                Some(None) => drop(wrong.insert(it.key.clone(), Misplaced::Unknown)),
                Some(Some(goal)) if goal.is_end() => drop(wrong.insert(it.key.clone(), Misplaced::End)),
                Some(Some(goal)) => drop(pairs.insert(it.key.clone(), goal.key.clone())),
            }
        }
        if wrong.is_empty() { Ok(Mapping(pairs)) } else { Err(wrong) }
    }

    /// The key of the phase that records of this one come to.
    pub fn goal(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The phases that go to one of another key: from, to.
    pub fn renamed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(from, to)| (from.as_str(), to.as_str())).filter(|(from, to)| from != to)
    }
}

fn proposed<'a>(phase: &Phase, from: &Workflow, to: &'a Workflow) -> Option<&'a Phase> {
    let is_new = |it: &&Phase| from.phase(&it.key).is_none();
    open_phases(to)
        .find(|it| it.key == phase.key)
        .or_else(|| open_phases(to).filter(is_new).find(|it| it.name == phase.name))
        .or_else(|| successor(phase, from, to))
        .or_else(|| nearest(phase, from, to))
        .or_else(|| open_phases(to).next())
}

/// The new phase of the same kind that stands where the one that is gone stood: between the same neighbours, and of several the one in its turn.
fn successor<'a>(phase: &Phase, from: &Workflow, to: &'a Workflow) -> Option<&'a Phase> {
    let here = from.position(&phase.key)?;
    let there = |it: &Phase| to.position(&it.key);
    let alike = |it: &&Phase| it.kind == phase.kind && it.milestone == phase.milestone;
    let gone: Vec<&Phase> = from.phases.iter().take(here).rev().take_while(|it| there(it).is_none()).collect();
    let turn = gone.iter().copied().filter(alike).count();
    let first = from.phases.iter().take(here).rev().find_map(there).map_or(0, |it| it + 1);
    let end = from.phases.iter().skip(here + 1).find_map(there).unwrap_or(to.phases.len());
    let new: Vec<&Phase> = to.phases.iter().take(end).skip(first).filter(alike).filter(|it| from.phase(&it.key).is_none()).collect();
    new.get(turn).or(new.last()).copied()
}

/// Of the phases that both versions have, the one that is most like it and stands closest. One that is often passed over is the last to be taken:
/// it would lead on.
fn nearest<'a>(phase: &Phase, from: &Workflow, to: &'a Workflow) -> Option<&'a Phase> {
    let here = from.position(&phase.key)?;
    let rank = |(at, it): &(usize, &Phase)| (it.condition.is_some(), it.milestone != phase.milestone, it.kind != phase.kind, *at > here, at.abs_diff(here));
    let both = open_phases(to).filter_map(|it| Some((from.position(&it.key)?, it)));
    both.min_by_key(rank).map(|(_, it)| it)
}
