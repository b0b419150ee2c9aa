use accounts::{Email, NewPassword, Password, PersonName, UserId};
use serde::{Deserialize, Deserializer, Serialize};

use crate::time::DateTime;

/// `POST /register`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterRequest {
    /// The e-mail address, which is the name to sign in with.
    pub username: Email,
    /// 12 to 256 characters.
    pub password: NewPassword,
    /// First name.
    pub first_name: Option<PersonName>,
    /// Last name.
    pub last_name: Option<PersonName>,
}

/// What `POST /register` answers: the same whether the address was free or, while verification is on, taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RegisterResponse {
    /// The e-mail address, in lower case.
    pub username: Email,
    /// Whether the address has to be confirmed before the first sign-in.
    pub email_verification_required: bool,
}

/// `POST /login`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoginRequest {
    /// The e-mail address.
    pub username: Email,
    /// The password.
    pub password: Password,
}

/// `POST /verify-email/resend` and `POST /forgot-password`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailRequest {
    /// The e-mail address, whether there is an account with it or not.
    pub username: Email,
}

/// `POST /verify-email` and `POST /forgot-password-validate`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneTimeTokenRequest {
    /// The token of the link in the mail.
    pub token: String,
}

/// What `POST /verify-email` answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct VerifiedEmail {
    /// The address, which can sign in now.
    pub username: Email,
}

/// `POST /forgot-password-new-password`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetPasswordRequest {
    /// The token of the link in the mail.
    pub token: String,
    /// 12 to 256 characters.
    pub password: NewPassword,
}

/// What a token that sets a password is good for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PasswordToken {
    /// The address of the account.
    pub username: Email,
    /// Whether it is the first password of an account that an administrator has made.
    pub invitation: bool,
}

/// `PUT /users/:id`: what is absent stays, `null` clears.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateUserRequest {
    /// First name.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<PersonName>"))]
    pub first_name: Option<Option<PersonName>>,
    /// Last name.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<PersonName>"))]
    pub last_name: Option<Option<PersonName>>,
}

/// Tells `null` from an absent field.
#[expect(clippy::option_option, reason = "the three cases are absent, `null` and a value")]
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A user account.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its e-mail address.
    pub username: Email,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The name of its tenant.
    pub tenant: String,
    /// `active`, `invited` or `suspended`.
    pub status: String,
    /// Whether the address was shown to be the user's.
    pub email_verified: bool,
    /// When the account was made.
    pub created_at: DateTime,
    /// When it last changed.
    pub updated_at: DateTime,
}

/// `GET /load-user` and `POST /login`: who is signed in. Roles and permissions are there while RBAC is on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LoadUser {
    /// The account.
    pub user_id: UserId,
    /// Its e-mail address.
    pub username: Email,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The name of its tenant.
    pub tenant: String,
    /// Whether it has a password; without one, it is signed in to at an identity provider.
    #[serde(default = "always")]
    pub has_password: bool,
    /// The names of its roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// What those roles grant, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

/// An earlier release does not say it, and knows no account without one.
fn always() -> bool {
    true
}
