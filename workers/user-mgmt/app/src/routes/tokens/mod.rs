//! One's own API tokens. A token manages none: that takes a session. Mounted while RBAC is on.

use store::api_tokens::Listed;

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;

fn to_api(token: Listed) -> api::ApiToken {
    api::ApiToken {
        id: token.id,
        name: token.name,
        scopes: token.scopes,
        created_at: token.created_at.into(),
        expires_at: token.expires_at.into(),
        last_used_at: token.last_used_at.map(Into::into),
    }
}
