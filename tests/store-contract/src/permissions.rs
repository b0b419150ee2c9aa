//! The permission catalogue.

use std::collections::BTreeMap;

use accounts::PermissionId;
use rbac::catalogue::BUILT_IN;
use store::permissions::{self, NewPermission, Registered};
use store::{Db, StoreError, guard, role_permissions};

use crate::check::{Check, fails, guarded, none, same, some, taken};
use crate::fixture::{NOW, grant, number, permission, permission_id, permission_name, role};

/// An application of its own with these permissions.
async fn application(db: &impl Db, names: &[&str]) -> Check<(String, Vec<PermissionId>)> {
    let application = format!("app-{}", number());
    let ids: Vec<PermissionId> = names.iter().map(|_| permission_id()).collect();
    let new: Vec<_> = names
        .iter()
        .zip(&ids)
        .map(|(name, id)| NewPermission { id: *id, name, description: "It's \"described\" — €" })
        .collect();
    permissions::insert_all(&new, &application, NOW).run(db).await?;
    Ok((application, ids))
}

async fn registered(db: &impl Db, application: &str) -> Check<Vec<Registered>> {
    Ok(permissions::by_application(application).all(db).await?)
}

pub(crate) async fn permission_is_read_as_it_was_inserted(db: &impl Db) -> Check {
    let id = permission_id();
    let name = permission_name().replace(":read", ":*");
    permissions::insert(id, &grant(&name)?, "Everything \"there\"", NOW).run(db).await?;
    let found = some(permissions::by_id(id).first(db).await?)?;
    same(found.id, id)?;
    same((found.name, found.description.as_str()), (name, "Everything \"there\""))?;
    same((found.application.as_str(), found.system), ("", false))?;
    none(permissions::by_id(permission_id()).first(db).await?)
}

pub(crate) async fn built_in_permissions_are_there_from_the_start(db: &impl Db) -> Check {
    let names: Vec<&str> = BUILT_IN.iter().map(|built_in| built_in.permission.as_str()).collect();
    let found = permissions::by_names(&names).all(db).await?;
    same(found.len(), names.len())?;
    same(found.iter().all(|permission| permission.system), true)
}

pub(crate) async fn permissions_are_found_by_name_as_far_as_they_exist(db: &impl Db) -> Check {
    let mut names: Vec<String> = Vec::new();
    for _ in 0..3 {
        names.push(permission(db).await?.1);
    }
    let asked: Vec<String> =
        names.iter().rev().cloned().chain((0..500).map(|_| permission_name())).chain(names.clone()).collect();
    let found = permissions::by_names(&asked).all(db).await?;
    same(found.into_iter().map(|permission| permission.name).collect::<Vec<_>>(), names)?;
    same(permissions::by_names::<String>(&[]).all(db).await?.len(), 0)
}

pub(crate) async fn pages_of_permissions_hold_each_once_in_order(db: &impl Db) -> Check {
    let mut own: Vec<String> = Vec::new();
    for _ in 0..5 {
        own.push(permission(db).await?.1);
    }
    for limit in [2, 7, 1_000] {
        let mut names: Vec<String> = Vec::new();
        loop {
            let after = names.last().cloned().unwrap_or_default();
            let page = permissions::list(&after, limit).all(db).await?;
            let last = page.len() < limit as usize;
            names.extend(page.into_iter().map(|permission| permission.name));
            if last {
                break;
            }
        }
        same(names.is_sorted(), true)?;
        names.retain(|name| own.contains(name));
        same(&names, &own)?;
    }
    Ok(())
}

pub(crate) async fn rows_start_with_a_prefix_and_are_paged(db: &impl Db) -> Check {
    let number = number();
    let names = ["read", "sign", "write"].map(|action| format!("rows-{number:09}:{action}"));
    for name in names.iter().chain([&format!("rows-{number:09}x:read")]) {
        permissions::insert(permission_id(), &grant(name)?, "", NOW).run(db).await?;
    }
    let prefix = format!("rows-{number:09}:");
    let rows = async |prefix: &str, after: &str, limit| -> Check<Vec<String>> {
        let rows = permissions::rows(prefix, after, limit).all(db).await?;
        Ok(rows.into_iter().map(|row| row.name).collect())
    };
    same(rows(&prefix, "", 10).await?, names.to_vec())?;
    same(rows(&prefix, "", 2).await?, names[..2].to_vec())?;
    same(rows(&prefix, &names[1], 2).await?, names[2..].to_vec())?;
    same(rows(&names[1], "", 2).await?, names[1..2].to_vec())?;
    same(rows("rows-none", "", 2).await?, Vec::<String>::new())?;
    let all = permissions::list("", 1_000).all(db).await?.len();
    same(rows("", "", 1_000).await?.len(), all)
}

pub(crate) async fn name_that_is_taken_is_a_conflict(db: &impl Db) -> Check {
    let (_, name) = permission(db).await?;
    taken(
        permissions::insert(permission_id(), &grant(&name)?, "", NOW).run(db).await,
        "permissions",
        "name",
    )?;
    taken(
        permissions::insert(permission_id(), &grant("users:read")?, "", NOW).run(db).await,
        "permissions",
        "name",
    )
}

