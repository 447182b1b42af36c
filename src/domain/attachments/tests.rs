//! What files are called, and what they are.

use super::*;
use proptest::prelude::*;

fn kind(pieces: &[&[u8]]) -> &'static str {
    let mut look = Look::default();
    pieces.iter().for_each(|it| look.at(it));
    look.media_type()
}

#[test]
fn a_name_has_no_path_no_tricks_and_an_end() {
    for (claimed, kept) in [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\Ada\Plan für März.xlsx", "Plan für März.xlsx"),
        ("計画 📎.pdf", "計画 📎.pdf"),
        ("a\tb\r\nSet-Cookie: x\0.txt", "a b Set-Cookie: x.txt"),
        ("harmless\u{202e}fdp.exe", "harmlessfdp.exe"),
        ("  spaces   .txt . ", "spaces .txt"),
        (".gitignore", ".gitignore"),
        ("..", "file"),
        ("\u{200b}", "file"),
        ("", "file"),
        ("folder/", "file"),
    ] {
        assert_eq!(name(claimed), kept, "{claimed:?}");
    }
    let long = name(&format!("{}.tar.gz", "ü".repeat(400)));
    assert_eq!((long.chars().count(), long.ends_with("ü.gz")), (200, true), "{long}");
    assert_eq!(archived_name("a:b?.txt"), "a_b_.txt");
    assert_eq!(archived_name(&format!("{}.pdf", "計".repeat(190))).len(), 199);
}

#[test]
fn what_it_is_shows_in_the_content() {
    assert_eq!(kind(&[b"%PDF-1.7\n%"]), "application/pdf");
    assert_eq!(kind(&[b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"]), "image/png");
    assert_eq!(kind(&[b"<!DOCTYPE html><script>alert(1)</script>"]), "text/html");
    assert_eq!(kind(&[b"plain ", "gr\u{fc}\u{df}e".as_bytes()]), "text/plain");
    assert_eq!(kind(&[b"gr\xc3", b"\xbc\xc3", b"\x9fe"]), "text/plain", "cut inside of its characters");
    for other in [&b"gr\xfc\xdfe"[..], b"a\0b", b"cut \xc3", b"\x01\x02\x03"] {
        assert_eq!(kind(&[other]), "application/octet-stream", "{other:?}");
    }
}

#[test]
fn sizes_are_words() {
    assert_eq!([0, 1, 1023, 1536, 25 * 1024 * 1024, 3 << 30].map(size), ["0 bytes", "1 byte", "1023 bytes", "1.5 KB", "25.0 MB", "3.0 GB"]);
}

proptest! {
    #[test]
    fn whatever_is_sent_becomes_a_fair_name(claimed in any::<String>()) {
        let name = name(&claimed);
        prop_assert!(!name.is_empty() && name.chars().count() <= NAME);
        prop_assert!(!name.contains(['/', '\\']) && !name.chars().any(char::is_control) && name != "." && name != "..");
        prop_assert_eq!(super::name(&name), name.clone());
        prop_assert!(archived_name(&name).len() <= NAME);
    }

    #[test]
    fn the_pieces_it_came_in_do_not_matter(content in any::<String>(), at in any::<prop::sample::Index>()) {
        let bytes = content.as_bytes();
        let (first, second) = bytes.split_at(at.index(bytes.len() + 1));
        prop_assert_eq!(kind(&[first, second]), kind(&[bytes]));
    }
}
