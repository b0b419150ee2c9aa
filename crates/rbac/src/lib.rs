#![doc = include_str!("../README.md")]

pub mod catalogue;
mod decision;
mod grammar;
mod grant;
mod grant_set;
mod permission;
mod role_name;
#[cfg(feature = "serde")]
mod wire;

pub use decision::{Allowed, Basis, Denied, Principal, authorize, authorize_own, authorize_own_or};
pub use grant::{Grant, ParseGrantError};
pub use grant_set::{
    DefectiveGrant, GrantSet, covers, exceeding, has_all, has_any, has_permission, satisfying,
};
pub use permission::{ParsePermissionError, Permission};
pub use role_name::{ParseRoleNameError, RoleName};