/// A manifest is registered whole or not at all.
pub(crate) async fn manifest_with_a_name_that_is_taken_adds_nothing(db: &impl Db) -> Check {
    let (_, name) = permission(db).await?;
    let application = format!("app-{}", number());
    let fresh = permission_name();
    let new = [fresh.as_str(), name.as_str()].map(|name| NewPermission {
        id: permission_id(),
        name,
        description: "",
    });
    taken(permissions::insert_all(&new, &application, NOW).run(db).await, "permissions", "name")?;
    same(registered(db, &application).await?.len(), 0)
}

pub(crate) async fn manifest_is_read_by_application_with_what_is_granted(db: &impl Db) -> Check {
    let (first, second) = (permission_name(), permission_name());
    let (app, ids) = application(db, &[&second, &first]).await?;
    application(db, &[&permission_name()]).await?;
    role(db, &[ids[0]]).await?;
    role(db, &[ids[0]]).await?;
    let found = registered(db, &app).await?;
    let found: Vec<_> = found.iter().map(|one| (one.id, one.name.as_str(), one.granted)).collect();
    same(found, [(ids[1], first.as_str(), false), (ids[0], second.as_str(), true)])?;
    let stored = some(permissions::by_id(ids[0]).first(db).await?)?;
    same((stored.application, stored.system), (app, false))?;
    same(stored.description.as_str(), "It's \"described\" — €")
}

pub(crate) async fn manifest_of_thousands_is_registered_and_described_anew(db: &impl Db) -> Check {
    let names: Vec<String> = (0..3_000).map(|_| permission_name()).collect();
    let texts: Vec<&str> = names.iter().map(String::as_str).collect();
    let (app, ids) = application(db, &texts).await?;
    let by_name: BTreeMap<&str, &str> = texts.iter().map(|name| (*name, "Anew")).collect();
    permissions::update_descriptions(&by_name, &app).run(db).await?;
    let found = registered(db, &app).await?;
    same(found.len(), names.len())?;
    same(found.iter().all(|one| one.description == "Anew"), true)?;
    permissions::delete_all(&ids).run(db).await?;
    same(registered(db, &app).await?.len(), 0)
}

pub(crate) async fn descriptions_change_by_name_within_one_application(db: &impl Db) -> Check {
    let (changed, kept, foreign) = (permission_name(), permission_name(), permission_name());
    let (app, _) = application(db, &[&changed, &kept]).await?;
    let (other, _) = application(db, &[&foreign]).await?;
    let by_name = BTreeMap::from([
        (changed.as_str(), "Anew: 'é' \"q\""),
        (foreign.as_str(), "Not yours"),
        ("contract-nobody:read", "Not there"),
    ]);
    permissions::update_descriptions(&by_name, &app).run(db).await?;
    let describe = async |application: &str| -> Check<Vec<(String, String)>> {
        let found = registered(db, application).await?;
        Ok(found.into_iter().map(|one| (one.name, one.description)).collect())
    };
    let before = "It's \"described\" — €".to_owned();
    same(describe(&app).await?, [(changed, "Anew: 'é' \"q\"".to_owned()), (kept, before.clone())])?;
    same(describe(&other).await?, [(foreign, before)])
}

pub(crate) async fn permission_that_no_role_grants_is_deleted(db: &impl Db) -> Check {
    let (one, _) = permission(db).await?;
    permissions::delete(one).run(db).await?;
    none(permissions::by_id(one).first(db).await?)?;
    let (app, ids) = application(db, &[&permission_name(), &permission_name(), &permission_name()]).await?;
    permissions::delete_all(&ids[..2]).run(db).await?;
    let left: Vec<PermissionId> = registered(db, &app).await?.iter().map(|one| one.id).collect();
    same(left, [ids[2]])
}

pub(crate) async fn permission_that_a_role_grants_is_kept(db: &impl Db) -> Check {
    let ((granted, _), (free, _)) = (permission(db).await?, permission(db).await?);
    role(db, &[granted]).await?;
    fails(permissions::delete(granted).run(db).await, StoreError::ForeignKey)?;
    fails(permissions::delete_all(&[free, granted]).run(db).await, StoreError::ForeignKey)?;
    some(permissions::by_id(free).first(db).await?)?;
    // Taken from every role and deleted, in one batch.
    let both = [granted, free];
    db.batch(vec![role_permissions::delete_permissions(&both), permissions::delete_all(&both)]).await?;
    none(permissions::by_id(granted).first(db).await?)
}

pub(crate) async fn built_in_permission_is_kept(db: &impl Db) -> Check {
    let built_in = some(permissions::by_names(&["audit:read"]).first(db).await?)?.id;
    guarded(permissions::delete(built_in).run(db).await, guard::SYSTEM_PERMISSION)?;
    let (free, _) = permission(db).await?;
    guarded(permissions::delete_all(&[free, built_in]).run(db).await, guard::SYSTEM_PERMISSION)?;
    some(permissions::by_id(free).first(db).await?)?;
    Ok(())
}
