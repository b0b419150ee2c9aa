//! What `GET /v1/admin/rollout` says.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Client, World};

use super::{PASSWORD, assign, create_role, member, my_id, super_admin};

/// The report, once everything that was found is counted.
pub async fn report<W: World>(world: &W, admin: &mut Client<'_, W>, findings: u64) -> Value {
    for _ in 0..100 {
        let report = admin.get("/v1/admin/rollout").await.expect(200).json();
        let count = |name: &str| report[name]["count"].as_u64().unwrap();
        let found = count("denied") + count("wouldDeny") + count("wouldAllow") + count("evaluationErrors");
        if found >= findings {
            assert_eq!(found, findings, "{report}");
            return report;
        }
        world.pause(Duration::from_millis(200)).await;
    }
    panic!("{findings} findings are not counted: {}", admin.get("/v1/admin/rollout").await.text());
}

/// Signs in.
async fn signed_in<'w, W: World>(world: &'w W, name: &str) -> Client<'w, W> {
    let mut client = Client::new(world);
    client.login(&format!("{name}@example.com"), PASSWORD).await.expect(200);
    client
}

/// The codes of the reasons that speak against enforcement, and of the others.
fn reasons(report: &Value) -> (Vec<String>, Vec<String>) {
    let reasons = report["readiness"]["reasons"].as_array().unwrap().iter();
    let (blocking, others): (Vec<_>, Vec<_>) = reasons.partition(|reason| reason["blocking"] == true);
    let codes = |reasons: Vec<&Value>| reasons.iter().map(|reason| super::text(&reason["code"])).collect();
    (codes(blocking), codes(others))
}

/// From off over report to ready: each step is in the report.
pub async fn the_report_says_what_enforcement_would_change<W: World>(world: &mut W) {
    let (ada_id, root_id) = {
        let mut root = super_admin(world, "root@example.com").await;
        let mut ada = member(world, "ada@example.com").await;
        (my_id(&mut ada).await, my_id(&mut root).await)
    };
    world.restart_with(&[("USER_MGMT_ENFORCE", "off")]).await;
    {
        let mut root = signed_in(world, "root").await;
        let report = report(world, &mut root, 0).await;
        assert_eq!(
            report["flags"],
            json!({
                "rbacEnabled": true, "userMgmtCore": true, "enforce": "off", "enforceFor": ["everyone"]
            })
        );
        assert_eq!(report["readiness"]["ready"], false);
        assert_eq!(reasons(&report).0, ["not_reporting", "nothing_observed"]);
        assert_eq!(report["byDay"].as_array().unwrap().len(), 7);
    }
    world
        .restart_with(&[("USER_MGMT_ENFORCE", "report"), ("USER_MGMT_ENFORCE_FOR", "staff,percent:5")])
        .await;
    let mut root = signed_in(world, "root").await;
    let mut ada = signed_in(world, "ada").await;
    let name = json!({ "firstName": "A" });
    ada.put(&format!("/users/{ada_id}"), &name).await.expect(200);
    for _ in 0..2 {
        root.put(&format!("/users/{ada_id}"), &name).await.expect_problem(403, "forbidden");
    }
    ada.delete(&format!("/users/{root_id}")).await.expect_problem(403, "forbidden");
    ada.get("/rbac/roles").await.expect_problem(403, "permission_denied");
    let mut eve = member(world, "eve@example.com").await;
    let eve_id = my_id(&mut eve).await;
    eve.delete(&format!("/users/{eve_id}")).await.expect(204);

    let found = report(world, &mut root, 5).await;
    assert_eq!(found["flags"]["enforceFor"], json!(["staff", "percent:5"]));
    assert_eq!(
        found["wouldDeny"],
        json!({
            "count": 1,
            "routes": { "total": 1, "items": [
                { "route": "DELETE /users/{id}", "permission": "users:delete", "count": 1 } ] },
            "permissions": { "total": 1, "items": [{ "permission": "users:delete", "count": 1 }] },
            // Who is gone has no address any more.
            "users": { "total": 1, "items": [
                { "userId": eve_id, "permissions": ["users:delete"], "count": 1 } ] },
        })
    );
    assert_eq!(
        found["wouldAllow"]["users"]["items"],
        json!([{ "userId": root_id, "username": "root@example.com", "permissions": ["users:update"], "count": 2 }])
    );
    assert_eq!(found["denied"]["count"], 2);
    assert_eq!(found["denied"]["routes"]["items"][1]["route"], "GET /rbac/roles");
    assert_eq!(found["matrix"]["routesNotExercised"], json!([]));
    let days = found["byDay"].as_array().unwrap();
    assert_eq!(
        (&days[6]["denied"], &days[6]["wouldDeny"], &days[6]["wouldAllow"], &days[0]["denied"]),
        (&json!(2), &json!(1), &json!(2), &json!(0))
    );
    assert_eq!(reasons(&found), (vec!["would_deny".to_owned()], vec!["would_allow".to_owned()]));
    for days in ["0", "91", "-1", "x", ""] {
        root.get(&format!("/v1/admin/rollout?days={days}")).await.expect_problem(400, "invalid_request");
    }
    // A day later, nothing of it counts where one day is asked for.
    if world.try_advance(Duration::from_hours(24)) {
        let mut root = signed_in(world, "root").await;
        let today = root.get("/v1/admin/rollout?days=1").await.expect(200).json();
        assert_eq!((&today["wouldDeny"]["count"], &today["days"]), (&json!(0), &json!(1)));
        assert_eq!(today["matrix"]["routesNotExercised"].as_array().unwrap().len(), 2);
        assert_ne!(today["matrix"]["routesNotExercised"][0]["lastExercised"], Value::Null);
        root.put(&format!("/users/{root_id}"), &name).await.expect(200);
        let today = root.get("/v1/admin/rollout?days=1").await.expect(200).json();
        assert_eq!(today["readiness"]["ready"], true, "{}", today["readiness"]);
        assert_eq!(reasons(&today).1, ["routes_not_exercised"]);
    }
}

