//! Identity and Sign-in: the door to everything else.

use crate::demo::people::Who;
use crate::demo::story::{Asked, Ends, Incident, Plan, Release, Service, Troubles, Until, after_rollout, emergency, major, minor, pilot, rfc};
use crate::domain::approvals::DenialReason;
use crate::domain::early_life::{IssueKind, Severity};
use crate::domain::items::ItemKind;
use crate::domain::records::Grade::{High, Low, Medium};
use crate::domain::releases::{Distribution, Strategy};
use crate::domain::surveys::Audience;

pub const SERVICE: Service = Service {
    name: "Identity and Sign-in",
    description: "Accounts, groups and sign-in for all applications, with a second factor.",
    items: &[
        ("Directory Servers", ItemKind::Infrastructure, "Three directory servers, one per data centre and one in London."),
        ("Sign-in Pages", ItemKind::Application, "Where people sign in, and reset what they forgot."),
    ],
    owner: Who::Ines,
    coordinator: Who::Daniel,
    builders: &[Who::Priya, Who::Jonas, Who::Marcus],
    requesters: &[Who::Paul, Who::Paul, Who::Lucia, Who::Jonas],
    watchers: &[Who::Paul, Who::Lucia],
    troubles: Troubles {
        issues: &[
            (IssueKind::Incident, "Slow first sign-in on shared computers", Severity::Medium),
            (IssueKind::Incident, "Requests of temporary staff reach nobody", Severity::High),
            (IssueKind::Problem, "The directory sync stops at groups with more than 5 000 members", Severity::Medium),
        ],
        errors: &[
            (
                "Old bookmarks lead to an error page",
                "Users see “page not found” when they use a bookmark from before the release.",
                "Open the start page and set the bookmark anew.",
            ),
            ("Approvers get two mails", "Whoever owns a group in both places is asked twice.", "Answer one of the two; the other goes away by itself."),
        ],
    },
    plan: Plan {
        strategy: Strategy::Phased,
        distribution: Distribution::Push,
        affected_users: "- Everybody, at every sign-in\n- 64 applications that rely on it",
        resources: "- Priya Raman and Jonas Weber, 9 person-days\n- Application owners for a test of one hour each\n- Emergency accounts in the safe, checked the day before",
        deployment: "1. Check the emergency accounts\n2. London first, wait for one hour of sign-ins\n3. Second data centre, then the first\n4. Sign in to the ten most important applications",
        communication: "- **A week before**: application owners\n- **The day before**: service desk, with answers to expected questions",
        back_out: "Sign-in errors above 3 %:\n\n1. Switch to the server that is not updated yet\n2. Restore the directory from the snapshot, if entries were changed\n3. Reset sessions, tell the service desk",
    },
    releases: RELEASES,
    changes: &[
        rfc("Shorten sessions on shared workstations", "From ten hours to thirty minutes in warehouse and reception.", "Audit finding.")
            .starts(-258)
            .touching(&["Sign-in Pages"])
            .graded(Medium, High, Low),
        rfc("Lock accounts after a year without use", "Monthly job, with a mail to the line manager.", "600 unused accounts.")
            .starts(-134)
            .tasks(&["List of exceptions", "Dry run"]),
        rfc("Let users choose their own sign-in name", "Nicknames instead of surname and initial.", "Wish of marketing.")
            .starts(-88)
            .ends(Ends::Rejected("assessment", "Names are used as keys in eleven applications."))
            .graded(Medium, Low, High),
        rfc("Add the New York office to the directory sync", "Second sync partner over the leased line.", "Sign-in takes eight seconds in New York.")
            .starts(-19)
            .touching(&["Directory Servers"])
            .ends(Ends::Held("implementation", 1)),
    ],
};

