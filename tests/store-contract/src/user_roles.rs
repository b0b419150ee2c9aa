//! Who has which role, and what follows from it.

use accounts::{RoleId, UserId};
use rbac::catalogue::MEMBER;
use store::{Db, StoreError, guard, roles, user_roles, users};

use crate::check::{Check, fails, guarded, same, some, taken};
use crate::fixture::{NOW, assign, later, permission, role, role_id, role_name, sql, user, user_id};

async fn assigned(db: &impl Db, user: UserId) -> Check<Vec<RoleId>> {
    Ok(user_roles::list(user).all(db).await?.into_iter().map(|assignment| assignment.id).collect())
}

pub(crate) async fn assignment_is_read_as_it_was_made(db: &impl Db) -> Check {
    let (holder, admin) = (user(db).await?, user(db).await?);
    let id = role_id();
    let name = role_name(&format!("Assigned-{}", &id.to_string()[24..]))?;
    roles::insert(id, &name, "Described", NOW).run(db).await?;
    user_roles::insert(holder, id, later(4), Some(admin)).run(db).await?;
    user_roles::insert_if_missing(holder, RoleId::MEMBER, later(5)).run(db).await?;

    let found = user_roles::list(holder).all(db).await?;
    same(found.len(), 2)?;
    let by_admin = &found[0];
    same((by_admin.id, by_admin.name.as_str()), (id, name.as_str()))?;
    same((by_admin.description.as_str(), by_admin.system), ("Described", false))?;
    same((by_admin.granted_at, by_admin.granted_by), (later(4), Some(admin)))?;
    let by_system = &found[1];
    same((by_system.id, by_system.name.as_str(), by_system.system), (RoleId::MEMBER, MEMBER, true))?;
    same((by_system.granted_at, by_system.granted_by), (later(5), None))
}

pub(crate) async fn role_is_given_once(db: &impl Db) -> Check {
    let user = user(db).await?;
    let role = role(db, &[]).await?;
    user_roles::insert(user, role, NOW, None).run(db).await?;
    taken(user_roles::insert(user, role, later(1), None).run(db).await, "user_roles", "user_id")?;
    user_roles::insert_if_missing(user, role, later(1)).run(db).await?;
    same(some(user_roles::list(user).first(db).await?)?.granted_at, NOW)
}

pub(crate) async fn assignment_needs_a_user_and_a_role(db: &impl Db) -> Check {
    let user = user(db).await?;
    let role = role(db, &[]).await?;
    for (user, role) in [(user_id(), role), (user, role_id())] {
        fails(user_roles::insert(user, role, NOW, None).run(db).await, StoreError::ForeignKey)?;
        // `ON CONFLICT DO NOTHING` is about rows that exist, not about rows that are missing.
        fails(user_roles::insert_if_missing(user, role, NOW).run(db).await, StoreError::ForeignKey)?;
    }
    same(assigned(db, user).await?, Vec::<RoleId>::new())
}

pub(crate) async fn role_is_taken_from_one_user(db: &impl Db) -> Check {
    let (one, other) = (user(db).await?, user(db).await?);
    let (gone, stays) = (role(db, &[]).await?, role(db, &[]).await?);
    for (user, role) in [(one, gone), (one, stays), (other, gone)] {
        assign(db, user, role).await?;
    }
    user_roles::delete(one, gone).run(db).await?;
    same(assigned(db, one).await?, [stays])?;
    same(assigned(db, other).await?, [gone])
}

/// Each permission once and in order, with every role that gives it, in order too.
pub(crate) async fn effective_permissions_name_the_roles_that_give_them(db: &impl Db) -> Check {
    let user = user(db).await?;
    let ((a, a_name), (b, b_name)) = (permission(db).await?, permission(db).await?);
    let (unrelated, _) = permission(db).await?;
    // Given in another order than that of their names.
    let (first, second) = (role(db, &[b]).await?, role(db, &[b, a]).await?);
    role(db, &[unrelated]).await?;
    assign(db, user, second).await?;
    assign(db, user, first).await?;
    let first_name = some(roles::by_id(first).first(db).await?)?.role.name;
    let second_name = some(roles::by_id(second).first(db).await?)?.role.name;

    let effective = user_roles::effective(user).all(db).await?;
    let effective: Vec<_> = effective.into_iter().map(|one| (one.name, one.roles)).collect();
    same(effective, [(a_name, vec![second_name.clone()]), (b_name, vec![first_name, second_name])])
}

pub(crate) async fn user_without_roles_may_do_nothing(db: &impl Db) -> Check {
    let user = user(db).await?;
    same(user_roles::effective(user).all(db).await?.len(), 0)?;
    let empty = role(db, &[]).await?;
    assign(db, user, empty).await?;
    same(user_roles::effective(user).all(db).await?.len(), 0)?;
    same(user_roles::effective(user_id()).all(db).await?.len(), 0)
}

/// The last active `SUPER_ADMIN` stays, and with it whatever else the batch would have done.
pub(crate) async fn last_active_super_admin_stays(db: &impl Db) -> Check {
    let (ada, bob) = (user(db).await?, user(db).await?);
    assign(db, ada, RoleId::SUPER_ADMIN).await?;
    assign(db, bob, RoleId::SUPER_ADMIN).await?;
    let others =
        "DELETE FROM user_roles WHERE role_id = ?1 AND user_id NOT IN (SELECT value FROM json_each(?2))";
    let keep = [ada, bob].as_slice().into();
    sql(others, [(&RoleId::SUPER_ADMIN).into(), keep]).run(db).await?;

    let suspend = |user: UserId| sql("UPDATE users SET status = 'suspended' WHERE id = ?1", [(&user).into()]);
    let demote = |user: UserId| user_roles::delete(user, RoleId::SUPER_ADMIN);
    for (first, second) in [
        (demote(ada), demote(bob)),
        (demote(ada), users::delete(bob)),
        (users::delete(ada), suspend(bob)),
        (suspend(ada), demote(bob)),
    ] {
        guarded(db.batch(vec![first, second]).await, guard::LAST_SUPER_ADMIN)?;
        same(assigned(db, ada).await?, [RoleId::SUPER_ADMIN])?;
    }
    suspend(ada).run(db).await?;
    for statement in [demote(bob), users::delete(bob), suspend(bob)] {
        guarded(statement.run(db).await, guard::LAST_SUPER_ADMIN)?;
    }
    // Who is suspended does not count, and so can go.
    users::delete(ada).run(db).await?;
    same(assigned(db, bob).await?, [RoleId::SUPER_ADMIN])
}
