//! The pure domain of accounts: ids, times, e-mail addresses, names, passwords, tokens and session limits.
//!
//! In scope: what a value may look like and what follows from it. Not in scope: where values are kept
//! (`edgeward-store`), how they travel (`edgeward-api`) and who may do what (`edgeward-rbac`). Clock and randomness
//! are parameters everywhere, so that tests hold still.

mod ambient;
mod device;
mod email;
mod guesses;
mod id;
mod name;
pub mod password;
mod session;
mod status;
mod text;
mod timestamp;
mod token;

pub use ambient::{Clock, Random};
pub use device::device_name;
pub use email::{Email, ParseEmailError};
pub use guesses::{GuessDelay, GuessSubject};
pub use id::{
    ApiTokenId, AuditEventId, IdentityId, OutboxId, ParseIdError, PermissionId, RoleId, SessionId, TenantId,
    UserId,
};
pub use name::{
    ParsePersonNameError, ParseTenantNameError, ParseTokenNameError, PersonName, TenantName, TokenName,
};
pub use password::{NewPassword, Password, PasswordError};
pub use session::SessionLimits;
pub use status::{ParseTenantStatusError, ParseUserStatusError, TenantStatus, UserStatus};
pub use timestamp::{ParseTimestampError, Timestamp};
pub use token::{ApiToken, DeviceToken, LoginToken, OneTimeToken, ParseTokenError, SessionToken, TokenHash};
