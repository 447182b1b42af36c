//! The permission table of PROCESS section 3, role by role.

use super::*;

const NONE: Standing = Standing { owner: false, coordinator: false };
const OWNS: Standing = Standing { owner: true, coordinator: false };
const COORDINATES: Standing = Standing { owner: false, coordinator: true };

/// Who may: administrator, release manager, release coordinator, release approver, contributor, viewer.
#[rustfmt::skip]
const TABLE: &[(&str, Action, [u8; 6])] = &[
    //                                                                                                 A  M  C  A  C  V
    ("register a release",           Action::RegisterRelease,                                         [1, 1, 1, 0, 0, 0]),
    ("edit any release",             Action::EditRelease(NONE),                                       [1, 1, 0, 0, 0, 0]),
    ("edit one they own",            Action::EditRelease(OWNS),                                       [1, 1, 1, 0, 0, 0]),
    ("edit one they coordinate",     Action::EditRelease(COORDINATES),                                [1, 1, 1, 0, 0, 0]),
    ("move any release",             Action::MoveRelease(NONE),                                       [1, 1, 0, 0, 0, 0]),
    ("move one they own",            Action::MoveRelease(OWNS),                                       [1, 1, 1, 0, 0, 0]),
    ("move one they coordinate",     Action::MoveRelease(COORDINATES),                                [1, 1, 1, 0, 0, 0]),
    ("waive a requirement",          Action::Waive,                                                   [1, 1, 0, 0, 0, 0]),
    ("plan tasks of any",            Action::ManageTasks(NONE),                                       [1, 1, 0, 0, 0, 0]),
    ("plan tasks of one they own",   Action::ManageTasks(OWNS),                                       [1, 1, 1, 0, 0, 0]),
    ("plan tasks of theirs",         Action::ManageTasks(COORDINATES),                                [1, 1, 1, 0, 0, 0]),
    ("work on somebody's task",      Action::WorkTask { mine: false, standing: NONE },                [1, 1, 0, 0, 0, 0]),
    ("work on a task of theirs",     Action::WorkTask { mine: false, standing: COORDINATES },         [1, 1, 1, 0, 0, 0]),
    ("work on their own task",       Action::WorkTask { mine: true, standing: NONE },                 [1, 1, 1, 1, 1, 0]),
    ("decide when asked",            Action::Decide,                                                  [1, 1, 1, 1, 1, 0]),
    ("note that they are away",      Action::Delegate { own: true },                                  [1, 1, 1, 1, 1, 0]),
    ("note that somebody is away",   Action::Delegate { own: false },                                 [1, 1, 0, 0, 0, 0]),
    ("ask somebody else instead",    Action::Reassign,                                                [1, 1, 0, 0, 0, 0]),
    ("configure the process",        Action::ConfigureProcess,                                        [1, 1, 0, 0, 0, 0]),
    ("secure accounts",              Action::SecureAccounts,                                          [1, 0, 0, 0, 0, 0]),
    ("manage users",                 Action::ManageUsers,                                             [1, 0, 0, 0, 0, 0]),
    ("read the whole log",           Action::ReadLog,                                                 [1, 0, 0, 0, 0, 0]),
    ("watch",                        Action::Watch,                                                   [1, 1, 1, 1, 1, 1]),
    // Of RFCs and configuration items the table says nothing; whoever works on changes registers and carries them.
    ("register an RFC",              Action::RegisterChange,                                          [1, 1, 1, 0, 1, 0]),
    ("edit any RFC",                 Action::EditChange(NONE),                                        [1, 1, 1, 0, 0, 0]),
    ("edit one they requested",      Action::EditChange(OWNS),                                        [1, 1, 1, 0, 1, 0]),
    ("edit one assigned to them",    Action::EditChange(COORDINATES),                                 [1, 1, 1, 0, 1, 0]),
    ("move any RFC",                 Action::MoveChange(NONE),                                        [1, 1, 1, 0, 0, 0]),
    ("move one they requested",      Action::MoveChange(OWNS),                                        [1, 1, 1, 0, 1, 0]),
    ("move one assigned to them",    Action::MoveChange(COORDINATES),                                 [1, 1, 1, 0, 1, 0]),
    ("register an item",             Action::RegisterItem,                                            [1, 1, 1, 0, 0, 0]),
];

fn actor(roles: &[Role]) -> Actor {
    Actor { id: UserId(7), name: "Ada".into(), roles: roles.to_vec(), zone: Tz::UTC, theme: Theme::Auto }
}

#[test]
fn the_permission_table_is_the_one_of_the_process() {
    for (name, action, row) in TABLE {
        for (role, may) in Role::ALL.iter().zip(row) {
            assert_eq!(actor(&[*role]).may(*action), *may == 1, "{} may {name}", role.label());
        }
    }
}

#[test]
fn whoever_holds_two_roles_may_what_either_may() {
    for (name, action, _) in TABLE {
        for one in Role::ALL {
            for other in Role::ALL {
                let either = actor(&[*one]).may(*action) || actor(&[*other]).may(*action);
                assert_eq!(actor(&[*one, *other]).may(*action), either, "{} and {} may {name}", one.label(), other.label());
            }
        }
    }
}

#[test]
fn without_a_role_one_only_watches() {
    for (name, action, _) in TABLE {
        assert_eq!(actor(&[]).may(*action), *action == Action::Watch, "{name}");
    }
}

#[test]
fn the_program_itself_may_everything_but_watch() {
    for (name, action, _) in TABLE {
        assert_eq!(Actor::slipway().may(*action), *action != Action::Watch, "{name}");
    }
}

#[test]
fn standing_is_to_the_record_at_hand() {
    let ada = actor(&[]);
    assert_eq!(ada.standing(UserId(7), None), OWNS);
    assert_eq!(ada.standing(UserId(1), Some(UserId(7))), COORDINATES);
    assert_eq!(ada.standing(UserId(1), Some(UserId(2))), NONE);
    assert!(OWNS.own() && COORDINATES.own() && !NONE.own());
}

#[test]
fn an_address_is_lower_case_and_looks_like_one() {
    assert_eq!(EmailAddress::parse(" Ines.Okafor+x@Example.ORG ").expect("fine").as_str(), "ines.okafor+x@example.org");
    assert!(EmailAddress::parse("ines@intranet").is_ok());
    for text in
        ["", "ines", "@example.org", "ines@", "a@b@c", "a b@c.org", "a@b..org", ".a@b.org", "a@-b.org", "ines<x>@b.org", "ïnes@b.org", "a@b.org\nBcc: c@d.org"]
    {
        assert_eq!(EmailAddress::parse(text), Err(NoAddress), "{text}");
    }
}

#[test]
fn the_last_administrator_stays() {
    assert_eq!(spare_administrator(UserId(1), &[UserId(1)]), Err(Refusal::LastAdministrator));
    assert_eq!(spare_administrator(UserId(1), &[UserId(1), UserId(2)]), Ok(()));
    assert_eq!(spare_administrator(UserId(3), &[UserId(1)]), Ok(()));
}

#[test]
fn every_zone_on_offer_is_one() {
    assert!(zones().all(|it| it.parse::<Tz>().is_ok()));
    assert!(zones().any(|it| it == "Europe/Berlin"));
}
