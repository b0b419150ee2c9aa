//! What holds whatever is granted and asked.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use edgeward_rbac::{
    Grant, GrantSet, Permission, RoleName, covers, exceeding, has_all, has_any, has_permission, satisfying,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Few names, so that what is asked often meets what is granted; among them those that could reach the reserved
/// resource.
const RESOURCES: [&str; 4] = ["docs", "users", "admin", "all"];
const ACTIONS: [&str; 4] = ["read", "write", "all", "admin"];

fn permission() -> impl Strategy<Value = Permission> {
    (select(&RESOURCES), select(&ACTIONS))
        .prop_map(|(resource, action)| format!("{resource}:{action}").parse().unwrap())
}

fn grant() -> impl Strategy<Value = Grant> {
    prop_oneof![
        1 => Just("admin:all".to_owned()),
        6 => (select(&RESOURCES), select(&ACTIONS)).prop_map(|(resource, action)| format!("{resource}:{action}")),
        3 => select(&RESOURCES).prop_map(|resource| format!("{resource}:*")),
        3 => select(&ACTIONS).prop_map(|action| format!("*:{action}")),
    ]
    .prop_filter_map("reserved", |text| text.parse().ok())
}

fn grants() -> impl Strategy<Value = Vec<Grant>> {
    vec(grant(), 0..8)
}

/// Everything that can be asked in the small world above.
fn every_requirement() -> impl Iterator<Item = Permission> {
    RESOURCES.into_iter().flat_map(|resource| {
        ACTIONS.into_iter().map(move |action| format!("{resource}:{action}").parse().unwrap())
    })
}

/// A text that a person, a filter or a careless comparison might take for `text`, and that is not `text`.
fn look_alike(text: String) -> impl Strategy<Value = String> {
    const INVISIBLE: [char; 8] =
        ['\u{200b}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{202e}', '\0', '\u{301}'];
    let characters: Vec<char> = text.chars().collect();
    let letters: Vec<usize> = (0..characters.len()).filter(|i| characters[*i] != ':').collect();
    let replaced = {
        let characters = characters.clone();
        move |at: usize, by: char| {
            let mut characters = characters.clone();
            characters[at] = by;
            characters.into_iter().collect::<String>()
        }
    };
    let upper = {
        let (replaced, characters) = (replaced.clone(), characters.clone());
        select(letters).prop_map(move |at| replaced(at, characters[at].to_ascii_uppercase()))
    };
    let full_width = {
        let (replaced, characters) = (replaced.clone(), characters.clone());
        (0..characters.len()).prop_map(move |at| {
            replaced(at, char::from_u32(u32::from(characters[at]) - 0x21 + 0xff01).unwrap())
        })
    };
    let homoglyph = {
        let pairs: Vec<(usize, char)> = (0..characters.len())
            .filter_map(|at| {
                Some((
                    at,
                    match characters[at] {
                        'a' => 'а',
                        'c' => 'с',
                        'd' => 'ԁ',
                        'e' => 'е',
                        'i' => 'і',
                        'l' => 'ⅼ',
                        'o' => 'о',
                        's' => 'ѕ',
                        ':' => '∶',
                        _ => return None,
                    },
                ))
            })
            .collect();
        let replaced = replaced.clone();
        select(pairs).prop_map(move |(at, by)| replaced(at, by))
    };
    let inserted = |what: Vec<char>, text: String| {
        (0..=text.len(), select(what)).prop_map(move |(at, what)| {
            let (before, after) = text.split_at(at);
            format!("{before}{what}{after}")
        })
    };
    prop_oneof![
        upper,
        full_width,
        homoglyph,
        inserted(vec![' ', '\t', '\n', '\u{a0}', '\u{3000}'], text.clone()),
        inserted(INVISIBLE.to_vec(), text.clone()),
        inserted(vec![':', '*', ',', '/', '%', '\\', '\''], text),
    ]
}

