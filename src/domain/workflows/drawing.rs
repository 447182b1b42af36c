//! A workflow as a picture: boxes and lines with their coordinates, for a column as narrow as a phone.
//!
//! Each phase is a box in a row of its own, with its ways out named inside. What leads to the next box goes straight down; what leads elsewhere goes
//! through a lane beside the column, on the left upwards and on the right downwards, one lane for each phase that is led to. So no line crosses a box.

use super::{Phase, PhaseKind, Transition, TransitionKind, Workflow};

mod lanes;
mod text;

/// All measures are units of the picture, which is as wide as its place allows.
const LANE: i64 = 12;
const COLUMN: i64 = 238;
/// How far side phases stand to the right of the column.
const ASIDE: i64 = 26;
const GAP: i64 = 26;
const PADDING: i64 = 10;
const TITLE_LINE: i64 = 18;
const LINE: i64 = 16;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub width: i64,
    pub height: i64,
    pub boxes: Vec<Shape>,
    pub lines: Vec<Line>,
    /// What it shows, in words.
    pub description: String,
}

/// A phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub key: String,
    pub kind: PhaseKind,
    pub optional: bool,
    pub current: bool,
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    pub title: Vec<Text>,
    /// When it is gone through, and who approves.
    pub notes: Vec<Text>,
    pub ways: Vec<Way>,
}

/// A line of text, at its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub x: i64,
    pub y: i64,
    pub text: String,
}

/// A way out, as it is named in the box of its phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub kind: TransitionKind,
    pub lines: Vec<Text>,
    /// The height at which its line leaves the box.
    pub port: i64,
}

/// From a box to a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub kind: TransitionKind,
    pub from: String,
    pub to: String,
    /// Its corners.
    pub points: Vec<(i64, i64)>,
    /// The corners of its arrowhead.
    pub head: [(i64, i64); 3],
}

impl Shape {
    pub fn right(&self) -> i64 {
        self.x + self.width
    }

    pub fn bottom(&self) -> i64 {
        self.y + self.height
    }

    /// The words that the picture's styles go by.
    pub fn classes(&self) -> String {
        let marks = [(self.optional, " flow-optional"), (self.current, " flow-current")];
        format!("flow-box flow-{}{}", self.kind.word(), marks.iter().filter(|(is, _)| *is).map(|(_, class)| *class).collect::<String>())
    }
}

impl Line {
    /// For `points` of a polyline.
    pub fn path(&self) -> String {
        corners(&self.points)
    }

    /// For `points` of a polygon.
    pub fn arrow(&self) -> String {
        corners(&self.head)
    }
}

fn corners(points: &[(i64, i64)]) -> String {
    points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}

/// The picture of a workflow; the phase of this key is marked as the one that a record is in.
pub fn picture(workflow: &Workflow, current: Option<&str>) -> Picture {
    let order = order(workflow);
    let lanes = lanes::plan(&order);
    let left = lanes.left() * LANE + PADDING;
    let mut top = 2;
    let mut boxes: Vec<Shape> = Vec::new();
    for phase in &order {
        let it = shape(phase, current == Some(phase.key.as_str()), left, top);
        top = it.bottom() + GAP;
        boxes.push(it);
    }
    let aside = if order.iter().any(|it| it.kind == PhaseKind::Side) { ASIDE } else { 0 };
    let edge = left + COLUMN + aside;
    Picture {
        width: edge + lanes.right() * LANE + PADDING,
        height: (top - GAP + 2).max(2),
        lines: lanes.lines(&order, &boxes, left, edge),
        boxes,
        description: description(&order),
    }
}

/// From top to bottom: the main way, the end that it leads to, what lies beside it, the other ends.
fn order(workflow: &Workflow) -> Vec<&Phase> {
    let of_kind = |kind: PhaseKind| workflow.phases.iter().filter(move |it| it.kind == kind);
    let leads_to = |it: &Phase| it.advance().and_then(|it| workflow.phase(&it.to)).filter(|it| it.is_end());
    let goal = of_kind(PhaseKind::Main).filter_map(leads_to).next_back();
    let ends = of_kind(PhaseKind::End).filter(|it| goal.is_none_or(|goal| !std::ptr::eq(*it, goal)));
    of_kind(PhaseKind::Main).chain(goal).chain(of_kind(PhaseKind::Side)).chain(ends).collect()
}

fn shape(phase: &Phase, current: bool, left: i64, top: i64) -> Shape {
    let x = if phase.kind == PhaseKind::Side { left + ASIDE } else { left };
    let mut y = top + PADDING - 2;
    let mut place = |lines: Vec<String>, height: i64, indent: i64| -> Vec<Text> {
        let placed = lines.into_iter().map(|text| {
            y += height;
            Text { x: x + PADDING + indent, y: y - 4, text }
        });
        placed.collect()
    };
    let title = place(text::wrapped(&phase.name, text::TITLE), TITLE_LINE, 0);
    let condition = phase.condition.map(|it| format!("Only {}", it.label()));
    let steps = phase.approvals.iter().map(|it| format!("✓ {}: {}", it.name, it.rule.words()));
    let notes = condition.into_iter().chain(steps).flat_map(|it| place(text::wrapped(&it, text::NOTE), LINE, 0)).collect();
    let mut way = |it: &Transition| {
        let lines = place(text::wrapped(&format!("{} {}", sign(it.kind), it.label), text::NOTE), LINE, 6);
        let port = lines.first().map_or(top, |it| it.y - 4);
        Way { kind: it.kind, lines, port }
    };
    let ways = phase.transitions.iter().map(&mut way).collect();
    Shape {
        key: phase.key.clone(),
        kind: phase.kind,
        optional: phase.condition.is_some(),
        current,
        x,
        y: top,
        width: COLUMN,
        height: y + PADDING - 2 - top,
        title,
        notes,
        ways,
    }
}

/// Before the label of a way out: kinds are not told apart by colour alone.
fn sign(kind: TransitionKind) -> &'static str {
    match kind {
        TransitionKind::Advance => "↓",
        TransitionKind::Rework => "↑",
        TransitionKind::BackOut => "↩",
        TransitionKind::Abandon => "✕",
        TransitionKind::Close => "■",
    }
}

fn description(order: &[&Phase]) -> String {
    let name = |key: &str| order.iter().find(|it| it.key == key).map_or_else(|| key.to_owned(), |it| it.name.clone());
    let out = |phase: &&Phase| {
        let ways: Vec<String> = phase.transitions.iter().map(|it| format!("“{}” to {}", it.label, name(&it.to))).collect();
        let optional = phase.condition.map_or(String::new(), |it| format!(" ({})", it.label()));
        if ways.is_empty() { format!("{}{optional}: an end.", phase.name) } else { format!("{}{optional}: {}.", phase.name, ways.join(", ")) }
    };
    order.iter().map(out).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
