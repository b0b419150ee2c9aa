//! Tenants.

use accounts::{TenantId, TenantName, TenantStatus};
use store::users::NewUser;
use store::{Db, guard, tenants, users};

use crate::check::{Check, Failure, guarded, none, same, some, taken};
use crate::fixture::{NOW, assign, new_user, number, permission, role, sql, user};
use crate::users::tenant;

/// A name that sorts after those before it.
fn fresh_name() -> Check<TenantName> {
    TenantName::parse(&format!("Tenant {:09}", number())).map_err(|error| Failure::new(error.to_string()))
}

fn fresh_id() -> TenantId {
    TenantId::from_u128(u128::from(number()) << 64)
}

pub(crate) async fn tenant_is_read_as_it_was_inserted(db: &impl Db) -> Check {
    let (id, name) = (fresh_id(), fresh_name()?);
    tenants::insert(id, &name, NOW).run(db).await?;
    for found in [tenants::by_id(id).first(db).await?, tenants::by_name(&name).first(db).await?] {
        let found = some(found)?;
        same((found.id, found.name.as_str()), (id, name.as_str()))?;
        same((found.status, found.created_at, found.members), (TenantStatus::Active, NOW, 0))?;
    }
    none(tenants::by_id(fresh_id()).first(db).await?)?;
    none(tenants::by_name(&fresh_name()?).first(db).await?)
}

pub(crate) async fn name_that_is_taken_is_a_conflict(db: &impl Db) -> Check {
    let name = fresh_name()?;
    tenants::insert(fresh_id(), &name, NOW).run(db).await?;
    taken(tenants::insert(fresh_id(), &name, NOW).run(db).await, "tenants", "name")
}

pub(crate) async fn pages_of_tenants_hold_each_once_in_order(db: &impl Db) -> Check {
    let first = fresh_name()?;
    tenants::insert(fresh_id(), &first, NOW).run(db).await?;
    let mut expected = Vec::new();
    for _ in 0..5 {
        let name = fresh_name()?;
        tenants::insert(fresh_id(), &name, NOW).run(db).await?;
        expected.push(name.as_str().to_owned());
    }
    let mut found = Vec::new();
    let mut after = first.as_str().to_owned();
    while found.len() < expected.len() {
        let page = tenants::list(&after, 2).all(db).await?;
        after.clone_from(&some(page.last())?.name);
        found.extend(page.into_iter().map(|tenant| tenant.name));
    }
    found.truncate(expected.len());
    same(found, expected)
}

/// By whichever statement a user comes, goes or moves.
pub(crate) async fn members_are_counted(db: &impl Db) -> Check {
    let ((one, _), (other, _)) = (tenant(db).await?, tenant(db).await?);
    let members = async |id| -> Check<i64> { Ok(some(tenants::by_id(id).first(db).await?)?.members) };
    let mut ids = Vec::new();
    for _ in 0..3 {
        let new = NewUser { tenant_id: one, ..new_user()? };
        users::insert(&new).run(db).await?;
        ids.push(new.id);
    }
    same((members(one).await?, members(other).await?), (3, 0))?;
    let update = "UPDATE users SET tenant_id = ?2 WHERE id = ?1";
    sql(update, [(&ids[0]).into(), (&other).into()]).run(db).await?;
    same((members(one).await?, members(other).await?), (2, 1))?;
    sql(update, [(&ids[0]).into(), (&other).into()]).run(db).await?;
    users::delete(ids[1]).run(db).await?;
    same((members(one).await?, members(other).await?), (1, 1))?;
    users::delete(ids[0]).run(db).await?;
    user(db).await?;
    same((members(one).await?, members(other).await?), (1, 0))
}

pub(crate) async fn tenant_is_renamed_suspended_and_reactivated(db: &impl Db) -> Check {
    let (id, name) = (fresh_id(), fresh_name()?);
    tenants::insert(id, &name, NOW).run(db).await?;
    let other = fresh_name()?;
    tenants::insert(fresh_id(), &other, NOW).run(db).await?;
    taken(tenants::rename(id, &other).run(db).await, "tenants", "name")?;
    let renamed = fresh_name()?;
    tenants::rename(id, &renamed).run(db).await?;
    same(some(tenants::by_id(id).first(db).await?)?.name.as_str(), renamed.as_str())?;
    for status in [TenantStatus::Suspended, TenantStatus::Active] {
        tenants::set_status(id, status).run(db).await?;
        same(some(tenants::by_id(id).first(db).await?)?.status, status)?;
    }
    Ok(())
}

pub(crate) async fn roles_of_members_are_all_that_anybody_there_has(db: &impl Db) -> Check {
    let (id, _) = tenant(db).await?;
    let (permission_id, name) = permission(db).await?;
    let (first, second) = (role(db, &[permission_id]).await?, role(db, &[]).await?);
    same(tenants::roles_of_members(id).all(db).await?.len(), 0)?;
    let mut members = Vec::new();
    for _ in 0..2 {
        let new = NewUser { tenant_id: id, ..new_user()? };
        users::insert(&new).run(db).await?;
        assign(db, new.id, first).await?;
        members.push(new.id);
    }
    assign(db, user(db).await?, second).await?;
    let roles = tenants::roles_of_members(id).all(db).await?;
    same(roles.len(), 1)?;
    same((roles[0].id, roles[0].grants.clone()), (first, vec![name]))?;
    guard::tenant_has_no_other_roles(id, &[first]).run(db).await?;
    assign(db, members[1], second).await?;
    guarded(guard::tenant_has_no_other_roles(id, &[first]).run(db).await, guard::DECISION_CURRENT)?;
    guarded(guard::tenant_has_no_other_roles(id, &[]).run(db).await, guard::DECISION_CURRENT)?;
    guard::tenant_has_no_other_roles(id, &[second, first]).run(db).await?;
    Ok(())
}
