//! What the flags show, hide and decide.

use serde_json::json;
use testkit::{Client, World};

use super::{PASSWORD, assign, count, create_role, member, my_id, super_admin};

/// A hidden address answers as an unknown one does.
pub async fn rbac_off_hides_management_and_keeps_accounts<W: World>(world: &mut W) {
    world.restart_with(&[("RBAC_ENABLED", "off")]).await;
    let mut ada = member(world, "ada@example.com").await;
    let user = ada.get("/load-user").await.expect(200).json();
    assert_eq!((user.get("roles"), user.get("permissions")), (None, None));
    let unknown = comparable(&ada.get("/rbac/nothing").await);
    for path in ["/rbac/roles", "/rbac/permissions", "/rbac/users/7/roles"] {
        assert_eq!(comparable(&ada.get(path).await), unknown, "{path}");
        assert_eq!(comparable(&ada.delete(path).await), unknown, "{path}");
    }
    assert_eq!(comparable(&ada.post("/rbac/check", &json!({})).await), unknown);
    assert_eq!(count(world, "user_roles").await, 0);
}

/// RBAC off, and a database that knows nothing of it.
pub async fn accounts_work_on_the_first_migration_alone<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let path = format!("/users/{}", my_id(&mut ada).await);
    ada.get(&path).await.expect(200);
    ada.put(&path, &json!({ "firstName": "Ada" })).await.expect(200);
    assert_eq!(ada.get("/load-user").await.expect(200).json()["firstName"], "Ada");
    let mut bob = member(world, "bob@example.com").await;
    bob.get(&path).await.expect_problem(403, "forbidden");
    bob.put(&path, &json!({ "firstName": "Bob" })).await.expect_problem(403, "forbidden");
    bob.delete(&path).await.expect_problem(403, "forbidden");
    bob.get("/rbac/roles").await.expect_problem(404, "not_found");
    let mut phone = Client::new(world);
    phone.login("ada@example.com", PASSWORD).await.expect(200);
    assert_eq!(ada.get("/sessions").await.expect(200).json()["items"].as_array().unwrap().len(), 2);
    ada.delete("/sessions").await.expect(204);
    phone.login("ada@example.com", PASSWORD).await.expect(200);
    let sessions = phone.get("/sessions").await.expect(200).json();
    let other = sessions["items"].as_array().unwrap().iter().find(|session| session["current"] == false);
    let other = format!("/sessions/{}", super::text(&other.unwrap()["id"]));
    bob.delete(&other).await.expect_problem(404, "not_found");
    phone.delete(&other).await.expect(204);
    let record = phone.post("/sessions/refresh", &json!({})).await.expect(200).json();
    assert_eq!((record.get("permissions"), record.get("epoch")), (None, None));
    let passwords = json!({ "currentPassword": PASSWORD, "newPassword": "another horse battery" });
    phone.post("/change-password", &passwords).await.expect(204);
    ada.login("ada@example.com", "another horse battery").await.expect(200);
    ada.get("/tokens").await.expect_problem(404, "not_found");
    let password = json!({ "password": PASSWORD });
    bob.post("/delete-account", &password).await.expect(204);
    bob.login("bob@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    phone.post("/logout", &json!({})).await.expect(204);
    ada.delete(&path).await.expect(204);
    ada.get("/load-user").await.expect_problem(401, "unauthenticated");
    world.settle().await;
    ada.register("ada@example.com", PASSWORD).await.expect(201);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    world.sql("UPDATE sessions SET expires_at = 1").await;
    world.run_cron().await;
    assert_eq!(count(world, "sessions").await, 0);
}

