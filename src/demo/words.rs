//! What people of the demo remark in passing.

use crate::domain::requirements::Confirmation;
use crate::domain::reviews::Point;

/// Remarks that go with an approval.
pub fn approval(step: &str) -> &'static [&'static str] {
    match step {
        "Plan" => &[
            "",
            "",
            "Plan is complete, the window suits us.",
            "Fine from the business side.",
            "Please keep the service desk informed on the day before.",
            "Back-out plan read and understood.",
            "Budget and people are there.",
        ],
        "Build and test" => &["", "", "Test report read, no open severity 1 or 2.", "Regression results are convincing.", "Security scan without findings."],
        "Deployment (CAB)" => &[
            "",
            "No conflict in the change calendar.",
            "Approved as discussed in the CAB on Tuesday.",
            "Go, with the agreed monitoring.",
            "Fine, on-call is arranged.",
        ],
        "ECAB" => &["Go. Outage is worse than the risk.", "Agreed by phone, recorded here.", "Approved; review it on Monday."],
        "Closure" => &["Well run, thank you all.", "Lessons are recorded. Close it.", "Nothing open on my side."],
        "Authorisation (ECAB)" => &["Approved, please hurry.", "Agreed by phone."],
        "Authorisation (CAB)" => {
            &["", "", "", "Low risk, well described.", "Approved; coordinate with the other RFCs of the release.", "Approved as presented."]
        }
        _ => &[""],
    }
}

/// What somebody notes when they vouch for something.
pub fn confirmation(subject: Confirmation) -> &'static [&'static str] {
    match subject {
        Confirmation::TestsPassed => &[
            "All planned cases run. No open defect of severity 1 or 2; three cosmetic ones go into the next release.",
            "Regression suite green, acceptance signed by the business.",
            "Functional, load and restore tests passed on staging with a copy of production data.",
            "214 of 214 cases passed in the second cycle.",
        ],
        Confirmation::DeploymentDone => &[
            "Deployed as planned, 40 minutes ahead of the end of the window.",
            "All nodes on the new version; backup was checked before.",
            "Done by the runbook. One step repeated because of a time-out.",
        ],
        Confirmation::VerificationPassed => &[
            "Smoke tests green, key users have signed in and worked.",
            "Business checks done at 8 in the morning; figures match.",
            "Monitoring quiet for twelve hours, response times as before.",
        ],
        Confirmation::BackOutFacts => &["Time line, log files and the decision are kept with the problem record."],
        Confirmation::ExitCriteriaMet => &[
            "Incidents per day back to normal for five days in a row.",
            "Response times and error rate within the agreed limits since Monday.",
            "No incident of priority 1 or 2 since deployment.",
        ],
        Confirmation::HandoverAccepted => &["Operations has the runbook, monitoring and on-call. Accepted.", "Taken over; two open points agreed with dates."],
        Confirmation::FeedbackConsidered => &[
            "41 answers, mostly good. Wish for a clearer confirmation page handed to the product owner.",
            "Service desk reports fewer calls than expected.",
            "Key users asked in a short call; no complaint.",
        ],
        Confirmation::ReviewComplete => &[
            "Reviewed with operations and the service desk. Lesson: brief the second shift, too.",
            "Goals reached. Effort 8 % above plan because of a second test cycle.",
            "Implemented as described, no side effects seen.",
            "Short review: nothing to add.",
        ],
        Confirmation::FollowUpsSettled => &["Two actions done, one handed to problem management.", "No follow-up action needed."],
        Confirmation::LogAndCmsCurrent => &["CMS shows the new versions, log is complete.", "Checked against the discovery run of last night."],
        Confirmation::ImplementationDone => &["Implemented in the window and checked.", "Live; first transactions look right.", "Done, log files clean."],
    }
}

/// What came of a task, by its title.
pub fn task(title: &str) -> &'static [&'static str] {
    match title {
        "Confirm the funding" => &["Confirmed by controlling, within the yearly budget.", "Cost centre 4711, approved in writing."],
        "Evaluate the financial impact" => &["Running cost up by 3 %, saves about 20 hours a month.", "No effect on running cost."],
        "Arrange contracts and licences" => &["Supplier booked for the window; licences suffice.", "Maintenance contract extended to cover the new version."],
        "Identify the affected systems" => &[
            "Seven interfaces, two teams; list is attached to the plan.",
            "Only the service itself and the reporting interface.",
            "Checked against the CMS; one forgotten interface added.",
        ],
        "Create the release" => &["Package built and signed, checksum is in the library.", "Release candidate 2 built from the library."],
        "Book the environments" => &["Test and staging booked until a week after the rollout.", "Staging shared with another release on two days; agreed."],
        "Build the training" => &["Two short videos and a one-page guide.", "Slides reviewed by the service desk."],
        "Deliver the training" => &["Three sessions, 64 people.", "Done online; recording is on the intranet."],
        "Brief the service desk" => &["Briefed both shifts; known errors and answers are in the knowledge base.", "Ten minutes in the morning round."],
        "Update the systems" => &["All steps of the plan done.", "Updated node by node, without interruption."],
        "Transfer the knowledge" => &["Two sessions with operations, exercise included.", "Runbook walked through step by step."],
        "Hand over to operations" => &["Taken over, on-call list updated.", "Monitoring and documentation accepted."],
        _ => &["", "Done.", "Done and checked by a second pair of eyes."],
    }
}

/// What a review says about feedback when people do not like what they got.
pub const DISLIKED: &str = "The scores are low: people learned too late what changes, and it makes their day slower. Each low score has its follow-up action.";

/// What a review says about a point.
pub fn review(point: Point, troubled: bool) -> &'static str {
    match point {
        Point::Feedback => "Users find it quicker than before. Some miss the old export; a how-to was sent round.",
        Point::Quality if troubled => "One case was missed in the tests and found late.",
        Point::Quality => "All agreed criteria were met.",
        Point::Actions => "Everything that was agreed is done; the RFCs are implemented.",
        Point::Performance if troubled => "Later than planned, within the budget.",
        Point::Performance => "On time and within the budget.",
        Point::Capability => "No capacity issue left; monitoring has head room for a year.",
        Point::KnownErrors => "Documented with their workarounds, and accepted by the service desk.",
        Point::Incidents => "A few in the first days, all of them solved.",
        Point::Handover => "Operations runs it since the end of early life support.",
        Point::Lessons => "Brief the service desk a day earlier; keep the rehearsal on a copy of production.",
    }
}
