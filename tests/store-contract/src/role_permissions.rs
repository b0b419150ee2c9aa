//! What roles grant.

use accounts::{PermissionId, RoleId};
use store::{Db, StoreError, guard, permissions, role_permissions};

use crate::check::{Check, fails, guarded, same, some, taken};
use crate::fixture::{permission, permission_id, role, role_id};

async fn granted(db: &impl Db, role: RoleId) -> Check<Vec<PermissionId>> {
    Ok(role_permissions::list(role).all(db).await?.into_iter().map(|permission| permission.id).collect())
}

pub(crate) async fn grants_are_listed_in_order_and_whole(db: &impl Db) -> Check {
    let ((a, a_name), (b, b_name)) = (permission(db).await?, permission(db).await?);
    let role = role(db, &[]).await?;
    role_permissions::insert(role, b).run(db).await?;
    role_permissions::insert(role, a).run(db).await?;
    let found = role_permissions::list(role).all(db).await?;
    let names: Vec<&str> = found.iter().map(|permission| permission.name.as_str()).collect();
    same(names, [a_name.as_str(), b_name.as_str()])?;
    let whole = some(permissions::by_id(a).first(db).await?)?;
    same(format!("{:?}", found[0]), format!("{whole:?}"))
}

pub(crate) async fn grants_that_are_lacking_are_named(db: &impl Db) -> Check {
    let ((a, a_name), (_, b_name)) = (permission(db).await?, permission(db).await?);
    let role = role(db, &[a]).await?;
    let name = some(store::roles::by_id(role).first(db).await?)?.role.name;
    let named = |role: &str, permission: &str| role_permissions::NamedGrant {
        role: role.to_owned(),
        permission: permission.to_owned(),
    };
    let asked = [
        named(&name, &a_name),
        named(&name, &b_name),
        named("nobody has it", &a_name),
        named(&name, "no:such"),
    ];
    same(format!("{:?}", role_permissions::lacking(&asked).all(db).await?), format!("{:?}", &asked[1..]))
}

pub(crate) async fn grant_is_given_once(db: &impl Db) -> Check {
    let (one, _) = permission(db).await?;
    let role = role(db, &[one]).await?;
    taken(role_permissions::insert(role, one).run(db).await, "role_permissions", "role_id")?;
    same(granted(db, role).await?, [one])
}

pub(crate) async fn grant_needs_a_role_and_a_permission(db: &impl Db) -> Check {
    let (one, _) = permission(db).await?;
    let role = role(db, &[]).await?;
    for (role, permission) in [(role, permission_id()), (role_id(), one)] {
        fails(role_permissions::insert(role, permission).run(db).await, StoreError::ForeignKey)?;
        fails(role_permissions::insert_all(role, &[permission]).run(db).await, StoreError::ForeignKey)?;
    }
    same(granted(db, role).await?, Vec::<PermissionId>::new())
}

/// The new set in place of the old, in one batch: what stays is neither taken nor given again.
pub(crate) async fn grants_are_set_as_a_whole(db: &impl Db) -> Check {
    let ((a, _), (b, _), (c, _)) = (permission(db).await?, permission(db).await?, permission(db).await?);
    let (role, other) = (role(db, &[a, b]).await?, role(db, &[a, b]).await?);
    for set in [vec![b, c], vec![a, b, c], vec![], vec![a], vec![a]] {
        db.batch(vec![role_permissions::delete_others(role, &set), role_permissions::insert_all(role, &set)])
            .await?;
        same(granted(db, role).await?, set)?;
    }
    same(granted(db, other).await?, [a, b])
}

pub(crate) async fn grants_by_the_thousand_are_set_in_one_batch(db: &impl Db) -> Check {
    let names: Vec<String> = (0..2_000).map(|_| crate::fixture::permission_name()).collect();
    let ids: Vec<PermissionId> = names.iter().map(|_| permission_id()).collect();
    let new: Vec<_> = names
        .iter()
        .zip(&ids)
        .map(|(name, id)| permissions::NewPermission { id: *id, name, description: "" })
        .collect();
    permissions::insert_all(&new, "thousands", crate::fixture::NOW).run(db).await?;
    let role = role(db, &[]).await?;
    db.batch(vec![role_permissions::delete_others(role, &ids), role_permissions::insert_all(role, &ids)])
        .await?;
    same(granted(db, role).await? == ids, true)?;
    db.batch(vec![role_permissions::delete_permissions(&ids), permissions::delete_all(&ids)]).await?;
    same(granted(db, role).await?.len(), 0)
}

pub(crate) async fn grant_is_taken_from_one_role(db: &impl Db) -> Check {
    let ((a, _), (b, _)) = (permission(db).await?, permission(db).await?);
    let (role, other) = (role(db, &[a, b]).await?, role(db, &[a, b]).await?);
    role_permissions::delete(role, a).run(db).await?;
    same(granted(db, role).await?, [b])?;
    same(granted(db, other).await?, [a, b])
}

pub(crate) async fn grants_are_taken_from_one_role(db: &impl Db) -> Check {
    let ((a, _), (b, _), (c, _)) = (permission(db).await?, permission(db).await?, permission(db).await?);
    let (role, other) = (role(db, &[a, b, c]).await?, role(db, &[a, b]).await?);
    role_permissions::delete_all(role, &[a, c, permission_id()]).run(db).await?;
    same(granted(db, role).await?, [b])?;
    role_permissions::delete_all(role, &[]).run(db).await?;
    same(granted(db, role).await?, [b])?;
    same(granted(db, other).await?, [a, b])
}

pub(crate) async fn permissions_are_taken_from_every_role(db: &impl Db) -> Check {
    let ((a, _), (b, _), (c, _)) = (permission(db).await?, permission(db).await?, permission(db).await?);
    let (role, other) = (role(db, &[a, b, c]).await?, role(db, &[a, c]).await?);
    role_permissions::delete_permissions(&[a, b]).run(db).await?;
    same(granted(db, role).await?, [c])?;
    same(granted(db, other).await?, [c])
}

pub(crate) async fn super_admin_keeps_admin_all(db: &impl Db) -> Check {
    let before = granted(db, RoleId::SUPER_ADMIN).await?;
    let all = some(permissions::by_names(&["admin:all"]).first(db).await?)?.id;
    for statement in [
        role_permissions::delete(RoleId::SUPER_ADMIN, all),
        role_permissions::delete_all(RoleId::SUPER_ADMIN, &[all]),
        role_permissions::delete_others(RoleId::SUPER_ADMIN, &[]),
        role_permissions::delete_permissions(&[all]),
    ] {
        guarded(statement.run(db).await, guard::SUPER_ADMIN_GRANT)?;
    }
    same(granted(db, RoleId::SUPER_ADMIN).await?, before)
}
