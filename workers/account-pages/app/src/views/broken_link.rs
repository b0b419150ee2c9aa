use askama::Template;

use super::{CheckMailPage, ForgotPasswordPage, Form, Samples};

/// What a link in a mail leads to that can't be used, whatever is wrong with it.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/broken_link.html")]
pub struct BrokenLinkPage {
    form: Form,
}

impl BrokenLinkPage {
    /// For a link that was to confirm an address.
    pub fn of_verification() -> Self {
        Self { form: CheckMailPage::form("", None).called("Send a new link") }
    }

    /// For a link that was to set a password.
    pub fn of_reset() -> Self {
        Self { form: ForgotPasswordPage::form("", None).called("Send a new link") }
    }
}

impl Samples for BrokenLinkPage {
    const NAME: &'static str = "broken_link";

    fn samples(_: &str) -> Vec<(&'static str, Self)> {
        vec![("verification", Self::of_verification()), ("reset", Self::of_reset())]
    }
}
