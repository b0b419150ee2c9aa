//! Sessions with their cached permissions in a key-value store, without a platform.