const RELEASES: &[Release] = &[
    major(-312, -262, "Second factor for everybody")
        .version("v2")
        .says(
            "- Second factor by app or key\n- Self-service for lost phones\n- Exceptions end after 90 days",
            "Four accounts were taken over last year; the insurance asks for it.",
        )
        .graded(High, High, Medium)
        .asking(&[
            pilot(
                "Trying the second factor",
                "training",
                &[Asked {
                    audience: Audience::Users,
                    people: 14,
                    mood: 60,
                    weak: "preparation",
                    praise: &["Faster than I feared.", "The app is simple."],
                    blame: &["The page to set it up does not say which app to take.", "I was locked out for a morning because my phone was at home."],
                }],
            ),
            after_rollout(
                "How do you like the second factor?",
                &[Asked {
                    audience: Audience::Users,
                    people: 48,
                    mood: 55,
                    weak: "preparation",
                    praise: &[
                        "Works well, and the key on my ring is better than the app.",
                        "Good that it asks only once a day.",
                        "Setting it up took two minutes.",
                        "At last. My account was one of the four.",
                    ],
                    blame: &[
                        "We were told on the very day. A week's notice would have helped.",
                        "In the workshop nobody may carry a phone, and the keys came two weeks late.",
                        "It asks again every time the train has no reception.",
                        "The guide shows screens that look different from mine.",
                        "Getting a new phone registered took my manager three days.",
                    ],
                }],
            ),
        ])
        .of(&[
            rfc("Second factor by app or key", "Enrolment at sign-in, in waves by division.", "Accounts are taken over.")
                .graded(High, High, Medium)
                .tasks(&["Order 300 keys", "Enrolment pages"]),
            rfc("Self-service for lost phones", "New device after a check by the line manager.", "Service desk expects 30 calls a week.")
                .graded(Medium, Medium, Low),
            rfc("Report of exceptions", "Weekly list to the security officer.", "Exceptions must end.").standard().graded(Low, Medium, Low),
        ]),
    minor(-202, -163, "Sign-in without password for key users")
        .says("- Passkeys for 200 key users\n- Password stays as a fallback", "Passwords are phished; passkeys cannot be.")
        .graded(Medium, Medium, Medium)
        .with(&[Incident::TestFailed {
            note: "Passkeys made on phones with an older system are not accepted by the directory.",
            reason: "Older phones are left out; plan and communication have to say so.",
        }])
        .asking(&[after_rollout(
            "Signing in without a password",
            &[Asked {
                audience: Audience::Users,
                people: 32,
                mood: 74,
                weak: "trouble",
                praise: &["I have not typed a password for a week.", "Quick and it just works.", "Please give it to everybody."],
                blame: &["My phone is too old for it, and nobody said so before.", "Two ways to sign in confuse the new colleagues."],
            }],
        )])
        .of(&[
            rfc("Passkeys at sign-in", "Offer passkeys beside password and second factor.", "Passwords are phished.")
                .graded(Medium, Medium, Medium)
                .test_failed("Older phones are refused."),
            rfc("Register passkeys on managed devices", "Key is made when a device is handed out.", "Saves a step for users.").graded(Low, Medium, Low),
        ]),
    major(-124, -60, "Directory in the cloud")
        .says(
            "- Directory moves to the provider's cloud\n- Servers in the data centres are given up",
            "Less work for operations, one contract instead of three.",
        )
        .graded(High, Low, High)
        .with(&[Incident::Abandoned {
            phase: "build_test",
            after: 6,
            reason: "The provider cannot promise to keep the data in Europe; the data protection officer has stopped it.",
        }])
        .of(&[
            rfc("Move the directory to the cloud", "Sync for four weeks, then switch over.", "Less work.").graded(High, Low, High).tasks(&["Test tenant"]),
            rfc("Give up the directory servers", "Switch off and dispose of three servers.", "Not needed any more.")
                .graded(Medium, Low, Medium)
                .touching(&["Directory Servers"]),
        ]),
    emergency(-34, "Sign-in refused for accounts with umlauts")
        .version("v2.1.1")
        .says("Undo the normalisation of names that came with the update of the directory.", "310 people cannot sign in since seven in the morning.")
        .led_by(Who::Tomasz, Who::Daniel)
        .of(&[rfc("Undo the normalisation of names", "Restore the old comparison and the index.", "310 people are locked out.")
            .emergency()
            .touching(&["Directory Servers"])]),
    minor(-55, -9, "Approval of group memberships")
        .version("v2.2")
        .says("- Owners approve who joins their groups\n- Yearly review of all memberships", "Rights grow and are never taken back (audit finding 14).")
        .graded(Medium, High, Low)
        .until(Until::Offered)
        .settling(9)
        .asking(&[
            pilot(
                "Approving memberships: first impressions",
                "build_test",
                &[Asked {
                    audience: Audience::Users,
                    people: 16,
                    mood: 52,
                    weak: "preparation",
                    praise: &["I see for the first time who is in my groups."],
                    blame: &["I did not know that I own nine groups.", "The mail does not say what the group is good for, so I cannot decide."],
                }],
            ),
            after_rollout(
                "Approving memberships: how does it go?",
                &[
                    Asked {
                        audience: Audience::Users,
                        people: 44,
                        mood: 66,
                        weak: "preparation",
                        praise: &[
                            "The list of my groups is clear, and approving takes seconds.",
                            "Nice that memberships end by themselves now.",
                            "The changes after the pilot were worth it.",
                        ],
                        blame: &[
                            "I get a mail for each single request. One a day would do.",
                            "New colleagues wait two days for their folders because the owner is on holiday.",
                            "I still do not know what some groups are good for.",
                        ],
                    },
                    Asked {
                        audience: Audience::ServiceDesk,
                        people: 9,
                        mood: 58,
                        weak: "documents",
                        praise: &["Most callers are helped by the known errors page."],
                        blame: &["Callers ask who owns their group, and we cannot look it up.", "The instructions name a menu that was renamed."],
                    },
                ],
            ),
        ])
        .of(&[
            rfc("Owners approve memberships", "Request, approve, end date.", "Audit finding 14.")
                .graded(Medium, High, Low)
                .tasks(&["Name owners for 240 groups"]),
            rfc("Yearly review of memberships", "List per owner; what is not confirmed ends.", "Audit finding 14.").graded(Medium, Medium, Low),
        ]),
    minor(-29, 15, "Sign-in from abroad only with managed devices")
        .version("v2.3")
        .says(
            "- Sign-in from outside of Europe and the United States asks for a managed device\n- Travellers are told beforehand",
            "Most attacks come from there.",
        )
        .graded(Medium, Medium, Medium)
        .until(Until::Denied)
        .with(&[Incident::Denied {
            step: "Plan",
            by: Who::Sofia,
            reason: DenialReason::InsufficientInformation,
            comment: "What about employees on parental leave abroad, who have no managed device but need their pay slip?",
            fix: "",
        }])
        .of(&[
            rfc("Rule for sign-ins from abroad", "By country of the address, with exceptions.", "Attacks.").graded(Medium, Medium, Medium),
            rfc("Notice to travellers", "From the travel system, a week before.", "Nobody should be locked out.").standard().graded(Low, Low, Low),
        ]),
];
