//! Turning a kind of notice off from its mail, without signing in: the address proves that it was in a mail to this person.

use super::links::Keys;
use crate::domain::ids::UserId;
use crate::domain::notices::Rule;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Where this person turns mails of this rule off; `None` where that is not allowed.
pub fn path(keys: &Keys, user: UserId, rule: Rule) -> Option<String> {
    rule.may_be_muted().then(|| format!("/mute/{user}.{}.{}", rule.word(), seal(keys, user, rule)))
}

/// Whose mails of which rule the last part of such an address turns off, if it is one of ours.
pub fn read(keys: &Keys, token: &str) -> Option<(UserId, Rule)> {
    let mut parts = token.splitn(3, '.');
    let (user, rule, given) = (parts.next()?.parse().ok()?, Rule::from_word(parts.next()?)?, parts.next()?);
    // Compared by their hashes, so that the time it takes tells nothing.
    let fits = keys.hash(b"compare", given.as_bytes()) == keys.hash(b"compare", seal(keys, user, rule).as_bytes());
    (fits && rule.may_be_muted()).then_some((user, rule))
}

fn seal(keys: &Keys, user: UserId, rule: Rule) -> String {
    URL_SAFE_NO_PAD.encode(keys.hash(b"mute", format!("{user}.{}", rule.word()).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_mutes_one_kind_for_one_person_and_only_with_the_right_key() {
        let keys = Keys::new(b"a key");
        let path = path(&keys, UserId(7), Rule::TaskReady).expect("may be muted");
        let token = path.strip_prefix("/mute/").expect("below /mute");
        assert_eq!(read(&keys, token), Some((UserId(7), Rule::TaskReady)));
        assert_eq!(read(&Keys::new(b"another"), token), None);
        assert_eq!(read(&keys, &token.replace("7.task_ready", "8.task_ready")), None);
        assert_eq!(read(&keys, &token.replace("task_ready", "closed")), None);
        assert_eq!(super::path(&keys, UserId(7), Rule::ApprovalAsked), None);
    }
}
