use api::LoadUser;
use askama::Template;

use super::viewer::Section;
use super::{Field, Form, Samples, Viewer, provider_links};
use crate::local_path::LocalPath;
use crate::reader::Reader;

/// `/sign-in-again`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sign_in_again.html")]
pub struct SignInAgainPage {
    viewer: Viewer,
    /// For an account that has a password.
    form: Option<Form>,
    /// For one that has none: where its identities are, each by its name and its address here.
    providers: Vec<(String, String)>,
}

impl SignInAgainPage {
    /// The page of `reader`, with this form.
    pub fn by_password(reader: &Reader, form: Form) -> Self {
        Self { viewer: Viewer::new(reader, Section::Profile), form: Some(form), providers: Vec::new() }
    }

    /// The page of somebody without a password, on the way to `next`, by the ids and names of their providers.
    pub fn at(reader: &Reader, providers: Vec<(String, String)>, next: &LocalPath) -> Self {
        let providers = provider_links(providers, Some(next));
        Self { viewer: Viewer::new(reader, Section::Profile), form: None, providers }
    }

    fn is_refused(&self) -> bool {
        self.form.as_ref().is_some_and(Form::is_refused)
    }

    /// The form for the password, on the way to `next`.
    pub fn form(user: &LoadUser, next: &LocalPath) -> Form {
        Self::form_of(user.username.as_str(), next)
    }

    fn form_of(email: &str, next: &LocalPath) -> Form {
        let fields = vec![Field::own_email(email), Field::password()];
        let form = Form::new("/sign-in-again", "Sign in once more", fields);
        form.hidden("next", Some(next)).or_back_to("/profile")
    }
}

impl Samples for SignInAgainPage {
    const NAME: &'static str = "sign_in_again";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let viewer = || Viewer::sample(text, Section::Profile);
        let by = |form| Self { viewer: viewer(), form: Some(form), providers: Vec::new() };
        let form = || Self::form_of("ada@example.com", &LocalPath::profile());
        let mut wrong = form();
        wrong.refuse(Some("password"), "the password is wrong");
        let at = |providers| Self { viewer: viewer(), form: None, providers };
        let provider = |id: &str, name: &str| (id.to_owned(), name.to_owned());
        let two = vec![provider("sso", "Example SSO"), provider("other", text)];
        vec![
            ("password", by(form())),
            ("wrong", by(wrong)),
            ("providers", at(provider_links(two, Some(&LocalPath::profile())))),
            ("no_way_in", at(Vec::new())),
        ]
    }
}
