//! A point is complete with outcome, owner and, where something remains, an action; the review starts from what is known.

use super::*;
use chrono::{DateTime, Duration, Utc};

#[test]
fn a_point_lacks_its_outcome_first_then_its_owner_then_its_action() {
    assert_eq!(lack(None, true, 3), Some(Lack::Outcome));
    for outcome in PointOutcome::ALL.iter().copied() {
        assert_eq!(lack(Some(outcome), false, 0), Some(Lack::Owner));
        let open = matches!(outcome, PointOutcome::Partly | PointOutcome::NotMet);
        assert_eq!(lack(Some(outcome), true, 0), open.then_some(Lack::Action), "{outcome:?}");
        assert_eq!(lack(Some(outcome), true, 1), None);
    }
}

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::hours(hour)
}

fn said(history: &History, point: Point) -> Vec<String> {
    history.known(chrono_tz::Tz::UTC).into_iter().filter(|(it, _)| *it == point).map(|(_, said)| said).collect()
}

#[test]
fn a_release_without_a_history_says_so() {
    let nothing = History::default();
    assert_eq!(said(&nothing, Point::Feedback), ["No survey was closed."]);
    assert_eq!(said(&nothing, Point::Performance), ["The deployment was not recorded as done."]);
    assert_eq!(said(&nothing, Point::Incidents), ["No incident or problem is recorded."]);
    assert_eq!(said(&nothing, Point::Handover), ["No handover was accepted."]);
    assert!(said(&nothing, Point::Quality).is_empty() && said(&nothing, Point::Lessons).is_empty());
}

#[test]
fn planned_and_actual_dates_are_compared() {
    let deployed = |planned: Option<(i64, i64)>, hour: i64| {
        said(&History { planned: planned.map(|(from, to)| (at(from), at(to))), deployed_at: Some(at(hour)), ..History::default() }, Point::Performance)
    };
    assert_eq!(deployed(Some((1, 3)), 3), ["Deployed on Thu 1 Jan 1970, 03:00 (UTC), within the window."]);
    assert_eq!(deployed(Some((1, 3)), 5), ["Deployed on Thu 1 Jan 1970, 05:00 (UTC), 2 hours after the end of the window."]);
    assert_eq!(deployed(None, 5), ["Deployed on Thu 1 Jan 1970, 05:00 (UTC), without a window."]);
    let late = History { late_phases: vec![("Planning".into(), Duration::days(3))], deployed_at: Some(at(0)), ..History::default() };
    assert_eq!(said(&late, Point::Performance)[1], "Planning took 3 days longer than planned.");
}

#[test]
fn what_went_wrong_stands_where_it_is_reviewed() {
    let history = History {
        waivers: vec![("Tests passed".into(), "Ines".into(), "No time.".into())],
        setbacks: vec!["Build and test".into()],
        failed_tasks: vec!["Load test".into()],
        skipped_tasks: vec![("Leaflet".into(), "Nobody reads it.".into())],
        changes: vec![("RFC-00107".into(), "closed".into())],
        issues: Issues { incidents: 2, problems: 1, open: 1, grave: 0 },
        known_errors: (1, 1, 0),
        metrics: vec![("Calls".into(), true), ("Errors".into(), false)],
        handover: Some(Handed { group: "Operations".into(), by: "Bo".into(), at: at(1) }),
        surveys: vec![Scores { title: "Rollout".into(), invited: 50, answered: 34, csat: Some(82), nps: Some(31) }],
        ..History::default()
    };
    assert_eq!(said(&history, Point::Feedback), ["Survey “Rollout”: 34 of 50 answered, CSAT 82 %, NPS +31."]);
    let quality = ["“Tests passed” was waived by Ines: No time.", "It was sent back from Build and test.", "The task “Load test” failed."];
    assert_eq!(said(&history, Point::Quality), quality);
    assert_eq!(said(&history, Point::Actions), ["The task “Leaflet” was skipped: Nobody reads it.", "RFC-00107: closed."]);
    assert_eq!(said(&history, Point::Performance)[1..], ["Calls: back to normal.", "Errors: not back to normal."]);
    assert_eq!(said(&history, Point::KnownErrors), ["There is one known error: 1 with a workaround, 0 accepted."]);
    assert_eq!(said(&history, Point::Incidents), ["It caused 2 incidents and one problem; 0 of high or critical severity, 1 still open."]);
    assert_eq!(said(&history, Point::Handover), ["Bo of Operations accepted it on Thu 1 Jan 1970, 01:00 (UTC)."]);
}
