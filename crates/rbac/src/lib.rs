//! The permission language and the decision, pure: no I/O, no clock, no platform.
