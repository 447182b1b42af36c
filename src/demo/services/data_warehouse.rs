//! The Data Warehouse: figures for everybody else, and behind its plan.

use crate::demo::people::Who;
use crate::demo::story::{Asked, Ends, Incident, Plan, Release, Service, Troubles, Until, after_rollout, emergency, major, minor, rfc};
use crate::domain::approvals::DenialReason;
use crate::domain::early_life::{IssueKind, Severity};
use crate::domain::items::ItemKind;
use crate::domain::records::Grade::{High, Low, Medium};
use crate::domain::releases::{Distribution, Strategy};
use crate::domain::requirements::Requirement;
use crate::domain::surveys::Audience;

pub const SERVICE: Service = Service {
    name: "Data Warehouse",
    description: "Reports and figures for controlling, sales and logistics, loaded every night.",
    items: &[
        ("Load Jobs", ItemKind::Application, "Some 340 jobs that load data at night."),
        ("Report Server", ItemKind::Application, "Reports and dashboards for 420 users."),
    ],
    owner: Who::Tomasz,
    coordinator: Who::Miriam,
    builders: &[Who::Priya, Who::Felix, Who::Elena],
    requesters: &[Who::Aylin, Who::Aylin, Who::Oliver, Who::Sofia],
    watchers: &[Who::Aylin],
    troubles: Troubles {
        issues: &[
            (IssueKind::Incident, "Two reports are empty on Monday morning", Severity::High),
            (IssueKind::Incident, "Scheduled reports arrive an hour late", Severity::Low),
            (IssueKind::Problem, "The nightly load waits for a lock now and then", Severity::Medium),
        ],
        errors: &[
            (
                "Totals differ by rounding",
                "The total of a report may differ from the sum of its lines by a cent.",
                "Use the total of the report; it is reckoned with all decimals.",
            ),
            (
                "Old links to reports fail",
                "Links that were saved before the release lead to the list of reports.",
                "Open the report from the list and save the link again.",
            ),
        ],
    },
    plan: Plan {
        strategy: Strategy::BigBang,
        distribution: Distribution::Pull,
        affected_users: "- 420 users of reports\n- Controlling at month's end",
        resources: "- Priya Raman, 14 person-days\n- Controlling: two people for comparing figures",
        deployment: "1. Not in the first five working days of a month\n2. Stop the load jobs\n3. Deploy scripts and jobs\n4. Load one day, compare twenty figures\n5. Load what was missed\n6. Open the reports",
        communication: "- **A week before**: users of the reports concerned\n- **In the morning after**: result to controlling",
        back_out: "Restore the tables from the evening's copy (about three hours), redeploy the previous jobs, load the night again. Controlling is told which figures are a day old.",
    },
    releases: RELEASES,
    changes: &[
        rfc("Move the nightly load half an hour earlier", "Start at 00:30.", "Reports are ready too late for the early shift.")
            .standard()
            .starts(-228)
            .touching(&["Load Jobs"])
            .graded(Low, Medium, Low),
        rfc("Archive figures older than twelve years", "Move to cheaper storage, readable on request.", "Storage cost.")
            .starts(-104)
            .denied(DenialReason::IncompleteImpactAssessment, "Which reports still look at them? Please list.")
            .graded(Low, Low, Medium),
        rfc("Read access for the auditors", "Reports of the last two years, until the end of March.", "Yearly audit.")
            .standard()
            .starts(-15)
            .graded(Low, High, Low)
            .touching(&["Report Server"])
            .ends(Ends::Held("review", 1)),
        rfc("Figures of the weather service", "Load temperatures per region.", "Forecast of heat sales.")
            .starts(-11)
            .ends(Ends::Held("authorisation", 2))
            .touching(&["Load Jobs"]),
    ],
};

