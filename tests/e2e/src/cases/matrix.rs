//! The role matrix: read in parts, changed by cells.

use serde_json::{Value, json};
use testkit::World;

use super::{assign, count, create_role, member, my_id, register_permissions, role_id, super_admin, text};

fn names(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| text(&item["name"])).collect()
}

fn cell(role: &str, permission: &str, granted: bool) -> Value {
    json!({ "roleId": role, "permission": permission, "granted": granted })
}

/// By prefix, by role, and page by page in both directions.
pub async fn the_matrix_is_read_in_parts<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &["docs:read", "docs:write", "drafts:read"]).await;
    let editor = create_role(&mut admin, "editor", &["docs:read", "docs:write"]).await;
    let me = my_id(&mut admin).await;
    assign(&mut admin, &me, &editor).await;

    let whole = admin.get("/rbac/matrix").await.expect(200).json();
    assert_eq!(names(&whole["roles"]), ["editor", "MEMBER", "SUPER_ADMIN"]);
    assert_eq!(names(&whole["permissions"]).len(), 19);
    let column = &whole["roles"]["items"][0];
    let expected = json!({
        "id": editor, "name": "editor", "description": "", "system": false, "holders": 1, "withinOwnGrants": true,
    });
    assert_eq!(column, &expected);

    let docs = admin.get("/rbac/matrix?prefix=docs:&limit=1").await.expect(200).json();
    let row = &docs["permissions"]["items"][0];
    assert_eq!((&row["name"], &row["application"]), (&json!("docs:read"), &json!("demo")));
    assert_eq!(row["grantedBy"], json!([editor]));
    let cursor = text(&docs["permissions"]["nextCursor"]);
    let next = admin.get(&format!("/rbac/matrix?prefix=docs:&cursor={cursor}")).await.expect(200).json();
    assert_eq!(names(&next["permissions"]), ["docs:write"]);
    assert_eq!(next["permissions"].get("nextCursor"), None);

    let first = admin.get("/rbac/matrix?roleLimit=1&prefix=users:read").await.expect(200).json();
    assert_eq!(names(&first["roles"]), ["editor"]);
    assert_eq!(first["permissions"]["items"][0]["grantedBy"], json!([]), "no column beyond the page");
    let cursor = text(&first["roles"]["nextCursor"]);
    let rest = admin.get(&format!("/rbac/matrix?roleCursor={cursor}")).await.expect(200).json();
    assert_eq!(names(&rest["roles"]), ["MEMBER", "SUPER_ADMIN"]);

    let one = admin.get(&format!("/rbac/matrix?role={editor}&prefix=drafts")).await.expect(200).json();
    assert_eq!(
        (names(&one["roles"]), names(&one["permissions"])),
        (vec!["editor".to_owned()], vec!["drafts:read".to_owned()])
    );
    admin.get(&format!("/rbac/matrix?role={me}")).await.expect_problem(404, "not_found");
    for query in ["limit=0", "cursor=zz", "roleLimit=101", "roleCursor=zz", "role=7"] {
        let reply = admin.get(&format!("/rbac/matrix?{query}")).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], query.split('=').next().unwrap());
    }
}

