//! What administrators do with accounts.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::{Client, World};

use super::mail::last_mail;
use super::{
    PASSWORD, assign, count, create_role, member, my_id, register_permissions, role_id, signed_in,
    super_admin, text,
};

const USERS: &str = "/v1/admin/users";
const NOBODY: &str = "00000000-0000-7000-8000-00000000dead";

/// A member with one more role, which grants these.
pub async fn manager<'w, W: World>(
    world: &'w W,
    admin: &mut Client<'_, W>,
    email: &str,
    permissions: &[&str],
) -> Client<'w, W> {
    let mut client = member(world, email).await;
    let role = create_role(admin, &format!("Role of {}", email.replace('@', " at ")), permissions).await;
    assign(admin, &my_id(&mut client).await, &role).await;
    client
}

/// Makes a tenant by the database; gives its id.
pub async fn make_tenant<W: World>(world: &W, name: &str) -> String {
    let id = format!("00000000-0000-7000-8000-{:012x}", 0xe000 + count(world, "tenants").await);
    world.sql(&format!("INSERT INTO tenants (id, name, created_at) VALUES ('{id}', '{name}', 0)")).await;
    id
}

async fn add_users<W: World>(world: &W, number: usize) {
    // Under ids that sort as they are made.
    world
        .sql(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number}) \
             INSERT INTO users (id, tenant_id, email, first_name, last_name, status, created_at, updated_at) \
             SELECT format('00000000-0000-7000-8000-00000001%04x', i), tenants.id, format('user%04d@example.org', i), \
               'Zoë', format('Number%04d', i), iif(i % 10 = 0, 'suspended', 'active'), 0, 0 \
             FROM n, tenants WHERE tenants.name = 'default'"
        ))
        .await;
}

/// The addresses on all the pages of a list, and how many pages these were.
async fn all<W: World>(admin: &mut Client<'_, W>, query: &str) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = admin.get(&format!("{USERS}?{query}{cursor}")).await.expect(200).json();
        found.extend(page["items"].as_array().unwrap().iter().map(|user| text(&user["username"])));
        pages += 1;
        match page.get("nextCursor") {
            None => return (found, pages),
            Some(next) => cursor = format!("&cursor={}", text(next)),
        }
    }
}

/// Everybody once, the newest first, whatever the filter and the size of the page.
pub async fn users_are_listed_in_pages_by_filters_and_by_search<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    add_users(world, 130).await;
    let acme = make_tenant(world, "Acme & Söhne").await;
    world
        .sql(&format!(
            "UPDATE users SET tenant_id = '{acme}' WHERE last_name IN ('Number0001', 'Number0010')"
        ))
        .await;
    let root = vec!["root@example.com".to_owned()];
    let numbered = |wanted: &dyn Fn(usize) -> bool| -> Vec<String> {
        let numbers = (1..=130).rev().filter(|number| wanted(*number));
        numbers.map(|number| format!("user{number:04}@example.org")).collect()
    };

    let (found, pages) = all(&mut admin, "limit=50").await;
    assert_eq!((found, pages), ([root.clone(), numbered(&|_| true)].concat(), 3));
    let page = admin.get(&format!("{USERS}?limit=1")).await.expect(200).json();
    let user = &page["items"][0];
    assert_eq!(user["username"], "root@example.com");
    assert_eq!((&user["tenant"], &user["status"]), (&json!("default"), &json!("active")));
    let names: Vec<&Value> = user["roles"].as_array().unwrap().iter().map(|role| &role["name"]).collect();
    assert_eq!(names, ["MEMBER", "SUPER_ADMIN"]);
    assert!(!page.to_string().contains("argon2"), "no hash is ever shown");

    for (query, expected) in [
        ("status=suspended&limit=5", numbered(&|number| number % 10 == 0)),
        ("status=invited", vec![]),
        ("tenant=Acme%20%26%20S%C3%B6hne", numbered(&|number| number == 1 || number == 10)),
        ("tenant=Acme%20%26%20S%C3%B6hne&status=suspended", numbered(&|number| number == 10)),
        ("tenant=nobody", vec![]),
        ("role=SUPER_ADMIN", root.clone()),
        ("role=super_admin&status=active&tenant=default", root.clone()),
        ("role=SUPER_ADMIN&status=suspended", vec![]),
        ("q=number012&limit=3", numbered(&|number| (120..130).contains(&number))),
        ("q=Zoe%20user0042", numbered(&|number| number == 42)),
        ("q=zo&limit=100", numbered(&|_| true)),
        ("q=example.org&status=suspended&limit=4", numbered(&|number| number % 10 == 0)),
        ("q=example&role=SUPER_ADMIN", root.clone()),
        ("q=r", root.clone()),
        ("q=nobody%20here", vec![]),
    ] {
        assert_eq!(all(&mut admin, query).await.0, expected, "{query}");
    }
    // Whoever comes or goes while one reads on moves nobody else.
    let first = admin.get(&format!("{USERS}?limit=10")).await.expect(200).json();
    world.sql("DELETE FROM users WHERE last_name IN ('Number0125', 'Number0119')").await;
    member(world, "late@example.com").await;
    let cursor = text(&first["nextCursor"]);
    let second = admin.get(&format!("{USERS}?limit=10&cursor={cursor}")).await.expect(200).json();
    let found: Vec<String> =
        second["items"].as_array().unwrap().iter().map(|user| text(&user["username"])).collect();
    assert_eq!(found, numbered(&|number| (111..=121).contains(&number) && number != 119));
    let ids: BTreeSet<String> =
        first["items"].as_array().unwrap().iter().map(|user| text(&user["username"])).collect();
    assert!(found.iter().all(|id| !ids.contains(id)));
}

