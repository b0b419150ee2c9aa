//! The role matrix: roles across, permissions down.

pub(in crate::routes) mod change;
pub(in crate::routes) mod read;
