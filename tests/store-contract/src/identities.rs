//! Identities at providers, and what came with them.

use accounts::{IdentityId, RoleId, TenantId, UserId, UserStatus};
use store::identities::{self, NewIdentity, Profile};
use store::{Db, Param, api_tokens, guard, sessions, user_roles, users};

use crate::check::{Check, guarded, none, same, some, taken};
use crate::fixture::{
    NOW, api_token, assign, later, number, person_name, role, rows_of_each, session, session_id, sql,
    token_hash, user,
};

const ISSUER: &str = "https://idp.example";

fn identity_id() -> IdentityId {
    IdentityId::from_u128(0x0000_0000_0000_7000_9100_0000_0000_0000 | u128::from(number()))
}

fn subject() -> String {
    format!("subject-{}", number())
}

/// An identity of this user; gives its id and its subject.
async fn identity(db: &impl Db, user: UserId) -> Check<(IdentityId, String)> {
    let (id, subject) = (identity_id(), subject());
    insert(db, id, &subject, user).await?;
    Ok((id, subject))
}

async fn insert(db: &impl Db, id: IdentityId, subject: &str, user: UserId) -> Check {
    let identity = NewIdentity {
        id,
        issuer: ISSUER,
        subject,
        user_id: user,
        email: None,
        created_at: NOW,
        last_used_at: None,
    };
    Ok(identities::insert(&identity).run(db).await?)
}

async fn set_password(db: &impl Db, user: UserId) -> Check {
    Ok(users::change_password(user, "hash", NOW).run(db).await?)
}

pub(crate) async fn identity_opens_one_account(db: &impl Db) -> Check {
    let (one, other) = (user(db).await?, user(db).await?);
    let (id, subject) = identity(db, one).await?;
    let owner = some(identities::owner(ISSUER, &subject).first(db).await?)?;
    same((owner.identity_id, owner.user_id, owner.tenant_id), (Some(id), one, TenantId::DEFAULT))?;
    same(
        (owner.status, owner.tenant_active, owner.verified, owner.staff),
        (UserStatus::Active, true, false, false),
    )?;
    same((owner.first_name, owner.last_name, owner.authz_version), (None, None, 1))?;
    none(identities::owner("https://other.example", &subject).first(db).await?)?;
    let again = NewIdentity {
        id: identity_id(),
        issuer: ISSUER,
        subject: &subject,
        user_id: other,
        email: None,
        created_at: NOW,
        last_used_at: None,
    };
    taken(identities::insert(&again).run(db).await, "external_identities", "issuer")?;
    let moved = sql(
        "UPDATE external_identities SET user_id = ?2 WHERE id = ?1",
        [Param::from(&id), Param::from(&other)],
    );
    guarded(moved.run(db).await, "identity_changed")
}

pub(crate) async fn candidate_is_found_by_the_address(db: &impl Db) -> Check {
    let user = user(db).await?;
    let email = some(users::by_id(user).first(db).await?)?.email;
    let found = some(identities::candidate(&email).first(db).await?)?;
    same((found.identity_id, found.user_id, found.email), (None, user, email))
}

pub(crate) async fn identities_are_listed_in_pages(db: &impl Db) -> Check {
    let user = user(db).await?;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(identity(db, user).await?.0);
    }
    let (other, _) = identity(db, self::user(db).await?).await?;
    let page = identities::list(user, "", 2).all(db).await?;
    same(page.iter().map(|identity| identity.id).collect::<Vec<_>>(), &ids[..2])?;
    let rest = identities::list(user, &ids[1].to_string(), 2).all(db).await?;
    same(rest.iter().map(|identity| identity.id).collect::<Vec<_>>(), &ids[2..])?;
    none(identities::by_id(other, user).first(db).await?)?;
    let email = some(users::by_id(user).first(db).await?)?.email;
    identities::used(ids[0], later(1), Some(&email)).run(db).await?;
    identities::used(ids[0], later(2), None).run(db).await?;
    let found = some(identities::by_id(ids[0], user).first(db).await?)?;
    same((found.email.as_deref(), found.last_used_at), (Some(email.as_str()), Some(later(2))))?;
    same((found.issuer.as_str(), found.created_at), (ISSUER, NOW))
}