const RELEASES: &[Release] = &[
    major(-302, -249, "New report server")
        .version("v3")
        .says("- All 260 reports on the new server\n- Reports on phones\n- 90 unused reports are given up", "The old server cannot be patched any more.")
        .graded(Medium, Medium, Medium)
        .led_by(Who::Ines, Who::Miriam)
        .with(&[Incident::Waived(Requirement::TasksDone, "The licence contract waits for the supplier's signature; purchasing has the promise in writing.")])
        .of(&[
            rfc("Move 260 reports", "Convert, compare, switch over by division.", "Old server out of support.")
                .touching(&["Report Server"])
                .tasks(&["Convert the reports", "Compare with the old server"]),
            rfc("Reports on phones", "Twelve most used reports for small screens.", "Wish of sales.").graded(Low, Low, Low),
            rfc("Give up 90 reports", "Not opened for a year.", "Less to move.").standard().graded(Low, Low, Low),
        ]),
    minor(-183, -148, "Daily figures of the Online Shop")
        .says("- Orders and returns by the hour\n- Dashboard for marketing", "Marketing steers campaigns by figures of the day before.")
        .graded(Medium, Medium, Low)
        .of(&[
            rfc("Load shop orders every hour", "Change data capture from the Shop Database.", "Figures come a day late.")
                .touching(&["Load Jobs", "Shop Database"])
                .tasks(&["Connect the source", "Load the last three months"]),
            rfc("Dashboard for marketing", "Campaign, orders, margin.", "Campaigns cannot be steered.").graded(Low, Medium, Low),
        ]),
    minor(-133, -98, "Forecast of energy sales")
        .says("- Forecast per region and week", "Purchasing buys 5 % too much.")
        .graded(Medium, Low, Medium)
        .with(&[Incident::Abandoned { phase: "plan", after: 3, reason: "Purchasing has bought a forecast as a service; nothing is left to build." }])
        .of(&[rfc("Forecast per region and week", "Model and report.", "Too much is bought.").graded(Medium, Low, Medium)]),
    minor(-68, -30, "Sustainability report")
        .says("- Emissions per site and product\n- Evidence for the auditor", "Required by law for the report of this year.")
        .graded(Medium, High, Low)
        .until(Until::Phase("review", 3))
        .with(&[Incident::SecondThoughts(Who::Paul)])
        .asking(&[after_rollout(
            "The sustainability report",
            &[
                Asked {
                    audience: Audience::Users,
                    people: 30,
                    mood: 70,
                    weak: "preparation",
                    praise: &["Saves me three days at the end of the year.", "The figures can be traced to their source."],
                    blame: &["The figures of gas are two months old.", "I do not find the plants by their old names."],
                },
                Asked { audience: Audience::Network, people: 4, mood: 70, weak: "handover", praise: &[], blame: &[] },
            ],
        )
        .anonymous()])
        .of(&[
            rfc("Emissions per site", "Electricity, gas and vehicles, monthly.", "Required by law.")
                .graded(Medium, High, Low)
                .tasks(&["Collect meter readings", "Agree the factors with the auditor"]),
            rfc("Emissions per product", "Share of each product by weight and distance.", "Required by law.").graded(Medium, Medium, Medium),
            rfc("Evidence for the auditor", "Sources and calculation kept for ten years.", "Asked for by the auditor.").standard().graded(Low, Medium, Low),
        ]),
    major(-62, 14, "Real-time load")
        .says(
            "- Data arrive within minutes instead of over night\n- 340 jobs are replaced by 60 streams\n- Old jobs run in parallel for a month",
            "Logistics plans the afternoon with figures of yesterday.",
        )
        .graded(High, Medium, High)
        .until(Until::Phase("build_test", 14))
        .with(&[Incident::TaskFailed("Create the release", "Streams do not keep up with the evening peak; three of them have to be split.")])
        .of(&[
            rfc("Streams for stock and orders", "First 20 streams, with monitoring.", "Figures are a day old.")
                .graded(High, Medium, High)
                .touching(&["Load Jobs"])
                .tasks(&["Split the three largest streams", "Test with the evening peak"]),
            rfc("Streams for sales and contracts", "Another 40 streams.", "Figures are a day old.")
                .graded(Medium, Medium, High)
                .touching(&["Load Jobs", "Customer Portal"]),
            rfc("Mark figures that are not final", "Colour and note in reports until the day is closed.", "Controlling must not report them.")
                .graded(Medium, Medium, Low),
        ]),
    emergency(-118, "Month-end figures double counted")
        .says("Remove the job that ran twice; reload three days.", "The board got turnover that is 9 % too high.")
        .of(&[rfc("Reload three days without duplicates", "Delete and load again; compare with accounting.", "Turnover is 9 % too high.")
            .emergency()
            .touching(&["Load Jobs"])]),
];
