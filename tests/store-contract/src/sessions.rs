//! Sessions, and the strict checks that start from one.

use std::time::Duration;

use accounts::{RoleId, SessionLimits, TenantId, Timestamp, TokenHash, UserId};
use rbac::catalogue::MEMBER;
use store::sessions::{Account, Cacheable, Cached, NewSession, Principal, Session};
use store::users::NewUser;
use store::{Db, StoreError, Window, rbac_meta, role_permissions, roles, sessions, user_roles, users};

use crate::check::{Check, fails, none, same, some, taken};
use crate::fixture::{
    LIMITS, NOW, assign, later, new_session, new_user, permission, person_name, role, role_id, role_name,
    rows_of, session, sql, token_hash, user, user_id, windows,
};
use crate::users::tenant;

/// Both strict checks: they must agree about whether there is a session at all.
async fn check(db: &impl Db, token: &TokenHash, seconds: u64) -> Check<Option<Principal>> {
    let principal = sessions::principal(token, &LIMITS, later(seconds)).first(db).await?;
    let account = sessions::account(token, &LIMITS, later(seconds)).first(db).await?;
    same(
        account.as_ref().map(|row| shown(&row.session, &row.account)),
        principal.as_ref().map(|row| shown(&row.session, &row.account)),
    )?;
    Ok(principal)
}

fn shown(session: &Session, account: &Account) -> String {
    format!("{session:?} {account:?}")
}

pub(crate) async fn account_is_exactly_what_was_stored(db: &impl Db) -> Check {
    let (tenant_id, tenant) = tenant(db).await?;
    let new = NewUser {
        tenant_id,
        first_name: Some(person_name("Zoë")?),
        last_name: Some(person_name("Å")?),
        ..new_user()?
    };
    users::insert(&new).run(db).await?;
    let session = NewSession { user_agent: Some("Firefox/1 \"quoted\"".to_owned()), ..new_session(new.id) };
    sessions::insert(&session).run(db).await?;

    let Principal { session: found, account, .. } = some(check(db, &session.token_hash, 1).await?)?;
    same(found.id, session.id)?;
    same(found.token_hash, session.token_hash)?;
    same(found.created_at, NOW)?;
    same(found.last_seen_at, NOW)?;
    same(found.expires_at, LIMITS.expiry(NOW))?;
    same(account.user_id, new.id)?;
    same(account.email, new.email)?;
    same((account.first_name.as_deref(), account.last_name.as_deref()), (Some("Zoë"), Some("Å")))?;
    same((account.tenant_id, account.tenant), (tenant_id, tenant))?;
    same(account.authz_version, 1)?;

    let stored = sql("SELECT user_agent FROM sessions WHERE id = ?1", [(&session.id).into()]);
    same(rows_of(db, stored).await?[0]["user_agent"].as_str(), session.user_agent.as_deref())
}

/// Roles by name and each grant once, by name too: what the cache keeps must not depend on the order of rows.
pub(crate) async fn principal_has_roles_and_distinct_grants_in_order(db: &impl Db) -> Check {
    let user = user(db).await?;
    let (a, a_name) = permission(db).await?;
    let (b, b_name) = permission(db).await?;
    let (c, c_name) = permission(db).await?;
    let (unrelated, _) = permission(db).await?;
    // Made and given in another order than that of their names.
    let (zeta, alpha) = (role_id(), role_id());
    let zeta_name = role_name(&format!("zeta-{}", &zeta.to_string()[19..]))?;
    let alpha_name = role_name(&format!("Alpha-{}", &alpha.to_string()[19..]))?;
    db.batch(vec![
        roles::insert(zeta, &zeta_name, "", NOW),
        roles::insert(alpha, &alpha_name, "", NOW),
        role_permissions::insert_all(zeta, &[c, b]),
        role_permissions::insert_all(alpha, &[b, a]),
    ])
    .await?;
    role(db, &[unrelated]).await?;
    assign(db, user, zeta).await?;
    assign(db, user, alpha).await?;
    user_roles::insert_if_missing(user, RoleId::MEMBER, NOW).run(db).await?;

    let session = session(db, user).await?;
    let principal = some(check(db, &session.token_hash, 1).await?)?.held;
    same(principal.epoch, rbac_meta::epoch().one(db).await?.epoch)?;
    same(principal.roles, [alpha_name.as_str(), MEMBER, zeta_name.as_str()].map(str::to_owned))?;
    same(principal.grants, [a_name, b_name, c_name, "users:read".to_owned()])
}

