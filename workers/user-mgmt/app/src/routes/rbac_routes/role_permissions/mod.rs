//! What a role grants.

pub(in crate::routes) mod grant;
pub(in crate::routes) mod list;
pub(in crate::routes) mod revoke;
pub(in crate::routes) mod set;
