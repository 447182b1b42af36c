//! Which step follows which, when a task is ready, and that no task ever waits for itself.

use super::*;
use TaskState::{Done, Failed, InProgress, Planned, Ready, Skipped};
use proptest::prelude::*;

/// Where each step leads from each state; the columns are start, complete, skip, fail, reopen.
const TABLE: [(TaskState, [Option<TaskState>; 5]); 6] = [
    (Planned, [None, None, Some(Skipped), None, None]),
    (Ready, [Some(InProgress), Some(Done), Some(Skipped), Some(Failed), None]),
    (InProgress, [None, Some(Done), Some(Skipped), Some(Failed), None]),
    (Done, [None, None, None, None, Some(Planned)]),
    (Skipped, [None, None, None, None, Some(Planned)]),
    (Failed, [None, None, None, None, Some(Planned)]),
];

fn begun() -> Around {
    Around { phase_begun: true, unsettled_predecessors: vec![], reason_given: true }
}

#[test]
fn every_step_is_decided_in_every_state() {
    assert_eq!(TABLE.map(|(state, _)| state), TaskState::ALL);
    for (state, row) in TABLE {
        for (step, leads_to) in TaskStep::ALL.iter().zip(row) {
            assert_eq!(take(state, *step, &begun()).ok(), leads_to, "{step:?} from {state:?}");
        }
    }
}

#[test]
fn exactly_the_steps_that_can_be_taken_are_offered() {
    for state in TaskState::ALL {
        let taken: Vec<TaskStep> = TaskStep::ALL.iter().copied().filter(|step| take(*state, *step, &begun()).is_ok()).collect();
        assert_eq!(state.steps(), taken, "{state:?}");
    }
}

#[test]
fn skipping_and_failing_ask_why() {
    let silent = Around { reason_given: false, ..begun() };
    for step in TaskStep::ALL {
        let refused = take(Ready, *step, &silent) == Err(TaskRefusal::NeedsReason);
        assert_eq!(refused, matches!(step, TaskStep::Skip | TaskStep::Fail), "{step:?}");
    }
}

#[test]
fn a_planned_task_says_what_it_waits_for() {
    let waiting = Around { unsettled_predecessors: vec!["Confirm the funding".into(), "Arrange contracts".into()], ..begun() };
    let refusal = take(Planned, TaskStep::Start, &waiting).unwrap_err();
    assert_eq!(refusal.to_string(), "Start it once it is ready: “Confirm the funding” must be done first.");
    let early = Around { phase_begun: false, ..begun() };
    assert_eq!(take(Planned, TaskStep::Complete, &early), Err(TaskRefusal::PhaseNotBegun));
    assert_eq!(take(Done, TaskStep::Complete, &begun()).unwrap_err().to_string(), "This task is done already.");
}

#[test]
fn only_what_is_neither_open_nor_failed_is_settled() {
    for state in TaskState::ALL {
        assert_eq!(state.is_open(), matches!(state, Planned | Ready | InProgress), "{state:?}");
        assert_eq!(state.is_settled(), matches!(state, Done | Skipped), "{state:?}");
    }
}

#[test]
fn a_task_is_ready_once_its_predecessors_are_done_and_its_phase_has_begun() {
    for (phase_begun, predecessors_settled) in [(false, false), (false, true), (true, false), (true, true)] {
        for state in TaskState::ALL {
            let expected = match state {
                Planned | Ready if phase_begun && predecessors_settled => Ready,
                Planned | Ready => Planned,
                InProgress | Done | Skipped | Failed => *state,
            };
            let settled = settle(*state, phase_begun, predecessors_settled);
            assert_eq!(settled, expected, "{state:?}, begun {phase_begun}, settled {predecessors_settled}");
            assert_eq!(settle(settled, phase_begun, predecessors_settled), settled, "settling twice changes nothing");
        }
    }
}

const TASKS: usize = 7;

fn id(index: usize) -> TaskId {
    TaskId(index as i64)
}

/// Who waits for whom: `waits[a][b]` says that `a` comes after `b`.
fn some_edges() -> impl Strategy<Value = Vec<Vec<bool>>> {
    prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.2), TASKS), TASKS)
}

fn predecessors(waits: &[Vec<bool>]) -> Predecessors {
    let of = |row: &[bool]| row.iter().enumerate().filter(|(_, it)| **it).map(|(index, _)| id(index)).collect();
    waits.iter().enumerate().map(|(index, row)| (id(index), of(row))).collect()
}

/// Every direct and indirect wait, by brute force.
fn closure(mut waits: Vec<Vec<bool>>) -> Vec<Vec<bool>> {
    for via in 0..TASKS {
        for from in 0..TASKS {
            for to in 0..TASKS {
                waits[from][to] |= waits[from][via] && waits[via][to];
            }
        }
    }
    waits
}

proptest! {
    #[test]
    fn the_first_that_waits_for_the_task_is_found(
        waits in some_edges(),
        task in 0..TASKS,
        wanted in prop::collection::vec(0..TASKS, 0..5),
    ) {
        let reach = closure(waits.clone());
        let expected = wanted.iter().copied().find(|candidate| *candidate == task || reach[*candidate][task]).map(id);
        let wanted: Vec<TaskId> = wanted.into_iter().map(id).collect();
        prop_assert_eq!(cycle(id(task), &wanted, &predecessors(&waits)), expected);
    }

    #[test]
    fn a_plan_that_grows_by_allowed_predecessors_never_waits_for_itself(
        edits in prop::collection::vec((0..TASKS, prop::collection::btree_set(0..TASKS, 0..4)), 1..25),
    ) {
        let mut waits = vec![vec![false; TASKS]; TASKS];
        for (task, wanted) in edits {
            let ids: Vec<TaskId> = wanted.iter().copied().map(id).collect();
            if cycle(id(task), &ids, &predecessors(&waits)).is_none() {
                waits[task] = (0..TASKS).map(|it| wanted.contains(&it)).collect();
            }
            let reach = closure(waits.clone());
            prop_assert!((0..TASKS).all(|it| !reach[it][it]));
        }
    }
}

#[test]
fn a_task_that_nobody_knows_waits_for_nothing() {
    assert_eq!(cycle(TaskId(1), &[TaskId(2)], &Predecessors::new()), None);
    assert_eq!(cycle(TaskId(1), &[TaskId(1)], &Predecessors::new()), Some(TaskId(1)));
}