/// With the name of the parameter, and without a word of SQL.
pub async fn what_can_not_be_listed_is_refused_with_the_parameter<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    add_users(world, 5).await;
    let cursor = |page: Value| text(&page["nextCursor"]);
    let of_list = cursor(admin.get(&format!("{USERS}?limit=2")).await.expect(200).json());
    let of_search = cursor(admin.get(&format!("{USERS}?limit=2&q=number")).await.expect(200).json());
    for (query, field) in [
        ("status=gone".to_owned(), "status"),
        ("status=".to_owned(), "status"),
        ("limit=0".to_owned(), "limit"),
        ("limit=101".to_owned(), "limit"),
        ("cursor=zz".to_owned(), "cursor"),
        ("cursor=31".to_owned(), "cursor"),
        (format!("cursor={of_search}"), "cursor"),
        (format!("q=number&cursor={of_list}"), "cursor"),
        ("q=".to_owned(), "q"),
        ("q=%00abc".to_owned(), "q"),
        (format!("q={}", "x".repeat(101)), "q"),
    ] {
        let reply = admin.get(&format!("{USERS}?{query}")).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], field, "{query}");
    }
    // What means something to the database means nothing here.
    for query in ["q=%22", "q=%22%22%22", "q=a%25_*", "q=x%22%20OR%20%22y", "role=%27%3B--", "tenant=%25"] {
        let reply = admin.get(&format!("{USERS}?{query}")).await.expect(200);
        assert_eq!(reply.json()["items"], json!([]), "{query}");
    }
}

/// From the invitation to the first sign-in, with the roles that were given.
pub async fn an_invited_user_accepts_by_mail_and_has_their_roles<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let root_id = my_id(&mut admin).await;
    register_permissions(&mut admin, &["docs:read"]).await;
    let reader = create_role(&mut admin, "Reader", &["docs:read"]).await;
    make_tenant(world, "acme").await;
    let body = json!({
        "username": "Ada@Example.com", "firstName": "Ada", "lastName": "Lovelace", "tenant": "acme", "staff": true,
        "roles": [reader, role_id(world, "MEMBER").await, reader],
    });
    let user = admin.post(USERS, &body).await.expect(201).json();
    assert_eq!((&user["username"], &user["status"]), (&json!("ada@example.com"), &json!("invited")));
    assert_eq!((&user["tenant"], &user["staff"]), (&json!("acme"), &json!(true)));
    assert_eq!((&user["firstName"], &user["emailVerified"]), (&json!("Ada"), &json!(false)));
    assert_eq!(user["roles"].as_array().unwrap().len(), 2);
    let path = format!("{USERS}/{}", text(&user["id"]));
    assert_eq!(admin.get(&path).await.expect(200).json(), user);

    // Nobody signs in before the invitation is accepted.
    let mut ada = Client::new(world);
    ada.login("ada@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    let mail = last_mail(world, "ada@example.com").await;
    assert_eq!(mail.subject, "You are invited");
    let accept = json!({ "token": mail.token(), "password": PASSWORD });
    ada.post("/forgot-password-new-password", &accept).await.expect(204);
    let signed_in = ada.login("ada@example.com", PASSWORD).await.expect(200).json();
    assert_eq!(signed_in["roles"], json!(["MEMBER", "Reader"]));
    assert_eq!(signed_in["permissions"], json!(["docs:read", "users:read"]));
    assert_eq!(admin.get(&path).await.json()["status"], "active");

    // Whoever may manage accounts may know that an address is taken.
    admin.post(USERS, &body).await.expect_problem(409, "email_taken");
    let events =
        world.sql("SELECT actor_id, target_id, details FROM audit_log WHERE action = 'user.created'").await;
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["actor_id"], &events[0]["target_id"]), (&json!(root_id), &user["id"]));
    let details: Value = serde_json::from_str(events[0]["details"].as_str().unwrap()).unwrap();
    assert_eq!(details["after"]["roles"], json!(["MEMBER", "Reader"]));
    assert_eq!(details["after"]["tenant"], "acme");
    assert!(!details.to_string().contains(&mail.token()));
}

