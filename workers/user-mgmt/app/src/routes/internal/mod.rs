//! What is answered to other workers alone: they reach this one by service binding, and account-pages hands nothing of it
//! on.

use crate::caller::{Caller, Credential};

pub(super) mod authorize;
pub(super) mod findings;
pub(super) mod principal;

fn to_api(caller: &Caller) -> api::internal_api::Principal {
    let account = &caller.account;
    api::internal_api::Principal {
        user_id: account.user_id,
        username: account.email.to_string(),
        first_name: account.first_name.clone(),
        last_name: account.last_name.clone(),
        tenant: account.tenant.clone(),
        staff: account.staff,
        api_token: matches!(caller.credential, Credential::Token { .. }),
        roles: caller.authority.as_ref().map(|authority| authority.roles.clone()),
        permissions: caller.authority.as_ref().map(|_| caller.permissions()),
    }
}
