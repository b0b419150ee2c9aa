//! Signing in at identity providers: OpenID Connect.
//!
//! In scope: how providers are configured, whose account an identity opens, who gets an account at the first sign-in, which
//! roles come with groups, and what happens when somebody signs out. Not in scope: the protocol, which is the crate `oidc`.
//!
//! An identity is an issuer and a subject, never an address. It is given to an account by whoever is signed in to it, or
//! because a provider vouches for the account's address, which it may for the domains that it is trusted with.

mod account;
mod callback;
mod claims;
mod credentials;
mod login;
mod logout;
mod roles;
mod settings;

pub(crate) use account::unlink;
pub(crate) use callback::{Answered, answer};
pub(crate) use credentials::{Origin, origin};
pub(crate) use login::begin;
pub(crate) use logout::{carry_out, provider_logout_url};
pub use settings::{GroupRoles, OidcSettings, Provider, TrustedDomains};

use std::fmt::Display;

use http::StatusCode;
use http_kit::Problem;
use oidc::{Client, ProviderError};

use crate::app::{App, Platform};

/// The provider, as a request talks to it.
fn client<'a, P: Platform>(app: &'a App<P>, provider: &'a Provider) -> Client<'a, P::Internet> {
    Client::new(&app.internet, &app.providers, &provider.client, app.runtime.now())
}

/// The settings; routes that need them are mounted only where there are any.
pub(crate) fn settings<P: Platform>(app: &App<P>) -> Result<&OidcSettings, Problem> {
    app.config.oidc.as_ref().ok_or_else(Problem::not_found)
}

/// How a failure of a provider reads to whoever signs in there; the log says the rest.
fn provider_problem(provider: &Provider, error: &ProviderError) -> Problem {
    let name = &provider.name;
    match error {
        ProviderError::Unavailable(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "oidc_unavailable",
            format!("{name} does not answer at the moment; try again"),
        )
        .caused_by(error),
        ProviderError::Code(_) => Problem::new(
            StatusCode::BAD_REQUEST,
            "oidc_code_invalid",
            format!("{name} does not confirm this sign-in any more; start again"),
        )
        .caused_by(error),
        _ => failed(provider, error),
    }
}

/// The provider answers with something that can't be relied on.
fn failed(provider: &Provider, cause: impl Display) -> Problem {
    Problem::new(
        StatusCode::BAD_GATEWAY,
        "oidc_failed",
        format!("signing in at {} did not work; tell whoever runs this site", provider.name),
    )
    .caused_by(cause)
}