/// At once, or after confirming the address where that is asked for.
pub async fn a_user_with_an_initial_password_signs_in<W: World>(world: &mut W) {
    {
        let mut admin = super_admin(world, "root@example.com").await;
        let body = json!({ "username": "ada@example.com", "password": PASSWORD });
        let user = admin.post(USERS, &body).await.expect(201).json();
        assert_eq!((&user["status"], &user["emailVerified"]), (&json!("active"), &json!(false)));
        signed_in(world, "ada@example.com").await;
        for (password, field) in [("short", "password"), ("eve@example.com", "password")] {
            let body = json!({ "username": "eve@example.com", "password": password });
            let reply = admin.post(USERS, &body).await.expect_problem(400, "invalid_request");
            assert_eq!(reply.json()["field"], field);
        }
        world.sql("UPDATE users SET email_verified_at = 1 WHERE email = 'root@example.com'").await;
    }
    world.restart_with(&[("EMAIL_VERIFICATION", "on")]).await;
    let mut admin = signed_in(world, "root@example.com").await;
    let body = json!({ "username": "bob@example.com", "password": PASSWORD });
    admin.post(USERS, &body).await.expect(201);
    let mut bob = Client::new(world);
    bob.login("bob@example.com", PASSWORD).await.expect_problem(403, "email_not_verified");
    let token = last_mail(world, "bob@example.com").await.token();
    bob.post("/verify-email", &json!({ "token": token })).await.expect(200);
    bob.login("bob@example.com", PASSWORD).await.expect(200);
    let secrets = json!(world.sql("SELECT details FROM audit_log").await).to_string();
    assert!(!secrets.contains(PASSWORD) && !secrets.contains("argon2"));
}

/// Neither roles without the permission to assign them, nor roles beyond one's own, nor a tenant.
pub async fn a_user_is_created_with_no_more_than_the_creator_holds<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    register_permissions(&mut admin, &["docs:read", "docs:write"]).await;
    let reader = create_role(&mut admin, "Reader", &["docs:read"]).await;
    let writer = create_role(&mut admin, "Writer", &["docs:write"]).await;
    make_tenant(world, "acme").await;
    let mut clerk = manager(world, &mut admin, "clerk@example.com", &["users:write", "docs:read"]).await;
    let assigning = ["users:write", "roles:assign", "docs:read"];
    let mut mia = manager(world, &mut admin, "mia@example.com", &assigning).await;
    let users = count(world, "users").await;

    let with = |roles: Value| json!({ "username": "new@example.com", "roles": roles });
    let reply = clerk.post(USERS, &with(json!([reader]))).await.expect_problem(403, "permission_denied");
    assert_eq!(reply.json()["required"], "roles:assign");
    let reply = mia.post(USERS, &with(json!([reader, writer]))).await;
    assert_eq!(reply.expect_problem(403, "exceeds_own_grants").json()["missing"], json!(["docs:write"]));
    let super_admin_role = role_id(world, "SUPER_ADMIN").await;
    mia.post(USERS, &with(json!([super_admin_role]))).await.expect_problem(403, "exceeds_own_grants");
    mia.post(USERS, &with(json!(["00000000-0000-7000-8000-00000000dead"])))
        .await
        .expect_problem(422, "unknown_role");
    let elsewhere = json!({ "username": "new@example.com", "tenant": "acme" });
    let reply = mia.post(USERS, &elsewhere).await.expect_problem(403, "permission_denied");
    assert_eq!(reply.json()["required"], "tenants:write");
    let nowhere = json!({ "username": "new@example.com", "tenant": "nowhere" });
    admin.post(USERS, &nowhere).await.expect_problem(422, "unknown_tenant");
    let many: Vec<String> = (0..60).map(|n| format!("00000000-0000-7000-8000-00000000{n:04x}")).collect();
    admin.post(USERS, &with(json!(many))).await.expect_problem(400, "invalid_request");
    assert_eq!(count(world, "users").await, users);

    clerk.post(USERS, &with(json!([]))).await.expect(201);
    let body = json!({ "username": "second@example.com", "tenant": "default", "roles": [reader] });
    mia.post(USERS, &body).await.expect(201);
}

