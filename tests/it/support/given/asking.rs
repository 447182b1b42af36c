//! Surveys before anybody answers them.

use crate::support::TestApp;
use slipway::app::surveys::{self, Draft};
use slipway::domain::ids::{QuestionSetId, RecordId, SurveyId};
use slipway::domain::surveys::{Audience, Moment};
use slipway::store::question_sets;
use slipway::store::surveys::Terms;

/// The newest set that is shipped for this audience.
pub fn question_set(app: &TestApp, audience: Audience) -> QuestionSetId {
    app.read(question_sets::newest).into_iter().find(|it| it.audience == audience).expect("one is shipped").id
}

/// A survey of this release that asks these audiences, as a draft without a list and without dates.
pub fn draft_survey(app: &TestApp, record: RecordId, audiences: &[Audience]) -> SurveyId {
    let terms = Terms {
        moment: Moment::AfterRollout,
        title: "How was it?".into(),
        anonymous: false,
        opens_at: None,
        closes_at: None,
        phase: None,
        low_rating: 3.0,
        low_nps: 0,
        reminders: 2,
    };
    let audiences = audiences.iter().map(|it| (*it, question_set(app, *it))).collect();
    app.act(|tx| surveys::create(tx, record, &Draft { terms, audiences })).expect("it is created")
}
