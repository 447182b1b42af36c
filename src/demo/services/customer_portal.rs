//! The Customer Portal: one release had to be taken back, and one is being taken back now.

use crate::demo::people::Who;
use crate::demo::story::{Asked, Ends, Incident, Plan, Release, Service, Troubles, Until, after_rollout, emergency, major, minor, rfc};
use crate::domain::early_life::{IssueKind, Severity};
use crate::domain::items::ItemKind;
use crate::domain::records::Grade::{High, Low, Medium};
use crate::domain::releases::{Distribution, Strategy};
use crate::domain::surveys::Audience;

pub const SERVICE: Service = Service {
    name: "Customer Portal",
    description: "Contracts, invoices and messages for 61 000 customers.",
    items: &[
        ("Portal Web Servers", ItemKind::Infrastructure, "Four web servers behind the load balancer."),
        ("Document Service", ItemKind::Application, "Makes and keeps invoices and contracts as PDF."),
    ],
    owner: Who::Ines,
    coordinator: Who::Daniel,
    builders: &[Who::Marcus, Who::Priya, Who::Elena],
    requesters: &[Who::Oliver, Who::Lucia, Who::Aylin],
    watchers: &[Who::Oliver, Who::Katrin],
    troubles: Troubles {
        issues: &[
            (IssueKind::Incident, "Customers see an empty page after signing in with an old bookmark", Severity::Medium),
            (IssueKind::Problem, "Documents take more than ten seconds when a contract has many of them", Severity::High),
            (IssueKind::Incident, "Confirmation mails go out twice for some customers", Severity::Low),
        ],
        errors: &[
            (
                "Amounts without decimals on small phones",
                "On narrow screens the cents are cut off in the list of invoices.",
                "Turn the phone, or open the single invoice: there the amount is complete.",
            ),
            (
                "No download in private windows",
                "A PDF stays empty when the browser forbids storage.",
                "Use a normal window, or have the document sent by mail from the same page.",
            ),
        ],
    },
    plan: Plan {
        strategy: Strategy::Phased,
        distribution: Distribution::Push,
        affected_users: "- 61 000 customers, about 4 000 a day\n- 45 agents in customer service",
        resources: "- Marcus Reed and Priya Raman, 10 person-days\n- Load test environment for two nights\n- One agent of customer service for acceptance",
        deployment: "1. Take one web server out of the load balancer, deploy, smoke test\n2. Send 10 % of visitors there for one hour\n3. Error rate below 0.5 %: deploy the other three\n4. Empty the cache\n5. Tell customer service",
        communication: "- **Three days before**: customer service, with screen shots\n- **At the start**: banner in the portal\n- **At the end**: status page",
        back_out: "At an error rate above 2 % for ten minutes, or by decision of the release manager.\n\n1. Switch the load balancer to the old servers\n2. Undo the database scripts with `down/`\n3. Empty the cache, check sign-in and invoice",
    },
    releases: RELEASES,
    changes: &[
        rfc("Raise the memory of the web servers", "From 16 to 32 GB each, one after the other.", "Swapping at month's end.")
            .standard()
            .starts(-305)
            .touching(&["Portal Web Servers"]),
        rfc("Chat with customer service", "Chat window on every page, staffed from 8 to 18.", "Customers ask for it in the survey.")
            .starts(-130)
            .denied(crate::domain::approvals::DenialReason::ResourceAvailability, "Customer service has nobody to staff it this year.")
            .ends(Ends::Rejected("authorisation", "Denied by the CAB: no staff. To be taken up again with next year's plan."))
            .graded(Medium, Low, Medium),
        rfc("Delete invoices after ten years", "Yearly job of the document service.", "Data protection.")
            .starts(-21)
            .touching(&["Document Service"])
            .ends(Ends::Held("test", 1)),
    ],
};

