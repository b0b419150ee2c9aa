//! What a batch rests on, and the little statements beside it.

use std::collections::BTreeMap;

use serde_json::json;
use store::permissions::{self, NewPermission};
use store::{Db, Statement, guard, health, rbac_meta, role_permissions, sessions, user_roles, users};

use crate::check::{Check, guarded, same};
use crate::fixture::{
    NOW, api_token, assign, count, later, outbox_id, permission, permission_id, permission_name, role,
    role_id, rows_of, session, session_id, sql, user, user_id,
};

/// Whether a batch with this guard lands.
async fn lands(db: &impl Db, statement: Statement) -> Check {
    let work = outbox_id();
    let when = store::outbox::Schedule { created_at: NOW, due_at: later(1_000_000) };
    db.batch(vec![store::outbox::insert(work, "k", &json!({}), when), statement]).await?;
    let stored = sql("SELECT count(*) AS n FROM outbox WHERE id = ?1", [(&work).into()]);
    same(count(db, stored).await?, 1)?;
    // What is inserted into the view is kept nowhere.
    same(count(db, sql("SELECT count(*) AS n FROM batch_guard", [])).await?, 0)
}

/// Whether a batch with this guard fails with its name, and leaves nothing.
async fn aborts(db: &impl Db, statement: Statement, name: &str) -> Check {
    let work = outbox_id();
    let when = store::outbox::Schedule { created_at: NOW, due_at: later(1_000_000) };
    let batch = vec![store::outbox::insert(work, "k", &json!({}), when), statement];
    guarded(db.batch(batch).await, name)?;
    let stored = sql("SELECT count(*) AS n FROM outbox WHERE id = ?1", [(&work).into()]);
    same(count(db, stored).await?, 0)
}

pub(crate) async fn decision_is_current_while_no_version_has_risen(db: &impl Db) -> Check {
    let actor = user(db).await?;
    let epoch = rbac_meta::epoch().one(db).await?.epoch;
    let decision = |version, epoch| guard::decision_current(actor, version, epoch);
    lands(db, decision(1, epoch)).await?;
    for (version, epoch) in [(0, epoch), (2, epoch), (1, epoch - 1), (1, epoch + 1)] {
        aborts(db, decision(version, epoch), guard::DECISION_CURRENT).await?;
    }
    users::bump_authz_version(actor, NOW).run(db).await?;
    aborts(db, decision(1, epoch), guard::DECISION_CURRENT).await?;
    lands(db, decision(2, epoch)).await?;
    rbac_meta::bump_epoch().run(db).await?;
    aborts(db, decision(2, epoch), guard::DECISION_CURRENT).await?;
    lands(db, decision(2, epoch + 1)).await
}

pub(crate) async fn decision_of_somebody_who_is_suspended_or_gone_is_not_current(db: &impl Db) -> Check {
    let actor = user(db).await?;
    let epoch = rbac_meta::epoch().one(db).await?.epoch;
    sql("UPDATE users SET status = 'suspended' WHERE id = ?1", [(&actor).into()]).run(db).await?;
    aborts(db, guard::decision_current(actor, 1, epoch), guard::DECISION_CURRENT).await?;
    users::delete(actor).run(db).await?;
    aborts(db, guard::decision_current(actor, 1, epoch), guard::DECISION_CURRENT).await
}

pub(crate) async fn target_is_at_the_version_that_was_looked_at(db: &impl Db) -> Check {
    let target = user(db).await?;
    lands(db, guard::user_at_version(target, 1)).await?;
    aborts(db, guard::user_at_version(target, 2), guard::DECISION_CURRENT).await?;
    aborts(db, guard::user_at_version(user_id(), 1), guard::DECISION_CURRENT).await
}

pub(crate) async fn target_exists_until_it_is_gone(db: &impl Db) -> Check {
    let user = user(db).await?;
    let (permission, _) = permission(db).await?;
    let role = role(db, &[permission]).await?;
    let session = session(db, user).await?.id;
    let token = api_token(db, user).await?.id;
    assign(db, user, role).await?;
    let guards = || {
        [
            guard::user_role_exists(user, role),
            guard::role_permission_exists(role, permission),
            guard::session_of_user_exists(session, user),
            guard::api_token_of_user_exists(token, user),
            guard::permission_exists(permission),
            guard::role_exists(role),
            guard::user_exists(user),
        ]
    };
    for guard in guards() {
        lands(db, guard).await?;
    }
    db.batch(vec![
        user_roles::delete(user, role),
        role_permissions::delete(role, permission),
        sessions::delete(session),
        store::api_tokens::delete(token),
        permissions::delete(permission),
        store::roles::delete(role),
        users::delete(user),
    ])
    .await?;
    for guard in guards() {
        aborts(db, guard, guard::TARGET_EXISTS).await?;
    }
    Ok(())
}

pub(crate) async fn target_that_never_was_does_not_exist(db: &impl Db) -> Check {
    let other = user(db).await?;
    let others = (session(db, other).await?.id, api_token(db, other).await?.id);
    let user = user(db).await?;
    let role = role(db, &[]).await?;
    let (permission, _) = permission(db).await?;
    for guard in [
        guard::user_exists(user_id()),
        guard::role_exists(role_id()),
        guard::permission_exists(permission_id()),
        guard::session_of_user_exists(session_id(), user),
        // There, and somebody else's.
        guard::session_of_user_exists(others.0, user),
        guard::api_token_of_user_exists(others.1, user),
        // Both are there, but not together.
        guard::role_permission_exists(role, permission),
        guard::user_role_exists(user, role),
    ] {
        aborts(db, guard, guard::TARGET_EXISTS).await?;
    }
    Ok(())
}

pub(crate) async fn manifest_is_current_while_the_catalogue_has_what_it_was_compared_with(
    db: &impl Db,
) -> Check {
    let application = permission_name().replace(":read", "");
    let compared = async || permissions::by_application(&application).all(db).await;
    let nothing = compared().await?;
    lands(db, guard::manifest_current(&application, &nothing)).await?;
    let (first, second) = (permission_name(), permission_name());
    let entry = |name| NewPermission { id: permission_id(), name, description: "It's \"one\" — €" };
    permissions::insert_all(&[entry(&first)], &application, NOW).run(db).await?;
    let one = compared().await?;
    lands(db, guard::manifest_current(&application, &one)).await?;
    aborts(db, guard::manifest_current(&application, &nothing), guard::DECISION_CURRENT).await?;
    permissions::insert_all(&[entry(&second)], &application, NOW).run(db).await?;
    let two = compared().await?;
    lands(db, guard::manifest_current(&application, &two)).await?;
    aborts(db, guard::manifest_current(&application, &one), guard::DECISION_CURRENT).await?;
    let described = BTreeMap::from([(first.as_str(), "another")]);
    permissions::update_descriptions(&described, &application).run(db).await?;
    aborts(db, guard::manifest_current(&application, &two), guard::DECISION_CURRENT).await?;
    permissions::delete_all(&[two[0].id, two[1].id]).run(db).await?;
    aborts(db, guard::manifest_current(&application, &one), guard::DECISION_CURRENT).await?;
    lands(db, guard::manifest_current(&application, &nothing)).await
}

pub(crate) async fn database_answers(db: &impl Db) -> Check {
    same(rows_of(db, health::ping()).await?, [json!({ "up": 1 })])
}
