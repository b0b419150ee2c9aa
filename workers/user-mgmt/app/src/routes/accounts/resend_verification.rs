//! `POST /verify-email/resend`: the mail that confirms an address once more, if one is wanting.

use std::sync::Arc;

use api::MailRequest;
use http_kit::{Doc, Outcome, Request};

use crate::app::{App, Platform};
use crate::routes::accounts::ask_for_mail;
use crate::services::mail::Template;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Have the mail that confirms an address sent again")
        .takes::<MailRequest>()
        .gives_nothing(202)
        .fails(&[429, 501])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    ask_for_mail(&app, &request, Template::VerifyEmail).await
}
