//! Roles.

use accounts::RoleId;
use rbac::catalogue::{MEMBER, SUPER_ADMIN};
use store::{Db, guard, rbac_meta, role_permissions, roles, user_roles};

use crate::check::{Check, guarded, none, same, some, taken};
use crate::fixture::{NOW, assign, fresh_role_name, later, permission, role, role_id, role_name, user};

pub(crate) async fn role_is_read_with_its_grants_in_order(db: &impl Db) -> Check {
    let (id, name) = (role_id(), fresh_role_name()?);
    let ((a, a_name), (b, b_name)) = (permission(db).await?, permission(db).await?);
    roles::insert(id, &name, "Writes \"it\".", NOW).run(db).await?;
    role_permissions::insert_all(id, &[b, a]).run(db).await?;
    rbac_meta::bump_epoch().run(db).await?;

    let found = some(roles::by_id(id).first(db).await?)?;
    same(found.role.id, id)?;
    same(found.role.name.as_str(), name.as_str())?;
    same(found.role.description.as_str(), "Writes \"it\".")?;
    same(found.role.system, false)?;
    same((found.role.created_at, found.role.updated_at), (NOW, NOW))?;
    same(found.epoch, rbac_meta::epoch().one(db).await?.epoch)?;
    same(found.grants, [a_name, b_name])
}

pub(crate) async fn role_without_grants_has_an_empty_list(db: &impl Db) -> Check {
    let id = role(db, &[]).await?;
    same(some(roles::by_id(id).first(db).await?)?.grants, Vec::<String>::new())
}

pub(crate) async fn unknown_role_is_not_found(db: &impl Db) -> Check {
    none(roles::by_id(role_id()).first(db).await?)
}

pub(crate) async fn roles_are_read_by_their_ids_as_far_as_they_exist(db: &impl Db) -> Check {
    let (permission_id, name) = permission(db).await?;
    let (first, second) = (role(db, &[permission_id]).await?, role(db, &[]).await?);
    let found = roles::by_ids(&[second, role_id(), first]).all(db).await?;
    same(found.iter().map(|role| role.role.id).collect::<Vec<_>>(), vec![first, second])?;
    same((found[0].grants.clone(), found[1].grants.len()), (vec![name], 0))?;
    same(roles::by_ids(&[]).all(db).await?.len(), 0)
}

pub(crate) async fn columns_are_paged_with_their_grants_and_holders(db: &impl Db) -> Check {
    let (permission_id, name) = permission(db).await?;
    let (first, second) = (role(db, &[permission_id]).await?, role(db, &[]).await?);
    for _ in 0..2 {
        assign(db, user(db).await?, second).await?;
    }
    let before = some(roles::by_id(first).first(db).await?)?.role.name;
    let columns = roles::columns("", 1_000).all(db).await?;
    same(columns.is_sorted_by_key(|column| column.role.name.to_ascii_lowercase()), true)?;
    let column = some(columns.into_iter().find(|column| column.role.id == first))?;
    same((column.grants, column.holders), (vec![name], 0))?;
    let page = roles::columns(&before, 1).all(db).await?;
    same(page.len(), 1)?;
    same((page[0].role.id, page[0].grants.len(), page[0].holders), (second, 0, 2))?;
    same(some(roles::by_ids(&[second]).first(db).await?)?.holders, 2)?;
    same(some(roles::by_id(second).first(db).await?)?.holders, 2)
}

pub(crate) async fn system_roles_are_there_from_the_start(db: &impl Db) -> Check {
    for (id, name, grant) in
        [(RoleId::SUPER_ADMIN, SUPER_ADMIN, "admin:all"), (RoleId::MEMBER, MEMBER, "users:read")]
    {
        let found = some(roles::by_id(id).first(db).await?)?;
        same((found.role.name.as_str(), found.role.system), (name, true))?;
        same(found.grants, [grant.to_owned()])?;
    }
    Ok(())
}

