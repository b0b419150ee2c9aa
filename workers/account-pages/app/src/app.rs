use crate::config::Config;

/// The worker: whom it asks, and what is turned on.
#[derive(Debug)]
pub struct App<F> {
    /// The user-mgmt worker, which knows and decides everything.
    pub user_mgmt: F,
    /// What is turned on.
    pub config: Config,
}
