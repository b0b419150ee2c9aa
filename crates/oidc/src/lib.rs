//! OpenID Connect Core 1.0 as a relying party speaks it: the authorization code flow with PKCE.
//!
//! In scope: discovery, the provider's keys, the request and the answer of a sign-in, the exchange of a code, and every
//! check of an ID token (OpenID Connect Core 3.1.3.7) and of a logout token (Back-Channel Logout 2.6). Not in scope: what a
//! sign-in leads to, and where its state is kept. Signatures are checked by the crates of RustCrypto; what may be signed,
//! with what and by whom is decided here, and everything that is not expected is refused.

mod authorization;
mod claims;
mod client;
mod id_token;
mod json;
mod jwk;
mod jws;
mod logout_token;
mod metadata;
mod token_endpoint;

pub use authorization::{Callback, LoginSecret, Prompt, Refused, authorization_url};
pub use claims::Claims;
pub use client::{Cache, Client, ProviderError, Settings, SignedIn};
pub use id_token::{Expected, IdToken, IdTokenError};
pub use jwk::{KeySet, KeySetError};
pub use jws::{JwsError, Signed};
pub use logout_token::{LogoutToken, LogoutTokenError};
pub use metadata::{Issuer, Metadata, MetadataError, ParseIssuerError};

/// By how much the clocks of a provider and of this machine may differ.
const LEEWAY_SECONDS: i64 = 60;
