//! Keys: the words by which parts of the process name one another, whatever they are called later.

/// The key of something new: made of its name, and of a number if another one has it. `otherwise` stands where a name has no Latin letter.
pub fn fresh(name: &str, otherwise: &str, taken: &[String]) -> String {
    let words: Vec<String> = name.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).filter(|it| !it.is_empty()).map(str::to_owned).collect();
    let stem = if words.is_empty() { otherwise.to_owned() } else { words.join("_") };
    let free = |key: &String| !taken.contains(key);
    std::iter::once(stem.clone()).chain((2..).map(|count| format!("{stem}_{count}"))).find(free).unwrap_or(stem)
}

/// Whether something can be named by it: in addresses, in names of fields, and in files.
pub fn is_key(word: &str) -> bool {
    (1..=LONGEST).contains(&word.len()) && word.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_' || it == b'-')
}

/// A name and a number.
const LONGEST: usize = 220;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_is_made_of_the_name_or_of_what_it_is() {
        assert_eq!(fresh("Service desk (EMEA)", "group", &[]), "service_desk_emea");
        assert_eq!(fresh("CAB", "group", &["cab".into(), "cab_2".into()]), "cab_3");
        assert_eq!(fresh("運用", "group", &[]), "group");
        assert_eq!(fresh("Срочный", "category", &["category".into()]), "category_2");
    }

    proptest! {
        #[test]
        fn keys_never_collide(names in proptest::collection::vec("[a-zé運 _-]{0,6}", 1..12)) {
            let mut taken: Vec<String> = Vec::new();
            for name in names {
                let key = fresh(&name, "model", &taken);
                prop_assert!(is_key(&key) && !taken.contains(&key), "{key} of {taken:?}");
                taken.push(key);
            }
        }
    }
}
