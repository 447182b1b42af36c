//! The form of a model: its tasks as numbered fields in the order of the phases, which its own buttons rearrange.

use crate::app::FormErrors;
use crate::app::models::shaping::Draft;
use crate::domain::ids::UserId;
use crate::domain::models::{self as rules, Anchor, Ground, MOST, Model, ModelTask, PlanRefusal, PlanTexts};
use crate::domain::text;
use crate::web::form::{Choice, Fields};
use std::collections::BTreeMap;

/// A task on the form, with its place and what is wrong with it.
pub struct Drawn {
    pub at: usize,
    pub task: rules::Draft,
    pub error: Option<String>,
    /// Whether the task before, or after, is of the same phase, so that they can change places.
    pub may_rise: bool,
    pub may_sink: bool,
    pub doer: String,
    /// When it is due and who does it, in a line.
    pub note: String,
    /// The tasks that may come first: key, title, and whether it does.
    pub others: Vec<(String, String, bool)>,
}

/// The tasks of a phase.
pub struct Section {
    /// Empty for tasks whose phase the workflow does not have.
    pub key: String,
    pub name: String,
    /// When the phase is gone through, if it may be passed over.
    pub condition: &'static str,
    pub tasks: Vec<Drawn>,
    /// The place that a task added here will have.
    pub next: usize,
}

impl Drawn {
    pub fn number(&self) -> usize {
        self.at + 1
    }

    pub fn is(&self, anchor: &Anchor) -> bool {
        self.task.anchor == Some(*anchor)
    }

    pub fn title(&self) -> String {
        called(self.at, &self.task)
    }

    /// Whether there is something to do here; what is all right is folded.
    pub fn is_open(&self) -> bool {
        self.error.is_some() || self.task.title.trim().is_empty()
    }

    pub fn waits(&self) -> usize {
        self.others.iter().filter(|(.., waits)| *waits).count()
    }
}

fn called(at: usize, task: &rules::Draft) -> String {
    if task.title.trim().is_empty() { format!("Task {}", at + 1) } else { task.title.trim().to_owned() }
}

/// The form's tasks, phase by phase.
pub fn sections(fields: &Fields, ground: &Ground, wrong: &BTreeMap<usize, String>) -> Vec<Section> {
    let all = tasks(fields);
    let mut drawn: Vec<Drawn> = (0..all.len()).filter_map(|at| draw(at, &all, fields, ground, wrong)).collect();
    let mut of = |wanted: &dyn Fn(&Drawn) -> bool| {
        let (found, rest): (Vec<Drawn>, Vec<Drawn>) = std::mem::take(&mut drawn).into_iter().partition(|it| wanted(it));
        drawn = rest;
        found
    };
    let lost = of(&|it| ground.phase(&it.task.phase).is_none());
    let mut sections = Vec::new();
    if !lost.is_empty() {
        sections.push(Section { key: String::new(), name: "In no phase of this workflow".to_owned(), condition: "", next: lost.len(), tasks: lost });
    }
    for phase in ground.phases() {
        let condition = phase.condition.map_or("", |it| it.label());
        let tasks = of(&|it| it.task.phase == phase.key);
        let next = sections.last().map_or(0, |it: &Section| it.next) + tasks.len();
        sections.push(Section { key: phase.key.clone(), name: phase.name.clone(), condition, tasks, next });
    }
    sections
}

fn draw(at: usize, all: &[rules::Draft], fields: &Fields, ground: &Ground, wrong: &BTreeMap<usize, String>) -> Option<Drawn> {
    let task = all.get(at)?.clone();
    let beside = |at: Option<usize>| at.and_then(|it| all.get(it)).is_some_and(|it| it.phase == task.phase);
    let comes_later = |it: &rules::Draft| ground.position(&it.phase) > ground.position(&task.phase);
    let other = |(place, it): (usize, &rules::Draft)| {
        let waits = task.after.contains(&it.key);
        (place != at && (waits || !comes_later(it))).then(|| (it.key.clone(), called(place, it), waits))
    };
    Some(Drawn {
        at,
        error: wrong.get(&at).cloned(),
        may_rise: beside(at.checked_sub(1)),
        may_sink: beside(Some(at + 1)),
        doer: fields.text(&format!("doer-{at}")).to_owned(),
        note: note(&task, ground),
        others: all.iter().enumerate().filter_map(other).collect(),
        task,
    })
}