pub(crate) async fn last_way_in_stays(db: &impl Db) -> Check {
    let user = user(db).await?;
    let ((one, _), (two, _)) = (identity(db, user).await?, identity(db, user).await?);
    guarded(db.batch(vec![identities::delete(one), identities::delete(two)]).await, guard::LAST_WAY_IN)?;
    identities::delete_others(user, two).run(db).await?;
    none(identities::by_id(one, user).first(db).await?)?;
    guarded(identities::delete(two).run(db).await, guard::LAST_WAY_IN)?;
    set_password(db, user).await?;
    identities::delete(two).run(db).await?;
    // An account that goes takes its last identity along.
    let gone = self::user(db).await?;
    let (_, subject) = identity(db, gone).await?;
    users::delete(gone).run(db).await?;
    none(identities::owner(ISSUER, &subject).first(db).await?)
}

pub(crate) async fn identity_of_another_is_none_of_ones_own(db: &impl Db) -> Check {
    let (one, other) = (user(db).await?, user(db).await?);
    let (id, _) = identity(db, one).await?;
    db.batch(vec![guard::identity_of_user_exists(id, one)]).await?;
    guarded(db.batch(vec![guard::identity_of_user_exists(id, other)]).await, guard::TARGET_EXISTS)
}

/// Wanted, held, given, for each of these roles in this order.
async fn state(
    db: &impl Db,
    user: UserId,
    identity: IdentityId,
    names: &[String],
    of: &[RoleId],
) -> Check<Vec<Option<(bool, bool, bool)>>> {
    let rows = identities::roles(user, identity, names).all(db).await?;
    Ok(of
        .iter()
        .map(|role| rows.iter().find(|row| row.id == *role).map(|row| (row.wanted, row.held, row.given)))
        .collect())
}

pub(crate) async fn roles_of_groups_are_told_from_those_by_hand(db: &impl Db) -> Check {
    let user = user(db).await?;
    let (id, _) = identity(db, user).await?;
    let (given, by_hand, wanted) = (role(db, &[]).await?, role(db, &[]).await?, role(db, &[]).await?);
    let all = [given, by_hand, wanted];
    assign(db, user, by_hand).await?;
    db.batch(vec![
        user_roles::insert_if_missing(user, given, later(1)),
        identities::role_given(id, given, later(1)),
    ])
    .await?;
    let name = some(store::roles::by_id(wanted).first(db).await?)?.role.name;
    let lower = vec![name.to_ascii_lowercase(), "no such role".to_owned()];
    let now = state(db, user, id, &lower, &all).await?;
    same(now, [Some((false, true, true)), None, Some((true, false, false))])?;
    // Taken and given again by hand, at another time: the group's no more.
    user_roles::delete(user, given).run(db).await?;
    same(state(db, user, id, &[], &all).await?, [Some((false, false, false)), None, None])?;
    user_roles::insert(user, given, later(2), Some(user)).run(db).await?;
    same(state(db, user, id, &[], &all).await?, [Some((false, true, false)), None, None])?;
    identities::role_gone(id, given).run(db).await?;
    same(state(db, user, id, &[], &all).await?, [None, None, None])
}

