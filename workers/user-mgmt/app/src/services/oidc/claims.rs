//! What a provider's claims mean here.

use accounts::{Email, PersonName};
use oidc::Claims;

use super::settings::Provider;

/// The address that the provider says is the person's; shown, and nothing else.
pub(super) fn email(claims: &Claims) -> Option<Email> {
    claims.text("email")?.parse().ok()
}

/// The address that the provider vouches for, if it may: verified, and of a domain that it is trusted with.
pub(super) fn vouched_email(provider: &Provider, claims: &Claims) -> Option<Email> {
    let verified = claims.flag("email_verified") == Some(true);
    email(claims).filter(|email| verified && provider.trusted_domains.contains(email))
}

/// A name, where the provider says one that can be one.
pub(super) fn name(claims: &Claims, claim: &str) -> Option<PersonName> {
    claims.text(claim)?.parse().ok()
}

/// Whether the person is of the staff, where the provider says so or not.
pub(super) fn staff(provider: &Provider, claims: &Claims) -> Option<bool> {
    claims.flag(provider.staff_claim.as_deref()?)
}

/// The name of the person's tenant, where the provider says one.
pub(super) fn tenant<'a>(provider: &Provider, claims: &'a Claims) -> Option<&'a str> {
    claims.text(provider.tenant_claim.as_deref()?)
}

/// The claims that are worth asking for where an ID token leaves them out.
pub(super) fn wanted(provider: &Provider) -> Vec<&str> {
    let mut wanted = vec!["email", "email_verified", "given_name", "family_name"];
    for claim in [&provider.groups_claim, &provider.staff_claim, &provider.tenant_claim] {
        wanted.extend(claim.as_deref());
    }
    wanted
}
