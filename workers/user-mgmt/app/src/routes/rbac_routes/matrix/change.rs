//! `PATCH /rbac/matrix`: cells of the matrix, of several roles at once, or what changing them would do.

use std::collections::BTreeMap;
use std::sync::Arc;

use accounts::{PermissionId, RoleId};
use api::{ChangeMatrixRequest, ChangedMatrix, ChangedRole, MatrixChange};
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::{Allowed, Grant};
use serde_json::json as object;
use store::audit::Action;
use store::{guard, role_permissions};

use super::super::{find_grants, find_roles};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::authority::{Excess, refuse_excess, refuse_excess_of_stored};
use crate::services::change::{Change, Event};

const MOST_CHANGES: usize = ChangeMatrixRequest::MOST_CHANGES;

pub(in crate::routes) fn doc() -> Doc {
    let doc =
        Doc::new("Change what roles grant, or see what a change would do").takes::<ChangeMatrixRequest>();
    doc.gives::<ChangedMatrix>(200).fails(&[409, 422])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let body: ChangeMatrixRequest = request.json()?;
    let wanted = by_role(body.changes)?;
    let roles = find_roles(&app.db, wanted.keys().copied().collect(), "changes").await?;
    let grants: Vec<Grant> = wanted.values().flat_map(BTreeMap::keys).cloned().collect();
    let permissions = find_grants(&app.db, &grants).await?;
    let ids = |grants: &[Grant]| -> Vec<PermissionId> {
        let named =
            permissions.iter().filter(|found| grants.iter().any(|grant| grant.as_str() == found.name));
        named.map(|found| found.id).collect()
    };

    let mut change = Change::by(&app, &request, &allowed);
    let (mut changed, mut events) = (Vec::new(), Vec::new());
    for found in roles {
        let (id, before) = (found.role.id, found.grants);
        let differing = |granted: bool| -> Vec<Grant> {
            let cells = wanted.get(&id).into_iter().flatten();
            let cells = cells.filter(|(grant, wanted)| {
                **wanted == granted && before.iter().any(|name| name == grant.as_str()) != granted
            });
            cells.map(|(grant, _)| grant.clone()).collect()
        };
        let (granted, revoked) = (differing(true), differing(false));
        if granted.is_empty() && revoked.is_empty() {
            continue;
        }
        refuse_excess_of_stored(&allowed, &before, Excess::Role)?;
        refuse_excess(&allowed, &granted, Excess::Role)?;
        change.push(guard::role_exists(id));
        change.push(role_permissions::delete_all(id, &ids(&revoked)));
        change.push(role_permissions::insert_all(id, &ids(&granted)));
        let stays = |name: &&str| !revoked.iter().any(|grant| grant.as_str() == *name);
        let mut after: Vec<&str> = before.iter().map(String::as_str).filter(stays).collect();
        after.extend(granted.iter().map(Grant::as_str));
        after.sort_unstable();
        let details = object!({ "role": found.role.name, "before": before, "after": after });
        events.push(Event::new(Action::RolePermissionsSet, id, details));
        changed.push(ChangedRole { id, name: found.role.name, holders: found.holders, granted, revoked });
    }
    if !body.preview
        && let Some(last) = events.pop()
    {
        for event in events {
            change.also(event);
        }
        change.matrix_changed();
        change.commit(last).await?;
    }
    json(StatusCode::OK, &ChangedMatrix { roles: changed })
}

/// The cells that are wanted. The same cell twice is a mistake of the caller, where it is wanted both ways.
fn by_role(changes: Vec<MatrixChange>) -> Result<BTreeMap<RoleId, BTreeMap<Grant, bool>>, Problem> {
    if changes.is_empty() || changes.len() > MOST_CHANGES {
        let detail = format!("`changes`: must be 1 to {MOST_CHANGES} of them");
        return Err(Problem::invalid_field("changes", detail));
    }
    let mut wanted: BTreeMap<RoleId, BTreeMap<Grant, bool>> = BTreeMap::new();
    for MatrixChange { role_id, permission, granted } in changes {
        let detail = format!("`changes`: role `{role_id}` is to grant `{permission}`, and not to");
        let before = wanted.entry(role_id).or_default().insert(permission, granted);
        if before.is_some_and(|before| before != granted) {
            return Err(Problem::invalid_field("changes", detail));
        }
    }
    Ok(wanted)
}
