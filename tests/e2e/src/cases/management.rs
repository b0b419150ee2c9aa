//! The rules of management.

use serde_json::json;
use testkit::World;

use super::{
    assign, count, create_role, member, my_id, permission_id, register_permissions, role_id, super_admin,
};

/// Neither by assigning, nor by editing, nor by way of a role that they may edit.
pub async fn nobody_grants_what_they_do_not_hold<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &["docs:read", "docs:write"]).await;
    admin.post("/rbac/permissions", &json!({ "name": "docs:*" })).await.expect(201);
    let managing = &["roles:read", "roles:write", "roles:assign", "users:delete", "docs:read"];
    let manager = create_role(&mut admin, "manager", managing).await;
    let writer = create_role(&mut admin, "writer", &["docs:write"]).await;
    let reader = create_role(&mut admin, "reader", &["docs:read"]).await;
    let mut mia = member(world, "mia@example.com").await;
    let mia_id = my_id(&mut mia).await;
    assign(&mut admin, &mia_id, &manager).await;
    let root_id = my_id(&mut admin).await;
    let super_admin_role = role_id(world, "SUPER_ADMIN").await;

    // What she holds herself, she may hand on.
    assign(&mut mia, &root_id, &reader).await;
    create_role(&mut mia, "second reader", &["docs:read"]).await;

    let write = permission_id(world, "docs:write").await;
    let all = permission_id(world, "admin:all").await;
    let exceeding = [
        mia.post(&format!("/rbac/users/{mia_id}/roles"), &json!({ "roleId": writer })).await,
        mia.post(&format!("/rbac/users/{mia_id}/roles"), &json!({ "roleId": super_admin_role })).await,
        mia.delete(&format!("/rbac/users/{root_id}/roles/{super_admin_role}")).await,
        mia.post("/rbac/roles", &json!({ "name": "x", "permissions": ["docs:write"] })).await,
        mia.post("/rbac/roles", &json!({ "name": "x", "permissions": ["docs:*"] })).await,
        mia.put(&format!("/rbac/roles/{manager}/permissions"), &json!({ "permissions": ["admin:all"] }))
            .await,
        mia.post(&format!("/rbac/roles/{manager}/permissions/{write}"), &json!({})).await,
        mia.post(&format!("/rbac/roles/{manager}/permissions/{all}"), &json!({})).await,
        mia.put(&format!("/rbac/roles/{writer}/permissions"), &json!({ "permissions": [] })).await,
        mia.put(&format!("/rbac/roles/{writer}"), &json!({ "name": "mine" })).await,
        mia.delete(&format!("/rbac/roles/{writer}")).await,
        mia.delete(&format!("/rbac/roles/{writer}/permissions/{write}")).await,
        mia.delete(&format!("/users/{root_id}")).await,
    ];
    for reply in exceeding {
        let reply = reply.expect_problem(403, "exceeds_own_grants");
        assert_ne!(reply.json()["missing"], json!([]));
    }
    assert_eq!(count(world, "roles").await, 6);
}

/// Not by losing the role, not by deletion; with a second one, it is possible.
pub async fn the_last_super_admin_stays<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let root_id = my_id(&mut admin).await;
    let role = role_id(world, "SUPER_ADMIN").await;
    let mine = format!("/rbac/users/{root_id}/roles/{role}");
    admin.delete(&mine).await.expect_problem(409, "last_super_admin");
    admin.delete(&format!("/users/{root_id}")).await.expect_problem(409, "last_super_admin");

    let second_id = my_id(&mut member(world, "second@example.com").await).await;
    assign(&mut admin, &second_id, &role).await;
    // One who can't sign in does not count.
    world.sql(&format!("UPDATE users SET status = 'suspended' WHERE id = '{second_id}'")).await;
    admin.delete(&mine).await.expect_problem(409, "last_super_admin");
    world.sql(&format!("UPDATE users SET status = 'active' WHERE id = '{second_id}'")).await;
    admin.delete(&mine).await.expect(204);
    admin.get("/rbac/roles").await.expect_problem(403, "permission_denied");
}