/// A password does instead.
pub async fn an_invitation_without_mail_is_refused_clearly<W: World>(world: &mut W) {
    {
        super_admin(world, "root@example.com").await;
    }
    world.restart_with(&[("MAIL_FROM", "")]).await;
    let mut admin = signed_in(world, "root@example.com").await;
    let body = json!({ "username": "ada@example.com" });
    let reply = admin.post(USERS, &body).await.expect_problem(501, "mail_not_configured");
    assert!(reply.json()["detail"].as_str().unwrap().contains("`password`"));
    admin.post(USERS, &json!({ "username": "ada@example.com", "password": PASSWORD })).await.expect(201);
}

/// Whoever could choose its password would be `SUPER_ADMIN` once its owner confirms it.
pub async fn the_address_of_the_super_admin_is_not_given_away<W: World>(world: &mut W) {
    world.restart_with(&[("SUPER_ADMIN_EMAIL", "boss@example.com")]).await;
    let mut admin = super_admin(world, "root@example.com").await;
    let mut clerk = manager(world, &mut admin, "clerk@example.com", &["users:write"]).await;
    let body = json!({ "username": "boss@example.com", "password": PASSWORD });
    clerk.post(USERS, &body).await.expect_problem(403, "exceeds_own_grants");
    admin.post(USERS, &body).await.expect(201);
}

/// The same rules as under `/rbac`.
pub async fn roles_are_given_and_taken_below_the_user_too<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let ada_id = my_id(&mut member(world, "ada@example.com").await).await;
    let role = create_role(&mut admin, "Auditor", &["audit:read"]).await;
    let path = format!("{USERS}/{ada_id}/roles");
    admin.post(&path, &json!({ "roleId": role })).await.expect(204);
    let of_admin = admin.get(&path).await.expect(200).json();
    assert_eq!(of_admin, admin.get(&format!("/rbac/users/{ada_id}/roles")).await.json());
    assert_eq!(of_admin["items"][0]["name"], "Auditor");
    let mut mia = manager(world, &mut admin, "mia@example.com", &["roles:assign"]).await;
    mia.delete(&format!("{path}/{role}")).await.expect_problem(403, "exceeds_own_grants");
    admin.delete(&format!("{path}/{role}")).await.expect(204);
    let root_id = my_id(&mut admin).await;
    let last = format!("{USERS}/{root_id}/roles/{}", role_id(world, "SUPER_ADMIN").await);
    admin.delete(&last).await.expect_problem(409, "last_super_admin");
    admin.delete(&format!("{USERS}/{root_id}")).await.expect_problem(409, "last_super_admin");
    admin.delete(&format!("{USERS}/{ada_id}")).await.expect(204);
    admin.get(&format!("{USERS}/{ada_id}")).await.expect_problem(404, "not_found");
}

/// The role is read together with the caller: whoever may not assign roles learns neither whether it exists nor what is wrong
/// with the request.
pub async fn who_may_not_assign_roles_learns_of_none<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let mut ada = member(world, "ada@example.com").await;
    let ada_id = my_id(&mut ada).await;
    let role = create_role(&mut admin, "Auditor", &["audit:read"]).await;
    for path in [format!("{USERS}/{ada_id}/roles"), format!("/rbac/users/{ada_id}/roles")] {
        for (role, status, code) in
            [(role.as_str(), 204, ""), (NOBODY, 422, "unknown_role"), ("7", 400, "invalid_request")]
        {
            ada.post(&path, &json!({ "roleId": role })).await.expect_problem(403, "permission_denied");
            ada.delete(&format!("{path}/{role}")).await.expect_problem(403, "permission_denied");
            let assigned = admin.post(&path, &json!({ "roleId": role })).await;
            let removed = admin.delete(&format!("{path}/{role}")).await;
            if status == 204 {
                assigned.expect(204);
                removed.expect(204);
            } else {
                assigned.expect_problem(status, code);
                removed.expect_problem(404, "not_found");
            }
        }
    }
    let of_nobody = format!("/rbac/users/{NOBODY}/roles");
    admin.post(&of_nobody, &json!({ "roleId": role })).await.expect_problem(404, "not_found");
}

/// As an unknown path is; and what it needs is roles.
pub async fn core_off_hides_the_admin_api<W: World>(world: &mut W) {
    {
        super_admin(world, "root@example.com").await;
    }
    for vars in [
        [("USER_MGMT_CORE", "off"), ("RBAC_ENABLED", "on")],
        [("USER_MGMT_CORE", "on"), ("RBAC_ENABLED", "off")],
    ] {
        world.restart_with(&vars).await;
        let mut admin = signed_in(world, "root@example.com").await;
        for path in ["users", "users/7", "users/7/roles", "tenants", "tenants/7"] {
            let hidden = admin.get(&format!("/v1/admin/{path}")).await.expect_problem(404, "not_found");
            let unknown = admin.get("/v1/nothing").await;
            let visible = |reply: &testkit::Reply| {
                let mut body = reply.json();
                body["requestId"].take();
                (reply.status, body)
            };
            assert_eq!(visible(&hidden), visible(&unknown), "{path}");
            admin.delete(&format!("/v1/admin/{path}")).await.expect_problem(404, "not_found");
        }
    }
}

