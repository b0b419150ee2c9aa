//! One's own sessions: to see, to end, and to have read anew. An API token does none of it.

pub(super) mod delete;
pub(super) mod delete_others;
pub(super) mod list;
pub(super) mod refresh;
