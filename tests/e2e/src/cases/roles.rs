//! Roles, permissions and assignments, as an administrator uses them.

use serde_json::{Value, json};
use testkit::World;

use super::{
    assign, create_role, member, my_id, permission_id, register_permissions, role_id, super_admin, text,
};

/// A role from beginning to end.
pub async fn roles_are_created_listed_changed_and_deleted<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let body = json!({ "name": "Editor", "description": "Edits." });
    let role = admin.post("/rbac/roles", &body).await.expect(201).json();
    let path = format!("/rbac/roles/{}", text(&role["id"]));
    assert_eq!(admin.get(&path).await.expect(200).json(), role);
    assert_eq!((&role["system"], &role["description"]), (&json!(false), &json!("Edits.")));

    let names: Vec<String> = items(&admin.get("/rbac/roles").await.expect(200).json(), "name");
    assert_eq!(names, ["Editor", "MEMBER", "SUPER_ADMIN"]);
    let page = admin.get("/rbac/roles?limit=2").await.expect(200).json();
    assert_eq!(items(&page, "name"), ["Editor", "MEMBER"]);
    let next = format!("/rbac/roles?limit=2&cursor={}", text(&page["nextCursor"]));
    let page = admin.get(&next).await.expect(200).json();
    assert_eq!(items(&page, "name"), ["SUPER_ADMIN"]);
    assert_eq!(page.get("nextCursor"), None);
    for query in ["limit=0", "limit=101", "limit=x", "cursor=zz"] {
        let reply = admin.get(&format!("/rbac/roles?{query}")).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], query.split('=').next().unwrap());
    }

    admin.post("/rbac/roles", &json!({ "name": "EDITOR" })).await.expect_problem(409, "role_name_taken");
    let changed = admin.put(&path, &json!({ "name": "Author" })).await.expect(200).json();
    assert_eq!((&changed["name"], &changed["description"]), (&json!("Author"), &json!("Edits.")));
    admin.put(&path, &json!({ "name": "member" })).await.expect_problem(409, "role_name_taken");
    admin.delete(&path).await.expect(204);
    admin.delete(&path).await.expect_problem(404, "not_found");
    admin.get(&path).await.expect_problem(404, "not_found");
    admin.get("/rbac/roles/7").await.expect_problem(404, "not_found");
}

/// By set, by single grants, and again without an effect.
pub async fn a_role_grants_exactly_what_it_was_set_to<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &["docs:read", "docs:write", "docs:delete"]).await;
    let role = create_role(&mut admin, "editor", &["docs:read"]).await;
    let path = format!("/rbac/roles/{role}/permissions");
    let set = json!({ "permissions": ["docs:write", "docs:delete", "docs:write"] });
    let granted = admin.put(&path, &set).await.expect(200).json();
    assert_eq!(items(&granted, "name"), ["docs:delete", "docs:write"]);
    assert_eq!(admin.get(&path).await.expect(200).json(), granted);
    assert_eq!(granted["items"][0]["application"], "demo");

    let epoch = world.sql("SELECT epoch FROM rbac_meta").await;
    admin.put(&path, &set).await.expect(200);
    assert_eq!(world.sql("SELECT epoch FROM rbac_meta").await, epoch, "nothing changed");

    let read = permission_id(world, "docs:read").await;
    admin.post(&format!("{path}/{read}"), &json!({})).await.expect(204);
    admin.post(&format!("{path}/{read}"), &json!({})).await.expect(204);
    assert_eq!(items(&admin.get(&path).await.json(), "name"), ["docs:delete", "docs:read", "docs:write"]);
    admin.delete(&format!("{path}/{read}")).await.expect(204);
    admin.delete(&format!("{path}/{read}")).await.expect_problem(404, "not_found");
    let reply = admin.put(&path, &json!({ "permissions": ["docs:sing"] })).await;
    reply.expect_problem(422, "unknown_permission");
    admin.put(&path, &json!({ "permissions": [] })).await.expect(200);
    assert_eq!(items(&admin.get(&path).await.json(), "name"), [""; 0]);
}

