use accounts::{NewPassword, Password, SessionId};
use serde::{Deserialize, Serialize};

use crate::time::DateTime;

/// One of one's own sessions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Its id, which is not its token.
    pub id: SessionId,
    /// The browser and its system, in words that people know: `Firefox on Windows`.
    pub device: String,
    /// What the browser called itself at the sign-in, cut to 256 characters.
    pub user_agent: Option<String>,
    /// When it started.
    pub created_at: DateTime,
    /// When it was last seen in use, to within a twelfth of the idle limit.
    pub last_seen_at: DateTime,
    /// When it ends at the latest, used or not.
    pub expires_at: DateTime,
    /// Whether the request was made with it.
    pub current: bool,
}

/// `POST /change-password`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePasswordRequest {
    /// The password until now.
    pub current_password: Password,
    /// The password from now on: 12 to 256 characters.
    pub new_password: NewPassword,
}

/// `POST /delete-account`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteAccountRequest {
    /// The password, where the account has one.
    pub password: Option<Password>,
}
