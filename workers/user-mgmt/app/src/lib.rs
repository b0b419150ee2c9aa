//! User management and access control: every rule and every route, without a platform.
