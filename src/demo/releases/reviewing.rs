//! Reviews a release: point by point, with an action for what remains, which is settled before the release closes.

use super::{Next, ReleaseRun};
use crate::app::sheet::Sheet;
use crate::app::{follow_ups, reviews};
use crate::demo::words;
use crate::demo::world::World;
use crate::domain::follow_ups::FollowUpState;
use crate::domain::reviews::{Point, PointOutcome};
use crate::store::follow_ups::Draft as Action;
use crate::store::reviews::Draft;
use chrono::Duration;

impl ReleaseRun {
    /// Writes about some points at a time; of one something remains to be done.
    pub(super) fn review(&mut self, world: &World, sheet: &Sheet) -> Next {
        let id = self.id()?;
        let unwritten: Vec<Point> = Point::ALL.iter().copied().filter(|point| sheet.review.iter().all(|it| it.point != *point)).take(3).collect();
        let troubled = !self.story.incidents.is_empty();
        let disliked = self.story.surveys.iter().flat_map(|it| it.asked).any(|it| it.mood < 50);
        if unwritten.is_empty() {
            return self.wait(world);
        }
        for point in unwritten {
            let remains = point == Point::Lessons || (troubled && point == Point::Quality);
            let low = disliked && point == Point::Feedback;
            let outcome = if remains || low { PointOutcome::Partly } else { PointOutcome::Met };
            let draft = Draft {
                outcome: Some(outcome),
                owner_id: Some(world.id(self.lead)),
                finding: if low { words::DISLIKED } else { words::review(point, troubled) }.to_owned(),
                evidence: String::new(),
            };
            world.act(self.lead, |tx| reviews::write(tx, id, point, 0, &draft))?;
            if remains {
                let (title, days) =
                    if point == Point::Lessons { ("Write the lessons into the release model", 9) } else { ("Add the missed case to the regression suite", 6) };
                let action = Action {
                    point,
                    title: title.to_owned(),
                    description: String::new(),
                    assignee_id: Some(world.id(self.lead)),
                    due_at: Some(world.now() + Duration::days(days)),
                };
                world.act(self.lead, |tx| follow_ups::add(tx, id, &action))?;
            }
        }
        Ok(Some(self.soon(world)))
    }

    pub(super) fn settle_follow_ups(&mut self, world: &World, sheet: &Sheet) -> Next {
        let Some(open) = sheet.follow_ups.iter().find(|it| it.action.state == FollowUpState::Open) else { return self.wait(world) };
        let (to, note) = match open.action.point {
            Point::Quality => (FollowUpState::Done, "The case runs every night from now on."),
            Point::Feedback => (FollowUpState::Done, "Taken up in the next minor release; those who were asked have been told."),
            Point::Lessons | Point::Actions | Point::Performance | Point::Capability | Point::KnownErrors | Point::Incidents | Point::Handover => {
                (FollowUpState::HandedOn, "Handed on to the process owners, who change the model in their next round.")
            }
        };
        world.act(self.lead, |tx| follow_ups::take(tx, open.action.id, to, note))?;
        Ok(Some(self.soon(world)))
    }
}