/// Each of them, what stays the same is no change, and what may not be changed by the same person.
pub async fn names_tenant_and_cohort_are_changed_with_their_audit_event<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let mut ada = member(world, "ada@example.com").await;
    let path = format!("{USERS}/{}", my_id(&mut ada).await);
    make_tenant(world, "acme").await;
    let body = json!({ "firstName": "Ada", "lastName": "Lovelace", "tenant": "acme", "staff": true });
    let user = admin.patch(&path, &body).await.expect(200).json();
    assert_eq!((&user["firstName"], &user["lastName"]), (&json!("Ada"), &json!("Lovelace")));
    assert_eq!((&user["tenant"], &user["staff"]), (&json!("acme"), &json!(true)));
    assert_eq!(ada.get("/load-user").await.expect(200).json()["tenant"], "acme");
    let user = admin.patch(&path, &json!({ "lastName": null })).await.expect(200).json();
    assert_eq!((&user["firstName"], &user["lastName"]), (&json!("Ada"), &Value::Null));
    // What stays as it is leaves no trace.
    let same = json!({ "firstName": "Ada", "tenant": "acme", "staff": true, "username": "ada@example.com" });
    admin.patch(&path, &same).await.expect(200);
    admin.patch(&path, &json!({})).await.expect(200);
    let events =
        world.sql("SELECT details FROM audit_log WHERE action = 'user.updated' ORDER BY rowid").await;
    let details: Vec<Value> = events
        .iter()
        .map(|event| serde_json::from_str(event["details"].as_str().unwrap()).unwrap())
        .collect();
    let first = json!({ "firstName": null, "lastName": null, "tenant": "default", "staff": false });
    let second = json!({ "firstName": "Ada", "lastName": "Lovelace", "tenant": "acme", "staff": true });
    assert_eq!(details[0], json!({ "before": first, "after": second }));
    assert_eq!(details[1], json!({ "before": { "lastName": "Lovelace" }, "after": { "lastName": null } }));
    assert_eq!(details.len(), 2);

    admin.patch(&path, &json!({ "tenant": "nowhere" })).await.expect_problem(422, "unknown_tenant");
    for (body, field) in
        [(json!({ "status": "active" }), "status"), (json!({ "username": "ada" }), "username")]
    {
        let reply = admin.patch(&path, &body).await.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], field);
    }
    let mut clerk = manager(world, &mut admin, "clerk@example.com", &["users:update"]).await;
    clerk.patch(&path, &json!({ "firstName": "Augusta" })).await.expect(200);
    let reply =
        clerk.patch(&path, &json!({ "tenant": "default" })).await.expect_problem(403, "permission_denied");
    assert_eq!(reply.json()["required"], "tenants:write");
    let nobody = format!("{USERS}/00000000-0000-7000-8000-00000000dead");
    admin.patch(&nobody, &json!({ "firstName": "A" })).await.expect_problem(404, "not_found");
}

/// What opens an account is changed by whoever has just shown to be its owner, and by an API token never.
pub async fn ones_own_address_is_changed_after_a_sign_in_just_now_alone<W: World>(world: &mut W) {
    let mut root = super_admin(world, "root@example.com").await;
    let path = format!("/v1/admin/users/{}", my_id(&mut root).await);
    let body = json!({ "username": "root@other.example" });
    let token = json!({ "name": "script", "scopes": ["admin:all"] });
    let token = text(&root.post("/tokens", &token).await.expect(201).json()["token"]);
    let mut script = Client::new(world);
    script.token = Some(token);
    script.patch(&path, &body).await.expect_problem(403, "session_required");
    world.sql("UPDATE sessions SET created_at = created_at - 660000").await;
    root.patch(&path, &body).await.expect_problem(403, "recent_sign_in_required");
    root.patch(&path, &json!({ "firstName": "Ruth" })).await.expect(200);
    root.login("root@example.com", PASSWORD).await.expect(200);
    assert_eq!(root.patch(&path, &body).await.expect(200).json()["username"], "root@other.example");
}

