//! Payroll: bound to dates that nobody can move.

use crate::demo::people::Who;
use crate::demo::story::{Ends, Incident, Plan, Release, Service, Troubles, Until, emergency, major, minor, rfc};
use crate::domain::approvals::DenialReason;
use crate::domain::early_life::{IssueKind, Severity};
use crate::domain::items::ItemKind;
use crate::domain::records::Grade::{High, Low, Medium};
use crate::domain::releases::{Distribution, Strategy};
use crate::domain::requirements::Requirement;

pub const SERVICE: Service = Service {
    name: "Payroll",
    description: "Monthly payroll for Germany and the United Kingdom, tax reports and pay slips.",
    items: &[
        ("Payroll Engine", ItemKind::Application, "Calculates gross to net; delivered by the supplier four times a year."),
        ("Payroll Archive", ItemKind::Infrastructure, "Unchangeable store of pay slips and tax reports, ten years."),
    ],
    owner: Who::Tomasz,
    coordinator: Who::Miriam,
    builders: &[Who::Priya, Who::Elena, Who::Felix],
    requesters: &[Who::Aylin, Who::Sofia, Who::Oliver],
    watchers: &[Who::Aylin, Who::Sofia],
    troubles: Troubles {
        issues: &[
            (IssueKind::Incident, "The comparison with the last run lists 14 persons too many", Severity::Medium),
            (IssueKind::Incident, "Pay slips cannot be opened on the terminals in the canteen", Severity::Low),
            (IssueKind::Problem, "The run takes twice as long with corrections of earlier months", Severity::Medium),
        ],
        errors: &[
            (
                "Corrections need a second calculation",
                "A correction of an earlier month shows only after the run is calculated again.",
                "Calculate the person twice; the second result is right.",
            ),
            (
                "Column headings repeat on every page",
                "Reports of more than one page repeat their headings in the export.",
                "Remove the repeated lines with the filter of the spreadsheet.",
            ),
        ],
    },
    plan: Plan {
        strategy: Strategy::BigBang,
        distribution: Distribution::Push,
        affected_users: "- 11 users in the payroll office\n- Controlling (reports)\n- All employees, who get their pay slips from here",
        resources: "- Priya Raman, 8 person-days\n- Supplier's consultant, 2 days on site\n- Test client `P20` with the data of last month",
        deployment: "1. No deployment between the 18th and the end of a month\n2. Lock the payroll office out\n3. Back up engine and archive index\n4. Import the delivery, run the consistency check\n5. Calculate the reference month and compare with the last run\n6. Unlock",
        communication: "- **A week before**: payroll office and controlling\n- **The day after**: result of the comparison to the payroll office",
        back_out: "Possible until the first live run.\n\n1. Lock the payroll office out\n2. Restore the engine from the backup\n3. Calculate the reference month, compare to the cent\n4. Unlock and tell controlling",
    },
    releases: RELEASES,
    changes: &[
        rfc("Update the table of health insurance rates", "Yearly rates of 96 funds.", "New rates apply from January.")
            .standard()
            .starts(-325)
            .graded(Medium, High, Low),
        rfc("Print pay slips on recycled paper", "New paper for the remaining 140 printed pay slips.", "Sustainability programme.")
            .starts(-198)
            .ends(Ends::Withdrawn("assessment", "Printing ends altogether with the mailbox for pay slips."))
            .graded(Low, Low, Low),
        rfc(
            "Let controlling read the cost centre postings directly",
            "Read access on a view instead of a monthly spreadsheet.",
            "Two days earlier at month's end.",
        )
        .starts(-24)
        .denied(DenialReason::InsufficientInformation, "Which columns, and who of controlling? Salaries of single persons must not be seen.")
        .ends(Ends::Held("assessment", 1)),
    ],
};

