//! End-to-end cases that run natively and on workerd.
