use enforce::{Cohorts, Mode};
use rbac::{Grant, GrantSet, Permission, RoleName, covers, has_permission, satisfying};

use crate::print_is_what_was_read;

/// Permissions, grants and the decision. The first line is what is asked for; the others are what is held.
///
/// The grammar and the decision are written here a second time, as plainly as they are documented.
pub fn permissions(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(cohorts) = text.parse::<Cohorts>() {
        let printed: Vec<String> = cohorts.iter().map(ToString::to_string).collect();
        assert_eq!(printed.join(",").parse(), Ok(cohorts));
    }
    print_is_what_was_read(text, str::parse::<RoleName>);
    if let Ok(mode) = text.parse::<Mode>() {
        assert_eq!(mode.as_str().parse(), Ok(mode));
    }

    let mut lines = text.split('\n');
    let asked = lines.next().unwrap_or_default();
    let held: Vec<&str> = lines.collect();
    for line in text.split('\n') {
        let permission = print_is_what_was_read(line, Permission::parse);
        assert_eq!(permission.is_some(), is_permission(line), "permission {line:?}");
        let grant = print_is_what_was_read(line, Grant::parse);
        assert_eq!(grant.is_some(), is_grant(line), "grant {line:?}");
    }
    let Ok(required) = Permission::parse(asked) else { return };
    let (set, defects) = GrantSet::from_stored(&held);
    assert_eq!(defects.len(), held.iter().filter(|grant| !is_grant(grant)).count());
    let allowed = has_permission(&set, &required);
    assert_eq!(
        allowed,
        held.iter().any(|grant| is_grant(grant) && opens(grant, asked)),
        "{held:?} {asked:?}"
    );
    let one_of_them = satisfying(&required).iter().any(|grant| set.iter().any(|own| own == grant));
    assert_eq!(allowed, one_of_them, "{held:?} {asked:?}");
    // Nobody hands out more than they hold, and one grant more never takes anything away.
    for grant in &set {
        assert!(covers(&set, grant));
        let mut fewer = GrantSet::default();
        fewer.insert(grant.clone());
        assert!(allowed || !has_permission(&fewer, &required));
    }
}

fn is_name(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_lowercase())
        && part.len() <= 64
        && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.-".contains(c))
}

fn is_permission(text: &str) -> bool {
    text.split_once(':').is_some_and(|(resource, action)| is_name(resource) && is_name(action))
}

fn is_grant(text: &str) -> bool {
    match text.split_once(':') {
        Some(("admin", action)) => action == "all",
        Some((resource, "*")) => is_name(resource),
        Some(("*", action)) => is_name(action),
        _ => is_permission(text),
    }
}

fn opens(grant: &str, asked: &str) -> bool {
    let Some((resource, action)) = asked.split_once(':') else { return false };
    grant == "admin:all"
        || grant == asked
        || grant == format!("{resource}:*")
        || (grant == format!("*:{action}") && resource != "admin")
}
