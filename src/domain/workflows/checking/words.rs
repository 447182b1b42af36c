//! Keys, names, days, and what belongs to each kind of phase and transition.

use super::{Defect, Finding, Place};
use crate::domain::records::{Milestone, RecordKind, RecordState};
use crate::domain::workflows::editing::MOST_DAYS;
use crate::domain::workflows::{Grades, Phase, PhaseKind, Transition, TransitionKind, Workflow};

pub fn findings(workflow: &Workflow, kind: RecordKind) -> Vec<Finding> {
    let mut found = named(workflow.phases.iter().map(|it| (Place::of(it), it.key.as_str(), it.name.as_str())).collect());
    found.extend(start(workflow));
    for phase in &workflow.phases {
        found.extend(named(phase.transitions.iter().map(|it| (Place::way(phase, it), it.key.as_str(), it.label.as_str())).collect()));
        found.extend(of_phase(phase).into_iter().map(|it| Finding::new(Place::of(phase), it)));
        for transition in &phase.transitions {
            let defects = of_transition(workflow, kind, phase, transition);
            found.extend(defects.into_iter().map(|it| Finding::new(Place::way(phase, transition), it)));
        }
    }
    found
}

/// Keys and names that lack, or that another has as well; of two that are alike the second is to be mended.
fn named(all: Vec<(Place, &str, &str)>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, (place, key, name)) in all.iter().enumerate() {
        let alike = |text: &str| text.trim().to_lowercase();
        let mut add = |defect| found.push(Finding::new(place.clone(), defect));
        if key.trim().is_empty() {
            add(Defect::Nameless("key"));
        } else if all[..at].iter().any(|(_, other, _)| other == key) {
            add(Defect::Twice { what: "key", text: (*key).to_owned() });
        }
        if name.trim().is_empty() {
            add(Defect::Nameless("name"));
        } else if all[..at].iter().any(|(_, _, other)| alike(other) == alike(name)) {
            add(Defect::Twice { what: "name", text: (*name).to_owned() });
        }
    }
    found
}

fn start(workflow: &Workflow) -> Vec<Finding> {
    let Some(first) = workflow.first() else { return Vec::new() };
    let checks = [
        (first.kind != PhaseKind::Main, Defect::StartNotMain),
        (first.condition.is_some(), Defect::StartOptional),
        (first.milestone != Milestone::Registered, Defect::StartMilestone),
    ];
    checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, defect)| Finding::new(Place::of(first), defect)).collect()
}

fn of_phase(phase: &Phase) -> Vec<Defect> {
    let goes_on = |it: &Transition| matches!(it.kind, TransitionKind::Advance | TransitionKind::Close);
    let advances = |it: &Transition| it.kind == TransitionKind::Advance;
    let optional = phase.condition.is_some();
    let main = phase.kind == PhaseKind::Main;
    let checks = [
        (phase.target_days.is_some_and(|it| it > MOST_DAYS), Defect::TooManyDays),
        (optional && !main, Defect::OptionalNotMain),
        (optional && main && !phase.transitions.iter().any(advances), Defect::OptionalWithoutAdvance),
        (phase.is_end() && phase.milestone != Milestone::Finished, Defect::EndMilestone),
        (!phase.is_end() && phase.milestone == Milestone::Finished, Defect::FinishedTooSoon),
        (phase.is_end() && !(phase.transitions.is_empty() && phase.approvals.is_empty()), Defect::AfterEnd),
        (main && !phase.transitions.iter().any(goes_on), Defect::NoWayOn),
    ];
    checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, defect)| defect).collect()
}

fn of_transition(workflow: &Workflow, record: RecordKind, phase: &Phase, transition: &Transition) -> Vec<Defect> {
    let kind = transition.kind;
    let Some(to) = workflow.phase(&transition.to) else { return vec![Defect::Nowhere(transition.to.clone())] };
    let ends = matches!(kind, TransitionKind::Close | TransitionKind::Abandon);
    let grave = matches!(kind, TransitionKind::Abandon | TransitionKind::BackOut);
    let outcome = transition.outcome;
    let ends_so = |it: RecordState| it == RecordState::Open || record.outcomes().contains(&it);
    let checks = [
        (to.is_end() && !ends, Defect::EndsOtherwise),
        (!to.is_end() && ends, Defect::LeadsToNoEnd),
        (to.is_end() && outcome.is_none(), Defect::NoOutcome),
        (!to.is_end() && outcome.is_some(), Defect::OutcomeTooSoon),
        (to.is_end() && outcome == Some(RecordState::Open), Defect::EndsOpen),
        (to.is_end() && !outcome.is_none_or(ends_so), Defect::EndsAsOthers),
        (kind == TransitionKind::Abandon && outcome == Some(RecordState::Closed), Defect::AbandonedAsClosed),
        (grave && !transition.asks_reason, Defect::GraveWithoutReason),
        (grave && !transition.requirements.is_empty(), Defect::GraveBarred),
    ];
    let mut defects: Vec<Defect> = checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, defect)| defect).collect();
    if !to.is_end() {
        defects.extend(direction(workflow, phase, transition, to));
    }
    defects
}

/// Whether it leads the way that its kind says.
fn direction(workflow: &Workflow, phase: &Phase, transition: &Transition, to: &Phase) -> Vec<Defect> {
    let order = workflow.position(&to.key).cmp(&workflow.position(&phase.key));
    let side = to.kind == PhaseKind::Side;
    let checks = match transition.kind {
        TransitionKind::Advance => {
            vec![(side, Defect::EntersSide(transition.kind)), (!order.is_gt(), Defect::AdvancesBack), (to.milestone < phase.milestone, Defect::LosesMilestone)]
        }
        TransitionKind::Rework => {
            let lands = workflow.destination(transition, Grades::default()).and_then(|it| workflow.position(&it.key));
            vec![
                (side && to.key != phase.key, Defect::EntersSide(transition.kind)),
                (order.is_gt(), Defect::SendsForward),
                (to.milestone > phase.milestone, Defect::GainsMilestone),
                (order.is_le() && lands > workflow.position(&phase.key), Defect::SlipsPast),
            ]
        }
        TransitionKind::BackOut => vec![(!side, Defect::BacksOutElsewhere)],
        TransitionKind::Abandon | TransitionKind::Close => vec![],
    };
    checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, defect)| defect).collect()
}
