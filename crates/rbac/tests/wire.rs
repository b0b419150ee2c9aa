//! How the types travel.
#![cfg(feature = "serde")]

use edgeward_rbac::{Grant, Permission, RoleName};
use serde_json::{from_str, to_string};

#[test]
fn each_type_travels_as_its_text() {
    for (json, again) in [
        (r#""docs:read""#, to_string(&from_str::<Permission>(r#""docs:read""#).unwrap()).unwrap()),
        (r#""docs:*""#, to_string(&from_str::<Grant>(r#""docs:*""#).unwrap()).unwrap()),
        (r#""Support level 2""#, to_string(&from_str::<RoleName>(r#""Support level 2""#).unwrap()).unwrap()),
    ] {
        assert_eq!(again, json);
    }
}

#[test]
fn escaped_text_is_read_as_what_it_stands_for() {
    assert_eq!(from_str::<Permission>(r#""docs\u003aread""#).unwrap().as_str(), "docs:read");
}

#[test]
fn malformed_text_is_an_error_that_says_what_to_mend() {
    let message = |json| from_str::<Permission>(json).unwrap_err().to_string();
    assert!(
        message(r#""docs:*""#).starts_with("invalid permission `docs:*`: a wildcard is not allowed here")
    );
    assert!(message("3").starts_with("invalid type: integer `3`, expected a permission such as `docs:read`"));
    assert!(message("null").starts_with("invalid type: null, expected a permission such as `docs:read`"));

    let message = from_str::<Grant>(r#""admin:*""#).unwrap_err().to_string();
    assert!(message.starts_with("invalid grant `admin:*`: the resource `admin` is reserved"), "{message}");
    let message = from_str::<RoleName>(r#""""#).unwrap_err().to_string();
    assert!(message.starts_with("invalid role name ``: it is empty"), "{message}");
}

#[cfg(feature = "openapi")]
#[expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]
mod schema {
    use proptest::prelude::*;
    use proptest::string::string_regex;
    use schemars::JsonSchema;

    use super::{Grant, Permission, RoleName};

    /// Texts of the pattern that the schema of `T` promises to accept.
    fn promised<T: JsonSchema>() -> impl Strategy<Value = String> {
        let schema = schemars::schema_for!(T);
        assert_eq!(schema.get("type").unwrap(), "string");
        let pattern = schema.get("pattern").and_then(|pattern| pattern.as_str()).unwrap();
        string_regex(pattern.strip_prefix('^').unwrap().strip_suffix('$').unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn permission_of_the_pattern_parses(text in promised::<Permission>()) {
            prop_assert!(Permission::parse(&text).is_ok());
        }

        #[test]
        fn grant_of_the_pattern_parses_unless_reserved(text in promised::<Grant>()) {
            prop_assert!(text.starts_with("admin:") || Grant::parse(&text).is_ok());
        }

        #[test]
        fn role_name_of_the_pattern_parses(text in promised::<RoleName>()) {
            prop_assert!(RoleName::parse(&text).is_ok());
        }
    }
}