/// Switching off and on again is harmless.
pub async fn rbac_off_and_on_again_keeps_every_role<W: World>(world: &mut W) {
    {
        let mut admin = super_admin(world, "root@example.com").await;
        let role = create_role(&mut admin, "auditor", &["roles:read"]).await;
        let ada_id = my_id(&mut member(world, "ada@example.com").await).await;
        assign(&mut admin, &ada_id, &role).await;
    }
    let before = world.sql("SELECT * FROM user_roles ORDER BY user_id, role_id").await;
    world.restart_with(&[("RBAC_ENABLED", "off")]).await;
    {
        let mut ada = Client::new(world);
        ada.login("ada@example.com", PASSWORD).await.expect(200);
        assert_eq!(ada.get("/load-user").await.json().get("roles"), None);
        ada.get("/rbac/roles").await.expect_problem(404, "not_found");
    }
    world.restart_with(&[("RBAC_ENABLED", "on")]).await;
    assert_eq!(world.sql("SELECT * FROM user_roles ORDER BY user_id, role_id").await, before);
    let mut ada = Client::new(world);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    ada.get("/rbac/roles").await.expect(200);
}

/// Off and report: one's own account only. On: the permission, whoever's it is.
pub async fn enforce_decides_who_may_change_an_account<W: World>(world: &mut W) {
    let (ada_id, bob_id) = {
        let _admin = super_admin(world, "root@example.com").await;
        let mut ada = member(world, "ada@example.com").await;
        let mut bob = member(world, "bob@example.com").await;
        (my_id(&mut ada).await, my_id(&mut bob).await)
    };
    let (ada_path, bob_path) = (format!("/users/{ada_id}"), format!("/users/{bob_id}"));
    let name = json!({ "firstName": "A" });
    for mode in ["off", "report"] {
        world.restart_with(&[("USER_MGMT_ENFORCE", mode)]).await;
        let mut admin = Client::new(world);
        admin.login("root@example.com", PASSWORD).await.expect(200);
        let mut ada = Client::new(world);
        ada.login("ada@example.com", PASSWORD).await.expect(200);
        // No flag opens what was closed: not even to an administrator.
        admin.put(&ada_path, &name).await.expect_problem(403, "forbidden");
        admin.delete(&ada_path).await.expect_problem(403, "forbidden");
        ada.put(&ada_path, &name).await.expect(200);
        ada.put(&bob_path, &name).await.expect_problem(403, "forbidden");
    }
    world.restart_with(&[("USER_MGMT_ENFORCE", "on")]).await;
    let mut ada = Client::new(world);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    ada.put(&ada_path, &name).await.expect(200);
    ada.put(&bob_path, &name).await.expect_problem(403, "permission_denied");
    ada.delete(&ada_path).await.expect_problem(403, "permission_denied");
    let mut admin = Client::new(world);
    admin.login("root@example.com", PASSWORD).await.expect(200);
    admin.put(&ada_path, &name).await.expect(200);
    admin.delete(&ada_path).await.expect(204);

    world.restart_with(&[("USER_MGMT_ENFORCE", "off")]).await;
    let mut bob = Client::new(world);
    bob.login("bob@example.com", PASSWORD).await.expect(200);
    bob.delete(&bob_path).await.expect(204);
}

/// An account function, as changing the password is: under every flag, and never by way of a permission.
pub async fn own_account_is_deleted_whatever_enforce_says<W: World>(world: &mut W) {
    for mode in ["off", "report", "on"] {
        world.restart_with(&[("USER_MGMT_ENFORCE", mode)]).await;
        let mut ada = member(world, "ada@example.com").await;
        ada.post("/delete-account", &json!({ "password": PASSWORD })).await.expect(204);
        assert_eq!(count(world, "users").await, 0, "{mode}");
    }
}

/// What a client can tell apart, but for the id of the request.
fn comparable(reply: &testkit::Reply) -> (u16, serde_json::Value, Option<String>) {
    let mut body = reply.json();
    body["requestId"].take();
    let allow = reply.headers.get("allow").map(|value| value.to_str().unwrap().to_owned());
    (reply.status.as_u16(), body, allow)
}
