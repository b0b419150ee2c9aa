//! Roles that come with groups. What the groups gave is all that they take away, and what somebody gave by hand stays.

use accounts::{IdentityId, RoleId, UserId};
use http_kit::{Level, Problem};
use oidc::Claims;
use serde_json::json;
use store::audit::Action;
use store::{identities, user_roles};

use super::settings::{OidcSettings, Provider};
use crate::app::{App, Platform};
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

const REASON: &str = "OIDC_GROUP_ROLE_MAP";

/// Gives and takes, in the batch of a sign-in, what the groups of `claims` say. Groups that the provider says nothing of
/// are none. `new` is what the account has got in this very batch.
pub(super) async fn follow_groups<P: Platform>(
    app: &App<P>,
    change: &mut Change<P>,
    (settings, provider): (&OidcSettings, &Provider),
    claims: &Claims,
    (user, identity): (UserId, IdentityId),
    new: &[RoleId],
) -> Result<(), Problem> {
    let Some(claim) = provider.groups_claim.as_deref().filter(|_| app.config.rbac_enabled) else {
        return Ok(());
    };
    let names = settings.group_roles.of(&claims.texts(claim));
    let rows = identities::roles(user, identity, &names)
        .all(&app.db)
        .await
        .map_err(|error| store_problem(&error))?;
    for name in
        names.iter().filter(|name| !rows.iter().any(|row| row.wanted && row.name.eq_ignore_ascii_case(name)))
    {
        let message = "OIDC_GROUP_ROLE_MAP names a role that does not exist";
        app.log(Level::Warn, message, json!({ "role": name }));
    }
    let mut changed = false;
    for row in rows {
        let details = json!({ "role": row.name, "roleId": row.id, "reason": REASON });
        if row.wanted && !row.held && !new.contains(&row.id) {
            change.push(user_roles::insert_if_missing(user, row.id, change.now()));
            change.push(identities::role_given(identity, row.id, change.now()));
            change.also(Event::new(Action::RoleAssigned, user, details));
            changed = true;
        } else if row.given && !row.wanted && row.last {
            // Failing here would lock out the last one who could put it right.
            let message = "the last active SUPER_ADMIN keeps the role, though no group gives it any more";
            app.log(Level::Warn, message, json!({ "userId": user }));
        } else if row.given && !row.wanted {
            change.push(user_roles::delete(user, row.id));
            change.push(identities::role_gone(identity, row.id));
            change.also(Event::new(Action::RoleRemoved, user, details));
            changed = true;
        }
    }
    if changed {
        change.user_changed(user);
    }
    Ok(())
}

/// Takes away, in the batch of a change, every role that came with an identity which is about to go.
pub(super) async fn take_all<P: Platform>(
    app: &App<P>,
    change: &mut Change<P>,
    user: UserId,
    identity: IdentityId,
) -> Result<(), Problem> {
    if !app.config.rbac_enabled {
        return Ok(());
    }
    let rows =
        identities::roles(user, identity, &[]).all(&app.db).await.map_err(|error| store_problem(&error))?;
    let mut changed = false;
    for row in rows.into_iter().filter(|row| row.given) {
        change.push(user_roles::delete(user, row.id));
        let details = json!({ "role": row.name, "roleId": row.id, "reason": REASON });
        change.also(Event::new(Action::RoleRemoved, user, details));
        changed = true;
    }
    if changed {
        change.user_changed(user);
    }
    Ok(())
}
