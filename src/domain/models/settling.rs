//! From what somebody typed to a plan that can be applied: every task in a phase, done by somebody who is there, waiting for no circle.

use super::{Anchor, FARTHEST, Ground, ModelTask};
use crate::domain::ids::UserId;
use crate::domain::keys;
use crate::domain::text::{self, TextRefusal};
use std::collections::{BTreeMap, BTreeSet};

/// How many tasks a model has at most.
pub const MOST: usize = 50;

/// A task as somebody wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Which task of the model it was; some other word for a new one, by which others can wait for it.
    pub key: String,
    pub phase: String,
    pub title: String,
    pub description: String,
    /// The key of a group.
    pub group: String,
    pub assignee: Option<UserId>,
    pub anchor: Option<Anchor>,
    pub offset: String,
    pub after: Vec<String>,
    pub mandatory: bool,
}

/// Why a task cannot be planned like this. The sentence stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskFault {
    #[error("Title: {0}")]
    Title(TextRefusal),
    #[error("Description: {0}")]
    Description(TextRefusal),
    #[error("Choose a phase of the workflow: this one is not in it.")]
    NoPhase,
    #[error("Choose what its days are counted from.")]
    NoAnchor,
    #[error("Write a whole number of working days, at most {FARTHEST} before or after.")]
    Offset,
    #[error("This group cannot be chosen any more. Choose another one.")]
    NoGroup,
    #[error("This person cannot be chosen any more: the account is closed. Choose somebody else or a group.")]
    NoPerson,
    #[error("Choose a group or a person, not both.")]
    Both,
    #[error("It waits for a task that is not in this plan. Choose again.")]
    NoPredecessor,
    #[error("It waits for “{0}”, whose phase comes later.")]
    Later(String),
    #[error("It waits for “{0}”, whose phase may be passed over: it could wait for ever.")]
    PassedOver(String),
    #[error("It waits for itself: {0}. Take one of them out.")]
    Circle(String),
}

/// Why a plan cannot be kept like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanRefusal {
    #[error("A model has at most {MOST} tasks; there are {0}.")]
    TooMany(usize),
    #[error("Look at {}.", places(.0))]
    Tasks(Vec<(usize, TaskFault)>),
}

/// "task 1 and task 3"
fn places(faults: &[(usize, TaskFault)]) -> String {
    let names: Vec<String> = faults.iter().map(|(at, _)| format!("task {}", at + 1)).collect();
    names.join(", ")
}

/// The tasks of the next state of a model, in the order of the phases. `history` holds the tasks of its versions: a task that is still
/// there keeps its key, and a key that was given once never means another task, so that a newer version adds to a release only what is new.
pub fn settle(drafts: &[Draft], history: &[Vec<ModelTask>], ground: &Ground) -> Result<Vec<ModelTask>, PlanRefusal> {
    if drafts.len() > MOST {
        return Err(PlanRefusal::TooMany(drafts.len()));
    }
    let keys = keys(drafts, history);
    let (mut tasks, mut faults) = (Vec::new(), Vec::new());
    for at in 0..drafts.len() {
        match task(at, drafts, &keys, ground) {
            Ok(task) => tasks.push(task),
            Err(fault) => faults.push((at, fault)),
        }
    }
    if !faults.is_empty() {
        return Err(PlanRefusal::Tasks(faults));
    }
    tasks.sort_by_key(|it| ground.position(&it.phase));
    let order: Vec<String> = tasks.iter().map(|it| it.key.clone()).collect();
    for task in &mut tasks {
        task.after.sort_by_key(|key| order.iter().position(|it| it == key));
    }
    Ok(tasks)
}

/// The key of each draft, old or new. What begins a model of its own keeps the keys that it has elsewhere.
fn keys(drafts: &[Draft], history: &[Vec<ModelTask>]) -> Vec<String> {
    let mut taken: BTreeSet<String> = history.iter().flatten().map(|it| it.key.clone()).collect();
    let (known, mut used) = (taken.clone(), BTreeSet::new());
    let stays = |key: &str| if history.is_empty() { is_key(key) } else { known.contains(key) };
    let kept: Vec<bool> = drafts.iter().map(|it| stays(&it.key) && used.insert(it.key.clone())).collect();
    taken.extend(used);
    let mut key = |draft: &Draft, kept: bool| {
        if kept {
            return draft.key.clone();
        }
        let fresh = fresh(&draft.title, &taken.iter().cloned().collect::<Vec<_>>());
        taken.insert(fresh.clone());
        fresh
    };
    drafts.iter().zip(kept).map(|(it, kept)| key(it, kept)).collect()
}

/// Whether a word is one that [`fresh`] makes; what stands for new tasks is not.
fn is_key(word: &str) -> bool {
    (1..=200).contains(&word.len()) && word.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
}

