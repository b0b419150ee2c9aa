//! Accounts as administrators see them: with their roles, in pages, by filters and by search.

use accounts::{Email, UserId, UserStatus};
use store::user_details::{self, Filter, SearchText};
use store::users::NewUser;
use store::{Db, users};

use crate::check::{Check, Failure, same, some};
use crate::fixture::{NOW, assign, new_user, number, person_name, role, sql, user, user_id};
use crate::users::tenant;

fn text(text: &str) -> Check<SearchText> {
    text.parse().map_err(|error: user_details::ParseSearchTextError| Failure::new(error.to_string()))
}

/// The ids that a search finds, all of its pages together.
async fn found(db: &impl Db, search: &str, filter: &Filter) -> Check<Vec<UserId>> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = user_details::search(db, &text(search)?, filter, after, 2).await?;
        ids.extend(page.users.into_iter().map(|user| user.id));
        after = page.next;
        if after.is_none() {
            return Ok(ids);
        }
    }
}

/// The ids that a filter leaves, all of its pages together.
async fn listed(db: &impl Db, filter: &Filter) -> Check<Vec<UserId>> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = user_details::page(db, filter, after, 2).await?;
        ids.extend(page.users.into_iter().map(|user| user.id));
        after = page.next;
        if after.is_none() {
            return Ok(ids);
        }
    }
}

async fn named(db: &impl Db, first: &str, last: &str, email: &str) -> Check<UserId> {
    let email = Email::parse(email).map_err(|error| Failure::new(error.to_string()))?;
    let names = (Some(person_name(first)?), Some(person_name(last)?));
    let new = NewUser { email, first_name: names.0, last_name: names.1, ..new_user()? };
    users::insert(&new).run(db).await?;
    Ok(new.id)
}

pub(crate) async fn details_are_read_with_the_roles_by_name(db: &impl Db) -> Check {
    let (tenant_id, tenant) = tenant(db).await?;
    let new = NewUser { tenant_id, staff: true, status: UserStatus::Invited, ..new_user()? };
    users::insert(&new).run(db).await?;
    let (first, second) = (role(db, &[]).await?, role(db, &[]).await?);
    assign(db, new.id, second).await?;
    assign(db, new.id, first).await?;
    let user = some(user_details::by_id(new.id).first(db).await?)?.user;
    same((user.id, user.tenant_id, user.tenant), (new.id, tenant_id, tenant))?;
    same((user.email, user.email_verified_at), (new.email, None))?;
    same((user.status, user.staff, user.authz_version), (UserStatus::Invited, true, 1))?;
    same((user.created_at, user.updated_at), (NOW, NOW))?;
    same(user.roles.iter().map(|role| role.id).collect::<Vec<_>>(), vec![first, second])?;
    same(user_details::by_id(user_id()).first(db).await?.is_some(), false)
}

