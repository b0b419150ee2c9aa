use accounts::IdentityId;
use serde::{Deserialize, Serialize};

use crate::time::DateTime;

/// An identity provider to sign in at.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// What it is called in addresses.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// `GET /oidc/providers`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Providers {
    /// All of them, in the order in which they are to be shown.
    pub items: Vec<Provider>,
}

/// An identity that one signs in with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// The id of the provider, where it is still configured.
    pub provider_id: Option<String>,
    /// What people call the provider; its issuer where it is configured no longer.
    pub provider: String,
    /// Who one is there.
    pub subject: String,
    /// What the provider last said one's address is.
    pub email: Option<String>,
    /// Since when it belongs to the account.
    pub created_at: DateTime,
    /// When it was last signed in with.
    pub last_used_at: Option<DateTime>,
}

/// `POST /identities`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkIdentityRequest {
    /// The id of the provider.
    pub provider: String,
    /// A path of this site to go on at afterwards; the profile if absent.
    pub next: Option<String>,
}

/// `POST /identities`: where to go to show whose identity it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LinkIdentityResponse {
    /// An address of the provider, for this browser.
    pub url: String,
}

/// `POST /logout`, where the provider that the session began at offers to sign out there as well.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LogoutResponse {
    /// An address of the provider, for this browser.
    pub provider_logout_url: String,
}
