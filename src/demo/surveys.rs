//! Tells a survey: who is asked about a release, and what they answer behind their links, one after the other.

use super::people::Who;
use super::releases::Next;
use super::story::{Service, Survey};
use super::times::{self, Dice};
use super::world::{Seen, World};
use crate::app::links::Keys;
use crate::app::surveys::answering::{Filled, Outcome, To, answer};
use crate::app::surveys::{Draft, create, invited, opening};
use crate::app::{Error, mailed_links};
use crate::domain::ids::{InvitationId, SurveyId};
use crate::domain::links::Code;
use crate::domain::surveys::Question;
use crate::domain::surveys::answers::pages;
use crate::store::mailed_links::Target;
use crate::store::question_sets;
use crate::store::surveys::{Terms, outgoing, people};
use anyhow::anyhow;
use said::Mood;
use std::collections::VecDeque;

mod names;
mod said;

pub struct SurveyRun {
    story: &'static Survey,
    lead: Who,
    dice: Dice,
    survey: Option<SurveyId>,
    /// Who will answer still, in their order; nobody knows before it is open.
    left: Option<VecDeque<(InvitationId, usize)>>,
    /// Of each audience: what it is asked, and what was said.
    moods: Vec<(Vec<Question>, Mood)>,
    /// What the links are made with. Nobody has it afterwards, so nobody can use them.
    keys: Keys,
}

impl SurveyRun {
    pub fn new(service: &'static Service, story: &'static Survey) -> SurveyRun {
        let keys = Keys::new(&rand::random::<[u8; 32]>());
        SurveyRun { story, lead: service.coordinator, dice: Dice::of(story.title), survey: None, left: None, moods: Vec::new(), keys }
    }

    /// `release`: what it is about, as far as that is told.
    pub fn step(&mut self, world: &World, release: &Seen) -> Next {
        let here = release.phase == self.story.phase;
        if release.id.is_some() && !release.is_open() {
            return Ok(None);
        }
        let Some(survey) = self.survey else {
            if here || release.phase == self.story.prepared {
                self.prepare(world, release, here)?;
            }
            return Ok(Some(times::later(world.now(), self.dice.between(60, 120))));
        };
        match &mut self.left {
            None if here => self.begin(world, survey)?,
            None => {}
            // It has closed with its phase.
            Some(_) if !here => return Ok(None),
            Some(left) => match left.pop_front() {
                Some((person, group)) => self.answer(world, person, group)?,
                None => return Ok(None),
            },
        }
        // Most answer soon, some days later.
        let answered = self.moods.iter().map(|(_, mood)| mood.answered()).sum::<i64>();
        Ok(Some(times::later(world.now(), self.dice.between(8, 45 + answered * 7))))
    }

    fn prepare(&mut self, world: &World, release: &Seen, opens: bool) -> anyhow::Result<()> {
        let record = release.id.ok_or_else(|| anyhow!("{} is about no release", self.story.title))?;
        let sets = world.read(|conn| Ok(question_sets::newest(conn)?))?;
        let mut audiences = Vec::new();
        for asked in self.story.asked {
            let set = sets.iter().find(|it| it.audience == asked.audience).ok_or_else(|| anyhow!("nothing to ask {}", asked.audience.label()))?;
            audiences.push((asked.audience, set.id));
            self.moods.push((set.questions.0.clone(), Mood::of(asked)));
        }
        let terms = Terms {
            moment: self.story.moment,
            title: self.story.title.to_owned(),
            anonymous: self.story.anonymous,
            opens_at: None,
            closes_at: None,
            phase: Some(self.story.phase.to_owned()),
            low_rating: 3.0,
            low_nps: 0,
            reminders: 2,
        };
        let draft = Draft { terms, audiences };
        let dice = &mut self.dice;
        let lists = self.story.asked.iter().map(|it| names::list(it.audience, it.people, dice)).collect::<anyhow::Result<Vec<_>>>()?;
        let survey = world.act(self.lead, |tx| {
            let id = create(tx, record, &draft)?;
            for (asked, listed) in self.story.asked.iter().zip(lists) {
                invited::add(tx, id, asked.audience, &invited::Wanted { listed, ..invited::Wanted::default() })?;
            }
            if opens {
                opening::open(tx, id, 0)?;
            }
            Ok(id)
        })?;
        self.survey = Some(survey);
        Ok(())
    }

    /// Once it is open: who of the list will answer. All of them were written to, long ago.
    fn begin(&mut self, world: &World, survey: SurveyId) -> anyhow::Result<()> {
        let mut answering = Vec::new();
        for (group, asked) in self.story.asked.iter().enumerate() {
            let listed = world.act(self.lead, |tx| {
                let listed = people::page(tx.conn, survey, Some(asked.audience), None, i64::MAX)?;
                let mailed: Vec<_> = listed.iter().map(|it| (it.id, None)).collect();
                outgoing::set_invited(tx, &mailed)?;
                Ok(listed)
            })?;
            for it in listed {
                if self.dice.between(1, 100) <= 58 {
                    answering.push((self.dice.between(0, 10_000), it.id, group));
                }
            }
        }
        answering.sort_unstable();
        self.left = Some(answering.into_iter().map(|(_, id, group)| (id, group)).collect());
        Ok(())
    }

    fn answer(&mut self, world: &World, person: InvitationId, group: usize) -> anyhow::Result<()> {
        let (questions, mood) = self.moods.get_mut(group).ok_or_else(|| anyhow!("{} does not ask them", self.story.title))?;
        let sent = mood.answers(questions, &mut self.dice);
        let last = pages(questions).len() - 1;
        let keys = &self.keys;
        world.by_link(|tx| {
            let secrets = mailed_links::offer(tx, keys, None, Target::Invitation(person), None, None)?;
            let token = secrets.path.rsplit('/').next().unwrap_or_default();
            let code = Code::parse(&secrets.code).map_err(|_| Error::NotFound)?;
            for page in 0..=last {
                let to = if page == last { To::Send } else { To::Next };
                let outcome = answer(tx, keys, token, code, Some(&Filled { page, to, sent: sent.clone() }))?;
                debug_assert_eq!(outcome == Outcome::Sent, page == last, "{outcome:?}");
            }
            Ok(())
        })
    }
}
