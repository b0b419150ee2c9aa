use api::PasswordToken;
use askama::Template;

use super::{Field, Form, Samples};

/// `/reset-password`, for a forgotten password and for the first one of an invited account.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/reset_password.html")]
pub struct ResetPasswordPage {
    invitation: bool,
    pub(crate) form: Form,
}

impl ResetPasswordPage {
    /// A page that sets the password of the account that the token was mailed to.
    pub fn new(token: &str, found: &PasswordToken) -> Self {
        let submit = if found.invitation { "Set the password" } else { "Set the new password" };
        let fields = vec![Field::own_email(found.username.as_str()), Field::new_password()];
        let form = Form::new("/reset-password", submit, fields).hidden("token", Some(token));
        Self { invitation: found.invitation, form }
    }
}

impl Samples for ResetPasswordPage {
    const NAME: &'static str = "reset_password";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let Ok(username) = accounts::Email::parse("ada@example.com") else { return Vec::new() };
        let reset = Self::new(text, &PasswordToken { username: username.clone(), invitation: false });
        let mut refused = reset.clone();
        refused.form.refuse(Some("password"), "a password needs at least 12 characters");
        let invited = Self::new(text, &PasswordToken { username, invitation: true });
        vec![("reset", reset), ("refused", refused), ("invited", invited)]
    }
}
