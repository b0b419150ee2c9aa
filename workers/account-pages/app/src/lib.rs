//! The pages, and the one origin that a browser sees, without a platform.
//!
//! In scope: HTML pages that work without scripts, and `/api/*` handed on to user-mgmt. Not in scope: any rule about
//! accounts or permissions. Whatever a page shows or changes, it asks user-mgmt through [`http_kit::Fetch`], as the
//! person in front of it.
//!
//! A request goes through `mount` to one file below [`routes`], which asks `user_mgmt` and fills one of the
//! [`views`].

mod app;
mod assets;
mod config;
mod forms;
mod forward;
mod headers;
mod local_path;
mod mount;
mod reader;
pub mod routes;
mod user_mgmt;
pub mod views;

use std::sync::Arc;

use http_kit::{Fetch, Runtime, Service};

pub use app::App;
pub use config::Config;
pub use local_path::LocalPath;
pub use reader::Reader;

/// The worker's name, in logs and timings.
pub const NAME: &str = "account-pages";

/// The worker.
pub fn service<F: Fetch>(app: App<F>, runtime: Arc<dyn Runtime>) -> Service {
    let app = Arc::new(app);
    let table = routes::table(app.clone());
    let user_mgmt = move |request| {
        let app = app.clone();
        async move { app.user_mgmt.fetch(request).await }
    };
    Service::new(NAME, &table, runtime)
        .with_error_page(views::error_page)
        .with_upstream(forward::address, user_mgmt)
}
