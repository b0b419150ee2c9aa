use askama::Template;

use super::viewer::Section;
use super::{Field, Form, Samples, Viewer};
use crate::reader::Reader;

/// `/delete-account`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/delete_account.html")]
pub struct DeleteAccountPage {
    viewer: Viewer,
    email: String,
    form: Form,
}

impl DeleteAccountPage {
    /// The page of `user`, with this form.
    pub fn new(reader: &Reader, form: Form) -> Self {
        Self { viewer: Viewer::new(reader, Section::Profile), email: reader.user.username.to_string(), form }
    }

    /// The form that ends the account.
    pub fn form() -> Form {
        let form = Form::new("/delete-account", "Delete my account", vec![Field::password()]);
        form.dangerous().or_back_to("/profile")
    }
}

impl Samples for DeleteAccountPage {
    const NAME: &'static str = "delete_account";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |form| Self {
            viewer: Viewer::sample(text, Section::Profile),
            email: "ada@example.com".to_owned(),
            form,
        };
        let mut wrong = Self::form();
        wrong.refuse(Some("password"), "the password is wrong");
        let mut last = Self::form();
        last.refuse(None, "this is the last active SUPER_ADMIN; appoint another one first");
        vec![("empty", of(Self::form())), ("wrong", of(wrong)), ("last", of(last))]
    }
}
