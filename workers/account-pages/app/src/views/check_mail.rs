use askama::Template;

use super::Samples;

/// `/register/check-mail`. It says the same whether the address had an account or not.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "pages/check_mail.html")]
pub struct CheckMailPage;

impl Samples for CheckMailPage {
    const NAME: &'static str = "check_mail";

    fn samples(_: &str) -> Vec<(&'static str, Self)> {
        vec![("only", Self)]
    }
}