/// Neither sessions nor links in older mails survive it.
pub async fn another_address_is_verified_anew_and_ends_every_session<W: World>(world: &mut W) {
    {
        super_admin(world, "root@example.com").await;
        member(world, "ada@example.com").await;
        world.sql("UPDATE users SET email_verified_at = 1").await;
    }
    world.restart_with(&[("EMAIL_VERIFICATION", "on")]).await;
    let mut admin = signed_in(world, "root@example.com").await;
    let mut ada = signed_in(world, "ada@example.com").await;
    super::revocation::cached_at_last(world, &ada).await;
    let id = my_id(&mut ada).await;
    let path = format!("{USERS}/{id}");
    ada.post("/forgot-password", &json!({ "username": "ada@example.com" })).await.expect(202);
    let old_link = last_mail(world, "ada@example.com").await.token();
    let before = with_session_of(world, &ada);

    admin.patch(&path, &json!({ "username": "root@example.com" })).await.expect_problem(409, "email_taken");
    ada.get("/load-user").await.expect(200);
    let user = admin.patch(&path, &json!({ "username": "Countess@example.com" })).await.expect(200).json();
    assert_eq!((&user["username"], &user["emailVerified"]), (&json!("countess@example.com"), &json!(false)));
    ada.get("/load-user").await.expect_problem(401, "unauthenticated");
    world.settle().await;
    assert_eq!(super::revocation::cached(world, &before).await, None);
    let body = json!({ "token": old_link, "password": PASSWORD });
    ada.post("/forgot-password-new-password", &body).await.expect_problem(400, "token_invalid");
    ada.login("ada@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
    ada.login("countess@example.com", PASSWORD).await.expect_problem(403, "email_not_verified");
    let token = last_mail(world, "countess@example.com").await.token();
    ada.post("/verify-email", &json!({ "token": token })).await.expect(200);
    ada.login("countess@example.com", PASSWORD).await.expect(200);
    assert_eq!(my_id(&mut ada).await, id);
}

/// In strict and in cached checks, by session, token, password and mail.
pub async fn a_suspended_user_is_out_until_reactivated<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let mut ada = member(world, "ada@example.com").await;
    let id = my_id(&mut ada).await;
    let mut program = Client::new(world);
    let made = ada.post("/tokens", &json!({ "name": "CI", "scopes": ["users:read"] })).await.expect(201);
    program.token = Some(text(&made.json()["token"]));
    super::revocation::cached_at_last(world, &ada).await;
    let before = with_session_of(world, &ada);
    let (suspend, reactivate) = (format!("{USERS}/{id}/suspend"), format!("{USERS}/{id}/reactivate"));

    for body in [json!({}), json!({ "confirm": false, "reason": "left" })] {
        let reply = admin.post(&suspend, &body).await.expect_problem(422, "confirmation_required");
        let detail = text(&reply.json()["detail"]);
        assert!(
            detail.contains("every session of ada@example.com") && detail.contains("confirm"),
            "{detail}"
        );
    }
    admin.request(http::Method::POST, &suspend, None).await.expect_problem(422, "confirmation_required");
    ada.get("/load-user").await.expect(200);

    let body = json!({ "confirm": true, "reason": "left the company" });
    for _ in 0..2 {
        assert_eq!(admin.post(&suspend, &body).await.expect(200).json()["status"], "suspended");
    }
    ada.get("/load-user").await.expect_problem(401, "unauthenticated");
    program.get("/load-user").await.expect_problem(401, "unauthenticated");
    world.settle().await;
    assert_eq!(super::revocation::cached(world, &before).await, None);
    ada.login("ada@example.com", PASSWORD).await.expect_problem(403, "account_suspended");
    ada.post("/forgot-password", &json!({ "username": "ada@example.com" })).await.expect(202);
    world.settle().await;
    assert_eq!(world.mails("ada@example.com").await.len(), 0);

    admin.post(&reactivate, &json!({})).await.expect_problem(422, "confirmation_required");
    for _ in 0..2 {
        assert_eq!(
            admin.post(&reactivate, &json!({ "confirm": true })).await.expect(200).json()["status"],
            "active"
        );
    }
    before_is_still_out(world, &before).await;
    program.get("/load-user").await.expect(200);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    let events = world
        .sql("SELECT action, details FROM audit_log WHERE action LIKE 'user.%tivated' OR action = 'user.suspended' ORDER BY rowid")
        .await;
    let actions: Vec<&Value> = events.iter().map(|event| &event["action"]).collect();
    assert_eq!(actions, ["user.suspended", "user.reactivated"]);
    assert!(events[0]["details"].as_str().unwrap().contains("left the company"));
}

/// Another browser with the same cookie.
fn with_session_of<'w, W: World>(world: &'w W, client: &Client<'_, W>) -> Client<'w, W> {
    let mut other = Client::new(world);
    other.session.clone_from(&client.session);
    other
}

/// A session that has ended does not come back.
async fn before_is_still_out<W: World>(world: &W, before: &Client<'_, W>) {
    let mut again = with_session_of(world, before);
    again.get("/load-user").await.expect_problem(401, "unauthenticated");
}