const RELEASES: &[Release] = &[
    major(-340, -292, "Payroll for the United Kingdom")
        .version("v7")
        .says(
            "- Payroll of the London office moves from the service provider\n- Reports to HMRC in real time",
            "The contract with the provider ends in March and costs three times as much as running it ourselves.",
        )
        .graded(High, High, Medium)
        .led_by(Who::Tomasz, Who::Daniel)
        .of(&[
            rfc(
                "Country version United Kingdom",
                "Install the country version, set up tax codes and pension schemes for 86 employees.",
                "End of the contract with the provider.",
            )
            .graded(High, High, Medium)
            .tasks(&["Import tax codes", "Compare three months with the provider"]),
            rfc("Real time reports to HMRC", "Connect to the gateway of HMRC and send a report with every run.", "Required by law.").graded(High, High, Low),
            rfc("Pay slips in English", "Second language for pay slips and letters.", "Employees in London must be able to read them.")
                .graded(Low, Medium, Low),
        ]),
    minor(-236, -204, "Mailbox for pay slips")
        .says("- Pay slips in the personal mailbox instead of on paper\n- Opt-out for paper", "Printing and posting costs 31 000 € a year.")
        .with(&[Incident::Denied {
            step: "Plan",
            by: Who::Aylin,
            reason: DenialReason::Financial,
            comment: "The saving is claimed twice: postage was cut from the budget already. Please show the real figure.",
            fix: "**Added after the denial:** postage is left out of the business case; printing alone saves 19 000 € a year.",
        }])
        .of(&[
            rfc("Deliver pay slips to the personal mailbox", "Encrypted delivery; employees are told by mail.", "Save printing and posting.")
                .tasks(&["Set up the delivery", "Write the notice to employees"]),
            rfc("Opt-out for paper pay slips", "Employees may ask for paper; the choice is kept in the master data.", "Agreement with the works council.")
                .graded(Low, Medium, Low),
        ]),
    emergency(-161, "Wrong tax class after marriage of an employee")
        .says("Supplier patch 7.1.0-H3; recalculate 14 persons.", "14 employees would be taxed wrongly with the run of tomorrow.")
        .of(&[rfc("Import supplier patch H3", "Patch for tax classes that change within a month.", "14 wrong pay slips in the run of tomorrow.").emergency()]),
    minor(-101, -66, "Travel expenses paid with the salary")
        .says(
            "- Approved travel expenses are paid with the next salary\n- Interface from the travel system\n- Posting by cost centre",
            "Separate payments cost two working days a month.",
        )
        .with(&[
            Incident::Waived(Requirement::LogAndCmsCurrent, "The CMS is locked for its own update until Friday; Elena Petrova enters the new versions then."),
            Incident::SecondThoughts(Who::Henrik),
        ])
        .of(&[
            rfc("Interface from the travel system", "Take over approved expenses each night.", "Typed by hand today.")
                .tasks(&["Map the expense types", "Test with one month of data"]),
            rfc("Post travel expenses by cost centre", "Split postings by cost centre and project.", "Controlling splits them by hand.")
                .touching(&["Payroll", "Data Warehouse"]),
        ]),
    minor(-27, 11, "New tax tables and yearly certificates")
        .says(
            "- Tax tables and social security limits for the next tax year\n- Yearly tax certificates\n- Corrections from the supplier's delivery 7.3",
            "Required by law **from the first day of the tax year**; the supplier's support for older tables ends.",
        )
        .graded(High, High, Low)
        .until(Until::Asked("Deployment (CAB)", 1))
        .of(&[
            rfc("Import the tax tables for the next tax year", "Tables and limits of the supplier's delivery 7.3.", "Required by law.")
                .graded(High, High, Low)
                .tasks(&["Import on the test client", "Compare 40 reference cases"]),
            rfc("Yearly tax certificates", "New form for the certificate; electronic transmission.", "The form changes with the tax year.")
                .graded(Medium, High, Low),
            rfc("Corrections of delivery 7.3", "Eleven corrections, two of which we had reported.", "Work-arounds can be taken out.").graded(Low, Low, Low),
        ]),
    minor(-2, 41, "Pension report for the London office")
        .says("- Yearly statement of the pension scheme\n- Letters to 86 employees", "The scheme asks for it by the end of January.")
        .graded(Low, Medium, Low)
        .until(Until::Phase("assess", 0))
        .led_by(Who::Tomasz, Who::Daniel)
        .of(&[rfc("Yearly pension statement", "Report and letters for the pension scheme.", "Asked for by the scheme.").starts(-1).graded(Low, Medium, Low)]),
];