/// By name whatever its case, each role once, however long the pages are.
pub(crate) async fn pages_of_roles_hold_each_role_once_in_order(db: &impl Db) -> Check {
    let mut own = Vec::new();
    for letter in ["b", "A", "c", "a", "B"] {
        let name = role_name(&format!("Page{letter}-{}", &role_id().to_string()[24..]))?;
        roles::insert(role_id(), &name, "", NOW).run(db).await?;
        own.push(name.as_str().to_owned());
    }
    own.sort_by_key(|name| name.to_ascii_lowercase());
    for limit in [1, 3, 1_000] {
        let mut names: Vec<String> = Vec::new();
        loop {
            let after = names.last().cloned().unwrap_or_default();
            let page = roles::list(&after, limit).all(db).await?;
            same(page.len() <= limit as usize, true)?;
            let last = page.len() < limit as usize;
            names.extend(page.into_iter().map(|role| role.name));
            if last {
                break;
            }
        }
        same(names.is_sorted_by_key(|name| name.to_ascii_lowercase()), true)?;
        names.retain(|name| own.contains(name));
        same(&names, &own)?;
    }
    Ok(())
}

pub(crate) async fn name_that_is_taken_is_a_conflict_in_any_case(db: &impl Db) -> Check {
    let (first, second) = (fresh_role_name()?, fresh_role_name()?);
    let id = role_id();
    roles::insert(role_id(), &first, "", NOW).run(db).await?;
    roles::insert(id, &second, "", NOW).run(db).await?;
    for name in [first.as_str().to_owned(), first.as_str().to_lowercase(), first.as_str().to_uppercase()] {
        taken(roles::insert(role_id(), &role_name(&name)?, "", NOW).run(db).await, "roles", "name")?;
        taken(roles::update(id, &role_name(&name)?, "", NOW).run(db).await, "roles", "name")?;
    }
    taken(roles::insert(role_id(), &role_name("Member")?, "", NOW).run(db).await, "roles", "name")
}

pub(crate) async fn role_is_renamed_and_described(db: &impl Db) -> Check {
    let (id, name) = (role_id(), fresh_role_name()?);
    roles::insert(id, &name, "Before", NOW).run(db).await?;
    let renamed = role_name(&name.as_str().to_uppercase())?;
    roles::update(id, &renamed, "After", later(5)).run(db).await?;
    let role = some(roles::by_id(id).first(db).await?)?.role;
    same((role.name.as_str(), role.description.as_str()), (renamed.as_str(), "After"))?;
    same((role.created_at, role.updated_at), (NOW, later(5)))
}

pub(crate) async fn system_role_keeps_its_name_and_its_place(db: &impl Db) -> Check {
    for name in ["Boss", "super_admin"] {
        let update = roles::update(RoleId::SUPER_ADMIN, &role_name(name)?, "", NOW);
        guarded(update.run(db).await, guard::SYSTEM_ROLE)?;
    }
    for id in [RoleId::SUPER_ADMIN, RoleId::MEMBER] {
        guarded(roles::delete(id).run(db).await, guard::SYSTEM_ROLE)?;
    }
    let before = some(roles::by_id(RoleId::MEMBER).first(db).await?)?.role;
    let name = role_name(&before.name)?;
    roles::update(RoleId::MEMBER, &name, "Described anew", later(1)).run(db).await?;
    same(some(roles::by_id(RoleId::MEMBER).first(db).await?)?.role.description.as_str(), "Described anew")?;
    Ok(roles::update(RoleId::MEMBER, &name, &before.description, before.updated_at).run(db).await?)
}

pub(crate) async fn deleted_role_takes_along_its_grants_and_assignments(db: &impl Db) -> Check {
    let user = user(db).await?;
    let (permission, _) = permission(db).await?;
    let (gone, stays) = (role(db, &[permission]).await?, role(db, &[permission]).await?);
    assign(db, user, gone).await?;
    assign(db, user, stays).await?;
    roles::delete(gone).run(db).await?;
    none(roles::by_id(gone).first(db).await?)?;
    same(role_permissions::list(gone).all(db).await?.len(), 0)?;
    let left: Vec<RoleId> = user_roles::list(user).all(db).await?.iter().map(|role| role.id).collect();
    same(left, [stays])?;
    same(role_permissions::list(stays).all(db).await?.len(), 1)
}
