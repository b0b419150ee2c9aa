//! Accounts.

use accounts::{Email, TenantId, Timestamp, UserId, UserStatus};
use serde_json::json;
use store::users::NewUser;
use store::{Db, user_details, user_roles, users};

use crate::check::{Check, Failure, none, same, some, taken};
use crate::fixture::{
    NOW, count, email, later, new_user, number, person_name, role, session, sessions_of, sql, user, user_id,
};

/// An account with something in every column.
async fn full(db: &impl Db) -> Check<NewUser> {
    let user = NewUser {
        email_verified_at: Some(later(5)),
        password_hash: Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned()),
        first_name: Some(person_name("Zoë 'Z'")?),
        last_name: Some(person_name("O'Ångström-文")?),
        ..new_user()?
    };
    users::insert(&user).run(db).await?;
    Ok(user)
}

async fn suspend(db: &impl Db, user: UserId) -> Check {
    Ok(sql("UPDATE users SET status = 'suspended' WHERE id = ?1", [(&user).into()]).run(db).await?)
}

/// A tenant of its own, and its name.
pub(crate) async fn tenant(db: &impl Db) -> Check<(TenantId, String)> {
    let id = TenantId::from_u128(u128::from(number()) << 64);
    let name = format!("tenant-{}", number());
    let insert = "INSERT INTO tenants (id, name, created_at) VALUES (?1, ?2, 0)";
    sql(insert, [(&id).into(), name.as_str().into()]).run(db).await?;
    Ok((id, name))
}

pub(crate) async fn user_is_read_as_it_was_inserted(db: &impl Db) -> Check {
    let new = full(db).await?;
    let user = some(users::by_id(new.id).first(db).await?)?;
    same(user.id, new.id)?;
    same(user.tenant.as_str(), "default")?;
    same(user.email, new.email)?;
    same(user.email_verified_at, new.email_verified_at)?;
    same(user.first_name.as_deref(), Some("Zoë 'Z'"))?;
    same(user.last_name.as_deref(), Some("O'Ångström-文"))?;
    same(user.status.as_str(), "active")?;
    same(user.authz_version, 1)?;
    same((user.created_at, user.updated_at), (NOW, NOW))
}

pub(crate) async fn user_with_as_little_as_possible_is_read_as_it_was_inserted(db: &impl Db) -> Check {
    let (tenant_id, tenant) = tenant(db).await?;
    let new = NewUser { tenant_id, created_at: Timestamp::from_millis(0), ..new_user()? };
    users::insert(&new).run(db).await?;
    let user = some(users::by_id(new.id).first(db).await?)?;
    same(user.tenant, tenant)?;
    same(user.email_verified_at, None)?;
    same((user.first_name, user.last_name), (None, None))?;
    same((user.created_at, user.updated_at), (new.created_at, new.created_at))
}

pub(crate) async fn unknown_user_is_not_found(db: &impl Db) -> Check {
    none(users::by_id(user_id()).first(db).await?)?;
    none(users::credentials_by_email(&email()?).first(db).await?)
}

pub(crate) async fn credentials_are_found_by_address(db: &impl Db) -> Check {
    let new = full(db).await?;
    let found = some(users::credentials_by_email(&new.email).first(db).await?)?;
    same(found.id, new.id)?;
    same(found.tenant_id, TenantId::DEFAULT)?;
    same(found.password_hash, new.password_hash)?;
    same((found.verified, found.active), (true, true))
}

