use askama::Template;

use super::{Field, Form, Samples, with_next};
use crate::local_path::LocalPath;

/// `/register`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/register.html")]
pub struct RegisterPage {
    form: Form,
    sign_in: String,
}

impl RegisterPage {
    /// A page with this form, for somebody who came on the way to `next`.
    pub fn new(form: Form, next: Option<&LocalPath>) -> Self {
        Self { form, sign_in: with_next("/sign-in", next) }
    }

    /// The form, with what was entered before.
    pub fn form(email: &str, first_name: &str, last_name: &str, next: Option<&LocalPath>) -> Form {
        let fields = vec![
            Field::email(email),
            Field::first_name(first_name),
            Field::last_name(last_name),
            Field::new_password(),
        ];
        Form::new("/register", "Create account", fields).hidden("next", next)
    }
}

impl Samples for RegisterPage {
    const NAME: &'static str = "register";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let next = LocalPath::parse("/board?view=open&sort=name");
        let mut refused = Self::form(text, text, text, next.as_ref());
        refused.refuse(Some("username"), "must be an e-mail address such as name@example.com");
        refused.refuse(Some("firstName"), text);
        refused.refuse(Some("password"), "a password needs at least 12 characters");
        let mut failed = Self::form("ada@example.com", "", "", None);
        failed.refuse(None, text);
        vec![
            ("empty", Self::new(Self::form("", "", "", None), None)),
            ("refused", Self::new(refused, next.as_ref())),
            ("failed", Self::new(failed, None)),
        ]
    }
}