fn note(task: &rules::Draft, ground: &Ground) -> String {
    let due = task.anchor.zip(task.offset.trim().parse().ok()).map(|(anchor, offset)| rules::when(anchor, offset));
    let group = ground.groups.get(&task.group);
    let doer = task.assignee.and_then(|it| ground.people.get(&it)).or(group).cloned();
    let optional = (!task.mandatory).then(|| "optional".to_owned());
    [due, doer, optional].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Who can do a task: groups first.
pub fn doers(ground: &Ground) -> (Vec<Choice>, Vec<Choice>) {
    let mut groups = Choice::list(ground.groups.iter().map(|(key, name)| (format!("group:{key}"), name.clone())));
    let mut people = Choice::list(ground.people.iter().map(|(id, name)| (format!("user:{id}"), name.clone())));
    groups.sort_by(|a, b| a.label.cmp(&b.label));
    people.sort_by(|a, b| a.label.cmp(&b.label));
    (groups, people)
}

/// The tasks as they were typed.
pub fn tasks(fields: &Fields) -> Vec<rules::Draft> {
    // One more than can be saved, so that the refusal can say so.
    let count = fields.text("count").parse::<usize>().unwrap_or_default().min(MOST + 1);
    let text = |name: &str, at: usize| fields.text(&format!("{name}-{at}")).to_owned();
    let task = |at| {
        let doer = text("doer", at);
        let assignee: Option<UserId> = doer.strip_prefix("user:").and_then(|it| it.parse().ok());
        rules::Draft {
            key: text("key", at),
            phase: text("phase", at),
            title: text("title", at),
            description: text("description", at).replace("\r\n", "\n"),
            group: if assignee.is_some() { String::new() } else { doer.strip_prefix("group:").unwrap_or(&doer).to_owned() },
            assignee,
            anchor: Anchor::from_word(&text("anchor", at)),
            offset: text("offset", at),
            after: fields.all(&format!("after-{at}")).to_vec(),
            mandatory: fields.is_set(&format!("mandatory-{at}")),
        }
    };
    (0..count).map(task).collect()
}

fn put(fields: &mut Fields, tasks: &[rules::Draft]) {
    fields.set("count", tasks.len().to_string());
    for (at, it) in tasks.iter().enumerate() {
        let doer = it.assignee.map(|id| format!("user:{id}")).or_else(|| (!it.group.is_empty()).then(|| format!("group:{}", it.group)));
        fields.set(&format!("key-{at}"), &it.key);
        fields.set(&format!("phase-{at}"), &it.phase);
        fields.set(&format!("title-{at}"), &it.title);
        fields.set(&format!("description-{at}"), &it.description);
        fields.set(&format!("doer-{at}"), doer.unwrap_or_default());
        fields.set(&format!("anchor-{at}"), it.anchor.map_or("", Anchor::word));
        fields.set(&format!("offset-{at}"), &it.offset);
        fields.set_all(&format!("after-{at}"), it.after.clone());
        fields.set(&format!("mandatory-{at}"), if it.mandatory { "yes" } else { "" });
    }
}

/// Puts the tasks in the order of the phases.
pub fn arrange(fields: &mut Fields, ground: &Ground) {
    let mut all = tasks(fields);
    all.sort_by_key(|it| ground.position(&it.phase));
    put(fields, &all);
}

/// Carries out a button that changes the form and saves nothing: `add-plan`, `up-2`, `down-2`, `remove-2`. Whether there was one.
pub fn turn(fields: &mut Fields, ground: &Ground) -> bool {
    let pressed = fields.text("do").to_owned();
    if pressed.is_empty() {
        return false;
    }
    let mut all = tasks(fields);
    let (what, which) = pressed.split_once('-').unwrap_or((&pressed, ""));
    let at: usize = which.parse().unwrap_or(usize::MAX);
    match what {
        "add" => all.push(blank(which, &all)),
        "up" if at > 0 && at < all.len() => all.swap(at - 1, at),
        "down" if at < all.len().saturating_sub(1) => all.swap(at, at + 1),
        "remove" if at < all.len() => {
            let gone = all.remove(at).key;
            all.iter_mut().for_each(|it| it.after.retain(|key| *key != gone));
        }
        _ => {}
    }
    all.truncate(MOST + 1);
    put(fields, &all);
    arrange(fields, ground);
    true
}

/// A new task, under a word that no task has yet.
fn blank(phase: &str, all: &[rules::Draft]) -> rules::Draft {
    let key = (1..).map(|it| format!("new-{it}")).find(|key| !all.iter().any(|it| it.key == *key)).unwrap_or_default();
    rules::Draft { key, phase: phase.to_owned(), anchor: Some(Anchor::Phase), offset: "1".to_owned(), mandatory: true, ..rules::Draft::default() }
}

pub fn filled(name: &str, model: &Model, ground: &Ground) -> Fields {
    let mut fields = Fields::default();
    fields.set("name", name);
    let texts = &model.texts;
    fields.set("deployment_plan", &texts.deployment_plan);
    fields.set("communication_plan", &texts.communication_plan);
    fields.set("back_out_plan", &texts.back_out_plan);
    fields.set("resources", &texts.resources);
    fields.set("affected_users", &texts.affected_users);
    put(&mut fields, &model.tasks.iter().map(rules::draft).collect::<Vec<_>>());
    arrange(&mut fields, ground);
    fields
}

pub fn read(fields: &Fields) -> Result<Draft, FormErrors> {
    let mut errors = FormErrors::default();
    let name = errors.check("name", text::line(fields.text("name")));
    let reason = errors.check("reason", text::prose(fields.text("reason")));
    let mut prose = |name: &'static str| errors.check(name, text::prose(fields.text(name))).unwrap_or_default();
    let texts = PlanTexts {
        deployment_plan: prose("deployment_plan"),
        communication_plan: prose("communication_plan"),
        back_out_plan: prose("back_out_plan"),
        resources: prose("resources"),
        affected_users: prose("affected_users"),
    };
    match name.zip(reason) {
        Some((name, reason)) if errors.is_empty() => Ok(Draft { name, tasks: tasks(fields), texts, reason }),
        Some(_) | None => Err(errors),
    }
}

/// What is wrong with each task, by its place.
pub fn wrong(fields: &Fields, history: &[Vec<ModelTask>], ground: &Ground) -> BTreeMap<usize, String> {
    match rules::settle(&tasks(fields), history, ground) {
        Err(PlanRefusal::Tasks(all)) => all.into_iter().map(|(at, why)| (at, why.to_string())).collect(),
        Err(PlanRefusal::TooMany(_)) | Ok(_) => BTreeMap::new(),
    }
}