/// What a preview says is what then happens: with one event for each role, and from the next request on.
pub async fn cells_of_several_roles_change_together_after_a_preview<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &["docs:read", "docs:write"]).await;
    let editor = create_role(&mut admin, "editor", &["docs:read"]).await;
    let reader = create_role(&mut admin, "reader", &["docs:write"]).await;
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    assign(&mut admin, &ada_id, &editor).await;
    let may_write = json!({ "permissions": ["docs:write"] });
    assert_eq!(ada.post("/rbac/check", &may_write).await.expect(200).json()["allowed"], false);

    let changes = json!([
        cell(&editor, "docs:write", true),
        cell(&editor, "docs:read", true),
        cell(&reader, "docs:write", false),
        cell(&reader, "docs:read", true),
    ]);
    let expected = json!({ "roles": [
        { "id": editor, "name": "editor", "holders": 1, "granted": ["docs:write"], "revoked": [] },
        { "id": reader, "name": "reader", "holders": 0, "granted": ["docs:read"], "revoked": ["docs:write"] },
    ] });
    let events = count(world, "audit_log WHERE action = 'role.permissions_set'").await;
    let preview = json!({ "changes": changes, "preview": true });
    assert_eq!(admin.patch("/rbac/matrix", &preview).await.expect(200).json(), expected);
    assert_eq!(ada.post("/rbac/check", &may_write).await.expect(200).json()["allowed"], false);
    assert_eq!(
        admin.patch("/rbac/matrix", &json!({ "changes": changes })).await.expect(200).json(),
        expected
    );
    assert_eq!(ada.post("/rbac/check", &may_write).await.expect(200).json()["allowed"], true);
    assert_eq!(count(world, "audit_log WHERE action = 'role.permissions_set'").await, events + 2);
    let event = world
        .sql(&format!(
            "SELECT details FROM audit_log WHERE action = 'role.permissions_set' AND target_id = '{reader}' \
             ORDER BY id DESC LIMIT 1"
        ))
        .await;
    let details: Value = serde_json::from_str(event[0]["details"].as_str().unwrap()).unwrap();
    assert_eq!(details, json!({ "role": "reader", "before": ["docs:write"], "after": ["docs:read"] }));

    // Once more, there is nothing left to change.
    let epoch = world.sql("SELECT epoch FROM rbac_meta").await;
    let again = admin.patch("/rbac/matrix", &json!({ "changes": changes })).await.expect(200).json();
    assert_eq!(again, json!({ "roles": [] }));
    assert_eq!(world.sql("SELECT epoch FROM rbac_meta").await, epoch);
}

/// The rules of management hold for a preview too; what can't be understood is refused with its field.
pub async fn nobody_changes_a_role_beyond_their_own<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &["docs:read", "docs:write"]).await;
    let manager = create_role(&mut admin, "manager", &["roles:read", "roles:write", "docs:read"]).await;
    let writer = create_role(&mut admin, "writer", &["docs:write"]).await;
    let empty = create_role(&mut admin, "empty", &[]).await;
    let mut mia = member(world, "mia@example.com").await;
    let mia_id = my_id(&mut mia).await;
    assign(&mut admin, &mia_id, &manager).await;

    let columns = mia.get("/rbac/matrix").await.expect(200).json()["roles"]["items"].clone();
    let within: Vec<(String, bool)> = columns
        .as_array()
        .unwrap()
        .iter()
        .map(|column| (text(&column["name"]), column["withinOwnGrants"].as_bool().unwrap()))
        .collect();
    let expected =
        [("empty", true), ("manager", true), ("MEMBER", true), ("SUPER_ADMIN", false), ("writer", false)];
    assert_eq!(within, expected.map(|(name, within)| (name.to_owned(), within)));

    for preview in [true, false] {
        for change in [
            cell(&empty, "docs:write", true),
            cell(&writer, "docs:read", true),
            cell(&writer, "docs:write", false),
        ] {
            let body = json!({ "changes": [cell(&empty, "docs:read", true), change], "preview": preview });
            mia.patch("/rbac/matrix", &body).await.expect_problem(403, "exceeds_own_grants");
        }
    }
    assert_eq!(
        count(world, &format!("role_permissions WHERE role_id = '{empty}'")).await,
        0,
        "all or nothing"
    );

    let all = role_id(world, "SUPER_ADMIN").await;
    let body = json!({ "changes": [cell(&all, "admin:all", false)] });
    admin.patch("/rbac/matrix", &body).await.expect_problem(409, "super_admin_grant");
    let unknown = json!({ "changes": [cell(&mia_id, "docs:read", true)] });
    admin.patch("/rbac/matrix", &unknown).await.expect_problem(422, "unknown_role");
    let unknown = json!({ "changes": [cell(&empty, "docs:sing", true)] });
    admin.patch("/rbac/matrix", &unknown).await.expect_problem(422, "unknown_permission");
    for changes in [json!([]), json!([cell(&empty, "docs:read", true), cell(&empty, "docs:read", false)])] {
        let reply = admin.patch("/rbac/matrix", &json!({ "changes": changes })).await;
        assert_eq!(reply.expect_problem(400, "invalid_request").json()["field"], "changes");
    }
}