/// A key made of the first words of a title.
pub(super) fn fresh(title: &str, taken: &[String]) -> String {
    let words: Vec<&str> = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|it| !it.is_empty()).take(4).collect();
    keys::fresh(&words.join(" "), "task", taken)
}

fn task(at: usize, drafts: &[Draft], keys: &[String], ground: &Ground) -> Result<ModelTask, TaskFault> {
    let (Some(draft), Some(key)) = (drafts.get(at), keys.get(at)) else { return Err(TaskFault::NoPredecessor) };
    let title = text::line(&draft.title).map_err(TaskFault::Title)?;
    let description = text::prose(&draft.description).map_err(TaskFault::Description)?;
    ground.phase(&draft.phase).ok_or(TaskFault::NoPhase)?;
    let anchor = draft.anchor.ok_or(TaskFault::NoAnchor)?;
    let (group, assignee) = doer(draft, ground)?;
    Ok(ModelTask {
        key: key.clone(),
        phase: draft.phase.clone(),
        title,
        description,
        group,
        assignee,
        anchor,
        offset: offset(&draft.offset)?,
        after: after(at, drafts, keys, ground)?,
        mandatory: draft.mandatory,
    })
}

fn offset(text: &str) -> Result<i32, TaskFault> {
    match text.trim() {
        "" => Ok(0),
        text => text.parse().ok().filter(|it| (-FARTHEST..=FARTHEST).contains(it)).ok_or(TaskFault::Offset),
    }
}

fn doer(draft: &Draft, ground: &Ground) -> Result<(Option<String>, Option<UserId>), TaskFault> {
    let group = Some(draft.group.clone()).filter(|it| !it.is_empty());
    if group.is_some() && draft.assignee.is_some() {
        return Err(TaskFault::Both);
    }
    if group.as_ref().is_some_and(|it| !ground.groups.contains_key(it)) {
        return Err(TaskFault::NoGroup);
    }
    if draft.assignee.is_some_and(|it| !ground.people.contains_key(&it)) {
        return Err(TaskFault::NoPerson);
    }
    Ok((group, draft.assignee))
}

/// The keys of those that a task waits for, in the order of the plan.
fn after(at: usize, drafts: &[Draft], keys: &[String], ground: &Ground) -> Result<Vec<String>, TaskFault> {
    if let Some(way) = circle(at, drafts) {
        return Err(TaskFault::Circle(way));
    }
    let own = drafts.get(at).map_or("", |it| it.phase.as_str());
    let mut before = BTreeSet::new();
    for place in predecessors(at, drafts) {
        let place = place.ok_or(TaskFault::NoPredecessor)?;
        let Some(other) = drafts.get(place) else { continue };
        if ground.position(&other.phase) > ground.position(own) {
            return Err(TaskFault::Later(other.title.trim().to_owned()));
        }
        if other.phase != own && ground.phase(&other.phase).is_some_and(|it| it.condition.is_some()) {
            return Err(TaskFault::PassedOver(other.title.trim().to_owned()));
        }
        before.insert(place);
    }
    Ok(before.into_iter().filter_map(|it| keys.get(it).cloned()).collect())
}

/// The places of those that a task waits for; none for one that is not there.
fn predecessors(at: usize, drafts: &[Draft]) -> Vec<Option<usize>> {
    let place = |key: &String| drafts.iter().position(|it| it.key == *key);
    drafts.get(at).map_or_else(Vec::new, |it| it.after.iter().map(place).collect())
}

/// How a task waits for itself, in words, if it does: the shortest way round.
fn circle(at: usize, drafts: &[Draft]) -> Option<String> {
    let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut todo = std::collections::VecDeque::from([at]);
    while let Some(here) = todo.pop_front() {
        for next in predecessors(here, drafts).into_iter().flatten() {
            if next == at {
                return Some(written(at, here, &came_from, drafts));
            }
            if let std::collections::btree_map::Entry::Vacant(place) = came_from.entry(next) {
                place.insert(here);
                todo.push_back(next);
            }
        }
    }
    None
}

fn written(at: usize, last: usize, came_from: &BTreeMap<usize, usize>, drafts: &[Draft]) -> String {
    let mut way = vec![at];
    let mut here = last;
    while here != at {
        way.push(here);
        here = came_from.get(&here).copied().unwrap_or(at);
    }
    way.push(at);
    way.reverse();
    let title = |it: &usize| drafts.get(*it).map_or_else(String::new, |it| format!("“{}”", it.title.trim()));
    way.iter().map(title).collect::<Vec<_>>().join(" waits for ")
}

/// The task as the form of a model shows it.
pub fn draft(task: &ModelTask) -> Draft {
    Draft {
        key: task.key.clone(),
        phase: task.phase.clone(),
        title: task.title.clone(),
        description: task.description.clone(),
        group: task.group.clone().unwrap_or_default(),
        assignee: task.assignee,
        anchor: Some(task.anchor),
        offset: task.offset.to_string(),
        after: task.after.clone(),
        mandatory: task.mandatory,
    }
}
