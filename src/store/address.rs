//! What is added to the address of a database that somebody gave us, where it says nothing itself.

/// How soon a dead server is noticed. libpq knows these names; on a socket it ignores those that are about networks.
const DEFAULTS: [(&str, &str); 6] = [
    ("application_name", "slipway"),
    ("connect_timeout", "3"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
];

/// The address, a URL or a connection string, with our time-outs. Of several hosts the one that takes writes is wanted.
pub fn with_defaults(address: &str) -> String {
    let address = address.trim();
    let is_url = address.starts_with("postgres://") || address.starts_with("postgresql://");
    let several = [("target_session_attrs", "read-write")];
    let wanted = DEFAULTS.iter().chain(several.iter().filter(|_| names_several_hosts(address, is_url)));
    let mut full = address.to_owned();
    for (name, value) in wanted.filter(|(name, _)| !address.contains(name)) {
        let separator = match (is_url, full.contains('?')) {
            (true, false) => '?',
            (true, true) => '&',
            (false, _) => ' ',
        };
        full.push_str(&format!("{separator}{name}={value}"));
    }
    full
}

/// Hosts are listed with commas, before the path of a URL or in `host=` and `hostaddr=`.
fn names_several_hosts(address: &str, is_url: bool) -> bool {
    let in_list = |list: &str| list.split(['&', ' ']).next().is_some_and(|it| it.contains(','));
    let listed = address.split("host=").skip(1).chain(address.split("hostaddr=").skip(1)).any(in_list);
    let place = address.split("://").nth(1).and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    listed || (is_url && place.rsplit('@').next().is_some_and(|hosts| hosts.contains(',')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_says_itself_stays() {
        let full = with_defaults("postgres://app@db/slipway?connect_timeout=60");
        assert!(full.starts_with("postgres://app@db/slipway?connect_timeout=60&application_name=slipway&"), "{full}");
        assert_eq!(full.matches("connect_timeout").count(), 1);
        assert!(!full.contains("target_session_attrs"));
    }

    #[test]
    fn of_several_hosts_the_one_that_takes_writes_is_wanted() {
        for several in ["postgres://app:a,b@db1:5432,db2:5432/slipway", "postgresql:///slipway?host=db1,db2", "host=db1,db2 dbname=slipway"] {
            assert!(with_defaults(several).contains("target_session_attrs=read-write"), "{several}");
        }
        for one in ["postgres://app:a,b@db1/slipway", "host=db1 password=a,b", "postgres:///a,b?host=db1"] {
            assert!(!with_defaults(one).contains("target_session_attrs"), "{one}");
        }
        let own = "postgres://db1,db2/slipway?target_session_attrs=any";
        assert_eq!(with_defaults(own).matches("target_session_attrs").count(), 1);
    }

    #[test]
    fn a_connection_string_is_continued_with_spaces() {
        assert!(with_defaults("host=db dbname=slipway").starts_with("host=db dbname=slipway application_name=slipway connect_timeout=3 "));
    }
}
