//! What the page says of the phase that the sample is in: what is asked, who would be, what can be done next.

use crate::domain::approvals::StepState;
use crate::domain::readiness::{Check, Standing};
use crate::domain::records::{Grade, RecordState};
use crate::domain::requirements::Requirement;
use crate::domain::workflows::simulation::{Act, Choices, Ground, Sample};
use crate::domain::workflows::{ApprovalStep, Phase, Transition, TransitionKind};

pub struct Here {
    pub name: String,
    pub about: String,
    pub ended: Option<RecordState>,
    pub impact: Grade,
    pub urgency: Grade,
    pub wanted: Vec<Wanted>,
    pub steps: Vec<Asked>,
    pub ways: Vec<WayOut>,
}

/// A requirement that some way out asks for, or something else that can be done here.
pub struct Wanted {
    pub requirement: Requirement,
    met: bool,
    pub why: String,
    pub besides: bool,
    can_meet: bool,
    pub ticked: bool,
    pub waived: bool,
}

/// A step of the approval round.
pub struct Asked {
    pub at: usize,
    pub turn: i32,
    pub name: String,
    pub who: String,
    pub rule: String,
    pub within: String,
    pub covers: String,
    pub state: &'static str,
    pub can_answer: bool,
    answer: Option<bool>,
}

pub struct WayOut {
    pub key: String,
    pub label: String,
    pub main: bool,
    kind: TransitionKind,
    to: String,
    passed_over: Vec<String>,
    open: usize,
    asks_reason: bool,
}

impl Here {
    pub fn of(ground: &Ground<'_>, sample: &Sample, choices: &Choices) -> Option<Here> {
        let phase = ground.phase(sample)?;
        Some(Here {
            name: phase.name.clone(),
            about: about(ground, phase),
            ended: sample.has_ended().then_some(sample.state),
            impact: sample.impact,
            urgency: sample.urgency,
            wanted: wanted(ground, sample, phase, choices),
            steps: phase.approvals.iter().enumerate().map(|(at, step)| asked(ground, sample, at, step)).collect(),
            ways: phase.transitions.iter().map(|it| way_out(ground, sample, phase, it)).collect(),
        })
    }
}

