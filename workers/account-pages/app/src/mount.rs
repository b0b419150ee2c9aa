//! Mounts handlers behind what they ask of whoever is in front of the page. A handler's parameters say what it asks:
//! nothing, or the account that is signed in; it can't be mounted with less. What changes something takes forms of this
//! site's own pages alone.

use std::future::Future;
use std::sync::Arc;

use api::LoadUser;
use http::Method;
use http_kit::{Access, Doc, Fetch, Outcome, Request, Route, RouteTable};

use crate::app::App;
use crate::local_path::LocalPath;
use crate::user_mgmt::UserMgmt;
use crate::views::redirect_to_sign_in;
use crate::{forms, forward};

/// The rows of the route table, as they come together.
pub(crate) struct Mount<F> {
    app: Arc<App<F>>,
    rows: Vec<Route>,
}

impl<F: Fetch> Mount<F> {
    pub(crate) fn new(app: Arc<App<F>>) -> Self {
        Self { app, rows: Vec::new() }
    }

    pub(crate) fn into_table(self) -> RouteTable {
        RouteTable::new(self.rows)
    }

    /// Anybody may.
    pub(crate) fn public<H, R>(&mut self, method: Method, path: &'static str, doc: Doc, handler: H)
    where
        H: Fn(Arc<App<F>>, Request) -> R + Copy + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        let app = self.app.clone();
        let endpoint = move |request: Request| {
            let app = app.clone();
            async move {
                forms::check_origin(&request)?;
                handler(app, request).await
            }
        };
        self.rows.push(Route::new(method, path, Access::Public, doc, endpoint));
    }

    /// Anybody who is signed in may; anybody else is asked to sign in, and comes back.
    pub(crate) fn signed_in<H, R>(&mut self, method: Method, path: &'static str, doc: Doc, handler: H)
    where
        H: Fn(Arc<App<F>>, Request, LoadUser) -> R + Copy + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        let app = self.app.clone();
        let endpoint = move |request: Request| {
            let app = app.clone();
            async move {
                forms::check_origin(&request)?;
                match UserMgmt::new(&app.user_mgmt, &request).load_user().await? {
                    Some(user) => handler(app, request, user).await,
                    None => redirect_to_sign_in(&request.context, &here(&request)),
                }
            }
        };
        self.rows.push(Route::new(method, path, Access::Session, doc, endpoint));
    }

    /// Every method of everything below `/api/`: user-mgmt decides.
    pub(crate) fn api(&mut self) {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let app = self.app.clone();
            let endpoint = move |request| forward::forward(app.clone(), request);
            let doc = Doc::new("Hand on to user-mgmt");
            let route = Route::new(method, "/api/{*path}", Access::Public, doc, endpoint);
            self.rows.push(route.body_limit(forward::BODY_LIMIT));
        }
    }
}

/// The address of the page that is asked for.
pub(crate) fn here(request: &Request) -> LocalPath {
    let path = request.context.uri.path_and_query().and_then(|path| LocalPath::parse(path.as_str()));
    path.unwrap_or_else(LocalPath::profile)
}