/// Each kind of change, and refusals in between, which have none.
pub async fn every_change_has_one_audit_event<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let root_id = my_id(&mut admin).await;
    let admin_token = admin.session.clone().unwrap();
    register_permissions(&mut admin, &["docs:read"]).await;
    let ada_id = my_id(&mut member(world, "ada@example.com").await).await;
    let read = permission_id(world, "docs:read").await;
    let role = create_role(&mut admin, "reader", &["docs:read"]).await;
    admin.put(&format!("/rbac/roles/{role}"), &json!({ "description": "Reads." })).await.expect(200);
    admin.delete(&format!("/rbac/roles/{role}/permissions/{read}")).await.expect(204);
    admin.post(&format!("/rbac/roles/{role}/permissions/{read}"), &json!({})).await.expect(204);
    admin.put(&format!("/rbac/roles/{role}/permissions"), &json!({ "permissions": [] })).await.expect(200);
    assign(&mut admin, &ada_id, &role).await;
    assign(&mut admin, &ada_id, &role).await;
    admin.delete(&format!("/rbac/users/{ada_id}/roles/{role}")).await.expect(204);
    admin.delete(&format!("/rbac/users/{ada_id}/roles/{role}")).await.expect_problem(404, "not_found");
    admin.put(&format!("/users/{ada_id}"), &json!({ "firstName": "Ada" })).await.expect(200);
    admin.delete(&format!("/users/{ada_id}")).await.expect(204);
    admin.delete(&format!("/rbac/roles/{role}")).await.expect(204);
    admin.delete(&format!("/rbac/permissions/{read}")).await.expect(204);
    admin.post("/logout", &json!({})).await.expect(204);

    let events =
        world.sql("SELECT action, actor_id, request_id, details FROM audit_log ORDER BY rowid").await;
    let actions: Vec<&str> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        [
            "user.registered",
            "session.created",
            "permissions.registered",
            "user.registered",
            "session.created",
            "role.created",
            "role.updated",
            "role.permission_revoked",
            "role.permission_granted",
            "role.permissions_set",
            "role.assigned",
            "role.removed",
            "user.updated",
            "user.deleted",
            "role.deleted",
            "permission.deleted",
            "session.ended",
        ]
    );
    for event in events.iter().skip(5) {
        assert_eq!(event["actor_id"], root_id, "{event}");
        assert_ne!(event["request_id"], "", "{event}");
    }
    let details = json!(events).to_string();
    for secret in [super::PASSWORD, "argon2id", admin_token.as_str()] {
        assert!(!details.contains(secret), "{secret}");
    }
}

/// System roles, built-in permissions, and `admin:all` with `SUPER_ADMIN`.
pub async fn what_is_built_in_stays<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let all = permission_id(world, "admin:all").await;
    for name in ["SUPER_ADMIN", "MEMBER"] {
        let path = format!("/rbac/roles/{}", role_id(world, name).await);
        admin.delete(&path).await.expect_problem(409, "system_role");
        admin.put(&path, &json!({ "name": name.to_lowercase() })).await.expect_problem(409, "system_role");
        admin.put(&path, &json!({ "description": "Described anew." })).await.expect(200);
    }
    let role = role_id(world, "SUPER_ADMIN").await;
    let path = format!("/rbac/roles/{role}/permissions");
    admin.delete(&format!("{path}/{all}")).await.expect_problem(409, "super_admin_grant");
    admin
        .put(&path, &json!({ "permissions": ["users:read"] }))
        .await
        .expect_problem(409, "super_admin_grant");
    admin.put(&path, &json!({ "permissions": ["users:read", "admin:all"] })).await.expect(200);
    let built_in = permission_id(world, "users:delete").await;
    admin.delete(&format!("/rbac/permissions/{built_in}")).await.expect_problem(409, "system_permission");
    // What every account starts with is an administrator's to choose.
    let member_role = role_id(world, "MEMBER").await;
    admin
        .put(&format!("/rbac/roles/{member_role}/permissions"), &json!({ "permissions": [] }))
        .await
        .expect(200);
    let mut ada = member(world, "ada@example.com").await;
    assert_eq!(ada.get("/load-user").await.json()["permissions"], json!([]));
}