/// By each filter and by all of them together, the newest first, in pages that leave nobody out.
pub(crate) async fn pages_hold_each_user_that_a_filter_leaves_once(db: &impl Db) -> Check {
    let (tenant_id, tenant) = tenant(db).await?;
    let role_id = role(db, &[]).await?;
    let role = some(store::roles::by_id(role_id).first(db).await?)?.role.name;
    let (mut everybody, mut with_role, mut suspended, mut both) = (vec![], vec![], vec![], vec![]);
    for number in 0..9 {
        let status = if number % 3 == 0 { UserStatus::Suspended } else { UserStatus::Active };
        let new = NewUser { tenant_id, status, ..new_user()? };
        users::insert(&new).run(db).await?;
        everybody.insert(0, new.id);
        if number % 2 == 0 {
            assign(db, new.id, role_id).await?;
            with_role.insert(0, new.id);
        }
        if status == UserStatus::Suspended {
            suspended.insert(0, new.id);
        }
        if number % 6 == 0 {
            both.insert(0, new.id);
        }
    }
    // Of another tenant, with the same role.
    let stranger = user(db).await?;
    assign(db, stranger, role_id).await?;
    let in_tenant = Filter { tenant: Some(tenant.clone()), ..Filter::default() };
    same(listed(db, &in_tenant).await?, everybody.clone())?;
    let of_role = Filter { role: Some(role.clone()), ..Filter::default() };
    same(listed(db, &of_role).await?, [vec![stranger], with_role.clone()].concat())?;
    let of_role_in_tenant = Filter { role: Some(role.clone()), ..in_tenant.clone() };
    same(listed(db, &of_role_in_tenant).await?, with_role)?;
    let kept_out = Filter { status: Some(UserStatus::Suspended), ..in_tenant.clone() };
    same(listed(db, &kept_out).await?, suspended)?;
    same(listed(db, &Filter { role: Some(role.clone()), ..kept_out.clone() }).await?, both.clone())?;
    same(listed(db, &Filter { role: Some(role), tenant: None, ..kept_out }).await?, both)?;
    let nothing = "nothing of this name".to_owned();
    same(listed(db, &Filter { role: Some(nothing.clone()), ..in_tenant }).await?.len(), 0)?;
    same(listed(db, &Filter { tenant: Some(nothing), ..Filter::default() }).await?.len(), 0)?;

    // Without a filter, the newest of all.
    let newest = user(db).await?;
    let page = user_details::page(db, &Filter::default(), None, 2).await?;
    same(page.users.iter().map(|user| user.id).collect::<Vec<_>>(), vec![newest, stranger])?;
    same(page.next, Some(stranger))
}

pub(crate) async fn search_finds_parts_of_names_and_addresses(db: &impl Db) -> Check {
    let unique = format!("q{:08}", number());
    let zoe = named(db, "Zoë", &format!("{unique} Müller"), &format!("zm.{unique}@one.example")).await?;
    let ada = named(db, "李", &format!("{unique}-Lovelace"), &format!("al.{unique}@two.example")).await?;
    let all = Filter::default();
    let of = async |words: &str| found(db, &format!("{unique} {words}"), &all).await;
    same(found(db, &unique, &all).await?, vec![ada, zoe])?;
    same(of("zoe").await?, vec![zoe])?;
    same(of("MULLER").await?, vec![zoe])?;
    same(of("loveLACE").await?, vec![ada])?;
    same(of("two.ex").await?, vec![ada])?;
    same(of("zoe lovelace").await?.len(), 0)?;
    // A word too short for the index stands as it is written.
    same(found(db, &format!("zoe {unique} m"), &all).await?, vec![zoe])?;
    same(of("m").await?, vec![zoe])?;
    // What means something to the index means nothing here.
    for words in ["\"", "NOT zoe", "text:zoe", "zo*", "(zoe)", "zoe OR lovelace"] {
        same(of(words).await?.len(), 0)?;
    }
    Ok(())
}

/// One or two characters are what a name or an address begins with.
pub(crate) async fn search_for_one_or_two_characters_finds_beginnings(db: &impl Db) -> Check {
    let (tenant_id, tenant) = tenant(db).await?;
    let here = Filter { tenant: Some(tenant), ..Filter::default() };
    let new = NewUser { tenant_id, first_name: Some(person_name("李明")?), ..new_user()? };
    users::insert(&new).run(db).await?;
    let quirin = NewUser { tenant_id, last_name: Some(person_name("Quirin")?), ..new_user()? };
    users::insert(&quirin).run(db).await?;
    same(found(db, "李", &here).await?, vec![new.id])?;
    same(found(db, "李明", &here).await?, vec![new.id])?;
    same(found(db, "q", &here).await?, vec![quirin.id])?;
    same(found(db, "QU", &here).await?, vec![quirin.id])?;
    same(found(db, "us", &here).await?, vec![quirin.id, new.id])?;
    same(found(db, "ui", &here).await?.len(), 0)?;
    same(found(db, "明", &here).await?.len(), 0)
}

