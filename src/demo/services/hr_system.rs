//! The HR System: quiet, well planned, and now before its largest release.

use crate::demo::people::Who;
use crate::demo::story::{Asked, Ends, Incident, Plan, Release, Service, Troubles, Until, after_rollout, emergency, major, minor, rfc};
use crate::domain::approvals::DenialReason;
use crate::domain::early_life::{IssueKind, Severity};
use crate::domain::items::ItemKind;
use crate::domain::records::Grade::{High, Low, Medium};
use crate::domain::releases::{Distribution, Strategy};
use crate::domain::surveys::Audience;

pub const SERVICE: Service = Service {
    name: "HR System",
    description: "Personnel files, absences, recruiting and appraisals, for all 2 400 employees.",
    items: &[
        ("HR Application Server", ItemKind::Application, "The HR application on two nodes behind the load balancer."),
        ("HR Database", ItemKind::Infrastructure, "PostgreSQL cluster of the HR System, with a standby in the second data centre."),
    ],
    owner: Who::Ines,
    coordinator: Who::Miriam,
    builders: &[Who::Felix, Who::Jonas, Who::Priya],
    requesters: &[Who::Sofia, Who::Sofia, Who::Oliver, Who::Katrin],
    watchers: &[Who::Sofia, Who::Oliver],
    troubles: Troubles {
        issues: &[
            (IssueKind::Incident, "Managers do not see requests of their second team", Severity::High),
            (IssueKind::Incident, "Reminders name the wrong day", Severity::Low),
            (IssueKind::Problem, "Some applications are assigned to nobody", Severity::Medium),
        ],
        errors: &[
            (
                "Half days are shown as whole ones",
                "The calendar of a team shows half days of leave as whole days; the balance is right.",
                "Look at the balance, or point at the day: the hours are shown there.",
            ),
            ("Photos cannot be turned", "Photos taken upright on a phone lie on their side.", "Turn the photo before sending it."),
        ],
    },
    plan: Plan {
        strategy: Strategy::Phased,
        distribution: Distribution::Push,
        affected_users: "- All employees (self-service)\n- 38 users in Human Resources\n- Team leads who approve absences",
        resources: "- Felix Hartmann and Jonas Weber, 12 person-days\n- Supplier on call during the window\n- Staging environment `hr-stage` for three weeks",
        deployment: "1. Announce the start to the service desk\n2. Stop the nightly interface to Payroll\n3. Back up the HR Database and restore it on staging as a check\n4. Deploy node 1, smoke test, then node 2\n5. Start the interface, compare ten records\n6. Announce the end",
        communication: "- **Two weeks before**: article on the intranet\n- **Two days before**: mail to team leads and Human Resources\n- **On the day**: service desk and works council are told of start and end",
        back_out: "Decide by half time of the window.\n\n1. Stop both nodes\n2. Restore the backup of the HR Database\n3. Redeploy the previous version\n4. Check sign-in, one absence and one personnel file\n5. Tell the service desk",
    },
    releases: RELEASES,
    changes: &[
        rfc(
            "Extend the retention of application documents to 36 months",
            "Applications are deleted after 24 months today. Legal asks for 36 months.",
            "Claims may be made up to three years later.",
        )
        .standard()
        .starts(-288),
        rfc(
            "Move the HR file archive to the new storage",
            "Copy 1.8 TB of scanned files and switch the mount over.",
            "The old storage leaves maintenance in summer.",
        )
        .starts(-170)
        .touching(&["HR Application Server", "HR Database"])
        .tasks(&["Copy the archive", "Compare the checksums"]),
        rfc("Let team leads export absences as a spreadsheet", "An export button on the absence calendar.", "Team leads retype the figures by hand.")
            .starts(-75)
            .ends(Ends::Rejected("assessment", "The report of the data warehouse offers this already.")),
        rfc("Renew the certificate of the HR interface", "Replace the certificate that signs messages to Payroll.", "It expires at the end of next month.")
            .standard()
            .starts(-1)
            .ends(Ends::Held("registered", 0)),
    ],
};

