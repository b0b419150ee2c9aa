use askama::Template;

use super::{Field, Form, Samples, with_next};
use crate::local_path::LocalPath;

/// `/register/check-mail`. It says the same whether the address had an account or not.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/check_mail.html")]
pub struct CheckMailPage {
    notice: Option<&'static str>,
    form: Form,
    sign_in: String,
    register: String,
}

impl CheckMailPage {
    /// A page with this form, for somebody on the way to `next`. `notice` says what happened before.
    pub fn new(form: Form, next: Option<&LocalPath>, notice: Option<&'static str>) -> Self {
        Self { notice, form, sign_in: with_next("/sign-in", next), register: with_next("/register", next) }
    }

    /// The form that has the mail sent again.
    pub fn form(email: &str, next: Option<&LocalPath>) -> Form {
        Form::new("/register/check-mail", "Send it again", vec![Field::email(email)]).hidden("next", next)
    }
}

impl Samples for CheckMailPage {
    const NAME: &'static str = "check_mail";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let next = LocalPath::parse("/board?view=open&sort=name");
        let mut refused = Self::form(text, None);
        refused.refuse(Some("username"), "must be an e-mail address such as name@example.com");
        vec![
            ("first", Self::new(Self::form("", next.as_ref()), next.as_ref(), None)),
            ("again", Self::new(Self::form("", None), None, Some("Another mail is on its way."))),
            ("refused", Self::new(refused, None, None)),
        ]
    }
}
