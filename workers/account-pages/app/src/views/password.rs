use api::LoadUser;
use askama::Template;

use super::viewer::Section;
use super::{Field, Form, Samples, Viewer};
use crate::reader::Reader;

/// `/password`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/password.html")]
pub struct PasswordPage {
    viewer: Viewer,
    notice: Option<&'static str>,
    /// Nothing for an account that has no password.
    form: Option<Form>,
}

impl PasswordPage {
    /// The page of `user`, with this form. `notice` says what happened before.
    pub fn new(reader: &Reader, form: Form, notice: Option<&'static str>) -> Self {
        Self { viewer: Viewer::new(reader, Section::Password), notice, form: Some(form) }
    }

    /// The page of an account that has no password.
    pub fn without(reader: &Reader) -> Self {
        Self { viewer: Viewer::new(reader, Section::Password), notice: None, form: None }
    }

    fn is_refused(&self) -> bool {
        self.form.as_ref().is_some_and(Form::is_refused)
    }

    /// The form for another password.
    pub fn form(user: &LoadUser) -> Form {
        Self::form_of(user.username.as_str())
    }

    fn form_of(email: &str) -> Form {
        let fields = vec![Field::own_email(email), Field::current_password(), Field::next_password()];
        Form::new("/password", "Change the password", fields)
    }
}

impl Samples for PasswordPage {
    const NAME: &'static str = "password";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |form, notice| Self { viewer: Viewer::sample(text, Section::Password), notice, form };
        let mut refused = Self::form_of("ada@example.com");
        refused.refuse(Some("currentPassword"), "the current password is wrong");
        refused.refuse(Some("newPassword"), text);
        vec![
            ("none", of(None, None)),
            ("empty", of(Some(Self::form_of("ada@example.com")), None)),
            ("changed", of(Some(Self::form_of("ada@example.com")), Some("Your password is changed."))),
            ("refused", of(Some(refused), None)),
        ]
    }
}
