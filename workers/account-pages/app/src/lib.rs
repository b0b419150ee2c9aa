//! The pages, and the one origin that a browser sees, without a platform.