/// Under another address too, with the newest link alone; and not for those who do not wait for one.
pub async fn an_invitation_is_mailed_once_more<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let user = admin.post(USERS, &json!({ "username": "typo@example.com" })).await.expect(201).json();
    let path = format!("{USERS}/{}", text(&user["id"]));
    let first = last_mail(world, "typo@example.com").await.token();
    admin.post(&format!("{path}/invitation"), &json!({})).await.expect(202);
    let second = last_mail(world, "typo@example.com").await.token();
    assert_ne!(first, second);
    let mut ada = Client::new(world);
    ada.post("/forgot-password-validate", &json!({ "token": first }))
        .await
        .expect_problem(400, "token_invalid");
    ada.post("/forgot-password-validate", &json!({ "token": second })).await.expect(200);

    admin.patch(&path, &json!({ "username": "ada@example.com" })).await.expect(200);
    ada.post("/forgot-password-validate", &json!({ "token": second }))
        .await
        .expect_problem(400, "token_invalid");
    // Suspended and let in again, they go on waiting.
    admin.post(&format!("{path}/suspend"), &json!({ "confirm": true })).await.expect(200);
    admin.post(&format!("{path}/invitation"), &json!({})).await.expect_problem(409, "not_invited");
    let user =
        admin.post(&format!("{path}/reactivate"), &json!({ "confirm": true })).await.expect(200).json();
    assert_eq!(user["status"], "invited");
    admin.post(&format!("{path}/invitation"), &json!({})).await.expect(202);
    let mail = last_mail(world, "ada@example.com").await;
    assert_eq!(mail.subject, "You are invited");
    let body = json!({ "token": mail.token(), "password": PASSWORD });
    ada.post("/forgot-password-new-password", &body).await.expect(204);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    admin.post(&format!("{path}/invitation"), &json!({})).await.expect_problem(409, "not_invited");
}

/// One or all of them, and never those of somebody else under a wrong name.
pub async fn an_administrator_ends_the_sessions_of_others<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let mut ada = member(world, "ada@example.com").await;
    // Of sessions that begin in one millisecond, none is the newest.
    world.try_advance(std::time::Duration::from_secs(1));
    let mut phone = signed_in(world, "ada@example.com").await;
    let mut bob = member(world, "bob@example.com").await;
    let path = format!("{USERS}/{}/sessions", my_id(&mut ada).await);
    let of_bob = format!("{USERS}/{}/sessions", my_id(&mut bob).await);
    let sessions = admin.get(&format!("{path}?limit=1")).await.expect(200).json();
    let own = phone.get("/sessions").await.expect(200).json();
    let of_phone = own["items"].as_array().unwrap().iter().find(|session| session["current"] == true);
    let of_phone = text(&of_phone.unwrap()["id"]);
    assert_eq!(sessions["items"][0]["current"], false);
    assert!(sessions["nextCursor"].is_string());
    admin.delete(&format!("{of_bob}/{of_phone}")).await.expect_problem(404, "not_found");
    admin.delete(&format!("{path}/{of_phone}")).await.expect(204);
    phone.get("/load-user").await.expect_problem(401, "unauthenticated");
    ada.get("/load-user").await.expect(200);
    admin.delete(&path).await.expect(204);
    ada.get("/load-user").await.expect_problem(401, "unauthenticated");
    bob.get("/load-user").await.expect(200);
    let own = format!("{USERS}/{}/sessions", my_id(&mut admin).await);
    assert_eq!(admin.get(&own).await.expect(200).json()["items"][0]["current"], true);
    for action in ["session.ended", "user.sessions_ended"] {
        assert_eq!(count(world, &format!("audit_log WHERE action = '{action}'")).await, 1, "{action}");
    }
}

/// By any of the ways in which one could take over, or put out, somebody who may do more.
pub async fn nobody_manages_an_account_that_may_do_more<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let root_id = my_id(&mut admin).await;
    register_permissions(&mut admin, &["docs:read"]).await;
    let managing = ["users:update", "users:delete", "sessions:revoke", "tenants:write", "users:write"];
    let mut clerk = manager(world, &mut admin, "clerk@example.com", &managing).await;
    let mut reader = manager(world, &mut admin, "reader@example.com", &["docs:read"]).await;
    make_tenant(world, "acme").await;
    let session = text(&admin.get("/sessions").await.json()["items"][0]["id"]);
    for id in [root_id, my_id(&mut reader).await] {
        let path = format!("{USERS}/{id}");
        let confirm = json!({ "confirm": true });
        let refused = [
            clerk.patch(&path, &json!({ "username": "mine@example.com" })).await,
            clerk.patch(&path, &json!({ "staff": true })).await,
            clerk.patch(&path, &json!({ "tenant": "acme" })).await,
            clerk.post(&format!("{path}/suspend"), &confirm).await,
            clerk.post(&format!("{path}/suspend"), &json!({})).await,
            clerk.post(&format!("{path}/reactivate"), &confirm).await,
            clerk.delete(&format!("{path}/sessions")).await,
            clerk.delete(&format!("{path}/sessions/{session}")).await,
            clerk.delete(&path).await,
        ];
        for reply in refused {
            assert_ne!(reply.expect_problem(403, "exceeds_own_grants").json()["missing"], json!([]));
        }
    }
    // The same of an equal.
    let mut equal = manager(world, &mut admin, "equal@example.com", &["users:update"]).await;
    let path = format!("{USERS}/{}", my_id(&mut equal).await);
    clerk.patch(&path, &json!({ "staff": true })).await.expect(200);
    clerk.post(&format!("{path}/suspend"), &json!({ "confirm": true })).await.expect(200);
    clerk.delete(&path).await.expect(204);
    admin.get("/load-user").await.expect(200);
    reader.get("/load-user").await.expect(200);
}

