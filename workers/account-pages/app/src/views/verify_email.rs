use askama::Template;

use super::{Form, Samples};

/// `/verify-email`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/verify_email.html")]
pub struct VerifyEmailPage {
    form: Form,
}

impl VerifyEmailPage {
    /// A page that confirms the address that the token was mailed to.
    pub fn new(token: &str) -> Self {
        let form = Form::new("/verify-email", "Confirm the address", Vec::new());
        Self { form: form.hidden("token", Some(token)) }
    }
}

impl Samples for VerifyEmailPage {
    const NAME: &'static str = "verify_email";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        vec![("only", Self::new(text))]
    }
}