const RELEASES: &[Release] = &[
    major(-336, -283, "Portal on the new platform")
        .version("v3")
        .says("- All pages move to the new platform\n- Works on phones\n- Accessible according to EN 301 549", "The old platform is out of support, and 60 % of visitors come with a phone.")
        .graded(High, Medium, High)
        .with(&[Incident::Rescoped("- Old bookmarks are redirected")])
        .asking(&[after_rollout(
            "Your new customer portal",
            &[
                Asked {
                    audience: Audience::Customers,
                    people: 36,
                    mood: 60,
                    weak: "communication",
                    praise: &[
                        "Everything about my contract on one page.",
                        "The meter reading took me one minute.",
                        "Clear and quick on the phone.",
                    ],
                    blame: &[
                        "I had to register again and nobody had warned me.",
                        "For two days I could not download my invoices.",
                        "The letter with the code came after a week.",
                    ],
                },
                Asked {
                    audience: Audience::Suppliers,
                    people: 6,
                    mood: 72,
                    weak: "requirements",
                    praise: &[
                        "Short ways and quick decisions.",
                    ],
                    blame: &[
                        "The interface description changed twice after we had begun.",
                    ],
                },
            ],
        )])
        .of(&[
            rfc("Move contracts and invoices to the new platform", "Pages, search and download.", "Platform out of support.").graded(High, Medium, High).tasks(&["Move the pages", "Redirect the old addresses", "Load test with 400 visitors"]),
            rfc("Messages between customer and agent", "Threads with attachments, in the portal and in customer service's tool.", "Mail is not safe for contract data."),
            rfc("Accessibility according to EN 301 549", "Contrast, keyboard, screen reader; checked by an outside expert.", "Required by law from summer.").graded(Medium, High, Low),
        ]),
    minor(-242, -208, "Payment by direct debit in the portal")
        .says("- Customers give and end mandates themselves\n- Bank account is checked while typing", "A quarter of all calls is about mandates.")
        .graded(High, Medium, Medium)
        .with(&[Incident::BackedOut {
            seen: "Mandates given in the portal do not reach accounting: 31 of 31 are missing.",
            reason: "Mandates do not reach accounting, and the window closes in two hours. Going back was decided with the business.",
            facts: "- 19:30 deployed to all servers\n- 20:10 first mandate missing in accounting\n- 20:45 cause found: the queue accepts the old format only\n- 21:00 decision to go back, as the queue belongs to another team",
            again: false,
        }])
        .of(&[
            rfc("Mandates in the portal", "Give, show and end direct debit mandates.", "Fewer calls.").graded(High, Medium, Medium).tasks(&["Pages for mandates", "Connect the queue to accounting"]),
            rfc("Check bank accounts while typing", "Check digits, and name of the bank beside the field.", "One in twelve accounts is mistyped.").graded(Low, Medium, Low),
        ]),
    minor(-192, -158, "Direct debit, second attempt")
        .says("- Mandates in the portal, with the new message format\n- Pilot with 500 customers for a week", "The first attempt was backed out because the queue did not take the messages.")
        .graded(High, Medium, Medium)
        .taking_over(&["Mandates in the portal", "Check bank accounts while typing"])
        .of(&[rfc("New message format for mandates", "Accounting's queue takes the new format beside the old one.", "Cause of the back-out.").touching(&["Customer Portal", "Document Service"])]),
    emergency(-83, "Invoices of other customers visible after session time-out")
        .says("Bind cached documents to the session. **Security incident**, reported to the data protection officer.", "Three customers have seen invoices that are not theirs.")
        .of(&[
            rfc("Bind cached documents to the session", "The cache key gets the customer's number and the session.", "Documents of other customers were shown.").emergency().touching(&["Portal Web Servers", "Document Service"]),
        ]),
    minor(-46, -4, "Move house in three steps")
        .says("- Customers change address, meter and tariff in one go\n- Appointment with the technician", "Moving house is the reason for 18 % of all calls.")
        .graded(Medium, High, Medium)
        .until(Until::Phase("back_out", 3))
        .with(&[Incident::BackedOut {
            seen: "Appointments are booked twice when customers go back in the browser: 9 of 40.",
            reason: "Technicians would drive to appointments that do not exist. The pilot is stopped.",
            facts: "Nine double bookings in the first hour of the pilot; the booking key is made anew on each page.",
            again: true,
        }])
        .of(&[
            rfc("Guided move", "Address, meter reading and tariff in three pages.", "Customers give up half way.").graded(Medium, High, Medium).tasks(&["Pages for the move"]),
            rfc("Appointments with technicians", "Free appointments are offered and booked.", "Appointments are made by phone.").graded(Medium, Medium, Medium),
        ]),
    minor(-14, 34, "Tariff calculator with heat pumps")
        .says("- Calculator knows heat pumps and wall boxes\n- Result can be sent by mail", "New tariffs are sold from the new year.")
        .graded(Low, Medium, Low)
        .until(Until::Phase("plan", 9))
        .of(&[
            rfc("Heat pumps in the tariff calculator", "Load profiles and night tariff.", "New tariffs from January.").graded(Low, Medium, Low),
            rfc("Send the result by mail", "Result as PDF to the customer's address.", "Wish of customers.").standard().graded(Low, Low, Low),
        ]),
];
