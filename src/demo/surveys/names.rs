//! Whom the demo asks: people of an audience, with names and addresses that belong to nobody.

use crate::demo::times::Dice;
use crate::domain::surveys::Audience;
use crate::domain::surveys::invited::{self, Listed};
use anyhow::anyhow;

const FIRST: [&str; 25] = [
    "Anke", "Bernd", "Claire", "Deniz", "Erik", "Fatma", "Georg", "Hanna", "Igor", "Jana", "Karim", "Lena", "Mateo", "Nora", "Olga", "Peter", "Rosa", "Stefan",
    "Tanja", "Ulrich", "Vera", "Wanda", "Yusuf", "Zoe", "Jürgen",
];

const LAST: [&str; 29] = [
    "Adler", "Becker", "Castillo", "Dietrich", "Engel", "Fischer", "Graf", "Hoffmann", "Ivanova", "Jansen", "Kaya", "Lorenz", "Moreau", "Nowak", "Otto",
    "Pohl", "Richter", "Schäfer", "Tanaka", "Ullmann", "Vogt", "Wagner", "Yilmaz", "Zimmer", "Krüger", "Lange", "Meier", "Peters", "Roth",
];

const fn domain(audience: Audience) -> &'static str {
    match audience {
        Audience::Users => "staff.demo.slipway.example",
        Audience::Customers => "customers.demo.slipway.example",
        Audience::Suppliers => "suppliers.demo.slipway.example",
        Audience::ServiceDesk => "desk.demo.slipway.example",
        Audience::Network => "network.demo.slipway.example",
    }
}

/// So many people, each once.
pub fn list(audience: Audience, people: usize, dice: &mut Dice) -> anyhow::Result<Vec<Listed>> {
    let start = usize::try_from(dice.between(0, 700)).unwrap_or_default();
    let line = |it: usize| {
        let (first, last) = (FIRST[it % FIRST.len()], LAST[it % LAST.len()]);
        format!("{first} {last} <{}.{}@{}>", plain(first), plain(last), domain(audience))
    };
    let lines: Vec<String> = (start..start + people).map(line).collect();
    invited::read(&lines.join("\n")).map_err(|bad| anyhow!("{bad:?}"))
}

/// As it stands in an address.
fn plain(name: &str) -> String {
    name.to_lowercase().replace('ä', "ae").replace('ö', "oe").replace('ü', "ue")
}
