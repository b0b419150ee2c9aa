//! What parses, and what is said of what does not.

use edgeward_rbac::{Grant, Permission, RoleName};

const LONGEST: &str = "a23456789.123456789.123456789.123456789.123456789.123456789.1234";

#[test]
fn permission_of_two_names_parses() {
    let longest = format!("{LONGEST}:{LONGEST}");
    for text in ["docs:read", "a:b", "a.b-c_1:z9", "users:read.own", "admin:all", "admin:read", &longest] {
        let permission = Permission::parse(text).unwrap();
        assert_eq!(permission.to_string(), text);
        assert_eq!((permission.resource(), permission.action()), text.split_once(':').unwrap());
    }
}

#[test]
fn permission_that_is_malformed_says_what_to_mend() {
    let long_resource = format!("{LONGEST}5:read");
    let long_action = format!("docs:{LONGEST}5");
    let cases = [
        // Nothing, or nothing but blanks and delimiters.
        ("", "it is empty"),
        (" ", "no colon between resource and action"),
        (":", "the resource is empty"),
        ("::", "the resource is empty"),
        (" : ", "the resource begins with ` `, not with a letter from `a` to `z`"),
        // Too few parts or too many: a shorter permission never stands for a longer one.
        ("docs", "no colon between resource and action"),
        ("docs:", "the action is empty"),
        (":read", "the resource is empty"),
        ("docs:read:7", "bad character `:` at 10"),
        ("docs:read:", "bad character `:` at 10"),
        // Lists are several permissions, not one.
        ("docs:read,write", "bad character `,` at 10"),
        ("docs,users:read", "bad character `,` at 5"),
        // A requirement holds no wildcard, anywhere.
        ("*", "no colon between resource and action"),
        ("*:*", "a wildcard is not allowed here"),
        ("docs:*", "a wildcard is not allowed here"),
        ("*:read", "a wildcard is not allowed here"),
        ("docs:re*", "bad character `*` at 8"),
        ("docs:*d", "the action begins with `*`, not with a letter from `a` to `z`"),
        ("docs:?", "the action begins with `?`, not with a letter from `a` to `z`"),
        // Nothing is trimmed, no case is folded.
        (" docs:read", "the resource begins with ` `, not with a letter from `a` to `z`"),
        ("docs:read ", "bad character ` ` at 10"),
        ("docs :read", "bad character ` ` at 5"),
        ("docs:read\n", r"bad character `\n` at 10"),
        ("docs:read\0", r"bad character `\0` at 10"),
        ("Docs:read", "the resource begins with `D`, not with a letter from `a` to `z`"),
        ("docs:reAd", "bad character `A` at 8"),
        ("7docs:read", "the resource begins with `7`, not with a letter from `a` to `z`"),
        ("docs:-read", "the action begins with `-`, not with a letter from `a` to `z`"),
        // What only looks like ASCII.
        ("dоcs:read", "bad character `о` (U+043E) at 2"),
        ("docs:ｒead", "the action begins with `ｒ` (U+FF52), not with a letter from `a` to `z`"),
        ("docs：read", "no colon between resource and action"),
        ("docs:re\u{200b}ad", r"bad character `\u{200b}` (U+200B) at 8"),
        ("docs:read\u{feff}", r"bad character `\u{feff}` (U+FEFF) at 10"),
        ("docs:été", "the action begins with `é` (U+00E9), not with a letter from `a` to `z`"),
        // One character more than is allowed.
        (&long_resource, "the resource is longer than 64 characters"),
        (&long_action, "the action is longer than 64 characters"),
    ];
    for (text, reason) in cases {
        let message = Permission::parse(text).unwrap_err().to_string();
        assert_eq!(message.split_once("`: ").map(|(_, reason)| reason), Some(reason), "{message}");
        assert!(message.starts_with("invalid permission `"), "{message}");
    }
}

#[test]
fn grant_of_each_kind_parses() {
    for (text, wildcard) in [
        ("docs:read", false),
        ("docs:*", true),
        ("*:read", true),
        ("*:all", true),
        ("admin:all", false),
        ("administration:read", false),
        ("docs:admin", false),
    ] {
        let grant = Grant::parse(text).unwrap();
        assert_eq!(grant.to_string(), text);
        assert_eq!((grant.resource(), grant.action()), text.split_once(':').unwrap());
        assert_eq!(grant.is_wildcard(), wildcard, "{text}");
    }
}

#[test]
fn grant_that_is_malformed_says_what_to_mend() {
    let reserved = "the resource `admin` is reserved, only `admin:all` names it";
    let cases = [
        ("*:*", "only one side may be a wildcard"),
        ("admin:*", reserved),
        ("admin:read", reserved),
        ("admin:alles", reserved),
        ("admin:ALL", "the action begins with `A`, not with a letter from `a` to `z`"),
        ("ADMIN:all", "the resource begins with `A`, not with a letter from `a` to `z`"),
        ("admin:all ", "bad character ` ` at 10"),
        ("admin", "no colon between resource and action"),
        ("*", "no colon between resource and action"),
        ("*:", "the action is empty"),
        (":*", "the resource is empty"),
        ("**:read", "the resource begins with `*`, not with a letter from `a` to `z`"),
        ("docs:**", "the action begins with `*`, not with a letter from `a` to `z`"),
        ("docs:*:*", "the action begins with `*`, not with a letter from `a` to `z`"),
        ("docs.*:read", "bad character `*` at 6"),
        ("docs:read*", "bad character `*` at 10"),
        ("＊:read", "the resource begins with `＊` (U+FF0A), not with a letter from `a` to `z`"),
    ];
    for (text, reason) in cases {
        assert_eq!(Grant::parse(text).unwrap_err().to_string(), format!("invalid grant `{text}`: {reason}"));
    }
}

#[test]
fn role_name_of_letters_digits_and_separators_parses() {
    for text in ["SUPER_ADMIN", "MEMBER", "a", "Support level 2", "ops-eu.v1", LONGEST] {
        assert_eq!(RoleName::parse(text).unwrap().to_string(), text);
    }
}

#[test]
fn role_name_that_is_malformed_says_what_to_mend() {
    let cases = [
        ("", "it is empty"),
        (" Editor", "it begins with ` `, not with a letter"),
        ("2nd", "it begins with `2`, not with a letter"),
        ("Éditeur", "it begins with `É` (U+00C9), not with a letter"),
        ("Editor ", "it ends with a space"),
        ("Edit\tor", r"bad character `\t` at 5"),
        ("Ed\u{200d}itor", r"bad character `\u{200d}` (U+200D) at 3"),
        ("Ed/itor", "bad character `/` at 3"),
    ];
    for (text, reason) in cases {
        let message = RoleName::parse(text).unwrap_err().to_string();
        assert!(message.ends_with(&format!("`: {reason}")), "{message}");
    }
    let message = RoleName::parse(&format!("{LONGEST}5")).unwrap_err().to_string();
    assert!(message.ends_with("it is longer than 64 characters"), "{message}");
}

#[test]
fn error_repeats_a_long_input_in_part_and_escapes_it() {
    let message = Permission::parse(&"\u{1b}".repeat(10_000)).unwrap_err().to_string();
    let excerpt = r"\u{1b}".repeat(80);
    assert_eq!(message, format!("invalid permission `{excerpt}…`: no colon between resource and action"));
}