pub(crate) async fn credentials_say_what_is_missing(db: &impl Db) -> Check {
    let (tenant_id, _) = tenant(db).await?;
    let new = NewUser { tenant_id, ..new_user()? };
    users::insert(&new).run(db).await?;
    let read = || users::credentials_by_email(&new.email).first(db);

    let found = some(read().await?)?;
    same((found.tenant_id, found.password_hash), (tenant_id, None))?;
    same((found.verified, found.active), (false, true))?;

    suspend(db, new.id).await?;
    same(some(read().await?)?.active, false)?;
    let invited = sql("UPDATE users SET status = 'invited' WHERE id = ?1", [(&new.id).into()]);
    invited.run(db).await?;
    same(some(read().await?)?.active, false)?;

    sql("UPDATE users SET status = 'active' WHERE id = ?1", [(&new.id).into()]).run(db).await?;
    sql("UPDATE tenants SET status = 'suspended' WHERE id = ?1", [(&tenant_id).into()]).run(db).await?;
    same(some(read().await?)?.active, false)
}

pub(crate) async fn address_that_is_taken_is_a_conflict_in_any_case(db: &impl Db) -> Check {
    let first = full(db).await?;
    for text in [first.email.as_str().to_owned(), first.email.as_str().to_uppercase()] {
        let email = Email::parse(&text).map_err(|error| Failure::new(error.to_string()))?;
        let second = NewUser { email, ..new_user()? };
        taken(users::insert(&second).run(db).await, "users", "email")?;
        none(users::by_id(second.id).first(db).await?)?;
    }
    Ok(())
}

pub(crate) async fn names_are_set_and_cleared(db: &impl Db) -> Check {
    let id = full(db).await?.id;
    users::update_names(id, Some(&person_name("Ada")?), None, later(9)).run(db).await?;
    let user = some(users::by_id(id).first(db).await?)?;
    same((user.first_name.as_deref(), user.last_name), (Some("Ada"), None))?;
    same((user.created_at, user.updated_at), (NOW, later(9)))?;
    // A name says nothing about what its bearer may do.
    same(user.authz_version, 1)
}

pub(crate) async fn password_hash_is_replaced_only_while_it_is_the_old_one(db: &impl Db) -> Check {
    let new = full(db).await?;
    let old = some(new.password_hash.as_deref())?;
    let hash = async || -> Check<Option<String>> {
        Ok(some(users::credentials_by_email(&new.email).first(db).await?)?.password_hash)
    };
    users::update_password_hash(new.id, "another", "lost").run(db).await?;
    same(hash().await?.as_deref(), Some(old))?;
    users::update_password_hash(new.id, old, "newer").run(db).await?;
    same(hash().await?.as_deref(), Some("newer"))?;
    same(some(users::by_id(new.id).first(db).await?)?.authz_version, 1)
}

pub(crate) async fn changed_password_raises_the_version(db: &impl Db) -> Check {
    let new = full(db).await?;
    let before = some(users::password(new.id).first(db).await?)?;
    same((before.email, before.password_hash), (new.email, new.password_hash))?;
    users::change_password(new.id, "newer", later(3)).run(db).await?;
    same(some(users::password(new.id).first(db).await?)?.password_hash.as_deref(), Some("newer"))?;
    let changed = some(users::by_id(new.id).first(db).await?)?;
    same((changed.authz_version, changed.updated_at), (2, later(3)))?;
    none(users::password(user_id()).first(db).await?.map(|found| found.password_hash))
}

pub(crate) async fn version_rises_for_one_user_alone(db: &impl Db) -> Check {
    let (one, other) = (user(db).await?, user(db).await?);
    users::bump_authz_version(one, later(3)).run(db).await?;
    users::bump_authz_version(one, later(4)).run(db).await?;
    let changed = some(users::by_id(one).first(db).await?)?;
    same((changed.authz_version, changed.updated_at), (3, later(4)))?;
    let unchanged = some(users::by_id(other).first(db).await?)?;
    same((unchanged.authz_version, unchanged.updated_at), (1, NOW))
}

