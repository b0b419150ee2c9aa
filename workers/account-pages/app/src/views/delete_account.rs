use askama::Template;

use super::viewer::Section;
use super::{Field, Form, Samples, Viewer, provider_links};
use crate::local_path::LocalPath;
use crate::reader::Reader;

/// Where a sign-in comes back to that shows who deletes an account.
const SIGNED_IN: &str = "/delete-account?notice=signed-in";

/// How the owner of an account shows that it is them.
#[derive(Clone, Debug)]
pub enum Proof {
    /// By the password.
    Password,
    /// By signing in once more at one of these providers, each with its id and its name.
    SignIn(Vec<(String, String)>),
    /// They have just signed in once more; user-mgmt knows whether they have.
    Given,
}

/// `/delete-account`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/delete_account.html")]
pub struct DeleteAccountPage {
    viewer: Viewer,
    notice: Option<&'static str>,
    email: String,
    /// Where to sign in once more, by the names of the providers, if the account has no password.
    sign_in: Option<Vec<(String, String)>>,
    form: Form,
}

impl DeleteAccountPage {
    /// The page of `reader`, with this form. `notice` says what happened before.
    pub fn new(reader: &Reader, proof: Proof, form: Form, notice: Option<&'static str>) -> Self {
        let (viewer, email) = (Viewer::new(reader, Section::Profile), reader.user.username.to_string());
        Self::of(viewer, email, proof, form, notice)
    }

    fn of(viewer: Viewer, email: String, proof: Proof, form: Form, notice: Option<&'static str>) -> Self {
        let next = LocalPath::parse(SIGNED_IN);
        let sign_in = match proof {
            Proof::SignIn(providers) => Some(provider_links(providers, next.as_ref())),
            Proof::Password | Proof::Given => None,
        };
        Self { viewer, notice, email, sign_in, form }
    }

    /// The form that ends the account.
    pub fn form(proof: &Proof) -> Form {
        let fields = match proof {
            Proof::Password => vec![Field::password()],
            Proof::SignIn(_) | Proof::Given => Vec::new(),
        };
        Form::new("/delete-account", "Delete my account", fields).dangerous().or_back_to("/profile")
    }
}

impl Samples for DeleteAccountPage {
    const NAME: &'static str = "delete_account";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |proof, form, notice| {
            Self::of(
                Viewer::sample(text, Section::Profile),
                "ada@example.com".to_owned(),
                proof,
                form,
                notice,
            )
        };
        let password = || Self::form(&Proof::Password);
        let mut wrong = password();
        wrong.refuse(Some("password"), "the password is wrong");
        let mut last = password();
        last.refuse(None, "this is the last active SUPER_ADMIN; appoint another one first");
        let providers = || {
            let provider = |id: &str, name: &str| (id.to_owned(), name.to_owned());
            Proof::SignIn(vec![provider("sso", "Example SSO"), provider("other", text)])
        };
        vec![
            ("empty", of(Proof::Password, password(), None)),
            ("wrong", of(Proof::Password, wrong, None)),
            ("last", of(Proof::Password, last, None)),
            ("sign_in", of(providers(), Self::form(&providers()), None)),
            ("sign_in_first", of(providers(), Self::form(&providers()), Some("Sign in once more first."))),
            ("no_way_in", of(Proof::SignIn(Vec::new()), Self::form(&providers()), None)),
            ("signed_in", of(Proof::Given, Self::form(&Proof::Given), Some("You have signed in once more."))),
        ]
    }
}
