//! `PUT /rbac/permissions`: an application says what it asks of its callers. The same manifest twice changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use accounts::PermissionId;
use api::{Manifest, ManifestPermission, ManifestResult, SuggestedGrant};
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::Allowed;
use serde_json::json as object;
use store::audit::Action;
use store::guard;
use store::permissions::{self, NewPermission, Registered};
use store::role_permissions::{self, NamedGrant};

use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Register the permissions of an application").takes::<Manifest>();
    doc.gives::<ManifestResult>(200).fails(&[409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let manifest: Manifest = request.json()?;
    let application = manifest.application.as_str();
    let mut wanted: BTreeMap<&str, &str> = BTreeMap::new();
    for permission in &manifest.permissions {
        if wanted.insert(permission.name.as_str(), permission.description.as_str()).is_some() {
            let detail = format!("`permissions`: `{}` is there twice", permission.name);
            return Err(Problem::invalid_field("permissions", detail));
        }
    }
    let present = permissions::by_application(application).all(&app.db).await;
    let present = present.map_err(|error| store_problem(&error))?;
    let plan = Plan::of(&wanted, &present);

    let in_use: Vec<&str> =
        plan.removed.iter().filter(|entry| entry.granted).map(|entry| entry.name.as_str()).collect();
    if !in_use.is_empty() && !manifest.force {
        let detail =
            "roles still grant permissions that are not in the manifest any more; send `force` to take them";
        return Err(Problem::conflict("permission_in_use", detail).with("permissions", in_use));
    }
    let suggested = suggested(&app, &manifest).await?;
    let result = ManifestResult { suggested, ..plan.result(wanted.len()) };
    if manifest.dry_run {
        refuse_taken(&app, &plan).await?;
    }
    if plan.is_empty() || manifest.dry_run {
        return json(StatusCode::OK, &result);
    }

    let ids: Vec<PermissionId> =
        plan.added.iter().map(|_| PermissionId::generate(&*app.runtime, &*app.runtime)).collect();
    let new: Vec<NewPermission<'_>> = std::iter::zip(&plan.added, ids)
        .map(|(&(name, description), id)| NewPermission { id, name, description })
        .collect();
    let removed: Vec<PermissionId> = plan.removed.iter().map(|entry| entry.id).collect();
    let mut change = Change::by(&app, &request, &allowed);
    // Two manifests at once would leave what neither says.
    change.push(guard::manifest_current(application, &present));
    if !in_use.is_empty() {
        change.push(role_permissions::delete_permissions(&removed));
        change.matrix_changed();
    }
    change.push(permissions::delete_all(&removed));
    change.push(permissions::update_descriptions(&plan.updated, application));
    change.push(permissions::insert_all(&new, application, change.now()));
    let event = Event::new(
        Action::PermissionsRegistered,
        application,
        object!({ "added": result.added, "updated": result.updated, "removed": result.removed }),
    );
    change.try_commit(event).await.map_err(|error| {
        if error.is_conflict("permissions", "name") { taken() } else { store_problem(&error) }
    })?;
    json(StatusCode::OK, &result)
}

fn taken() -> Problem {
    let detail = "a permission of the manifest is built in or belongs to another application";
    Problem::conflict("permission_taken", detail)
}

/// Looks for what the batch would come up against, where there is no batch.
async fn refuse_taken<P: Platform>(app: &App<P>, plan: &Plan<'_>) -> Result<(), Problem> {
    let added: Vec<&str> = plan.added.iter().map(|(name, _)| *name).collect();
    if added.is_empty() {
        return Ok(());
    }
    let found = permissions::by_names(&added).all(&app.db).await.map_err(|error| store_problem(&error))?;
    if found.is_empty() { Ok(()) } else { Err(taken()) }
}

/// What the application suggests and no role grants yet.
async fn suggested<P: Platform>(app: &App<P>, manifest: &Manifest) -> Result<Vec<SuggestedGrant>, Problem> {
    let named = |permission: &ManifestPermission| {
        let permission_name = permission.name.to_string();
        permission
            .roles
            .iter()
            .map(move |role| NamedGrant { role: role.to_string(), permission: permission_name.clone() })
            .collect::<Vec<_>>()
    };
    let grants: Vec<NamedGrant> = manifest.permissions.iter().flat_map(named).collect();
    if grants.is_empty() {
        return Ok(Vec::new());
    }
    let lacking = role_permissions::lacking(&grants).all(&app.db).await;
    let lacking = lacking.map_err(|error| store_problem(&error))?;
    Ok(lacking
        .into_iter()
        .map(|NamedGrant { role, permission }| SuggestedGrant { role, permission })
        .collect())
}

/// What has to happen for the catalogue to say what the manifest says.
struct Plan<'a> {
    added: Vec<(&'a str, &'a str)>,
    updated: BTreeMap<&'a str, &'a str>,
    removed: Vec<&'a Registered>,
}

impl<'a> Plan<'a> {
    fn of(wanted: &BTreeMap<&'a str, &'a str>, present: &'a [Registered]) -> Self {
        let known: BTreeSet<&str> = present.iter().map(|entry| entry.name.as_str()).collect();
        let added =
            wanted.iter().filter(|(name, _)| !known.contains(*name)).map(|(name, text)| (*name, *text));
        let (kept, removed): (Vec<_>, Vec<_>) =
            present.iter().partition(|entry| wanted.contains_key(entry.name.as_str()));
        let updated = kept.into_iter().filter_map(|entry| {
            let (name, text) = wanted.get_key_value(entry.name.as_str())?;
            (*text != entry.description).then_some((*name, *text))
        });
        Self { added: added.collect(), updated: updated.collect(), removed }
    }

    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.updated.is_empty() && self.removed.is_empty()
    }

    fn result(&self, wanted: usize) -> ManifestResult {
        ManifestResult {
            added: self.added.iter().map(|(name, _)| (*name).to_owned()).collect(),
            updated: self.updated.keys().map(|name| (*name).to_owned()).collect(),
            removed: self.removed.iter().map(|entry| entry.name.clone()).collect(),
            unchanged: wanted - self.added.len() - self.updated.len(),
            suggested: Vec::new(),
        }
    }
}
