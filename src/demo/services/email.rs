//! E-mail and Calendar: everybody notices when it is not there.

use crate::demo::people::Who;
use crate::demo::story::{Asked, Ends, Incident, Plan, Release, Service, Troubles, Until, after_rollout, emergency, major, minor, rfc};
use crate::domain::early_life::{IssueKind, Severity};
use crate::domain::items::ItemKind;
use crate::domain::records::Grade::{High, Low, Medium};
use crate::domain::releases::{Distribution, Strategy};
use crate::domain::surveys::Audience;

pub const SERVICE: Service = Service {
    name: "E-mail and Calendar",
    description: "Mail, calendars and meeting rooms, for all employees at all sites.",
    items: &[
        ("Mail Gateway", ItemKind::Infrastructure, "Takes mail from outside, filters spam and viruses."),
        ("Room Displays", ItemKind::Infrastructure, "Displays beside 74 meeting rooms."),
    ],
    owner: Who::Tomasz,
    coordinator: Who::Daniel,
    builders: &[Who::Jonas, Who::Marcus],
    requesters: &[Who::Lucia, Who::Katrin, Who::Paul, Who::Oliver],
    watchers: &[Who::Lucia, Who::Henrik],
    troubles: Troubles {
        issues: &[
            (IssueKind::Incident, "Search finds nothing for some mailboxes", Severity::High),
            (IssueKind::Incident, "Phones ask for the password again and again", Severity::Medium),
            (IssueKind::Problem, "Large attachments time out on the way to London", Severity::Medium),
        ],
        errors: &[
            (
                "Shared mailboxes open slowly for the first time",
                "The first opening takes up to a minute while the index is built.",
                "Wait for it once; afterwards it opens as usual.",
            ),
            (
                "Flags are missing on old phones",
                "Phones older than four years show no flags for moved mails.",
                "Use the mail page in the browser, or ask the service desk for another phone.",
            ),
        ],
    },
    plan: Plan {
        strategy: Strategy::Phased,
        distribution: Distribution::Pull,
        affected_users: "- All employees in Berlin, London and New York\n- Assistants who manage calendars of others",
        resources: "- Jonas Weber and Marcus Reed, 6 person-days\n- Service desk staffed until 22:00 on the day",
        deployment: "1. Mail queues at the gateway, nothing is lost\n2. Update the first half of the mailbox servers, move mailboxes\n3. Verify mail in and out, calendar, phones\n4. Second half\n5. Let the queue run, watch it for an hour",
        communication: "- **A week before**: all employees, by mail and intranet\n- **On the day**: status page\n- New York gets the text in the morning of its own time",
        back_out: "As long as the second half is untouched: move mailboxes back. After that: restore the servers from the snapshots, let the queue at the gateway run again.",
    },
    releases: RELEASES,
    changes: &[
        rfc("New signature template", "New postal address of the London office.", "The office has moved.").standard().starts(-262).graded(Low, Medium, Low),
        rfc("Block macros in attachments", "Office files with macros are held back at the gateway.", "Two infections in spring.")
            .starts(-155)
            .touching(&["Mail Gateway"])
            .graded(Medium, High, Medium)
            .tasks(&["List of exceptions with the divisions"]),
        rfc("Mailboxes of 100 GB for everybody", "Raise the limit from 20 to 100 GB.", "Users delete mails they need later.")
            .starts(-92)
            .ends(Ends::Rejected("registered", "Archiving solves this without the cost; see the release for the archive.")),
        rfc("Replace the displays of the fourth floor", "Eight displays flicker.", "Warranty ends.")
            .standard()
            .starts(-16)
            .touching(&["Room Displays"])
            .graded(Low, Low, Low)
            .ends(Ends::Held("build", 1)),
    ],
};