/// Entries that no application registers, wildcards among them.
pub async fn the_catalogue_pages_and_takes_wildcards<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let body = json!({ "name": "docs:*", "description": "All of docs" });
    let created = admin.post("/rbac/permissions", &body).await.expect(201).json();
    admin.post("/rbac/permissions", &body).await.expect_problem(409, "permission_taken");
    for name in ["*:*", "admin:*", "Admin:all", "docs: read", "docs", "docs:*:x"] {
        admin
            .post("/rbac/permissions", &json!({ "name": name }))
            .await
            .expect_problem(400, "invalid_request");
    }
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/rbac/permissions?limit=5&cursor={cursor}")).await.expect(200).json();
        names.extend(items(&page, "name"));
        match page["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(names.len(), 17);
    assert!(names.is_sorted() && names.contains(&"docs:*".to_owned()), "{names:?}");

    let role = create_role(&mut admin, "editor", &["docs:*"]).await;
    let path = format!("/rbac/permissions/{}", text(&created["id"]));
    admin.delete(&path).await.expect_problem(409, "permission_in_use");
    admin.delete(&format!("/rbac/roles/{role}")).await.expect(204);
    admin.delete(&path).await.expect(204);
    admin.delete(&path).await.expect_problem(404, "not_found");
}

/// An application registers at every deployment; only what differs has an effect.
pub async fn a_manifest_twice_changes_nothing<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let manifest = |permissions: Value, force: bool| json!({ "application": "wiki", "permissions": permissions, "force": force });
    let first =
        manifest(json!([{ "name": "pages:read", "description": "Read" }, { "name": "pages:write" }]), false);
    let reply = admin.put("/rbac/permissions", &first).await.expect(200).json();
    assert_eq!(reply["added"], json!(["pages:read", "pages:write"]));
    let events = super::count(world, "audit_log").await;
    let reply = admin.put("/rbac/permissions", &first).await.expect(200).json();
    let unchanged = json!({ "added": [], "updated": [], "removed": [], "unchanged": 2, "suggested": [] });
    assert_eq!(reply, unchanged);
    assert_eq!(super::count(world, "audit_log").await, events, "nothing changed");

    create_role(&mut admin, "reader", &["pages:read"]).await;
    let suggesting = json!([
        { "name": "pages:read", "description": "Read", "roles": ["reader", "MEMBER"] },
        { "name": "pages:write", "roles": ["author"] }
    ]);
    let reply = admin.put("/rbac/permissions", &manifest(suggesting, false)).await.expect(200).json();
    let suggested = json!([
        { "role": "MEMBER", "permission": "pages:read" },
        { "role": "author", "permission": "pages:write" }
    ]);
    assert_eq!(
        (&reply["unchanged"], &reply["suggested"]),
        (&json!(2), &suggested),
        "what no role grants yet"
    );
    assert_eq!(super::count(world, "role_permissions").await, 3, "and suggesting grants nothing");

    let second = manifest(json!([{ "name": "pages:write", "description": "Write" }]), false);
    let reply = admin.put("/rbac/permissions", &second).await.expect_problem(409, "permission_in_use");
    assert_eq!(reply.json()["permissions"], json!(["pages:read"]));
    let mut second = manifest(json!([{ "name": "pages:write", "description": "Write" }]), true);
    let changes = json!({
        "added": [], "updated": ["pages:write"], "removed": ["pages:read"], "unchanged": 0, "suggested": []
    });
    second["dryRun"] = json!(true);
    for _ in 0..2 {
        assert_eq!(admin.put("/rbac/permissions", &second).await.expect(200).json(), changes, "not done yet");
    }
    second["dryRun"] = json!(false);
    let reply = admin.put("/rbac/permissions", &second).await.expect(200).json();
    assert_eq!(reply, changes);

    let twice = manifest(json!([{ "name": "a:b" }, { "name": "a:b" }]), false);
    admin.put("/rbac/permissions", &twice).await.expect_problem(400, "invalid_request");
    for name in ["users:read", "pages:write"] {
        let other = json!({ "application": "other", "permissions": [{ "name": name }] });
        admin.put("/rbac/permissions", &other).await.expect_problem(409, "permission_taken");
    }
}

