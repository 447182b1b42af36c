//! The Warehouse Scanner: hand-helds that have to work at four in the morning.

use crate::demo::people::Who;
use crate::demo::story::{Ends, Incident, Plan, Release, Service, Troubles, Until, emergency, major, minor, rfc};
use crate::domain::early_life::{IssueKind, Severity};
use crate::domain::items::ItemKind;
use crate::domain::records::Grade::{High, Low, Medium};
use crate::domain::releases::{Distribution, Strategy};

pub const SERVICE: Service = Service {
    name: "Warehouse Scanner",
    description: "Hand-held scanners for goods in, picking and stocktaking at two sites.",
    items: &[
        ("Scanner Firmware", ItemKind::Application, "Software on 180 hand-held scanners."),
        ("Warehouse Wi-Fi", ItemKind::Infrastructure, "96 access points in Spandau and Leipzig."),
    ],
    owner: Who::Tomasz,
    coordinator: Who::Miriam,
    builders: &[Who::Elena, Who::Jonas],
    requesters: &[Who::Elena, Who::Oliver, Who::Lucia],
    watchers: &[Who::Oliver],
    troubles: Troubles {
        issues: &[
            (IssueKind::Incident, "Scanners lose the connection in hall 3", Severity::High),
            (IssueKind::Incident, "Labels are printed without the best-before date", Severity::Medium),
            (IssueKind::Problem, "Bookings of two scanners at one shelf overtake each other", Severity::Medium),
        ],
        errors: &[
            ("Numbers with a leading zero are refused", "Typed numbers that begin with a zero are not found.", "Scan them, or leave the zero out."),
            ("The list does not refresh by itself", "New picks show only after going back to the start page.", "Go back once after each cart."),
        ],
    },
    plan: Plan {
        strategy: Strategy::Phased,
        distribution: Distribution::Push,
        affected_users: "- 210 people in three shifts in Spandau\n- 95 people in Leipzig",
        resources: "- Elena Petrova, 9 person-days\n- One shift lead per site as key user\n- 20 spare scanners from the store",
        deployment: "1. Charge all scanners, at least 60 %\n2. Push to ten scanners of the key users, work with them for one shift\n3. Push to Leipzig\n4. Push to Spandau after the night shift\n5. Count the scanners on the new version",
        communication: "- **A week before**: shift leads\n- **On the day**: notice at the charging stations, in German, Polish and English",
        back_out: "Push the previous firmware; takes 25 minutes for all scanners. Until then: picking lists on paper, printed by the shift leads.",
    },
    releases: RELEASES,
    changes: &[
        rfc("Replace twelve access points in hall 3", "Newer model with better reach.", "Dead spots between the high racks.")
            .starts(-280)
            .touching(&["Warehouse Wi-Fi"])
            .tasks(&["Measure before", "Mount", "Measure after"]),
        rfc("Spare batteries for the night shift", "Forty batteries and two chargers.", "Scanners run empty before six.")
            .standard()
            .starts(-112)
            .graded(Low, Medium, Low),
        rfc("Scan with private phones", "App for temporary staff.", "Too few scanners before Christmas.")
            .starts(-48)
            .ends(Ends::Withdrawn("authorisation", "Withdrawn by the warehouse: forty scanners are rented instead."))
            .graded(Medium, Medium, High),
        rfc("Second label printer in Leipzig", "Same model as in Spandau.", "The only printer stood still twice.")
            .standard()
            .starts(-5)
            .graded(Low, Medium, Low)
            .ends(Ends::Held("assessment", 1)),
    ],
};

const RELEASES: &[Release] = &[
    major(-349, -297, "Picking by voice")
        .version("v5")
        .says("- Scanners speak the next bin and take the answer\n- German, Polish and English\n- Headsets for the night shift", "Picking by voice is a fifth faster, and hands stay free.")
        .graded(High, Medium, High)
        .with(&[Incident::BackedOut {
            seen: "Recognition fails in hall 2: the conveyor is too loud, three of four answers are repeated.",
            reason: "The night shift could not pick; paper lists would not have lasted until morning.",
            facts: "- Recognition below 30 % beside the conveyor, above 95 % elsewhere\n- The test was made while the conveyor stood still\n- Headsets with noise filter are on offer",
            again: true,
        }])
        .of(&[
            rfc("Voice software on the scanners", "Install, train the words, connect to the warehouse system.", "Faster picking.").graded(High, Medium, High).touching(&["Scanner Firmware"]).tasks(&["Record the words in three languages", "Test in hall 1"]),
            rfc("Headsets for the night shift", "Sixty headsets with charging stations.", "Needed for voice.").standard(),
        ]),
    emergency(-211, "Scanners lose goods-in bookings")
        .says("Keep bookings on the scanner until the server has confirmed them.", "41 pallets stand in hall 1 that the system does not know.")
        .of(&[
            rfc("Keep bookings until they are confirmed", "Queue on the scanner, resend after reconnecting.", "Bookings are lost when the Wi-Fi breaks off.").emergency().touching(&["Scanner Firmware"]),
            rfc("Book 41 lost pallets", "Scan again and compare with delivery notes.", "Stock is wrong.").emergency().graded(Medium, High, Low),
        ]),
    minor(-172, -136, "Stocktaking without closing")
        .says("- Count aisle by aisle while work goes on\n- Differences are shown to the shift lead at once", "The yearly stocktaking closes both sites for two days.")
        .with(&[Incident::TaskFailed("Hand over to operations", "Runbook lacked the restart of the count; added.")])
        .of(&[
            rfc("Count aisle by aisle", "Lock one aisle, count, release it.", "No more closing for stocktaking.").tasks(&["Lock and release aisles", "Pages for the shift lead"]),
            rfc("Show differences at once", "Difference above 2 % asks for a second count.", "Errors are found weeks later.").graded(Low, Medium, Low),
        ]),
    minor(-97, -60, "Photos of damaged goods")
        .says("- Take photos while booking goods in\n- Photos go with the claim to the supplier", "Claims are refused without a photo.")
        .graded(Low, Medium, Low)
        .of(&[
            rfc("Take photos with the scanner", "Up to five photos per pallet, sent when the Wi-Fi is free.", "Claims are refused.").touching(&["Scanner Firmware", "Warehouse Scanner"]),
            rfc("Photos in the supplier's claim", "Attach photos to the claim document.", "Sent by hand today.").standard().graded(Low, Low, Low),
        ]),
    minor(-25, 26, "Pick lists sorted by walking distance")
        .says("- Shortest way through the aisles\n- Heavy goods first", "The night shift walks eleven kilometres; a test showed seven.")
        .graded(Medium, Medium, Medium)
        .until(Until::Phase("build_test", 4))
        .of(&[
            rfc("Sort pick lists by walking distance", "Map of the aisles and a sorted list per order.", "Long ways.").graded(Medium, Medium, Medium).tasks(&["Draw the map of the aisles", "Compare 200 orders"]),
            rfc("Heavy goods first", "Sort by weight within an aisle.", "Goods are crushed.").graded(Low, Medium, Low),
        ]),
    minor(-2, 33, "Support for returns")
        .says("- Book returns with the scanner\n- Print a label for the inspection", "Returns are booked at one desk only, with a queue on Mondays.")
        .graded(Medium, Low, Low)
        .until(Until::Phase("assess", 0))
        .of(&[
            rfc("Book returns with the scanner", "New dialogue for returns, with reason.", "Queue at the desk.").starts(-3),
            rfc("Label for the inspection", "Print on the belt printer.", "Returns get mixed up.").starts(-1).graded(Low, Low, Low),
        ]),
];
