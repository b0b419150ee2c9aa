//! Who has which role, and what follows.

pub(in crate::routes) mod assign;
pub(in crate::routes) mod effective;
pub(in crate::routes) mod list;
pub(in crate::routes) mod remove;