pub(crate) async fn sessions_are_found_by_how_they_began(db: &impl Db) -> Check {
    let user = user(db).await?;
    let (id, subject) = identity(db, user).await?;
    let sid = format!("sid-{}", number());
    let (with, without, other) =
        (session(db, user).await?.id, session(db, user).await?.id, session(db, user).await?.id);
    identities::session_began(with, id, Some(&sid), Some("a.b.c")).run(db).await?;
    identities::session_began(without, id, None, None).run(db).await?;
    let origin = some(identities::origin(with).first(db).await?)?;
    same((origin.issuer.as_str(), origin.id_token.as_deref()), (ISSUER, Some("a.b.c")))?;
    none(identities::origin(other).first(db).await?)?;
    let sorted = |mut ids: Vec<accounts::SessionId>| {
        ids.sort();
        ids
    };
    let ids =
        |found: Vec<identities::BegunWith>| sorted(found.into_iter().map(|one| one.session_id).collect());
    let both = sorted(vec![with, without]);
    same(ids(identities::sessions_of_subject(ISSUER, &subject, None).all(db).await?), both.clone())?;
    same(ids(identities::sessions_of_subject(ISSUER, &subject, Some(&sid)).all(db).await?), both.clone())?;
    same(ids(identities::sessions_of_subject(ISSUER, &subject, Some("x")).all(db).await?), [without])?;
    same(ids(identities::sessions_of_sid(ISSUER, &sid).all(db).await?), [with])?;
    same(ids(identities::sessions_of_sid("https://other.example", &sid).all(db).await?), [])?;
    same(ids(identities::sessions_of_identity(id, with).all(db).await?), [without])?;
    same(ids(identities::sessions_of_identity(id, session_id()).all(db).await?), both)?;
    sessions::delete(with).run(db).await?;
    none(identities::origin(with).first(db).await?)
}

pub(crate) async fn sign_in_under_way_is_taken_once_and_in_time(db: &impl Db) -> Check {
    let user = user(db).await?;
    let (token, old) = (token_hash(), token_hash());
    identities::login_begins(&token, "sso", "/next", Some(user), later(10)).run(db).await?;
    identities::login_begins(&old, "sso", "/", None, later(1)).run(db).await?;
    none(identities::take_login(&old, later(1)).first(db).await?)?;
    let login = some(identities::take_login(&token, later(9)).first(db).await?)?;
    same((login.provider.as_str(), login.next.as_str(), login.user_id), ("sso", "/next", Some(user)))?;
    none(identities::take_login(&token, later(9)).first(db).await?)?;
    same(rows_of_each(db, vec![identities::sweep_logins(later(1), 100)]).await?[0].len(), 1)?;
    none(identities::take_login(&old, NOW).first(db).await?)
}

pub(crate) async fn logout_token_counts_once(db: &impl Db) -> Check {
    let name = format!("logout-{}", number());
    identities::logout_done(&name, later(1)).run(db).await?;
    taken(identities::logout_done(&name, later(1)).run(db).await, "identity_logouts", "token")?;
    same(rows_of_each(db, vec![identities::sweep_logouts(later(1), 100)]).await?[0].len(), 1)?;
    same(rows_of_each(db, vec![identities::sweep_logouts(later(1), 100)]).await?[0].len(), 0)
}

pub(crate) async fn profile_is_refreshed_and_never_blanked(db: &impl Db) -> Check {
    let user = user(db).await?;
    let profile = Profile {
        first_name: Some(person_name("Ada")?),
        last_name: None,
        staff: Some(true),
        tenant_id: Some(TenantId::DEFAULT),
    };
    users::refresh(user, &profile, later(1)).run(db).await?;
    let last = Profile { last_name: Some(person_name("L")?), ..Profile::default() };
    users::refresh(user, &last, later(2)).run(db).await?;
    let email = some(users::by_id(user).first(db).await?)?.email;
    let found = some(identities::candidate(&email).first(db).await?)?;
    same(
        (found.first_name.as_deref(), found.last_name.as_deref(), found.staff),
        (Some("Ada"), Some("L"), true),
    )
}

pub(crate) async fn account_that_nobody_confirmed_is_claimed(db: &impl Db) -> Check {
    let user = user(db).await?;
    set_password(db, user).await?;
    let token = api_token(db, user).await?;
    sql("UPDATE users SET status = 'invited' WHERE id = ?1", [Param::from(&user)]).run(db).await?;
    db.batch(vec![users::claim(user, later(1)), api_tokens::delete_by_user(user)]).await?;
    let found = some(users::by_id(user).first(db).await?)?;
    same((found.email_verified_at, found.authz_version), (Some(later(1)), 3))?;
    same(some(identities::candidate(&found.email).first(db).await?)?.status, UserStatus::Active)?;
    none(some(users::password(user).first(db).await?)?.password_hash)?;
    let gone = guard::api_token_of_user_exists(token.id, user);
    guarded(db.batch(vec![gone]).await, guard::TARGET_EXISTS)
}
