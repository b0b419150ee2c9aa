use accounts::{IdentityId, Timestamp};
use api::{DateTime, Identity, Page};
use askama::Template;

use super::viewer::Section;
use super::{Moment, Samples, Viewer};
use crate::reader::Reader;

/// `/identities`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/identities.html")]
pub struct IdentitiesPage {
    viewer: Viewer,
    notice: Option<&'static str>,
    identities: Vec<Row>,
    more: Option<String>,
}

#[derive(Clone, Debug)]
struct Row {
    id: IdentityId,
    provider: String,
    who: String,
    created: Moment,
    used: Option<Moment>,
}

impl From<Identity> for Row {
    fn from(identity: Identity) -> Self {
        Self {
            id: identity.id,
            provider: identity.provider,
            who: identity.email.unwrap_or(identity.subject),
            created: identity.created_at.into(),
            used: identity.last_used_at.map(Into::into),
        }
    }
}

impl IdentitiesPage {
    /// The page of `reader`, with these identities. `notice` says what happened before.
    pub fn new(reader: &Reader, identities: Page<Identity>, notice: Option<&'static str>) -> Self {
        Self::of(Viewer::new(reader, Section::Profile), identities, notice)
    }

    fn of(viewer: Viewer, identities: Page<Identity>, notice: Option<&'static str>) -> Self {
        let more = identities.next_cursor.map(|cursor| format!("/identities?cursor={cursor}"));
        Self { viewer, notice, identities: identities.items.into_iter().map(Row::from).collect(), more }
    }
}

/// An identity for samples.
pub(super) fn sample(number: u128, provider: &str) -> Identity {
    let time = DateTime(Timestamp::from_millis(1_769_851_800_000));
    Identity {
        id: IdentityId::from_u128(number),
        provider_id: Some("sso".to_owned()),
        provider: provider.to_owned(),
        subject: format!("{provider}-{number}"),
        email: (number == 1).then(|| "ada@example.com".to_owned()),
        created_at: time,
        last_used_at: (number == 1).then_some(time),
    }
}

impl Samples for IdentitiesPage {
    const NAME: &'static str = "identities";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |items, next_cursor: Option<&str>, notice| {
            let next_cursor = next_cursor.map(str::to_owned);
            Self::of(Viewer::sample(text, Section::Profile), Page { items, next_cursor }, notice)
        };
        vec![
            (
                "many",
                of(vec![sample(1, "Example SSO"), sample(2, text)], Some("ab"), Some("It is unlinked.")),
            ),
            ("none", of(Vec::new(), None, None)),
        ]
    }
}
