//! Surveys: whom a release asks, what, and when.

pub mod answers;
pub mod asking;
pub mod figures;
pub mod invited;
pub mod questions;
pub mod results;
pub mod timing;

use super::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// Who is asked.
    pub enum Audience {
        Users = "users" "End users",
        Customers = "customers" "Customers",
        Suppliers = "suppliers" "Suppliers",
        ServiceDesk = "service_desk" "Service desk and support",
        Network = "network" "Network management",
    }
}

words! {
    /// When in the life of a release a survey asks.
    pub enum Moment {
        Pilot = "pilot" "Pilot",
        AfterRollout = "after_rollout" "After rollout",
        EarlyLifeEnd = "early_life_end" "End of early life support",
    }
}

words! {
    pub enum SurveyState {
        Draft = "draft" "Draft",
        Open = "open" "Open",
        Closed = "closed" "Closed",
    }
}

words! {
    /// What kind of answer a question takes.
    pub enum QuestionKind {
        /// 1 to 5.
        Rating = "rating" "Rating, 1 to 5",
        /// 0 to 10: how likely one is to recommend it.
        Recommendation = "recommendation" "Recommendation, 0 to 10",
        YesNo = "yes_no" "Yes or no",
        OneOf = "one_of" "One of",
        ManyOf = "many_of" "Many of",
        Text = "text" "Text",
    }
}

/// One question of a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The same through all versions of its set, so that answers can be compared.
    pub key: String,
    pub kind: QuestionKind,
    pub text: String,
    #[serde(default)]
    pub required: bool,
    /// What to choose from, for those kinds that choose.
    #[serde(default)]
    pub options: Vec<Choice>,
}

/// Something to choose. Its key is what answers and tallies hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub key: String,
    pub label: String,
}
