/// The worker: whom it asks.
#[derive(Debug)]
pub struct App<F> {
    /// The user-mgmt worker, which knows and decides everything.
    pub user_mgmt: F,
}
