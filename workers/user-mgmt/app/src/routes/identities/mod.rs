//! The identities that one signs in with.

pub(super) mod link;
pub(super) mod list;
pub(super) mod unlink;
