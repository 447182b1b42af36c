//! What people of the demo answer: by how content they are, and no two quite the same.

use crate::demo::story::Asked;
use crate::demo::times::Dice;
use crate::domain::surveys::{Question, QuestionKind};
use std::collections::BTreeMap;

/// How content an audience is, and what of it was said.
pub struct Mood {
    asked: &'static Asked,
    answered: i64,
    praised: usize,
    blamed: usize,
}

impl Mood {
    pub fn of(asked: &'static Asked) -> Mood {
        Mood { asked, answered: 0, praised: 0, blamed: 0 }
    }

    /// How many have answered.
    pub fn answered(&self) -> i64 {
        self.answered
    }

    /// What the next person sends, by the key of the question.
    pub fn answers(&mut self, questions: &[Question], dice: &mut Dice) -> BTreeMap<String, Vec<String>> {
        self.answered += 1;
        let content = (self.asked.mood + dice.between(-38, 38)).clamp(0, 100);
        let said = questions.iter().filter_map(|it| Some((it.key.clone(), self.answer(it, content, dice)?)));
        said.collect()
    }

    fn answer(&mut self, question: &Question, content: i64, dice: &mut Dice) -> Option<Vec<String>> {
        let weak = if question.key == self.asked.weak { 22 } else { 0 };
        let content = (content - weak + dice.between(-12, 12)).clamp(0, 100);
        if !question.required && question.kind != QuestionKind::Text && dice.between(1, 100) <= 12 {
            return None;
        }
        let said = match question.kind {
            QuestionKind::Rating => (1 + (content * 4 + 90) / 100).min(5).to_string(),
            QuestionKind::Recommendation => ((content + 28) / 10).clamp(0, 10).to_string(),
            QuestionKind::YesNo => if content >= 38 { "yes" } else { "no" }.to_owned(),
            // The options go from good to bad.
            QuestionKind::OneOf => question.options.get((100 - content) as usize * question.options.len() / 101)?.key.clone(),
            QuestionKind::ManyOf => return self.several(question, content, dice),
            QuestionKind::Text => return self.comment(content),
        };
        Some(vec![said])
    }

    /// Who is content had no trouble; others chose one or two.
    fn several(&self, question: &Question, content: i64, dice: &mut Dice) -> Option<Vec<String>> {
        let keys: Vec<&str> = question.options.iter().map(|it| it.key.as_str()).collect();
        let one = (content < 72).then(|| dice.pick(&keys))??;
        let other = (content < 45).then(|| dice.pick(&keys)).flatten().filter(|it| *it != one);
        Some([Some(one), other].into_iter().flatten().map(str::to_owned).collect())
    }

    /// Those who are very content or not at all have something to say, until all is said.
    fn comment(&mut self, content: i64) -> Option<Vec<String>> {
        let (from, next) = match content {
            78.. => (self.asked.praise, &mut self.praised),
            ..=45 => (self.asked.blame, &mut self.blamed),
            46..=77 => return None,
        };
        let text = from.get(*next)?;
        *next += 1;
        Some(vec![(*text).to_owned()])
    }
}