const RELEASES: &[Release] = &[
    major(-352, -300, "Employee self-service")
        .version("v4")
        .says(
            "- Employees see and correct their own data\n- Absences are requested and approved on line\n- Paper forms are withdrawn",
            "Human Resources handles 900 paper forms a month. Self-service halves the effort and the errors.",
        )
        .graded(High, Medium, Medium)
        .asking(&[after_rollout(
            "Self-service: say it freely",
            &[
                Asked {
                    audience: Audience::Users,
                    people: 54,
                    mood: 62,
                    weak: "preparation",
                    praise: &[
                        "My leave is approved the same day.",
                        "No more paper forms.",
                        "I see my balance without asking anybody.",
                    ],
                    blame: &[
                        "In the plant there is one terminal for sixty people.",
                        "The menu is made by people who know where things are.",
                        "It shows my manager when I looked at my pay slip. Does it have to?",
                        "I would have liked a training in our language.",
                    ],
                },
            ],
        ).anonymous()])
        .of(&[
            rfc("Self-service for personal data", "Employees may view and correct address, bank account and emergency contact.", "Fewer forms, fewer typing errors.")
                .graded(High, Medium, Medium)
                .tasks(&["Write the migration of contact data", "Have the works council read the texts"]),
            rfc("Absence requests with approval by the team lead", "Request, approve and see absences; calendar for the team.", "Absence forms take four days on average."),
            rfc("Single sign-on for the HR System", "Sign in with the company account instead of a password of its own.", "Passwords of the HR System are the most common reset.")
                .touching(&["HR Application Server"])
                .denied(DenialReason::IncompleteImpactAssessment, "What happens to people on leave without a company account?"),
        ]),
    minor(-251, -219, "Appraisal forms and reminders")
        .says("- New appraisal form with goals\n- Reminders four weeks and one week before the appraisal", "Every third appraisal was late last year.")
        .of(&[
            rfc("New appraisal form", "One form for all divisions, with goals and training wishes.", "Three different forms are in use."),
            rfc("Reminders for due appraisals", "Mail to team leads four weeks and one week before.", "Appraisals are forgotten.").standard().graded(Low, Medium, Low),
        ]),
    emergency(-190, "Absence balances wrong after turn of the month")
        .says("Correct the carry-over of part-time balances and recalculate 212 accounts.", "212 employees see wrong balances; team leads approve on wrong figures.")
        .of(&[rfc("Correct the carry-over of part-time absences", "Rounding error in the monthly carry-over; recalculate from the ledger.", "Wrong balances for 212 employees.").emergency()]),
    minor(-146, -104, "Recruiting with applicant portal")
        .says(
            "- Applicants upload documents themselves\n- Hiring managers comment in the system\n- Interview dates by calendar link",
            "Applications by mail get lost and cannot be deleted on time.",
        )
        .graded(Medium, High, Medium)
        .with(&[
            Incident::TestFailed {
                note: "Upload fails above 8 MB, and the virus scanner does not see what is uploaded.",
                reason: "Upload of documents failed the security test; the scanner has to be put in between.",
            },
            Incident::TaskFailed("Create the release", "Build broke on the new scanner library; library replaced."),
            Incident::Postponed(7),
        ])
        .of(&[
            rfc("Applicant portal", "Public page where applicants enter data and upload documents.", "Applications by mail cannot be handled according to data protection.")
                .graded(High, Medium, Medium)
                .test_failed("Large uploads break off.")
                .tasks(&["Set up the public address", "Connect the virus scanner", "Write the privacy notice"]),
            rfc("Comments of hiring managers", "Hiring managers rate and comment applications in the system.", "Comments are spread over mailboxes."),
            rfc("Interview dates by calendar link", "Invite applicants from the system; the calendar is kept in step.", "Dates are typed twice.").touching(&["HR System", "E-mail and Calendar"]),
        ]),
    major(-47, 10, "Digital personnel file and new payroll interface")
        .says(
            "- Complete digital personnel file, paper archive closed\n- New interface to Payroll, event by event instead of a nightly file\n- New roles for Human Resources\n- Training for all users in Human Resources",
            "The lease of the archive ends with the year, and the old interface is out of support. Both must be replaced **before the last payroll run of the year**.",
        )
        .graded(High, High, Medium)
        .until(Until::Phase("training", 1))
        .with(&[Incident::TaskSkipped("Evaluate the financial impact", "Covered by the business case of the programme, approved in June.")])
        .of(&[
            rfc("Digital personnel file", "Import 2 400 paper files from the scanning service, with index and retention rules.", "The archive lease ends in December.")
                .graded(High, High, Medium)
                .tasks(&["Load the scanned files", "Check a sample of 200 files", "Set the retention rules"]),
            rfc("Event-based interface to Payroll", "Send changes as they happen; the nightly file is switched off after two weeks in parallel.", "The file interface is out of support.")
                .graded(High, High, Medium)
                .touching(&["HR System", "Payroll"])
                .tasks(&["Agree the message format", "Run both interfaces in parallel on staging"]),
            rfc("New roles for Human Resources", "Separate reading and changing personnel files; four-eyes principle for bank accounts.", "Finding of the internal audit.").graded(Medium, High, Low),
            rfc("Audit trail for personnel files", "Show who has read which file, for the data protection officer.", "Asked for by the works council.").joins_late("The works council agrees to the digital file only together with the audit trail."),
        ]),
];
