//! The session-state worker: bindings to platform to router.
