//! End-to-end cases that run natively and on workerd.

#[cfg(feature = "workerd")]
pub mod workerd;
