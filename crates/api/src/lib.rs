//! What travels between browsers, workers and applications, as JSON in camel case.
//!
//! In scope: the bodies of requests and answers, once, with the domain types that check them on the way in. Not in
//! scope: problems and headers (`edgeward-http-kit`), and what a body leads to.

mod accounts_api;
mod admin_api;
mod audit_api;
pub mod authzen;
mod identities_api;
pub mod internal_api;
mod matrix_api;
mod object;
mod page;
mod rbac_api;
mod rollout_api;
pub mod session_state;
mod sessions_api;
mod time;
mod tokens_api;

pub use accounts_api::{
    LoadUser, LoginRequest, MailRequest, OneTimeTokenRequest, PasswordToken, RegisterRequest,
    RegisterResponse, ResetPasswordRequest, UpdateUserRequest, User, VerifiedEmail,
};
pub use admin_api::{
    AdminUser, ChangeTenantRequest, ChangeUserRequest, ConfirmRequest, CreateTenantRequest,
    CreateUserRequest, RoleRef, Tenant,
};
pub use audit_api::{AuditActor, AuditEvent, AuditTarget};
pub use identities_api::{
    Identity, LinkIdentityRequest, LinkIdentityResponse, LogoutResponse, Provider, Providers,
};
pub use matrix_api::{
    ChangeMatrixRequest, ChangedMatrix, ChangedRole, Matrix, MatrixChange, MatrixPermission, MatrixRole,
};
pub use page::{Cursor, Limit, Page, ParseCursorError, ParseLimitError};
pub use rbac_api::{
    AssignRoleRequest, Assignment, CheckMode, CheckRequest, CheckResponse, CreatePermissionRequest,
    CreateRoleRequest, EffectivePermission, EffectivePermissions, Manifest, ManifestPermission,
    ManifestResult, Permission, Role, RolePermissions, SetRolePermissionsRequest, SuggestedGrant,
    UpdateRoleRequest, UserRoles,
};
pub use rollout_api::{
    Findings, MatrixDefects, PermissionFindings, Readiness, ReadinessReason, Rollout, RolloutDay,
    RolloutFlags, RouteFindings, Top, UnexercisedRoute, UngrantedPermission, UnheldRole, UnreadableGrant,
    UserFindings,
};
pub use sessions_api::{ChangePasswordRequest, DeleteAccountRequest, Session};
pub use time::DateTime;
pub use tokens_api::{ApiToken, CreateApiTokenRequest, CreatedApiToken, LifetimeDays};

/// Any text of at most so many characters, for descriptions.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Description(#[cfg_attr(feature = "openapi", schemars(length(max = Self::MAX_CHARS)))] String);

impl Description {
    /// The longest one, in characters.
    pub const MAX_CHARS: usize = 500;

    /// Takes any text up to that length.
    pub fn parse(text: String) -> Result<Self, ParseDescriptionError> {
        if text.chars().count() > Self::MAX_CHARS { Err(ParseDescriptionError) } else { Ok(Self(text)) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is not a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseDescriptionError;

impl std::fmt::Display for ParseDescriptionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a description has at most 500 characters")
    }
}

impl<'de> serde::Deserialize<'de> for Description {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