/// Suspended, moved into a suspended tenant, with the tenant, or deleted.
pub async fn the_last_super_admin_stays_in_every_way<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let path = format!("{USERS}/{}", my_id(&mut admin).await);
    let closed = make_tenant(world, "closed").await;
    world.sql(&format!("UPDATE tenants SET status = 'suspended' WHERE id = '{closed}'")).await;
    let confirm = json!({ "confirm": true });
    let suspend_default = json!({ "status": "suspended", "confirm": true });
    let default = "/v1/admin/tenants/00000000-0000-7000-8000-000000000001";
    for reply in [
        admin.post(&format!("{path}/suspend"), &confirm).await,
        admin.patch(&path, &json!({ "tenant": "closed" })).await,
        admin.patch(default, &suspend_default).await,
        admin.delete(&path).await,
    ] {
        reply.expect_problem(409, "last_super_admin");
    }
    let mut second = super_admin(world, "second@example.com").await;
    admin.post(&format!("{path}/suspend"), &confirm).await.expect(200);
    admin.get("/load-user").await.expect_problem(401, "unauthenticated");
    second.get(USERS).await.expect(200);
}

/// Whoever becomes more than the one who changes their address keeps it, whatever comes first.
pub async fn an_account_that_is_being_promoted_is_not_taken_over<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let auditor = create_role(&mut admin, "Auditor", &["audit:read"]).await;
    let mut clerk = manager(world, &mut admin, "clerk@example.com", &["users:update"]).await;
    for round in 0..8 {
        let id = my_id(&mut member(world, &format!("ada{round}@example.com")).await).await;
        let path = format!("{USERS}/{id}");
        let (role, address) =
            (json!({ "roleId": auditor }), json!({ "username": format!("x{round}@example.com") }));
        let roles = format!("{path}/roles");
        let (promoted, taken) = tokio::join!(admin.post(&roles, &role), clerk.patch(&path, &address));
        promoted.expect(204);
        let order = world
            .sql(&format!(
                "SELECT action FROM audit_log WHERE target_id = '{id}' AND action IN ('role.assigned', 'user.updated') \
                 ORDER BY rowid"
            ))
            .await;
        let actions: Vec<&Value> = order.iter().map(|event| &event["action"]).collect();
        match taken.status.as_u16() {
            // Then it was not yet more.
            200 => assert_eq!(actions, ["user.updated", "role.assigned"], "round {round}"),
            403 => assert_eq!(actions, ["role.assigned"], "round {round}"),
            _ => panic!("round {round}: {}", taken.text()),
        }
    }
}

/// Each suspends the other, many times over; one is always left.
pub async fn two_admins_suspended_at_once_leave_one<W: World>(world: &mut W) {
    let mut one = super_admin(world, "one@example.com").await;
    let mut two = super_admin(world, "two@example.com").await;
    let (one_id, two_id) = (my_id(&mut one).await, my_id(&mut two).await);
    let confirm = json!({ "confirm": true });
    for round in 0..5 {
        let (suspend_two, suspend_one) =
            (format!("{USERS}/{two_id}/suspend"), format!("{USERS}/{one_id}/suspend"));
        let (first, second) =
            tokio::join!(one.post(&suspend_two, &confirm), two.post(&suspend_one, &confirm));
        assert_eq!(count(world, "users WHERE status = 'active'").await, 1, "round {round}");
        let succeeded = [&first, &second].iter().filter(|reply| reply.status == 200).count();
        assert_eq!(succeeded, 1, "round {round}: {} {}", first.text(), second.text());
        let (left, id, back, email) = if first.status == 200 {
            (&mut one, &two_id, &mut two, "two@example.com")
        } else {
            (&mut two, &one_id, &mut one, "one@example.com")
        };
        left.post(&format!("{USERS}/{id}/reactivate"), &confirm).await.expect(200);
        back.login(email, PASSWORD).await.expect(200);
    }
}