pub(crate) async fn version_rises_for_every_holder_of_a_role(db: &impl Db) -> Check {
    let (one, two, other) = (user(db).await?, user(db).await?, user(db).await?);
    let (changed, unrelated) = (role(db, &[]).await?, role(db, &[]).await?);
    for (user, role) in [(one, changed), (two, changed), (two, unrelated), (other, unrelated)] {
        user_roles::insert(user, role, NOW, None).run(db).await?;
    }
    users::bump_authz_version_of_role(changed, later(3)).run(db).await?;
    for (user, version, at) in [(one, 2, later(3)), (two, 2, later(3)), (other, 1, NOW)] {
        let user = some(users::by_id(user).first(db).await?)?;
        same((user.authz_version, user.updated_at), (version, at))?;
    }
    Ok(())
}

pub(crate) async fn deleted_user_takes_along_sessions_tokens_and_roles(db: &impl Db) -> Check {
    let (gone, stays) = (user(db).await?, user(db).await?);
    let role = role(db, &[]).await?;
    for user in [gone, stays] {
        session(db, user).await?;
        // Who granted a role is remembered even when they are gone.
        user_roles::insert(user, role, NOW, Some(gone)).run(db).await?;
        let insert = "INSERT INTO one_time_tokens (token_hash, user_id, purpose, created_at, expires_at)
            VALUES (?1, ?1, 'invite', 0, 1)";
        sql(insert, [(&user).into()]).run(db).await?;
    }
    users::delete(gone).run(db).await?;
    none(users::by_id(gone).first(db).await?)?;
    for (user, rows) in [(gone, 0), (stays, 1)] {
        same(usize::try_from(sessions_of(db, user).await?), Ok(rows))?;
        same(user_roles::list(user).all(db).await?.len(), rows)?;
        let tokens = "SELECT count(*) AS n FROM one_time_tokens WHERE user_id = ?1";
        same(usize::try_from(count(db, sql(tokens, [(&user).into()])).await?), Ok(rows))?;
    }
    let granted_by = some(user_roles::list(stays).first(db).await?)?.granted_by;
    same(json!(granted_by), json!(gone))
}

pub(crate) async fn changed_address_is_not_verified_and_can_not_be_taken(db: &impl Db) -> Check {
    let (one, other) = (full(db).await?, full(db).await?);
    taken(users::change_email(one.id, &other.email, later(1)).run(db).await, "users", "email")?;
    let address = email()?;
    users::change_email(one.id, &address, later(2)).run(db).await?;
    let changed = some(users::by_id(one.id).first(db).await?)?;
    same((changed.email, changed.email_verified_at, changed.updated_at), (address, None, later(2)))
}

pub(crate) async fn user_is_moved_and_joins_the_staff(db: &impl Db) -> Check {
    let id = user(db).await?;
    let (tenant_id, tenant) = tenant(db).await?;
    users::move_to_tenant(id, tenant_id, later(1)).run(db).await?;
    users::set_staff(id, true, later(2)).run(db).await?;
    let moved = some(user_details::by_id(id).first(db).await?)?.user;
    same((moved.tenant, moved.staff, moved.updated_at), (tenant, true, later(2)))?;
    users::set_staff(id, false, later(3)).run(db).await?;
    same(some(user_details::by_id(id).first(db).await?)?.user.staff, false)
}

/// Whoever never signed in goes back to waiting for the invitation.
pub(crate) async fn suspended_user_is_reactivated_as_what_they_were(db: &impl Db) -> Check {
    let signed_in = full(db).await?.id;
    let invited = NewUser { status: UserStatus::Invited, ..new_user()? };
    users::insert(&invited).run(db).await?;
    let status =
        async |id| -> Check<UserStatus> { Ok(some(user_details::by_id(id).first(db).await?)?.user.status) };
    for (id, before) in [(signed_in, UserStatus::Active), (invited.id, UserStatus::Invited)] {
        same(status(id).await?, before)?;
        users::reactivate(id, later(1)).run(db).await?;
        same(status(id).await?, before)?;
        users::suspend(id, later(2)).run(db).await?;
        same(status(id).await?, UserStatus::Suspended)?;
        users::reactivate(id, later(3)).run(db).await?;
        same(status(id).await?, before)?;
    }
    Ok(())
}