/// All, any, and each alone.
pub async fn check_answers_for_the_caller<W: World>(world: &mut W) {
    let mut ada = member(world, "ada@example.com").await;
    let check = |permissions: Value, mode: &str| json!({ "permissions": permissions, "mode": mode });
    let both = json!(["users:read", "users:delete"]);
    let reply = ada.post("/rbac/check", &check(both.clone(), "all")).await.expect(200).json();
    assert_eq!(
        reply,
        json!({ "allowed": false, "permissions": { "users:read": true, "users:delete": false } })
    );
    assert_eq!(ada.post("/rbac/check", &check(both, "any")).await.expect(200).json()["allowed"], true);
    let one = json!({ "permissions": ["users:read"] });
    assert_eq!(ada.post("/rbac/check", &one).await.expect(200).json()["allowed"], true);
    ada.post("/rbac/check", &check(json!([]), "all")).await.expect_problem(400, "invalid_request");
    ada.post("/rbac/check", &check(json!(["a:b"]), "none")).await.expect_problem(400, "invalid_request");

    let mut admin = super_admin(world, "root@example.com").await;
    let anything = json!({ "permissions": ["never:registered", "admin:all"] });
    assert_eq!(admin.post("/rbac/check", &anything).await.expect(200).json()["allowed"], true);
}

/// Two roles may give the same permission.
pub async fn effective_permissions_name_their_roles<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &["docs:read", "docs:write"]).await;
    let reader = create_role(&mut admin, "reader", &["docs:read"]).await;
    let writer = create_role(&mut admin, "writer", &["docs:read", "docs:write"]).await;
    let mut ada = member(world, "ada@example.com").await;
    let me = my_id(&mut ada).await;
    for role in [&reader, &writer, &writer] {
        assign(&mut admin, &me, role).await;
    }
    let expected = json!({ "items": [
        { "name": "docs:read", "roles": ["reader", "writer"] },
        { "name": "docs:write", "roles": ["writer"] },
        { "name": "users:read", "roles": ["MEMBER"] },
    ] });
    let path = format!("/rbac/users/{me}/permissions");
    assert_eq!(ada.get(&path).await.expect(200).json(), expected);
    assert_eq!(admin.get(&path).await.expect(200).json(), expected);
    let roles = ada.get(&format!("/rbac/users/{me}/roles")).await.expect(200).json();
    assert_eq!(items(&roles, "name"), ["MEMBER", "reader", "writer"]);
    assert_eq!(roles["items"][1]["grantedBy"], my_id(&mut admin).await);
    assert_eq!(
        ada.get("/load-user").await.json()["permissions"],
        json!(["docs:read", "docs:write", "users:read"])
    );

    let mut bob = member(world, "bob@example.com").await;
    bob.get(&path).await.expect_problem(403, "permission_denied");
    let unknown = accounts::UserId::from_u128(7);
    admin.get(&format!("/rbac/users/{unknown}/permissions")).await.expect_problem(404, "not_found");
    let body = json!({ "roleId": accounts::RoleId::from_u128(9) });
    admin.post(&format!("/rbac/users/{me}/roles"), &body).await.expect_problem(422, "unknown_role");
    let body = json!({ "roleId": role_id(world, "MEMBER").await });
    admin.post(&format!("/rbac/users/{unknown}/roles"), &body).await.expect_problem(404, "not_found");
}

fn items(page: &Value, field: &str) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| text(&item[field])).collect()
}
