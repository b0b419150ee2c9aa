use api::Provider;
use askama::Template;

use super::{Field, Form, Samples, with_next};
use crate::local_path::LocalPath;

/// `/sign-in`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sign_in.html")]
pub struct SignInPage {
    notice: Option<&'static str>,
    form: Form,
    /// Where the mail that confirms the address is sent again, for somebody who lacks it.
    send_mail: Option<String>,
    forgot_password: String,
    register: String,
    /// The identity providers to sign in at, each with its address here.
    providers: Vec<(String, String)>,
}

impl SignInPage {
    /// A page with this form, for somebody on the way to `next`. `notice` says what happened before.
    pub fn new(form: Form, next: Option<&LocalPath>, notice: Option<&'static str>) -> Self {
        Self {
            notice,
            form,
            send_mail: None,
            forgot_password: with_next("/forgot-password", next),
            register: with_next("/register", next),
            providers: Vec::new(),
        }
    }

    /// Says where the mail that confirms the address can be had again.
    pub fn offer_mail(&mut self, next: Option<&LocalPath>) {
        self.send_mail = Some(with_next("/register/check-mail", next));
    }

    /// Says where one can sign in apart from here.
    pub fn offer_providers(&mut self, providers: Vec<Provider>, next: Option<&LocalPath>) {
        let address = |provider: Provider| {
            let path = format!("/api/oidc/login?provider={}", provider.id);
            (provider.name, with_next(&path, next))
        };
        self.providers = providers.into_iter().map(address).collect();
    }

    /// The form, with what was entered before.
    pub fn form(email: &str, next: Option<&LocalPath>) -> Form {
        let fields = vec![Field::email(email), Field::password()];
        Form::new("/sign-in", "Sign in", fields).hidden("next", next)
    }
}

impl Samples for SignInPage {
    const NAME: &'static str = "sign_in";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let next = LocalPath::parse("/board?view=open&sort=name");
        let mut refused = Self::form(text, next.as_ref());
        refused.refuse(None, text);
        let mut incomplete = Self::form("", None);
        incomplete.refuse(Some("username"), "an e-mail address is required");
        incomplete.refuse(Some("password"), "enter your password");
        let mut unverified = Self::form("ada@example.com", None);
        unverified
            .refuse(None, "confirm the e-mail address first: the link is in the mail that was sent to it");
        let mut unverified = Self::new(unverified, None, None);
        unverified.offer_mail(None);
        let mut providers = Self::new(Self::form("", None), None, None);
        let provider = |name: &str| Provider { id: "sso".to_owned(), name: name.to_owned() };
        providers.offer_providers(vec![provider("Example SSO"), provider(text)], next.as_ref());
        vec![
            ("providers", providers),
            ("unverified", unverified),
            ("empty", Self::new(Self::form("", None), None, None)),
            ("notice", Self::new(Self::form("", None), None, Some("You have signed out."))),
            ("refused", Self::new(refused, next.as_ref(), None)),
            ("incomplete", Self::new(incomplete, None, None)),
        ]
    }
}
