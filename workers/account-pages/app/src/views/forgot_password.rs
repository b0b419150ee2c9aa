use askama::Template;

use super::{Field, Form, Samples, with_next};
use crate::local_path::LocalPath;

/// `/forgot-password`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/forgot_password.html")]
pub struct ForgotPasswordPage {
    form: Form,
    sign_in: String,
}

impl ForgotPasswordPage {
    /// A page with this form, for somebody on the way to `next`.
    pub fn new(form: Form, next: Option<&LocalPath>) -> Self {
        Self { form, sign_in: with_next("/sign-in", next) }
    }

    /// The form, with what was entered before.
    pub fn form(email: &str, next: Option<&LocalPath>) -> Form {
        Form::new("/forgot-password", "Send the mail", vec![Field::email(email)]).hidden("next", next)
    }
}

impl Samples for ForgotPasswordPage {
    const NAME: &'static str = "forgot_password";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let next = LocalPath::parse("/board?view=open&sort=name");
        let mut refused = Self::form(text, next.as_ref());
        refused.refuse(Some("username"), "must be an e-mail address such as name@example.com");
        vec![("empty", Self::new(Self::form("", None), None)), ("refused", Self::new(refused, next.as_ref()))]
    }
}

/// `/forgot-password/check-mail`. It says the same whether there is such an account or not.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/reset_mail.html")]
pub struct ResetMailPage {
    sign_in: String,
    again: String,
}

impl ResetMailPage {
    /// A page for somebody on the way to `next`.
    pub fn new(next: Option<&LocalPath>) -> Self {
        Self { sign_in: with_next("/sign-in", next), again: with_next("/forgot-password", next) }
    }
}

impl Samples for ResetMailPage {
    const NAME: &'static str = "reset_mail";

    fn samples(_: &str) -> Vec<(&'static str, Self)> {
        vec![("only", Self::new(None))]
    }
}
