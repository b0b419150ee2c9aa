use std::sync::Arc;

use accounts::{Email, NewPassword, PersonName};
use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};
use serde::Deserialize;

use super::{check_mail, sign_in};
use crate::app::App;
use crate::forms;
use crate::local_path::LocalPath;
use crate::user_mgmt::{Credentials, Registration, UserMgmt};
use crate::views::{Form, RegisterPage, page, redirect, with_next};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Input {
    username: String,
    password: String,
    first_name: String,
    last_name: String,
    next: String,
}

/// `GET /register`.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request) -> Outcome {
    let next = sign_in::next(&request)?;
    if UserMgmt::new(&app.user_mgmt, &request).load_user().await?.is_some() {
        return redirect(&request.context, next.unwrap_or_else(LocalPath::profile).as_str());
    }
    let form = RegisterPage::form("", "", "", next.as_ref());
    page(&request.context, StatusCode::OK, &RegisterPage::new(form, next.as_ref()))
}

/// `POST /register`.
///
/// With e-mail verification the answer is the same for every address, so that it tells nobody who has an account.
/// Without it there is nothing to wait for, and whoever registers is signed in.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request) -> Outcome {
    let input: Input = forms::read(&request)?;
    let next = LocalPath::parse(&input.next);
    let mut form = RegisterPage::form(&input.username, &input.first_name, &input.last_name, next.as_ref());
    let Some(registration) = check(&input, &mut form) else {
        return page(&request.context, StatusCode::BAD_REQUEST, &RegisterPage::new(form, next.as_ref()));
    };
    let user_mgmt = UserMgmt::new(&app.user_mgmt, &request);
    match user_mgmt.register(&registration).await? {
        Ok(answer) if answer.email_verification_required => {
            return redirect(&request.context, &with_next(check_mail::PATH, next.as_ref()));
        }
        Ok(_) => {}
        Err(refusal) => {
            form.refuse_as(&refusal);
            let shown = page(&request.context, refusal.status, &RegisterPage::new(form, next.as_ref()));
            return refusal.explained_by(shown);
        }
    }
    let credentials = Credentials { username: registration.username, password: registration.password };
    match user_mgmt.login(&credentials).await? {
        Ok(cookies) => sign_in::enter(&request, next, cookies),
        Err(_) => redirect(&request.context, "/sign-in?notice=registered"),
    }
}

/// Everything that can be wrong with the fields alone, found at once.
fn check<'a>(input: &'a Input, form: &mut Form) -> Option<Registration<'a>> {
    let email = form.check("username", Email::parse(&input.username));
    let password = form.check("password", NewPassword::parse(input.password.clone()));
    if let (Some(email), Some(password)) = (email, password) {
        form.check("password", password.check_against(&email));
    }
    let names = [("firstName", &input.first_name), ("lastName", &input.last_name)];
    let [first_name, last_name] = names.map(|(field, text)| check_name(form, field, text));
    (!form.is_refused()).then_some(Registration {
        username: &input.username,
        password: &input.password,
        first_name,
        last_name,
    })
}

/// A name, none where the field was left empty. What is wrong with it is said beside its field.
pub(super) fn check_name<'a>(form: &mut Form, field: &str, text: &'a str) -> Option<&'a str> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    form.check(field, PersonName::parse(text)).map(|_| text)
}