proptest! {
    #[test]
    fn satisfying_names_exactly_the_grants_that_satisfy(required in permission(), held in grants()) {
        let named = satisfying(&required);
        for grant in &held {
            let alone = GrantSet::from_iter([grant.clone()]);
            prop_assert_eq!(named.contains(grant), has_permission(&alone, &required), "{} for {}", grant, required);
        }
        let any = held.iter().any(|grant| named.contains(grant));
        prop_assert_eq!(any, has_permission(&GrantSet::from_iter(held), &required));
    }

    #[test]
    fn permission_round_trips(text in "[a-z][a-z0-9_.-]{0,63}:[a-z][a-z0-9_.-]{0,63}") {
        let permission = Permission::parse(&text).unwrap();
        prop_assert_eq!(permission.to_string(), &*text);
        prop_assert_eq!(format!("{}:{}", permission.resource(), permission.action()), &*text);
        prop_assert_eq!(text.parse(), Ok(permission));
    }

    #[test]
    fn grant_round_trips(text in r"([a-z][a-z0-9_.-]{0,63}|\*):([a-z][a-z0-9_.-]{0,63}|\*)") {
        if let Ok(grant) = Grant::parse(&text) {
            prop_assert_eq!(grant.to_string(), &*text);
            prop_assert_eq!(format!("{}:{}", grant.resource(), grant.action()), &*text);
            prop_assert_eq!(grant.is_wildcard(), text.contains('*'));
        } else {
            prop_assert!(text == "*:*" || text.starts_with("admin:"));
        }
    }

    #[test]
    fn role_name_round_trips(text in "[A-Za-z]([A-Za-z0-9 _.-]{0,62}[A-Za-z0-9_.-])?") {
        prop_assert_eq!(RoleName::parse(&text).unwrap().to_string(), text);
    }

    /// Any text: no panic, nothing repaired on the way in, nothing dangerous on the way to a log.
    #[test]
    fn any_text_parses_to_itself_or_is_described(text in prop_oneof![any::<String>(), "[a-dA-D:* .-]{0,12}"]) {
        for parsed in [
            Permission::parse(&text).map(|permission| permission.to_string()).map_err(|error| error.to_string()),
            Grant::parse(&text).map(|grant| grant.to_string()).map_err(|error| error.to_string()),
            RoleName::parse(&text).map(|name| name.to_string()).map_err(|error| error.to_string()),
        ] {
            match parsed {
                Ok(again) => prop_assert_eq!(&again, &text),
                Err(message) => {
                    prop_assert!(!message.contains(char::is_control));
                    prop_assert!(message.chars().count() < 1_000);
                }
            }
        }
    }

    /// Every plain permission can be granted, but for the reserved resource.
    #[test]
    fn permission_is_a_grant_unless_reserved(permission in permission()) {
        let reserved = permission.resource() == "admin" && permission.action() != "all";
        prop_assert_eq!(Grant::parse(permission.as_str()).is_err(), reserved);
    }

    #[test]
    fn adding_a_grant_never_turns_allow_into_deny(grants in grants(), added in grant()) {
        let before: GrantSet = grants.into_iter().collect();
        let mut after = before.clone();
        after.insert(added.clone());
        for required in every_requirement() {
            prop_assert!(!has_permission(&before, &required) || has_permission(&after, &required));
        }
        prop_assert!(covers(&after, &added));
    }

    /// Only `admin:all` satisfies a requirement on the reserved resource.
    #[test]
    fn reserved_resource_is_reached_by_the_administrator_alone(grants in grants(), action in "[a-z]{1,4}|all") {
        let granted: GrantSet = grants.into_iter().collect();
        let required = Permission::parse(&format!("admin:{action}")).unwrap();
        prop_assert_eq!(has_permission(&granted, &required), granted.is_admin());
    }

    #[test]
    fn look_alike_never_satisfies(
        (text, look_alike) in prop_oneof![
            Just("admin:all".to_owned()),
            permission().prop_map(|permission| permission.to_string()),
        ].prop_flat_map(|text| (Just(text.clone()), look_alike(text)))
    ) {
        let required = Permission::parse(&text).unwrap();
        let (granted, defects) = GrantSet::from_stored([&look_alike]);
        prop_assert!(!has_permission(&granted, &required), "{look_alike:?} satisfies {text}");
        prop_assert!(!granted.is_admin());
        prop_assert_eq!(granted.len() + defects.len(), 1);
    }

    /// Whoever may hand out a set of grants may do all that the set allows.
    #[test]
    fn covering_a_set_is_to_allow_what_it_allows(held in grants(), handed_out in grants()) {
        let held: GrantSet = held.into_iter().collect();
        let handed_out: GrantSet = handed_out.into_iter().filter(|grant| covers(&held, grant)).collect();
        for required in every_requirement() {
            prop_assert!(!has_permission(&handed_out, &required) || has_permission(&held, &required));
        }
    }

    #[test]
    fn set_covers_what_it_holds(grants in grants()) {
        let held: GrantSet = grants.into_iter().collect();
        prop_assert!(exceeding(&held, &held).is_empty());
    }

    #[test]
    fn exceeding_and_covered_make_up_the_whole(held in grants(), wanted in grants()) {
        let held: GrantSet = held.into_iter().collect();
        let expected: Vec<&Grant> = wanted.iter().filter(|grant| !covers(&held, grant)).collect();
        prop_assert_eq!(exceeding(&held, &wanted), expected);
    }

    #[test]
    fn several_requirements_are_each_decided_alone(grants in grants(), required in vec(permission(), 1..5)) {
        let granted: GrantSet = grants.into_iter().collect();
        let each: Vec<bool> = required.iter().map(|permission| has_permission(&granted, permission)).collect();
        prop_assert_eq!(has_any(&granted, &required), each.contains(&true));
        prop_assert_eq!(has_all(&granted, &required), !each.contains(&false));
    }

    #[test]
    fn order_and_repetition_of_stored_grants_do_not_matter(
        (stored, shuffled) in grants().prop_flat_map(|grants| (Just(grants.clone()), Just(grants).prop_shuffle()))
    ) {
        let once = GrantSet::from_stored(stored.iter().map(Grant::as_str)).0;
        let twice = GrantSet::from_stored(shuffled.iter().chain(&stored).map(Grant::as_str)).0;
        prop_assert_eq!(&once, &twice);
        prop_assert!(once.iter().eq(&twice));
        prop_assert!(once.iter().is_sorted());
        prop_assert_eq!(once.iter().count(), once.len());
        prop_assert_eq!(once.is_empty(), stored.is_empty());
    }

    #[test]
    fn an_intersection_allows_and_covers_what_both_do(one in grants(), other in grants(), wanted in grant()) {
        let (one, other): (GrantSet, GrantSet) = (one.into_iter().collect(), other.into_iter().collect());
        let both = one.intersection(&other);
        for required in every_requirement() {
            let expected = has_permission(&one, &required) && has_permission(&other, &required);
            prop_assert_eq!(has_permission(&both, &required), expected, "{}", required);
        }
        prop_assert_eq!(covers(&both, &wanted), covers(&one, &wanted) && covers(&other, &wanted));
        prop_assert_eq!(&both, &other.intersection(&one));
        prop_assert_eq!(&one.intersection(&one), &one);
    }
}