pub(crate) async fn principal_without_roles_has_empty_lists(db: &impl Db) -> Check {
    let user = user(db).await?;
    let session = session(db, user).await?;
    let principal = some(check(db, &session.token_hash, 1).await?)?.held;
    same((principal.roles, principal.grants), (Vec::<String>::new(), Vec::<String>::new()))?;
    // A role that grants nothing is still a role.
    let role = role(db, &[]).await?;
    assign(db, user, role).await?;
    let principal = some(check(db, &session.token_hash, 1).await?)?.held;
    same((principal.roles.len(), principal.grants.len()), (1, 0))
}

pub(crate) async fn principal_sees_a_change_at_once(db: &impl Db) -> Check {
    let user = user(db).await?;
    let (permission, name) = permission(db).await?;
    let role = role(db, &[permission]).await?;
    assign(db, user, role).await?;
    let session = session(db, user).await?;
    let grants =
        async || -> Check<Vec<String>> { Ok(some(check(db, &session.token_hash, 1).await?)?.held.grants) };
    same(grants().await?, [name.clone()])?;
    role_permissions::delete(role, permission).run(db).await?;
    same(grants().await?, Vec::<String>::new())?;
    role_permissions::insert(role, permission).run(db).await?;
    same(grants().await?, [name])?;
    user_roles::delete(user, role).run(db).await?;
    same(grants().await?, Vec::<String>::new())
}

pub(crate) async fn session_ends_at_its_limits_to_the_millisecond(db: &impl Db) -> Check {
    let user = user(db).await?;
    let session = session(db, user).await?;
    let alive = async |millis: i64| -> Check<bool> {
        let now = Timestamp::from_millis(NOW.as_millis() + millis);
        let principal = sessions::principal(&session.token_hash, &LIMITS, now).first(db).await?;
        let account = sessions::account(&session.token_hash, &LIMITS, now).first(db).await?;
        same(principal.is_some(), account.is_some())?;
        Ok(account.is_some())
    };
    // Idle: the last use must be less than 20 minutes ago.
    same(alive(1_200_000 - 1).await?, true)?;
    same(alive(1_200_000).await?, false)?;
    // Absolute: used just now, and over all the same.
    sessions::touch(session.id, later(86_399)).run(db).await?;
    same(alive(86_400_000 - 1).await?, true)?;
    same(alive(86_400_000).await?, false)
}

pub(crate) async fn unknown_token_is_no_session(db: &impl Db) -> Check {
    none(check(db, &token_hash(), 1).await?)
}

pub(crate) async fn session_of_an_account_that_is_not_active_is_none(db: &impl Db) -> Check {
    let user = user(db).await?;
    let session = session(db, user).await?;
    for (status, alive) in [("suspended", false), ("invited", false), ("active", true)] {
        let update = "UPDATE users SET status = ?2 WHERE id = ?1";
        sql(update, [(&user).into(), status.into()]).run(db).await?;
        same(check(db, &session.token_hash, 1).await?.is_some(), alive)?;
    }
    Ok(())
}

pub(crate) async fn session_of_a_tenant_that_is_not_active_is_none(db: &impl Db) -> Check {
    let (tenant_id, _): (TenantId, _) = tenant(db).await?;
    let new = NewUser { tenant_id, ..new_user()? };
    users::insert(&new).run(db).await?;
    let session = session(db, new.id).await?;
    for (status, alive) in [("suspended", false), ("active", true)] {
        let update = "UPDATE tenants SET status = ?2 WHERE id = ?1";
        sql(update, [(&tenant_id).into(), status.into()]).run(db).await?;
        same(check(db, &session.token_hash, 1).await?.is_some(), alive)?;
    }
    Ok(())
}

pub(crate) async fn touch_moves_forward_only(db: &impl Db) -> Check {
    let user = user(db).await?;
    let session = session(db, user).await?;
    for (touched, seen) in [(60, 60), (30, 60), (90, 90)] {
        sessions::touch(session.id, later(touched)).run(db).await?;
        let found = some(check(db, &session.token_hash, 100).await?)?.session;
        same(found.last_seen_at, later(seen))?;
    }
    Ok(())
}

