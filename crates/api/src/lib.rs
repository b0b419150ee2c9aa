//! The wire types that the workers share.
