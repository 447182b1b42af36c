//! The picture shows all there is, and nothing lies on anything else.

use super::*;
use crate::domain::shipped;
use crate::domain::workflows::checking::random::{random, spoilt};
use proptest::prelude::*;

type Area = (i64, i64, i64, i64);

fn area(it: &Shape) -> Area {
    (it.x, it.y, it.right(), it.bottom())
}

fn overlap(one: Area, other: Area) -> bool {
    one.0 < other.2 && other.0 < one.2 && one.1 < other.3 && other.1 < one.3
}

/// What is wrong with a picture, in words.
fn faults(workflow: &Workflow, it: &Picture) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, one) in it.boxes.iter().enumerate() {
        let inside = one.x >= 0 && one.y >= 0 && one.right() <= it.width && one.bottom() <= it.height;
        if !inside {
            faults.push(format!("{} sticks out", one.key));
        }
        faults.extend(it.boxes[..at].iter().filter(|other| overlap(area(one), area(other))).map(|other| format!("{} lies on {}", one.key, other.key)));
        let texts = one.title.iter().chain(&one.notes).chain(one.ways.iter().flat_map(|it| &it.lines));
        let mut last = one.y;
        for text in texts {
            if text.y - 10 < last || text.y + 3 > one.bottom() || text.x < one.x {
                faults.push(format!("“{}” does not fit into {}", text.text, one.key));
            }
            last = text.y;
        }
    }
    for line in &it.lines {
        for pair in line.points.windows(2) {
            let (one, other) = (pair[0], pair[1]);
            let stroke = (one.0.min(other.0), one.1.min(other.1), one.0.max(other.0), one.1.max(other.1));
            let crosses = |shape: &&Shape| {
                stroke.0 < shape.right() && shape.x < stroke.2.max(stroke.0 + 1) && stroke.1 < shape.bottom() && shape.y < stroke.3.max(stroke.1 + 1)
            };
            faults.extend(it.boxes.iter().filter(crosses).map(|shape| format!("the line from {} to {} crosses {}", line.from, line.to, shape.key)));
            if one.0.min(other.0) < 0 || one.0.max(other.0) > it.width {
                faults.push(format!("the line from {} to {} leaves the picture", line.from, line.to));
            }
        }
        let to = it.boxes.iter().find(|shape| shape.key == line.to).unwrap();
        let tip = line.head[2];
        if tip.0 < to.x - 1 || tip.0 > to.right() + 1 || tip.1 < to.y - 1 || tip.1 > to.bottom() {
            faults.push(format!("the line from {} does not arrive at {}", line.from, line.to));
        }
    }
    let led = workflow.phases.iter().flat_map(|it| &it.transitions).filter(|it| workflow.phase(&it.to).is_some()).count();
    if (it.boxes.len(), it.lines.len()) != (workflow.phases.len(), led) {
        faults.push(format!("{} boxes and {} lines for {} and {led}", it.boxes.len(), it.lines.len(), workflow.phases.len()));
    }
    faults
}

#[test]
fn the_shipped_workflows_fit_a_phone() {
    for (key, workflow) in shipped::workflows() {
        let it = picture(&workflow, Some("build"));
        assert_eq!(faults(&workflow, &it), Vec::<String>::new(), "{key}");
        assert!(it.width <= 360, "{key} is {} wide", it.width);
        assert_eq!(it.boxes.iter().filter(|it| it.current).count(), usize::from(workflow.phase("build").is_some()));
    }
}

#[test]
fn the_main_way_goes_straight_down_and_backing_out_aside() {
    let it = picture(&shipped::workflow("release-major"), None);
    let keys: Vec<&str> = it.boxes.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["assess", "plan", "build_test", "training", "rollout", "early_life", "review", "closed", "back_out", "abandoned"]);
    let straight: Vec<&str> = it.lines.iter().filter(|it| it.points.len() == 2).map(|it| it.from.as_str()).collect();
    assert_eq!(straight, ["assess", "plan", "build_test", "training", "rollout", "early_life", "review"]);
    let (review, aside) = (&it.boxes[6], &it.boxes[8]);
    assert!(aside.x > review.x);
    assert_eq!(it.boxes[3].classes(), "flow-box flow-main flow-optional");
    assert_eq!(it.boxes[3].notes[0].text, "Only when impact and urgency");
    let up = it.lines.iter().find(|it| it.from == "build_test" && it.to == "plan").unwrap();
    assert!(up.points[1].0 < review.x && up.points[1].1 > up.points[2].1, "{up:?}");
    assert!(it.description.contains("Back-out: “Back to planning” to Planning and design, “Close as backed out” to Closed."), "{}", it.description);
}

#[test]
fn wide_letters_take_more_room_than_narrow_ones() {
    let longest = |letter: &str| text::wrapped(&letter.repeat(60), text::NOTE).iter().map(|it| it.chars().count()).max();
    assert_eq!([longest("a"), longest("W"), longest("Ω"), longest("配")], [Some(29), Some(19), Some(19), Some(14)]);
}

#[test]
fn a_workflow_without_a_phase_is_an_empty_picture() {
    let it = picture(&Workflow { phases: vec![] }, None);
    assert_eq!((it.boxes, it.lines, it.description.as_str()), (vec![], vec![], ""));
}

proptest! {
    #[test]
    fn nothing_lies_on_anything_else(workflow in random(), (_, other) in spoilt(), name in "[A-Za-zÄß ]{0,90}") {
        for mut workflow in [workflow, other] {
            workflow.phases[0].name.clone_from(&name);
            if let Some(way) = workflow.phases[0].transitions.first_mut() {
                way.label.clone_from(&name);
            }
            prop_assert_eq!(faults(&workflow, &picture(&workflow, None)), Vec::<String>::new());
        }
    }

    #[test]
    fn words_are_broken_but_never_lost(words in "[a-zé]{1,70}( [a-zé]{1,12}){0,6}") {
        let lines = text::wrapped(&words, text::NOTE);
        prop_assert!(lines.iter().all(|it| it.chars().count() <= 29), "{:?}", lines);
        prop_assert_eq!(lines.concat().replace(' ', ""), words.replace(' ', ""));
    }
}
