//! How the types travel: as strings, checked on the way in.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::{Grant, Permission, RoleName};

/// A type that travels as its text. `$pattern` tells clients what the parser accepts.
macro_rules! string_on_the_wire {
    ($type:ident, $expecting:literal, $pattern:literal, $description:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;

                impl Visitor<'_> for Text {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: Error>(self, text: &str) -> Result<$type, E> {
                        $type::parse(text).map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Text)
            }
        }

        #[cfg(feature = "openapi")]
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "pattern": $pattern,
                    "description": $description,
                })
            }
        }
    };
}

string_on_the_wire!(
    Permission,
    "a permission such as `docs:read`",
    "^[a-z][a-z0-9_.-]{0,63}:[a-z][a-z0-9_.-]{0,63}$",
    "A permission `resource:action`, such as `docs:read`."
);

// The reserved resource is left to the description: saying it in the pattern takes a look-ahead, which JSON Schema
// advises against.
string_on_the_wire!(
    Grant,
    "a grant such as `docs:read`, `docs:*` or `*:read`",
    r"^([a-z][a-z0-9_.-]{0,63}:([a-z][a-z0-9_.-]{0,63}|\*)|\*:[a-z][a-z0-9_.-]{0,63})$",
    "A permission, `resource:*`, `*:action` or `admin:all`, the only grant that names the resource `admin`."
);

string_on_the_wire!(
    RoleName,
    "a role name such as `Editor`",
    "^[A-Za-z]([A-Za-z0-9 _.-]{0,62}[A-Za-z0-9_.-])?$",
    "The name of a role: a letter, then letters, digits, spaces, `_`, `.` and `-`, not ending with a space."
);
