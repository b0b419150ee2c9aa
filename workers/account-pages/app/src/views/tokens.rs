use accounts::{ApiTokenId, Timestamp};
use api::{ApiToken, CreatedApiToken, DateTime, Page};
use askama::Template;
use rbac::{Grant, GrantSet, catalogue, covers};

use super::field::Choice;
use super::permissions::LISTED;
use super::viewer::Section;
use super::{Field, Form, Moment, Samples, Viewer};
use crate::reader::Reader;

/// `/tokens`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/tokens.html")]
pub struct TokensPage {
    viewer: Viewer,
    notice: Option<&'static str>,
    tokens: Vec<Row>,
    older: Option<String>,
}

#[derive(Clone, Debug)]
struct Row {
    id: ApiTokenId,
    name: String,
    scopes: Vec<String>,
    created: Moment,
    expires: Moment,
    used: Option<Moment>,
}

impl From<ApiToken> for Row {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            scopes: token.scopes,
            created: token.created_at.into(),
            expires: token.expires_at.into(),
            used: token.last_used_at.map(Moment::from),
        }
    }
}

impl TokensPage {
    /// The page of `user`, with these tokens. `notice` says what happened before.
    pub fn new(reader: &Reader, tokens: Page<ApiToken>, notice: Option<&'static str>) -> Self {
        Self::of(Viewer::new(reader, Section::Tokens), tokens, notice)
    }

    fn of(viewer: Viewer, tokens: Page<ApiToken>, notice: Option<&'static str>) -> Self {
        let older = tokens.next_cursor.map(|cursor| format!("/tokens?cursor={cursor}"));
        Self { viewer, notice, tokens: tokens.items.into_iter().map(Row::from).collect(), older }
    }
}

/// A token for samples.
pub(super) fn sample(name: &str, scopes: &[&str]) -> ApiToken {
    let time = DateTime(Timestamp::from_millis(1_769_851_800_000));
    ApiToken {
        id: ApiTokenId::from_u128(1),
        name: name.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        created_at: time,
        expires_at: time,
        last_used_at: (!scopes.is_empty()).then_some(time),
    }
}

impl Samples for TokensPage {
    const NAME: &'static str = "tokens";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |items, next_cursor: Option<&str>, notice| {
            let next_cursor = next_cursor.map(str::to_owned);
            Self::of(Viewer::sample(text, Section::Tokens), Page { items, next_cursor }, notice)
        };
        let some = vec![sample(text, &["posts:read", "posts:write", text]), sample("Backup", &[])];
        vec![
            ("none", of(Vec::new(), None, None)),
            ("some", of(some, Some("ab"), Some("That token is revoked."))),
        ]
    }
}

/// `/tokens/new`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/new_token.html")]
pub struct NewTokenPage {
    viewer: Viewer,
    form: Form,
}

/// What was entered for a new token.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Its name.
    pub name: String,
    /// How many days it lives.
    pub days: String,
    /// The scopes that were ticked.
    pub scopes: Vec<String>,
    /// Scopes that were typed.
    pub more: String,
}

impl Default for NewToken {
    fn default() -> Self {
        Self { name: String::new(), days: "90".to_owned(), scopes: Vec::new(), more: String::new() }
    }
}

impl NewToken {
    /// The scopes that were typed, one by one.
    pub fn more(&self) -> impl Iterator<Item = &str> {
        self.more.split([' ', ',', '\t']).filter(|scope| !scope.is_empty())
    }
}

impl NewTokenPage {
    /// The page of `user`, with this form.
    pub fn new(reader: &Reader, form: Form) -> Self {
        Self { viewer: Viewer::new(reader, Section::Tokens), form }
    }

    /// The form of somebody who holds these grants, with what was entered before.
    pub fn form(held: &[String], entered: &NewToken) -> Form {
        let life =
            [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("180", "180 days"), ("365", "a year")];
        let life = life.map(|(days, label)| Choice {
            value: days.to_owned(),
            label: label.to_owned(),
            chosen: days == entered.days,
        });
        let mut fields = vec![
            Field::token_name(&entered.name),
            Field::select("expiresInDays", "Expires after", life.into()),
        ];
        let (offered, whole) = offered(held);
        let choices = offered.into_iter().map(|scope| Choice {
            label: described(&scope).to_owned(),
            chosen: entered.scopes.contains(&scope),
            value: scope,
        });
        let hint = "What the token may be used for, as long as you may do it yourself. With none, it only tells who you are.";
        fields.push(Field::checks("scopes", "Scopes", hint, choices.collect()));
        if !whole || !entered.more.is_empty() {
            let hint = "Anything else that your wildcards cover, such as posts:read, with spaces between.";
            fields.push(Field::optional_text("more", "More scopes", hint, &entered.more));
        }
        Form::new("/tokens/new", "Create the token", fields).or_back_to("/tokens")
    }
}