const RELEASES: &[Release] = &[
    major(-331, -279, "New mailbox servers")
        .version("v2")
        .says(
            "- Mailboxes move to the new servers\n- Phones sign in anew\n- Old servers are switched off",
            "The old servers are seven years old, and the maker's support ends.",
        )
        .graded(High, Medium, Medium)
        .with(&[Incident::TaskSkipped("Build the training", "Nothing changes for users, apart from signing in anew; a guide is enough.")])
        .asking(&[after_rollout(
            "The new mailbox servers",
            &[
                Asked {
                    audience: Audience::Users,
                    people: 40,
                    mood: 70,
                    weak: "preparation",
                    praise: &["Opens at once now, even from London.", "I noticed nothing, which is the best that can happen.", "Search is much faster."],
                    blame: &[
                        "My rules were gone and I had to make them anew.",
                        "Shared mailboxes were missing until noon.",
                        "The mail that announced it came after the change.",
                    ],
                },
                Asked {
                    audience: Audience::Network,
                    people: 8,
                    mood: 76,
                    weak: "handover",
                    praise: &["Load is where the plan said."],
                    blame: &["Two alarms of the new servers go to a mailbox that nobody reads."],
                },
            ],
        )])
        .of(&[
            rfc("Move 2 400 mailboxes", "In five waves, each in one evening; the first is IT itself.", "Servers at the end of their life.")
                .graded(High, Medium, Medium)
                .tasks(&["Plan the waves", "Move the mailboxes of IT"]),
            rfc("Phones sign in with certificates", "Certificates instead of passwords on phones.", "Finding of the security audit.")
                .graded(Medium, Medium, Medium),
            rfc("Switch the old servers off", "Wipe and dispose of six servers.", "No use any more.").standard().graded(Low, Low, Low),
        ]),
    minor(-217, -180, "Mail encryption for partners")
        .says("- Encrypted mail with twelve partners\n- Keys are exchanged by the gateway", "Partners ask for it in their contracts.")
        .with(&[Incident::Abandoned {
            phase: "plan",
            after: 9,
            reason: "The supplier has discontinued the product. Encryption will come with the gateway that is bought next year.",
        }])
        .of(&[
            rfc("Encryption at the gateway", "Install the encryption module and exchange keys.", "Contracts with partners.").touching(&["Mail Gateway"]),
            rfc("Guide for partners", "How partners get and send keys.", "Partners ask how.").standard().graded(Low, Low, Low),
        ]),
    minor(-152, -118, "Meeting rooms that free themselves")
        .says("- Displays beside the rooms\n- Rooms are freed when nobody comes within ten minutes", "Every fourth booked room stands empty.")
        .graded(Low, Medium, Low)
        .of(&[
            rfc("Displays beside 74 meeting rooms", "Mount, connect and register.", "Rooms stand empty though booked.")
                .touching(&["Room Displays"])
                .tasks(&["Mount the displays", "Register the displays"]),
            rfc("Free rooms after ten minutes", "Check-in at the display; otherwise the booking is taken out.", "Rooms stand empty though booked.")
                .graded(Low, Medium, Low),
        ]),
    minor(-54, -19, "Mail archive")
        .says(
            "- Mails older than a year move to the archive\n- Search over both\n- Legal hold",
            "The mailbox storage grows by 4 TB a year; legal needs a hold.",
        )
        .graded(Medium, Medium, Medium)
        .until(Until::Phase("review", 4))
        .asking(&[after_rollout(
            "The mail archive in daily work",
            &[Asked {
                audience: Audience::Users,
                people: 46,
                mood: 36,
                weak: "preparation",
                praise: &["My mailbox is light again.", "Finding a mail of three years ago took seconds."],
                blame: &[
                    "Mails that I need every day are in the archive now, and each opens after half a minute.",
                    "Nobody told us that a year is the limit.",
                    "On the phone the archive cannot be searched at all.",
                    "Attachments of archived mails cannot be forwarded.",
                    "I print important mails again. That cannot be the idea.",
                    "Legal hold is good, but the rest of us pay for it with time.",
                ],
            }],
        )])
        .of(&[
            rfc("Archive for mails older than a year", "Move by night, leave a link in the mailbox.", "Storage grows too fast.")
                .tasks(&["Set up the archive", "Move mails of IT as a pilot"]),
            rfc("Search over mailbox and archive", "One search field for both.", "Users must find their mails.").graded(Low, Medium, Low),
            rfc("Legal hold", "Mails of named persons cannot be deleted while a case is open.", "Asked for by legal.").graded(Medium, High, Low),
        ]),
    emergency(-8, "Mails to London delayed by hours")
        .version("v2.3.1")
        .says("Replace the faulty filter rule and let the queue run.", "2 300 mails wait, the London office cannot work.")
        .until(Until::Phase("early_life", 30))
        .settling(22)
        .of(&[rfc("Replace the faulty filter rule", "The rule looks at each attachment twice and times out.", "Mail queue of 2 300 mails.")
            .emergency()
            .touching(&["Mail Gateway"])]),
    major(-11, 48, "Calendars shared with customers")
        .says(
            "- Customers book appointments in free slots\n- Video meeting is made with it\n- Reminders by mail",
            "Sales loses two days per deal with finding a date.",
        )
        .graded(Medium, Medium, Medium)
        .until(Until::Phase("plan", 2))
        .of(&[
            rfc("Booking page for customers", "Public page with free slots of a person or team.", "Finding a date takes days.").graded(Medium, Medium, Medium),
            rfc("Video meeting for each booking", "Make the meeting and put the link into the invitation.", "Links are sent by hand.").graded(Low, Medium, Low),
        ]),
];