pub(crate) async fn session_is_cached_only_at_the_present_version_of_its_user(db: &impl Db) -> Check {
    let user = user(db).await?;
    let session = session(db, user).await?;
    let cached = async || -> Check<Option<Cached>> {
        Ok(some(check(db, &session.token_hash, 1).await?)?.session.cached)
    };
    let cache = async |version| -> Check<Option<Cacheable>> {
        Ok(sessions::cache(session.id, version).first(db).await?)
    };
    same(cached().await?, None)?;
    for not_the_present in [0, 2] {
        none(cache(not_the_present).await?)?;
    }
    same(cached().await?, None)?;
    for _ in 0..2 {
        same(some(cache(1).await?)?.id, session.id)?;
        same(cached().await?, Some(Cached::Live))?;
    }
    users::bump_authz_version(user, later(1)).run(db).await?;
    sessions::outdate(user).run(db).await?;
    same(cached().await?, Some(Cached::Outdated))?;
    none(cache(1).await?)?;
    some(cache(2).await?)?;
    same(cached().await?, Some(Cached::Live))?;
    sessions::delete(session.id).run(db).await?;
    none(cache(2).await?)
}

pub(crate) async fn deleted_session_is_over_and_others_are_not(db: &impl Db) -> Check {
    let user = user(db).await?;
    let (gone, stays) = (session(db, user).await?, session(db, user).await?);
    sessions::delete(gone.id).run(db).await?;
    none(check(db, &gone.token_hash, 1).await?)?;
    some(check(db, &stays.token_hash, 1).await?)?;
    Ok(())
}

pub(crate) async fn sessions_end_by_token_by_user_and_all_but_one(db: &impl Db) -> Check {
    let (one, other) = (user(db).await?, user(db).await?);
    let live = async |user: UserId| -> Check<usize> {
        Ok(sessions::list(user, &LIMITS, later(1), "", 10).all(db).await?.len())
    };
    let (first, second) = (session(db, one).await?, session(db, one).await?);
    session(db, one).await?;
    session(db, other).await?;
    sessions::delete_by_token(&first.token_hash).run(db).await?;
    sessions::delete_by_token(&token_hash()).run(db).await?;
    none(check(db, &first.token_hash, 1).await?)?;
    same((live(one).await?, live(other).await?), (2, 1))?;
    sessions::delete_others(one, second.id).run(db).await?;
    some(check(db, &second.token_hash, 1).await?)?;
    same((live(one).await?, live(other).await?), (1, 1))?;
    sessions::delete_by_user(one).run(db).await?;
    same((live(one).await?, live(other).await?), (0, 1))
}

pub(crate) async fn pages_of_sessions_hold_each_live_one_once_the_newest_first(db: &impl Db) -> Check {
    let (one, other) = (user(db).await?, user(db).await?);
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.insert(0, session(db, one).await?.id);
        session(db, other).await?;
    }
    let over = NewSession { expires_at: later(5), ..new_session(one) };
    sessions::insert(&over).run(db).await?;
    let mut found = Vec::new();
    loop {
        let after = found.last().map(ToString::to_string).unwrap_or_default();
        let page = sessions::list(one, &LIMITS, later(5), &after, 2).all(db).await?;
        if page.is_empty() {
            break;
        }
        found.extend(page.into_iter().map(|session| session.id));
    }
    same(found, expected)
}

pub(crate) async fn session_needs_a_user_and_a_token_of_its_own(db: &impl Db) -> Check {
    let user = user(db).await?;
    let first = session(db, user).await?;
    let twin = NewSession { token_hash: first.token_hash, ..new_session(user) };
    taken(sessions::insert(&twin).run(db).await, "sessions", "token_hash")?;
    let orphan = new_session(user_id());
    fails(sessions::insert(&orphan).run(db).await, StoreError::ForeignKey)
}

/// At their absolute limit or past the idle one, wherever the window starts.
pub(crate) async fn sessions_that_are_over_are_swept_and_others_stay(db: &impl Db) -> Check {
    let user = user(db).await?;
    let time = Timestamp::from_millis;
    // Long before anything that other cases write.
    let (now, limits) = (time(1_000), SessionLimits { idle: Duration::from_millis(100), ..LIMITS });
    for window in windows()? {
        for (created_at, expires_at, swept) in
            [(950, 1_000, 1), (950, 1_001, 0), (900, 2_000, 1), (901, 2_000, 0)]
        {
            let (created_at, expires_at) = (time(created_at), time(expires_at));
            let session = NewSession { created_at, expires_at, ..new_session(user) };
            sessions::insert(&session).run(db).await?;
            let rows = rows_of(db, sessions::sweep(&window, &limits, now)).await?;
            same((created_at, expires_at, rows.len()), (created_at, expires_at, swept))?;
            sessions::delete(session.id).run(db).await?;
        }
    }
    let stays = session(db, user).await?;
    let narrow = Window { from: windows()?[0].from, rows: 0 };
    same(rows_of(db, sessions::sweep(&narrow, &LIMITS, later(9_000_000))).await?.len(), 0)?;
    same(check(db, &stays.token_hash, 1).await?.is_some(), true)
}