/// The scopes to choose from: what is held, and what is built in and covered by it. Also whether that is all there can be.
fn offered(held: &[String]) -> (Vec<String>, bool) {
    let (grants, _) = GrantSet::from_stored(held);
    let mut offered: Vec<String> = grants.iter().take(LISTED).map(ToString::to_string).collect();
    let wild = grants.is_admin() || grants.iter().any(Grant::is_wildcard);
    if wild {
        let built_in =
            catalogue::BUILT_IN.iter().filter_map(|known| Grant::parse(known.permission.as_str()).ok());
        let covered = built_in.filter(|grant| covers(&grants, grant)).map(|grant| grant.to_string());
        let missing: Vec<String> = covered.filter(|scope| !offered.contains(scope)).collect();
        offered.extend(missing);
    }
    (offered, !wild && grants.len() <= LISTED)
}

fn described(scope: &str) -> &'static str {
    let known = catalogue::BUILT_IN.iter().find(|known| known.permission.as_str() == scope);
    known.map_or("", |known| known.description)
}

impl Samples for NewTokenPage {
    const NAME: &'static str = "new_token";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |form| Self { viewer: Viewer::sample(text, Section::Tokens), form };
        let held = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let entered = NewToken {
            name: text.to_owned(),
            scopes: held(&["posts:read"]),
            more: text.to_owned(),
            ..NewToken::default()
        };
        let mut refused = Self::form(&held(&["posts:*", "posts:read", "users:read"]), &entered);
        refused.refuse(Some("name"), "must be 1 to 100 characters without control characters");
        refused.refuse(Some("scopes"), text);
        vec![
            ("member", of(Self::form(&held(&["posts:read", "users:read"]), &NewToken::default()))),
            ("admin", of(Self::form(&held(&["admin:all"]), &NewToken::default()))),
            ("refused", of(refused)),
        ]
    }
}

/// What `/tokens/new` leads to: the token, this once.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/created_token.html")]
pub struct CreatedTokenPage {
    viewer: Viewer,
    name: String,
    expires: Moment,
    token: String,
}

impl CreatedTokenPage {
    /// The page that shows a new token of `user`.
    pub fn new(reader: &Reader, created: CreatedApiToken) -> Self {
        Self::of(Viewer::new(reader, Section::Tokens), created)
    }

    fn of(viewer: Viewer, created: CreatedApiToken) -> Self {
        let expires = created.details.expires_at.into();
        Self { viewer, name: created.details.name, expires, token: created.token }
    }
}

impl Samples for CreatedTokenPage {
    const NAME: &'static str = "created_token";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let created = CreatedApiToken {
            details: sample(text, &["posts:read"]),
            token: "edw_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc".to_owned(),
        };
        vec![("only", Self::of(Viewer::sample(text, Section::Tokens), created))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(held: &[&str]) -> (Vec<String>, bool) {
        let held: Vec<String> = held.iter().map(|name| (*name).to_owned()).collect();
        offered(&held)
    }

    #[test]
    fn what_is_held_is_offered_and_no_more() {
        assert_eq!(of(&["posts:read", "users:read"]), (vec!["posts:read".into(), "users:read".into()], true));
        assert_eq!(of(&[]), (Vec::new(), true));
    }

    #[test]
    fn wildcards_offer_what_they_cover_and_leave_room_for_more() {
        let (scopes, whole) = of(&["users:*"]);
        assert_eq!(scopes, ["users:*", "users:read", "users:write", "users:update", "users:delete"]);
        assert!(!whole);
        let (scopes, whole) = of(&["admin:all"]);
        assert_eq!(scopes.len(), catalogue::BUILT_IN.len());
        assert!(!whole);
    }
}