fn about(ground: &Ground<'_>, phase: &Phase) -> String {
    let days = phase.target_days.map(|it| if it == 1 { "One working day is meant for it.".to_owned() } else { format!("{it} working days are meant for it.") });
    let hears = phase.group.as_ref().map(|it| format!("{} hears when it begins and when it is late.", ground.world.group_name(it)));
    let optional = phase.condition.map(|it| format!("It is gone through only {}.", it.label()));
    let frozen = phase.scope_frozen.then(|| "RFCs may not join or leave any more.".to_owned());
    [days, hears, optional, frozen].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Every requirement of any way out, each once, but for the approval, which stands below with those who give it; then what can be done besides.
fn wanted(ground: &Ground<'_>, sample: &Sample, phase: &Phase, choices: &Choices) -> Vec<Wanted> {
    let mut checks: Vec<Check> = Vec::new();
    for check in phase.transitions.iter().flat_map(|it| ground.checks(sample, it)) {
        if !checks.iter().any(|it| it.requirement == check.requirement) {
            checks.push(check);
        }
    }
    let can_meet = |it: Requirement| ground.act(sample, &Act::Meet(it)).is_ok();
    let acts = ground.acts(sample);
    let asked_for = |it: Requirement| checks.iter().any(|check| check.requirement == it);
    let besides: Vec<Requirement> = Requirement::ALL
        .iter()
        .copied()
        .filter(|it| !asked_for(*it) && (acts.contains(&Act::Meet(*it)) || (choices.met.contains(it) && can_meet(*it))))
        .collect();
    let is_shown = |it: &&Check| it.requirement != Requirement::Approved || phase.approvals.is_empty();
    let asked = checks.iter().filter(is_shown).map(|it| Wanted {
        requirement: it.requirement,
        met: it.standing == Standing::Met,
        why: it.why.clone(),
        besides: false,
        can_meet: can_meet(it.requirement),
        ticked: choices.met.contains(&it.requirement),
        waived: it.standing == Standing::Waived,
    });
    let extra = besides.iter().map(|it| Wanted {
        requirement: *it,
        met: choices.met.contains(it),
        why: "Later phases may depend on it.".to_owned(),
        besides: true,
        can_meet: true,
        ticked: choices.met.contains(it),
        waived: false,
    });
    asked.chain(extra).collect()
}

fn asked(ground: &Ground<'_>, sample: &Sample, at: usize, step: &ApprovalStep) -> Asked {
    let names: Vec<&str> = ground.world.asked(&step.approvers).into_iter().map(|it| it.name.as_str()).collect();
    let who = match names.as_slice() {
        [] => "Nobody could be asked.".to_owned(),
        few if few.len() <= 6 => format!("Would be asked: {}.", few.join(", ")),
        [first, second, third, rest @ ..] => format!("Would be asked: {first}, {second}, {third} and {} more.", rest.len()),
        [..] => String::new(),
    };
    let states = ground.round(sample).map(|(_, states)| states);
    let state = states.and_then(|it| it.get(at).copied());
    Asked {
        at,
        turn: step.position,
        name: step.name.clone(),
        who: format!("{}: {who}", capital(&ground.world.asked_as(&step.approvers))),
        rule: capital(&step.rule.words()),
        within: if step.days == 1 { "within a working day".into() } else { format!("within {} working days", step.days) },
        covers: step.covers.iter().map(|it| it.label()).collect::<Vec<_>>().join(", "),
        state: state.map_or("Not asked yet", StepState::label),
        can_answer: ground.can_approve(step),
        answer: sample.answer(at),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn way_out(ground: &Ground<'_>, sample: &Sample, phase: &Phase, transition: &Transition) -> WayOut {
    WayOut {
        key: transition.key.clone(),
        label: transition.label.clone(),
        main: phase.advance().is_some_and(|it| it.key == transition.key),
        kind: transition.kind,
        to: ground.destination(sample, transition).map_or_else(String::new, |it| it.name.clone()),
        passed_over: ground.passed_over(sample, transition).into_iter().map(|it| it.name.clone()).collect(),
        open: ground.checks(sample, transition).iter().filter(|it| it.blocks()).count(),
        asks_reason: transition.asks_reason,
    }
}

impl Wanted {
    pub fn standing(&self) -> &'static str {
        if self.met {
            "Met"
        } else if self.waived {
            "Waived"
        } else if self.can_meet {
            "Not met"
        } else {
            "Cannot be met here"
        }
    }

    pub fn class(&self) -> &'static str {
        if self.met {
            "met"
        } else if self.waived {
            "waived"
        } else {
            "open"
        }
    }

    pub fn icon(&self) -> &'static str {
        if self.met {
            "circle-check"
        } else if self.waived {
            "hand-stop"
        } else {
            "circle-dashed"
        }
    }

    /// What was met in an earlier phase, or is met by itself, cannot be unmet.
    pub fn offers_met(&self) -> bool {
        self.can_meet && (self.ticked || !self.met)
    }

    pub fn offers_waiver(&self) -> bool {
        !self.besides && !self.met && self.requirement != Requirement::Approved
    }
}

impl Asked {
    pub fn answers(&self) -> [(&'static str, &'static str); 3] {
        [("", "No answer yet"), ("yes", "Approves"), ("no", "Denies")]
    }

    pub fn is(&self, value: &str) -> bool {
        match self.answer {
            None => value.is_empty(),
            Some(true) => value == "yes",
            Some(false) => value == "no",
        }
    }
}

impl WayOut {
    pub fn is_grave(&self) -> bool {
        matches!(self.kind, TransitionKind::Abandon | TransitionKind::BackOut)
    }

    /// Where it leads, and what still stands in the way.
    pub fn note(&self) -> String {
        let to = if self.to.is_empty() { "Leads nowhere.".to_owned() } else { format!("To {}.", self.to) };
        let passed = self.passed_over.iter().map(|it| format!("{it} is passed over."));
        let reason = self.asks_reason.then(|| "A reason is asked for.".to_owned());
        let open = match self.open {
            0 => None,
            1 => Some("One requirement is still open.".to_owned()),
            open => Some(format!("{open} requirements are still open.")),
        };
        std::iter::once(to).chain(passed).chain(reason).chain(open).collect::<Vec<_>>().join(" ")
    }
}
