use std::sync::Arc;

use http_kit::{Outcome, Request, session_cookie};

use crate::app::App;
use crate::views::redirect;

/// `GET /`: whether the session is still good, the profile finds out.
pub(super) async fn show<F>(_: Arc<App<F>>, request: Request) -> Outcome {
    let to = if session_cookie(&request.headers).is_some() { "/profile" } else { "/sign-in" };
    redirect(&request.context, to)
}