/// Where nobody has the address, whoever's address it is a part of.
pub(crate) async fn search_for_a_whole_address_finds_its_account_alone(db: &impl Db) -> Check {
    let unique = format!("a{:08}", number());
    let address = format!("{unique}@one.example");
    let longer = named(db, "Jo", &unique, &format!("jo.{address}")).await?;
    let ann = named(db, "Ann", &unique, &address).await?;
    let all = Filter::default();
    same(found(db, &address, &all).await?, vec![ann])?;
    same(found(db, &address.to_uppercase(), &all).await?, vec![ann])?;
    same(found(db, &format!("{unique}@one"), &all).await?, vec![ann, longer])?;
    let suspended = Filter { status: Some(UserStatus::Suspended), ..Filter::default() };
    same(found(db, &address, &suspended).await?, vec![])?;
    users::delete(ann).run(db).await?;
    same(found(db, &address, &all).await?, vec![longer])
}

/// Through every change of a user, and their end.
pub(crate) async fn search_follows_the_users(db: &impl Db) -> Check {
    let unique = format!("w{:08}", number());
    let all = Filter::default();
    let id = named(db, "Before", &unique, &format!("{unique}@one.example")).await?;
    same(found(db, &format!("before {unique}"), &all).await?, vec![id])?;
    users::update_names(id, Some(&person_name("After")?), Some(&person_name(&unique)?), NOW).run(db).await?;
    same(found(db, &format!("before {unique}"), &all).await?.len(), 0)?;
    same(found(db, &format!("after {unique}"), &all).await?, vec![id])?;
    let email = format!("moved.{unique}@two.example");
    sql("UPDATE users SET email = ?2 WHERE id = ?1", [(&id).into(), email.into()]).run(db).await?;
    same(found(db, &format!("{unique}@one"), &all).await?.len(), 0)?;
    same(found(db, &format!("moved.{unique}@two"), &all).await?, vec![id])?;
    users::delete(id).run(db).await?;
    same(found(db, &unique, &all).await?.len(), 0)
}

pub(crate) async fn search_is_narrowed_by_filters(db: &impl Db) -> Check {
    let unique = format!("f{:08}", number());
    let (tenant_id, tenant) = tenant(db).await?;
    let role_id = role(db, &[]).await?;
    let role = some(store::roles::by_id(role_id).first(db).await?)?.role.name;
    let mut ids = Vec::new();
    for number in 0..6 {
        let status = if number == 0 { UserStatus::Suspended } else { UserStatus::Active };
        let last_name = Some(person_name(&unique)?);
        let new = NewUser { last_name, status, ..new_user()? };
        let new = if number < 3 { NewUser { tenant_id, ..new } } else { new };
        users::insert(&new).run(db).await?;
        if number < 2 {
            assign(db, new.id, role_id).await?;
        }
        ids.insert(0, new.id);
    }
    let all = Filter::default();
    same(found(db, &unique, &all).await?, ids.clone())?;
    let in_tenant = Filter { tenant: Some(tenant), ..all.clone() };
    same(found(db, &unique, &in_tenant).await?, ids[3..].to_vec())?;
    same(found(db, &unique, &Filter { role: Some(role), ..all }).await?, ids[4..].to_vec())?;
    let suspended = Filter { status: Some(UserStatus::Suspended), ..in_tenant };
    same(found(db, &unique, &suspended).await?, ids[5..].to_vec())
}

/// A page looks at so many and no more: it may be empty and still be followed by another.
pub(crate) async fn page_that_sifts_costs_the_same_however_few_are_left(db: &impl Db) -> Check {
    let (tenant_id, tenant) = tenant(db).await?;
    let role_id = role(db, &[]).await?;
    let role = some(store::roles::by_id(role_id).first(db).await?)?.role.name;
    let oldest = NewUser { tenant_id, ..new_user()? };
    let mut statements =
        vec![users::insert(&oldest), store::user_roles::insert(oldest.id, role_id, NOW, None)];
    for _ in 0..600 {
        let new = new_user()?;
        statements.push(users::insert(&new));
        statements.push(store::user_roles::insert(new.id, role_id, NOW, None));
    }
    db.batch(statements).await?;
    let filter = Filter { role: Some(role), tenant: Some(tenant), status: None };
    let first = user_details::page(db, &filter, None, 50).await?;
    same(first.users.len(), 0)?;
    let second = user_details::page(db, &filter, Some(some(first.next)?), 50).await?;
    same(second.users.iter().map(|user| user.id).collect::<Vec<_>>(), vec![oldest.id])?;
    same(second.next, None)
}
