//! Lists of people to invite, read line by line.

use super::*;
use proptest::prelude::*;

fn pairs(list: &str) -> Vec<(String, String)> {
    read(list).expect("every line names somebody").into_iter().map(|it| (it.name, it.email.as_str().to_owned())).collect()
}

#[test]
fn people_are_read_in_every_usual_shape() {
    let list = "Name;E-Mail\r\nines@example.org\r\n\r\nJonas Weber <Jonas@Example.org>\n\"Weber, Jonas\",jw@example.org\nzoe@example.org\tZoë\n<a@example.org>\nKovač, Ines, ik@example.org";
    let expected = [
        ("", "ines@example.org"),
        ("Jonas Weber", "jonas@example.org"),
        ("Weber, Jonas", "jw@example.org"),
        ("Zoë", "zoe@example.org"),
        ("", "a@example.org"),
        ("Kovač Ines", "ik@example.org"),
    ];
    assert_eq!(pairs(list), expected.map(|(name, email)| (name.to_owned(), email.to_owned())));
    assert!(pairs("\n \n").is_empty());
}

#[test]
fn what_a_mail_program_puts_on_one_line_is_several_people() {
    let expected = [("Ada Adler", "a@example.org"), ("", "b@example.org"), ("Kovač, Ines", "i@example.org")];
    assert_eq!(read("E-mail;Other e-mail\na@example.org;b@example.org").expect_err("a table")[0].why, TWO_ADDRESSES);
    for list in [
        "Ada Adler <a@example.org>; b@example.org; Kovač, Ines <i@example.org>",
        "name,address\nAda Adler,a@example.org,\nb@example.org;\n\"Kovač, Ines\" <i@example.org>",
    ] {
        assert_eq!(pairs(list), expected.map(|(name, email)| (name.to_owned(), email.to_owned())), "{list}");
    }
}

#[test]
fn a_line_that_names_nobody_is_told_with_its_number() {
    let list = "ines@example.org\nJonas\n\na@b@c.org\nJo, x@example.org, y@example.org\nz@-example.org";
    let bad = read(list).expect_err("some do not");
    assert_eq!(bad.iter().map(|it| (it.number, it.why)).collect::<Vec<_>>(), [(2, NO_ADDRESS), (4, TWO_ADDRESSES), (5, TWO_ADDRESSES), (6, SPOILT)]);
    assert_eq!(bad[0].to_string(), "Line 2, “Jonas”: there is no e-mail address in it. Write one such as Ines Kovač <ines@example.org>.");
}

proptest! {
    #[test]
    fn whatever_is_pasted_no_line_is_lost(lines in prop::collection::vec("[a-z@<>,;\" .]{0,20}", 0..20)) {
        let list = lines.join("\n");
        // What only separates holds nothing.
        let filled = list.lines().filter(|it| it.contains(|c| !matches!(c, ',' | ';' | ' '))).count();
        match read(&list) {
            Ok(people) => prop_assert!(people.len() >= filled),
            Err(bad) => prop_assert!(bad.iter().all(|it| it.number <= lines.len()) && !bad.is_empty()),
        }
    }
}
