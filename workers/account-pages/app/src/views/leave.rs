use askama::Template;

use super::Samples;

/// A way to an identity provider. A page of its own, because browsers let no form lead to another site.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/leave.html")]
pub struct LeavePage {
    title: &'static str,
    text: &'static str,
    label: &'static str,
    url: String,
    /// The way back for whoever would rather stay.
    stay: (&'static str, &'static str),
}

impl LeavePage {
    /// Out of the provider, for somebody who has signed out here.
    pub fn sign_out(url: String) -> Self {
        Self {
            title: "You have signed out",
            text: "You may still be signed in at the identity provider. On a computer that is not yours, sign out there too.",
            label: "Sign out there too",
            url,
            stay: ("/sign-in", "Sign in again"),
        }
    }

    /// To the provider, to show which identity is one's own.
    pub fn link(url: String) -> Self {
        Self {
            title: "Link an identity",
            text: "Sign in at the identity provider. The identity that you come back with opens this account from then on.",
            label: "Go on to the identity provider",
            url,
            stay: ("/profile", "Back to your profile"),
        }
    }
}

impl Samples for LeavePage {
    const NAME: &'static str = "leave";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        vec![
            ("sign_out", Self::sign_out(format!("https://idp.example/end?hint={text}"))),
            ("link", Self::link("https://idp.example/authorize?client_id=edgeward".to_owned())),
        ]
    }
}
