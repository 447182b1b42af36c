//! The choices of a walk, as they stand in an address: the visits that were left one by one, then those of the present one.

use crate::domain::requirements::Requirement;
use crate::domain::workflows::simulation::Choices;
use crate::web::form::Fields;
use url::form_urlencoded::Serializer;

/// A walk that is longer goes in circles.
const MOST: usize = 100;

/// What was chosen, visit by visit; the last one is of the present visit.
pub fn visits(query: &Fields) -> Vec<Choices> {
    let been = query.all("been").iter().take(MOST).map(|it| choices(&Fields::of_query(it)));
    been.chain([choices(query)]).collect()
}

fn choices(fields: &Fields) -> Choices {
    let requirements = |name: &str| fields.all(name).iter().filter_map(|it| Requirement::from_word(it)).collect();
    let answer = |(step, given): (String, Vec<String>)| match given.first().map(String::as_str) {
        Some("yes") => Some((step.parse().ok()?, true)),
        Some("no") => Some((step.parse().ok()?, false)),
        Some(_) | None => None,
    };
    Choices {
        impact: fields.text("impact").parse().ok(),
        urgency: fields.text("urgency").parse().ok(),
        met: requirements("met"),
        waived: requirements("waived"),
        answers: fields.starting_with("answer-").into_iter().filter_map(answer).collect(),
        take: fields.is_set("take").then(|| fields.text("take").to_owned()),
    }
}

/// One visit as a word of an address.
pub fn encoded(choices: &Choices) -> String {
    let mut query = Serializer::new(String::new());
    for (name, grade) in [("impact", choices.impact), ("urgency", choices.urgency)] {
        query.extend_pairs(grade.map(|it| (name, it.word())));
    }
    query.extend_pairs(choices.met.iter().map(|it| ("met", it.word())));
    query.extend_pairs(choices.waived.iter().map(|it| ("waived", it.word())));
    query.extend_pairs(choices.answers.iter().map(|(step, approves)| (format!("answer-{step}"), if *approves { "yes" } else { "no" })));
    query.extend_pairs(choices.take.iter().map(|it| ("take", it.as_str())));
    query.finish()
}

/// The address of the walk before its last way out was taken: as that visit was left.
pub fn one_back(path: &str, left: &[Choices]) -> Option<String> {
    let (last, before) = left.split_last()?;
    let been = Serializer::new(String::new()).extend_pairs(before.iter().map(|it| ("been", encoded(it)))).finish();
    let present = encoded(&Choices { take: None, ..last.clone() });
    let query: Vec<String> = [been, present].into_iter().filter(|it| !it.is_empty()).collect();
    Some(if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::records::Grade;

    #[test]
    fn a_walk_reads_back_from_its_address() {
        let first = Choices {
            impact: Some(Grade::High),
            urgency: None,
            met: vec![Requirement::TasksDone, Requirement::Assigned],
            waived: vec![Requirement::WindowSet],
            answers: vec![(0, true), (1, false)],
            take: Some("on & on=%".into()),
        };
        let second = Choices { take: Some("back".into()), ..Choices::default() };
        let address = one_back("/walk", &[first.clone(), second.clone()]).expect("there is something to take back");
        let query = Fields::of_query(address.strip_prefix("/walk?").expect("a query"));
        assert_eq!(visits(&query), [first.clone(), Choices { take: None, ..second }]);
        let start = one_back("/walk", std::slice::from_ref(&first)).expect("the start");
        assert_eq!(visits(&Fields::of_query(&start[6..])), [Choices { take: None, ..first }]);
        assert_eq!(one_back("/walk", &[]), None);
    }
}
