//! What is said in generated records: few words, put together in many ways.

use crate::demo::times::Dice;

const FIRST: [&str; 24] = [
    "Anna", "Ben", "Chiara", "David", "Emre", "Fatima", "Georg", "Hanna", "Igor", "Julia", "Kofi", "Lena", "Marek", "Nina", "Oscar", "Petra", "Rosa", "Samir",
    "Tessa", "Uwe", "Vera", "Wim", "Yara", "Zoran",
];

const LAST: [&str; 25] = [
    "Adler", "Brandt", "Costa", "Dvorak", "Engel", "Fischer", "Grant", "Hoffmann", "Ivanova", "Jansen", "Keller", "Lindgren", "Moreau", "Novak", "Okafor",
    "Peters", "Quist", "Rossi", "Schmidt", "Tanaka", "Urban", "Vargas", "Winter", "Young", "Ziegler",
];

/// The name of the person with this number; no two are the same.
pub fn person(nth: usize) -> String {
    let (first, rest) = (FIRST[nth % FIRST.len()], nth / FIRST.len());
    let last = LAST[(nth + rest) % LAST.len()];
    let round = rest / LAST.len();
    if round == 0 { format!("{first} {last}") } else { format!("{first} {last} {}", round + 1) }
}

const FIELDS: [&str; 20] = [
    "Payroll",
    "Billing",
    "Orders",
    "Warehouse",
    "Identity",
    "Email",
    "Reporting",
    "Archive",
    "Portal",
    "Shop",
    "Claims",
    "Fleet",
    "Training",
    "Travel",
    "Contracts",
    "Print",
    "Network",
    "Telephony",
    "Laboratory",
    "Maintenance",
];

const KINDS: [&str; 8] = ["Service", "Gateway", "Database", "Platform", "Scheduler", "Client", "Interface", "Analytics"];

/// The name of the configuration item with this number; no two are the same.
pub fn item(nth: usize) -> String {
    let (field, kind, round) = (FIELDS[nth % FIELDS.len()], KINDS[nth / FIELDS.len() % KINDS.len()], nth / (FIELDS.len() * KINDS.len()));
    if round == 0 { format!("{field} {kind}") } else { format!("{field} {kind} {}", round + 1) }
}

const DEEDS: [&str; 12] = ["Renew", "Speed up", "Extend", "Replace", "Simplify", "Secure", "Consolidate", "Repair", "Prepare", "Automate", "Monitor", "Retire"];

const THINGS: [&str; 24] = [
    "the sign-in",
    "the nightly run",
    "the export to accounting",
    "certificates",
    "the search",
    "the mobile client",
    "the approval of invoices",
    "address checks",
    "the interface to the bank",
    "the archive of documents",
    "reports for management",
    "the mail gateway",
    "the backup",
    "the price calculation",
    "forms",
    "the import of master data",
    "the audit trail",
    "the dashboard",
    "notifications",
    "the directory",
    "rights of guests",
    "the queue of jobs",
    "labels",
    "the calendar",
];

const REASONS: [&str; 8] = [
    "",
    " for branch offices",
    " before the year ends",
    " after the audit",
    " for new customers",
    " in the second data centre",
    " as agreed",
    " for everybody",
];

pub fn title(dice: &mut Dice) -> String {
    let one = |dice: &mut Dice, from: &[&'static str]| dice.pick(from).unwrap_or_default();
    format!("{} {}{}", one(dice, &DEEDS), one(dice, &THINGS), one(dice, &REASONS))
}

pub fn scope(dice: &mut Dice) -> String {
    let part = |dice: &mut Dice| format!("- {} {}", dice.pick(&DEEDS).unwrap_or_default(), dice.pick(&THINGS).unwrap_or_default());
    format!("What belongs to it:\n\n{}\n{}\n{}", part(dice), part(dice), part(dice))
}

pub fn reason(dice: &mut Dice) -> &'static str {
    const ALL: [&str; 5] = [
        "The supplier ends support for what runs today.",
        "Users wait too long, as the last survey said; the business case is with controlling.",
        "Found in the review of the release before.",
        "New rules ask for it from next quarter on.",
        "Follows from a problem record: the same incident came back three times.",
    ];
    dice.pick(&ALL).unwrap_or_default()
}

/// Title, how it is done, and the group that may do it: in the order of the work.
pub const TASKS: [(&str, &str, Option<&str>); 10] = [
    ("Confirm the funding", "The budget holder confirms that the money for this release is there.", None),
    ("Identify the affected systems", "Every system, interface and team that will notice.", Some("operations")),
    ("Evaluate the financial impact", "Cost of building, running and retiring, against the business case.", None),
    ("Create the release", "Assemble and build the package from the definitive media library.", None),
    ("Book the environments", "Test and staging environments reserved until the rollout is over.", Some("operations")),
    ("Build the training", "Material for users, service desk, support and operations.", None),
    ("Brief the service desk", "What changes, what people will ask, known errors and workarounds.", Some("service_desk")),
    ("Update the systems", "Deploy in the window, step by step, by the deployment plan.", Some("operations")),
    ("Transfer the knowledge", "Sessions with those who will run it, exercise included.", Some("operations")),
    ("Hand over to operations", "Documentation, monitoring and on-call taken over.", Some("operations")),
];

pub const DEPLOYMENT: &str =
    "1. Announce the start to the service desk.\n2. Take the backup and check it.\n3. Deploy node by node.\n4. Run the smoke tests.\n5. Report the end.";
pub const COMMUNICATION: &str = "- Users by mail a week before, and again the day before.\n- Service desk and operations in their morning rounds.";
pub const BACK_OUT: &str =
    "Decide no later than half way through the window. Restore the backup, redeploy the previous baseline, verify, and tell the service desk.";
