//! The sessions of somebody else. To end them takes as much as to end the account: whoever is signed out over and over
//! is kept out.

pub(in crate::routes) mod delete;
pub(in crate::routes) mod delete_all;
pub(in crate::routes) mod list;
