//! Mounts handlers behind what they ask of whoever is in front of the page. A handler's parameters say what it asks:
//! nothing, or the account that is signed in; it can't be mounted with less. What changes something takes forms of this
//! site's own pages alone.

use std::future::Future;
use std::sync::Arc;

use http::Method;
use http_kit::{Access, Doc, Fetch, Outcome, Problem, Request, Route, RouteTable};
use rbac::Permission;

use crate::app::App;
use crate::forms;
use crate::local_path::LocalPath;
use crate::reader::Reader;
use crate::user_mgmt::UserMgmt;
use crate::views::redirect_to_sign_in;

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
        H: Fn(Arc<App<F>>, Request, Reader) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        let app = self.app.clone();
        let endpoint = move |request: Request| {
            let (app, handler) = (app.clone(), handler.clone());
            async move {
                forms::check_origin(&request)?;
                match UserMgmt::new(&app.user_mgmt, &request).load_user().await? {
                    Some(user) => {
                        let reader = Reader::new(user, app.config.admin_area);
                        handler(app, request, reader).await
                    }
                    None => redirect_to_sign_in(&request.context, &here(&request)),
                }
            }
        };
        self.rows.push(Route::new(method, path, Access::Session, doc, endpoint));
    }

    /// Whoever holds this permission may, where there is an admin area; without one, there is no such page. user-mgmt
    /// decides again, about everything that the page asks of it.
    pub(crate) fn admin<H, R>(
        &mut self,
        method: Method,
        path: &'static str,
        permission: Permission,
        doc: Doc,
        handler: H,
    ) where
        H: Fn(Arc<App<F>>, Request, Reader) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        if !self.app.config.admin_area {
            return;
        }
        let access = Access::Permission(permission.clone());
        let checked = move |app: Arc<App<F>>, request: Request, reader: Reader| {
            let (allowed, handler) = (reader.may(&permission), handler.clone());
            async move {
                if !allowed {
                    return Err(Problem::forbidden("this takes a permission that you do not hold"));
                }
                handler(app, request, reader).await
            }
        };
        self.signed_in(method, path, doc, checked);
        if let Some(row) = self.rows.last_mut() {
            row.access = access;
        }
    }
}

/// The address of the page that is asked for.
pub(crate) fn here(request: &Request) -> LocalPath {
    let path = request.context.uri.path_and_query().and_then(|path| LocalPath::parse(path.as_str()));
    path.unwrap_or_else(LocalPath::profile)
}
