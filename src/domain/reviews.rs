//! The post-implementation review: its points, and what each came to.

use super::words::words;

words! {
    /// What is looked at (PROCESS, section 9).
    pub enum Point {
        Feedback = "feedback" "Feedback gathered",
        Quality = "quality" "Quality criteria not met",
        Actions = "actions" "Actions and fixes complete",
        Performance = "performance" "Performance against targets",
        Capability = "capability" "Capability, resources and capacity",
        KnownErrors = "known_errors" "Problems, known errors and workarounds",
        Incidents = "incidents" "Incidents caused",
        Handover = "handover" "Handover to operations",
        Lessons = "lessons" "Lessons learnt",
    }
}

words! {
    pub enum PointOutcome {
        Met = "met" "In order",
        Partly = "partly" "Partly",
        NotMet = "not_met" "Not in order",
        NotApplicable = "not_applicable" "Not applicable",
    }
}
