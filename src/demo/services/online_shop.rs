//! The Online Shop: money by the minute, and an emergency right now.

use crate::demo::people::Who;
use crate::demo::story::{Asked, Ends, Incident, Plan, Release, Service, Troubles, Until, after_rollout, emergency, major, minor, rfc};
use crate::domain::approvals::DenialReason;
use crate::domain::early_life::{IssueKind, Severity};
use crate::domain::items::ItemKind;
use crate::domain::records::Grade::{High, Low, Medium};
use crate::domain::releases::{Distribution, Strategy};
use crate::domain::surveys::Audience;

pub const SERVICE: Service = Service {
    name: "Online Shop",
    description: "Catalogue, basket and checkout; 1 200 orders a day, five times as many in campaigns.",
    items: &[
        ("Shop Frontend", ItemKind::Application, "Pages of the shop, on six servers."),
        ("Payment Gateway", ItemKind::Application, "Cards, invoice and instant transfer, by the payment provider."),
        ("Shop Database", ItemKind::Infrastructure, "PostgreSQL cluster with two read copies."),
    ],
    owner: Who::Ines,
    coordinator: Who::Miriam,
    builders: &[Who::Felix, Who::Marcus, Who::Priya],
    requesters: &[Who::Oliver, Who::Aylin, Who::Katrin],
    watchers: &[Who::Oliver, Who::Aylin],
    troubles: Troubles {
        issues: &[
            (IssueKind::Incident, "Baskets are empty after signing in", Severity::High),
            (IssueKind::Problem, "Payment pages are slow in the evening", Severity::Medium),
            (IssueKind::Incident, "Delivery to Austria shows the German price", Severity::Low),
        ],
        errors: &[
            (
                "A voucher must be typed in capitals",
                "Vouchers in small letters are refused as unknown.",
                "Type it in capitals; the hint beside the field says so.",
            ),
            ("Pictures miss in the printed order", "The printed order shows frames instead of pictures.", "Send the order by mail and print that."),
        ],
    },
    plan: Plan {
        strategy: Strategy::Phased,
        distribution: Distribution::Push,
        affected_users: "- Customers: about 20 000 visits a day\n- 12 people in order handling\n- Marketing (campaigns)",
        resources: "- Felix Hartmann, Marcus Reed and Priya Raman, 15 person-days\n- Payment provider on call\n- Load test before each release",
        deployment: "1. Not on campaign days\n2. Deploy to one server, place a test order with each way of paying\n3. 5 %, 25 %, 100 % of visitors, 20 minutes each\n4. Watch orders per minute against last week",
        communication: "- **Two days before**: marketing and order handling\n- **At each step**: channel `#shop-live`",
        back_out: "Orders per minute 30 % below last week, or any lost payment:\n\n1. Send all visitors to the old servers\n2. Replay payments from the queue\n3. Compare orders and payments with the provider",
    },
    releases: RELEASES,
    changes: &[
        rfc("Raise the rate limit for partners", "From 10 to 40 requests a second for price comparison sites.", "Our prices are shown too late.")
            .standard()
            .starts(-245)
            .graded(Low, Medium, Low),
        rfc("Second read copy of the Shop Database", "Add a copy in the second data centre.", "Search is slow in the evening.")
            .starts(-182)
            .touching(&["Shop Database"])
            .tasks(&["Set up the copy", "Send search there"]),
        rfc("Pay with crypto currencies", "Connect another payment provider.", "Three customers have asked.")
            .starts(-118)
            .denied(DenialReason::NotAlignedWithStrategy, "Not in the payment strategy, and anti-money-laundering is unclear.")
            .ends(Ends::Rejected("authorisation", "Denied by the CAB as not aligned with strategy.")),
        rfc("Renew the contract certificate of the payment provider", "New certificate for signing payments.", "Expires in three weeks.")
            .standard()
            .starts(-7)
            .touching(&["Payment Gateway"])
            .graded(High, Medium, Low),
    ],
};

