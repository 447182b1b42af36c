//! What a task waits for where some of the plan is not there.

use super::{Model, ModelTask};

/// The keys of the tasks that one waits for: in the place of one that is not there, those that it waits for itself.
pub fn waits_for<'a>(model: &'a Model, task: &'a ModelTask, is_there: impl Fn(&str) -> bool) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    let (mut todo, mut seen): (Vec<&str>, Vec<&str>) = (task.after.iter().rev().map(String::as_str).collect(), Vec::new());
    while let Some(key) = todo.pop() {
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        if is_there(key) {
            found.push(key);
        } else if let Some(other) = model.tasks.iter().find(|it| it.key == key) {
            todo.extend(other.after.iter().rev().map(String::as_str));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shipped;

    #[test]
    fn what_waits_for_a_task_that_is_left_out_waits_for_what_that_one_waited_for() {
        let (_, mut model) = shipped::models().into_iter().next().expect("there is one");
        model.tasks.truncate(4);
        for (task, after) in model.tasks.iter_mut().zip([&[][..], &["a"], &["b"], &["c", "b"]]) {
            task.after = after.iter().map(|it| (*it).to_owned()).collect();
        }
        for (task, key) in model.tasks.iter_mut().zip(["a", "b", "c", "d"]) {
            task.key = key.to_owned();
        }
        let last = model.tasks[3].clone();
        assert_eq!(waits_for(&model, &last, |_| true), ["c", "b"]);
        assert_eq!(waits_for(&model, &last, |it| it != "c"), ["b"]);
        assert_eq!(waits_for(&model, &last, |it| it == "a"), ["a"]);
        assert_eq!(waits_for(&model, &last, |_| false), [""; 0]);
    }
}
