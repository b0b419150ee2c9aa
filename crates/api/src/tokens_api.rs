use std::time::Duration;

use accounts::{ApiTokenId, TokenName};
use rbac::Grant;
use serde::{Deserialize, Deserializer, Serialize};

use crate::time::DateTime;

/// `POST /tokens`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateApiTokenRequest {
    /// What its owner calls it.
    pub name: TokenName,
    /// What it may be used for, within what its owner may do: 100 permissions or wildcards at most. Without any, it
    /// tells who its owner is, and no more.
    #[cfg_attr(feature = "openapi", schemars(length(max = Self::MAX_SCOPES)))]
    pub scopes: Vec<Grant>,
    /// How long it lives: 1 to 365 days, 90 unless said otherwise.
    #[serde(default)]
    pub expires_in_days: LifetimeDays,
}

impl CreateApiTokenRequest {
    /// How many scopes a token has at most; a grant with a wildcard is one.
    pub const MAX_SCOPES: usize = 100;
}

/// A whole number of days from 1 to 365; 90 unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifetimeDays(u16);

impl LifetimeDays {
    /// So many times 24 hours.
    pub fn duration(self) -> Duration {
        Duration::from_hours(24 * u64::from(self.0))
    }
}

impl Default for LifetimeDays {
    fn default() -> Self {
        Self(90)
    }
}

impl<'de> Deserialize<'de> for LifetimeDays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u16::deserialize(deserializer)? {
            days @ 1..=365 => Ok(Self(days)),
            _ => Err(serde::de::Error::custom("must be a whole number from 1 to 365")),
        }
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for LifetimeDays {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LifetimeDays".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": 365, "default": 90 })
    }
}

/// One of one's own API tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ApiToken {
    /// Its id, which is not the token.
    pub id: ApiTokenId,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for, as far as its owner may at the time.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: DateTime,
    /// When it ends.
    pub expires_at: DateTime,
    /// When it was last used, to within an hour; absent where it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<DateTime>,
}

/// A new API token, with the secret that is shown this once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreatedApiToken {
    /// What its owner will see of it later.
    #[serde(flatten)]
    pub details: ApiToken,
    /// The token, for `Authorization: Bearer`.
    pub token: String,
}