const RELEASES: &[Release] = &[
    major(-322, -271, "New checkout")
        .version("v6")
        .says("- Checkout on one page\n- Guest orders\n- Addresses are completed while typing", "Every third basket is left at the checkout.")
        .graded(High, High, Medium)
        .with(&[Incident::Denied {
            step: "Deployment (CAB)",
            by: Who::Paul,
            reason: DenialReason::Technical,
            comment: "The penetration test has an open finding of severity 2. Close it, then ask again.",
            fix: "**Added after the denial:** the finding is closed and retested (report 2 of the tester).",
        }])
        .asking(&[after_rollout(
            "Buying with the new checkout",
            &[Asked {
                audience: Audience::Customers,
                people: 38,
                mood: 80,
                weak: "communication",
                praise: &["Three clicks and done.", "At last I can pay by instalments.", "It remembers my address. Thank you."],
                blame: &["The voucher field is hidden so well that I ordered without.", "My card was refused twice before it worked."],
            }],
        )])
        .of(&[
            rfc("Checkout on one page", "Address, delivery and payment on one page.", "Baskets are left.")
                .graded(High, High, Medium)
                .tasks(&["Build the page", "Penetration test"]),
            rfc("Guest orders", "Order without an account; account is offered afterwards.", "First-time customers leave.").graded(Medium, Medium, Low),
            rfc("Complete addresses while typing", "Connect the address service.", "Parcels come back.").standard().graded(Low, Medium, Low),
        ]),
    minor(-224, -188, "Wish lists and stock alerts")
        .says("- Wish lists that can be shared\n- Mail when something is back in stock", "Asked for most often in the survey.")
        .graded(Low, Medium, Low)
        .of(&[
            rfc("Wish lists", "Keep, sort and share a list.", "Most frequent wish."),
            rfc("Stock alerts by mail", "One mail per article and customer.", "Customers look in vain.").standard().graded(Low, Low, Low),
        ]),
    emergency(-141, "Vouchers can be used twice")
        .says("Lock the voucher while the order is placed.", "4 200 € lost in one night; the trick is shared in a forum.")
        .of(&[rfc("Lock vouchers while an order is placed", "Row lock and a check before payment.", "Vouchers are used twice.")
            .emergency()
            .touching(&["Shop Database", "Online Shop"])]),
    minor(-41, -2, "Promised delivery dates and gift wrapping")
        .says(
            "- Basket and mail promise a delivery date\n- Gift wrapping with greeting card\n- Load test with five times the visitors",
            "Half of all calls ask when the parcel comes; gifts bring a quarter of the turnover.",
        )
        .graded(High, Medium, Medium)
        .until(Until::Phase("rollout", 5))
        .with(&[Incident::Rescoped("- Greeting cards up to 200 characters")])
        .of(&[
            rfc("Promise a delivery date", "Latest order time per region, shown in the basket.", "Customers ask by phone.")
                .graded(High, Medium, Low)
                .tasks(&["Times per region from logistics", "Show them in the basket"]),
            rfc("Gift wrapping with greeting card", "Choose in the basket; printed in the warehouse.", "Competitors offer it.")
                .touching(&["Online Shop", "Warehouse Scanner"]),
            rfc("Scale to five times the visitors", "Twelve servers for the weeks of the campaign.", "Expected load.")
                .touching(&["Shop Frontend"])
                .graded(High, Medium, Medium),
        ]),
    emergency(0, "Card payments fail for one card brand")
        .says(
            "Accept the new prefix of the card brand; replay 212 failed payments.",
            "Since this morning every eighth payment fails: **about 900 € a minute**.",
        )
        .until(Until::Asked("ECAB", 0))
        .of(&[
            rfc(
                "Accept the new card prefix",
                "Update the table of prefixes and the check before it is sent.",
                "The card brand has issued cards with a new prefix.",
            )
            .emergency()
            .touching(&["Payment Gateway"]),
            rfc("Replay failed card payments", "212 payments from the queue, after customers have been told.", "Orders without payment.")
                .emergency()
                .graded(Medium, High, Medium),
        ]),
];
