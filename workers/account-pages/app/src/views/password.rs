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
    form: Form,
}

impl PasswordPage {
    /// The page of `user`, with this form. `notice` says what happened before.
    pub fn new(reader: &Reader, form: Form, notice: Option<&'static str>) -> Self {
        Self { viewer: Viewer::new(reader, Section::Password), notice, form }
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
            ("empty", of(Self::form_of("ada@example.com"), None)),
            ("changed", of(Self::form_of("ada@example.com"), Some("Your password is changed."))),
            ("refused", of(refused, None)),
        ]
    }
}
