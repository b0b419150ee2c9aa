//! The account-pages worker: bindings to platform to router.
