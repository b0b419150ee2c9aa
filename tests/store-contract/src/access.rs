//! What decisions about others rest on, and the resources that searches find.

use accounts::{Email, UserId};
use store::{Db, StoreError, access, access_resources, guard, permissions};

use crate::check::{Check, guarded, none, same, some, taken};
use crate::fixture::{NOW, assign, grant, new_user, number, permission_id, role, sql, user};

/// A resource that no other case has, with the permission to read it, and what satisfies that.
async fn resource(db: &impl Db) -> Check<(String, accounts::PermissionId, Vec<rbac::Grant>)> {
    let name = format!("access-{}", number());
    let id = permission_id();
    permissions::insert(id, &grant(&format!("{name}:read"))?, "", NOW).run(db).await?;
    let satisfying = vec![grant(&format!("{name}:read"))?, grant(&format!("{name}:*"))?];
    Ok((name, id, satisfying))
}

pub(crate) async fn subjects_are_found_by_id_and_address_with_what_was_asked_for(db: &impl Db) -> Check {
    let (name, read, grants) = resource(db).await?;
    let other = permission_id();
    permissions::insert(other, &grant(&format!("{name}:write"))?, "", NOW).run(db).await?;
    let reader = role(db, &[read, other]).await?;
    let new = new_user()?;
    store::users::insert(&new).run(db).await?;
    assign(db, new.id, reader).await?;
    let without = user(db).await?;
    let unknown =
        Email::parse(&format!("nobody-{}@example.com", number())).map_err(|_| StoreError::ForeignKey)?;

    let found = access::subjects(&[without], &[new.email.clone(), unknown], &grants).all(db).await?;
    same(found.len(), 2)?;
    let subject = some(found.iter().find(|subject| subject.id == new.id))?;
    same((subject.email.as_str(), subject.active), (new.email.as_str(), true))?;
    same(subject.grants.len(), 1)?;
    same(subject.grants[0].0.as_str(), format!("{name}:read").as_str())?;
    let subject = some(found.iter().find(|subject| subject.id == without))?;
    same(subject.grants.len(), 0)?;

    sql("UPDATE users SET status = 'suspended' WHERE id = ?1", [(&new.id).into()]).run(db).await?;
    let found = access::subjects(&[new.id], &[new.email], &grants).all(db).await?;
    same(found.len(), 1)?;
    same(found[0].active, false)
}

pub(crate) async fn holders_are_paged_over_all_roles_and_each_is_there_once(db: &impl Db) -> Check {
    let (name, read, grants) = resource(db).await?;
    let every = permission_id();
    permissions::insert(every, &grant(&format!("{name}:*"))?, "", NOW).run(db).await?;
    let roles = [role(db, &[read]).await?, role(db, &[every]).await?, role(db, &[read, every]).await?];
    let mut users: Vec<UserId> = Vec::new();
    for index in 0..9 {
        let user = user(db).await?;
        assign(db, user, roles[index % 3]).await?;
        if index % 2 == 0 {
            assign(db, user, roles[(index + 1) % 3]).await?;
        }
        users.push(user);
    }
    let suspended = users.remove(4);
    sql("UPDATE users SET status = 'suspended' WHERE id = ?1", [(&suspended).into()]).run(db).await?;
    users.sort_by_key(ToString::to_string);

    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = access::holders(&name, &grants, &after, 3).all(db).await?;
        let Some(last) = page.last() else { break };
        after = last.id.to_string();
        same(page.len() <= 3, true)?;
        seen.extend(page.iter().map(|holder| holder.id));
    }
    same(seen, users)
}

pub(crate) async fn holders_of_what_the_catalogue_does_not_know_are_none(db: &impl Db) -> Check {
    let (name, read, grants) = resource(db).await?;
    let user = user(db).await?;
    assign(db, user, role(db, &[read]).await?).await?;
    same(access::holders(&name, &grants, "", 3).all(db).await?.len(), 1)?;
    same(access::holders(&format!("{name}x"), &grants, "", 3).all(db).await?.len(), 0)
}

pub(crate) async fn actions_are_those_of_one_resource(db: &impl Db) -> Check {
    let (name, _, _) = resource(db).await?;
    for other in
        [format!("{name}:write"), format!("{name}:*"), format!("{name}x:read"), format!("{name}-x:read")]
    {
        permissions::insert(permission_id(), &grant(&other)?, "", NOW).run(db).await?;
    }
    let found: Vec<String> =
        access::actions(&name).all(db).await?.into_iter().map(|entry| entry.name).collect();
    same(found, [format!("{name}:*"), format!("{name}:read"), format!("{name}:write")])
}

pub(crate) async fn resources_are_known_once_and_paged_by_id(db: &impl Db) -> Check {
    let kind = format!("access-{}", number());
    for id in ["b", "ä", "a"] {
        access_resources::insert(&kind, id, NOW).run(db).await?;
    }
    taken(access_resources::insert(&kind, "a", NOW).run(db).await, "access_resources", "type")?;
    let page = async |after: &str| -> Check<Vec<String>> {
        let rows = access_resources::list(&kind, after, 2).all(db).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    };
    same(page("").await?, ["a", "b"])?;
    same(page("b").await?, ["ä"])?;
    some(access_resources::exists(&kind, "b").first(db).await?)?;
    guard::access_resource_exists(&kind, "b").run(db).await?;
    access_resources::delete(&kind, "b").run(db).await?;
    none(access_resources::exists(&kind, "b").first(db).await?)?;
    guarded(guard::access_resource_exists(&kind, "b").run(db).await, guard::TARGET_EXISTS)
}
