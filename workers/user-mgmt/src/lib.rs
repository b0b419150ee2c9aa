//! The user-mgmt worker: bindings to platform to router.