/// What of roles and permissions makes enforcement lock people out, or means nothing.
pub async fn the_report_names_the_defects_of_the_matrix<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    super::register_permissions(&mut admin, &["docs:read", "docs:write", "mail:send"]).await;
    admin.post("/rbac/permissions", &json!({ "name": "mail:*" })).await.expect(201);
    create_role(&mut admin, "postman", &["mail:*"]).await;
    let reader = create_role(&mut admin, "reader", &["docs:read"]).await;
    let root_id = my_id(&mut admin).await;
    assign(&mut admin, &root_id, &reader).await;
    // As an older release, or somebody with SQL, may have left it.
    world
        .sql(
            "INSERT INTO permissions (id, name, created_at) \
             VALUES ('00000000-0000-7000-8000-0000000000bb', 'Docs:read', 0)",
        )
        .await;
    world
        .sql(&format!(
            "INSERT INTO role_permissions (role_id, permission_id) \
             VALUES ('{reader}', '00000000-0000-7000-8000-0000000000bb')"
        ))
        .await;

    let report = admin.get("/v1/admin/rollout").await.expect(200).json();
    let matrix = &report["matrix"];
    let names: Vec<&str> = matrix["permissionsWithoutRole"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"docs:write") && names.contains(&"users:delete"), "{names:?}");
    for granted in ["Docs:read", "docs:read", "mail:send", "mail:*", "users:read", "admin:all"] {
        assert!(!names.contains(&granted), "{granted}");
    }
    assert_eq!(matrix["permissionsWithoutRole"]["total"], names.len());
    assert_eq!(matrix["rolesWithoutUsers"]["total"], 1, "{}", matrix["rolesWithoutUsers"]);
    let unreadable = &matrix["unreadableGrants"];
    assert_eq!(unreadable["total"], 1);
    assert_eq!(
        (&unreadable["items"][0]["role"], &unreadable["items"][0]["grant"]),
        (&json!("reader"), &json!("Docs:read"))
    );
    assert!(unreadable["items"][0]["error"].as_str().unwrap().contains("`D`"), "{unreadable}");
    assert!(reasons(&report).0.contains(&"unreadable_grants".to_owned()));
}

/// Without the core or RBAC, it is not there; with both, it takes its permission.
pub async fn the_report_is_hidden_and_guarded<W: World>(world: &mut W) {
    {
        let mut ada = member(world, "ada@example.com").await;
        ada.get("/v1/admin/rollout").await.expect_problem(403, "permission_denied");
    }
    for off in [
        [("USER_MGMT_CORE", "off"), ("RBAC_ENABLED", "on")],
        [("USER_MGMT_CORE", "on"), ("RBAC_ENABLED", "off")],
    ] {
        world.restart_with(&off).await;
        let mut ada = signed_in(world, "ada").await;
        ada.get("/v1/admin/rollout").await.expect_problem(404, "not_found");
    }
}
