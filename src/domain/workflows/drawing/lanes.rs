//! The lanes beside the column: which there are, and the lines through them.

use super::{LANE, Line, Shape};
use crate::domain::workflows::{Phase, Transition, TransitionKind};

/// One lane for each phase that is led to from afar, by its row: on the left those led to from below, on the right those led to from above.
pub struct Lanes {
    up: Vec<usize>,
    down: Vec<usize>,
}

/// How a transition is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    /// To the next box.
    Straight,
    /// To the box of this row, through its lane.
    Up(usize),
    Down(usize),
}

fn row_of(order: &[&Phase], key: &str) -> Option<usize> {
    order.iter().position(|it| it.key == key)
}

/// `None` for a transition that leads nowhere.
fn course(order: &[&Phase], from: usize, transition: &Transition) -> Option<Course> {
    let to = row_of(order, &transition.to)?;
    // Only one line can leave a box at its foot: that of the main way out.
    let is_main = order.get(from).and_then(|it| it.advance()).is_some_and(|it| std::ptr::eq(it, transition));
    Some(if to == from + 1 && is_main {
        Course::Straight
    } else if to > from {
        Course::Down(to)
    } else {
        Course::Up(to)
    })
}

pub fn plan(order: &[&Phase]) -> Lanes {
    let mut lanes = Lanes { up: Vec::new(), down: Vec::new() };
    for (from, phase) in order.iter().enumerate() {
        for transition in &phase.transitions {
            let (side, row) = match course(order, from, transition) {
                Some(Course::Up(row)) => (&mut lanes.up, row),
                Some(Course::Down(row)) => (&mut lanes.down, row),
                Some(Course::Straight) | None => continue,
            };
            if !side.contains(&row) {
                side.push(row);
            }
        }
    }
    // The nearest lane for what is nearest: lines cross less.
    lanes.up.sort_by(|one, other| other.cmp(one));
    lanes.down.sort_unstable();
    lanes
}

fn count(lanes: &[usize]) -> i64 {
    i64::try_from(lanes.len()).unwrap_or_default()
}

fn place(lanes: &[usize], row: usize) -> i64 {
    lanes.iter().position(|it| *it == row).and_then(|it| i64::try_from(it).ok()).unwrap_or_default()
}

impl Lanes {
    pub fn left(&self) -> i64 {
        count(&self.up)
    }

    pub fn right(&self) -> i64 {
        count(&self.down)
    }

    /// `left` is where the column begins, `edge` where all boxes end.
    pub fn lines(&self, order: &[&Phase], boxes: &[Shape], left: i64, edge: i64) -> Vec<Line> {
        let mut lines = Vec::new();
        for (from, (phase, shape)) in order.iter().zip(boxes).enumerate() {
            for (transition, way) in phase.transitions.iter().zip(&shape.ways) {
                let Some(course) = course(order, from, transition) else { continue };
                let line = match course {
                    Course::Straight => boxes.get(from + 1).map(|to| straight(shape, to)),
                    Course::Up(row) => {
                        boxes.get(row).map(|to| beside(shape.x, way.port, left - LANE * (place(&self.up, row) + 1), to.x, arrival(to, Side::Left)))
                    }
                    Course::Down(row) => {
                        let lane = edge + LANE * (place(&self.down, row) + 1);
                        boxes.get(row).map(|to| beside(shape.right(), way.port, lane, to.right(), arrival(to, Side::Right)))
                    }
                };
                lines.extend(line.map(|(points, head)| Line { kind: transition.kind, from: phase.key.clone(), to: transition.to.clone(), points, head }));
            }
        }
        // What matters most is drawn last, on top.
        lines.sort_by_key(|it| matches!(it.kind, TransitionKind::Advance | TransitionKind::Close));
        lines
    }
}

#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

/// At which height lines from a side arrive: a box that is left there as well keeps both apart.
fn arrival(to: &Shape, side: Side) -> i64 {
    match side {
        Side::Left => to.y + 12,
        Side::Right => to.y + 14,
    }
}

type Drawn = (Vec<(i64, i64)>, [(i64, i64); 3]);

fn straight(from: &Shape, to: &Shape) -> Drawn {
    let x = from.x + from.width / 2;
    (vec![(x, from.bottom()), (x, to.y - 6)], [(x - 5, to.y - 8), (x + 5, to.y - 8), (x, to.y - 1)])
}

/// Out at a port, along a lane, into the side of a box.
fn beside(x: i64, port: i64, lane: i64, to: i64, arrival: i64) -> Drawn {
    let inwards = if lane < to { -1 } else { 1 };
    let tip = to + inwards;
    let tail = tip + inwards * 7;
    (vec![(x, port), (lane, port), (lane, arrival), (tail, arrival)], [(tail, arrival - 5), (tail, arrival + 5), (tip, arrival)])
}
