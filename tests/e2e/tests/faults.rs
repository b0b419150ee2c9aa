//! Every fault of every call of every route, and of what only some configurations do: see `e2e::injection`.
#![cfg(test)]

use e2e::cases::{PASSWORD, create_role, make_token, member, my_id, signed_in, super_admin, sweep, text};
use e2e::injection::{Case, Work, inject};
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use testkit::{Client, IdentityProvider, Native, World};

async fn hold(cases: Vec<Case>) {
    let (figures, complaints) = inject(cases).await;
    println!("{figures:?}");
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

/// A deployment with everything on, and somebody who runs it.
async fn everything() -> Native {
    let world = Native::with_every_route();
    super_admin(&world, "root@example.com").await;
    world
}

/// Sends this as the one request of its deployment.
async fn case(
    label: &str,
    world: Native,
    client: (Option<String>, Option<String>, Option<String>),
    request: (Method, &str, Option<Value>),
    status: u16,
) -> Case {
    let (method, path, body) = request;
    let mut browser = Client::new(&world);
    (browser.session, browser.login, browser.token) = client;
    let mut request = browser.as_sent(method, path, body.as_ref());
    request.headers_mut().insert("x-request-id", "the-one-request".parse().unwrap());
    let secrets =
        browser.session.iter().chain(&browser.token).cloned().chain([PASSWORD.to_owned()]).collect();
    world.settle().await;
    world.run_cron().await;
    Case {
        label: label.to_owned(),
        world,
        work: Work::Request(request),
        status,
        secrets,
        once_only: path.starts_with("/oidc/callback"),
    }
}

#[tokio::test]
async fn roles_and_permissions_are_changed_whole_or_not_at_all() {
    hold(sweep::every_route(&everything().await, |path| path.starts_with("/rbac")).await).await;
}

#[tokio::test]
async fn management_changes_everything_or_nothing() {
    hold(sweep::every_route(&everything().await, |path| path.starts_with("/v1")).await).await;
}

#[tokio::test]
async fn accounts_and_sessions_change_whole_or_not_at_all() {
    let of_accounts = |path: &str| !path.starts_with("/rbac") && !path.starts_with("/v1");
    hold(sweep::every_route(&everything().await, of_accounts).await).await;
}

#[tokio::test]
async fn accounts_without_roles_change_whole_or_not_at_all() {
    let world = Native::with_vars(&[("RBAC_ENABLED", "off")]);
    super_admin(&world, "root@example.com").await;
    hold(sweep::every_route(&world, |_| true).await).await;
}

/// Registration, refusals, invitations and the appointment of the first administrator.
#[tokio::test]
async fn what_mails_and_refusals_leave_behind_is_whole() {
    let nobody = (None, None, None);
    let new = json!({ "username": "ada@example.com", "password": PASSWORD });
    let mut cases = Vec::new();
    let verifying =
        || Native::with_vars(&[("EMAIL_VERIFICATION", "on"), ("SUPER_ADMIN_EMAIL", "ada@example.com")]);
    let register = (Method::POST, "/register", Some(new.clone()));
    cases.push(case("register, to be confirmed", verifying(), nobody.clone(), register.clone(), 201).await);
    let world = verifying();
    Client::new(&world).register("ada@example.com", PASSWORD).await.expect(201);
    world.runtime.advance(std::time::Duration::from_mins(5));
    cases.push(case("register a taken address", world, nobody.clone(), register, 201).await);

    let world = verifying();
    Client::new(&world).register("ada@example.com", PASSWORD).await.expect(201);
    let token = world.mails("ada@example.com").await[0].token();
    let verify = (Method::POST, "/verify-email", Some(json!({ "token": token })));
    cases.push(case("confirm the first administrator", world, nobody.clone(), verify, 200).await);
    let world = verifying();
    Client::new(&world).register("ada@example.com", PASSWORD).await.expect(201);
    cases.push(
        case("sign in, not confirmed", world, nobody.clone(), (Method::POST, "/login", Some(new)), 403).await,
    );

    let world = everything().await;
    let wrong = json!({ "username": "root@example.com", "password": "wrong password" });
    let login = (Method::POST, "/login", Some(wrong));
    cases.push(case("sign in with a wrong password", world, nobody.clone(), login, 401).await);
    let world = everything().await;
    let session = member(&world, "mia@example.com").await.session;
    let denied = (Method::GET, "/rbac/roles", None);
    cases.push(case("denied", world, (session, None, None), denied, 403).await);
    let world = everything().await;
    let mut root = signed_in(&world, "root@example.com").await;
    let token =
        text(&root.post("/tokens", &json!({ "name": "CI", "scopes": ["admin:all"] })).await.json()["token"]);
    let by_token = (Method::GET, "/rbac/roles", None);
    cases.push(case("by an API token", world, (None, None, Some(token)), by_token, 200).await);
    let world = everything().await;
    let session = signed_in(&world, "root@example.com").await.session;
    world.runtime.advance(std::time::Duration::from_mins(20));
    let used = (Method::GET, "/load-user", None);
    cases.push(case("a session of some time ago", world, (session, None, None), used, 200).await);

    let world = everything().await;
    let mut root = signed_in(&world, "root@example.com").await;
    let invited = root.post("/v1/admin/users", &json!({ "username": "ida@example.com" })).await.expect(201);
    let token = make_token(&world, &text(&invited.json()["id"]), "invite").await;
    let body = json!({ "token": token, "password": PASSWORD });
    let accept = (Method::POST, "/forgot-password-new-password", Some(body));
    cases.push(case("accept an invitation", world, nobody, accept, 204).await);
    hold(cases).await;
}

/// A deployment with a provider that answers, and who is there.
fn with_provider() -> Native {
    let mut vars = IdentityProvider::vars(&json!({ "groupsClaim": "groups" }));
    vars.push(("OIDC_AUTO_PROVISION_USERS", "on".to_owned()));
    vars.push(("OIDC_GROUP_ROLE_MAP", r#"{"editors": "EDITOR"}"#.to_owned()));
    let vars: Vec<(&str, &str)> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let world = Native::with_vars(&vars);
    world.identity_provider.set_person(&json!({
        "sub": "ada-1", "email": "ada@example.com", "email_verified": true, "given_name": "Ada", "sid": "sid-1",
        "groups": ["editors"],
    }));
    world
}

/// Goes to the provider and comes back; gives the path of the callback and the cookie of the sign-in.
async fn come_back(world: &Native) -> (String, Option<String>) {
    let mut client = Client::new(world);
    let reply = client.get("/oidc/login?provider=sso").await.expect(303);
    let query = world.identity_provider.authorize(reply.headers["location"].to_str().unwrap());
    (format!("/oidc/callback?{query}"), client.login)
}

#[tokio::test]
async fn signing_in_at_a_provider_makes_everything_or_nothing() {
    let mut cases = Vec::new();
    let world = with_provider();
    let begin = (Method::GET, "/oidc/login?provider=sso", None);
    cases.push(case("go to the provider", world, (None, None, None), begin, 303).await);

    let world = with_provider();
    let mut root = super_admin(&world, "root@example.com").await;
    create_role(&mut root, "EDITOR", &["users:read"]).await;
    let (path, login) = come_back(&world).await;
    let back = (Method::GET, path.as_str(), None);
    cases.push(case("come back for the first time", world, (None, login, None), back, 303).await);

    let world = with_provider();
    let mut root = super_admin(&world, "root@example.com").await;
    create_role(&mut root, "EDITOR", &["users:read"]).await;
    let (path, login) = come_back(&world).await;
    let mut ada = Client::new(&world);
    ada.login = login;
    ada.get(&path).await.expect(303);
    let (path, login) = come_back(&world).await;
    let back = (Method::GET, path.as_str(), None);
    cases.push(case("come back once more", world, (None, login, None), back, 303).await);

    let world = with_provider();
    let mut ada = member(&world, "mia@example.com").await;
    let begin = (Method::POST, "/identities", Some(json!({ "provider": "sso" })));
    let session = ada.session.clone();
    cases.push(case("begin to link", world.copy(), (session, None, None), begin, 200).await);
    let started = ada.post("/identities", &json!({ "provider": "sso" })).await.expect(200);
    let path = format!("/oidc/callback?{}", world.identity_provider.authorize(&text(&started.json()["url"])));
    let (session, login) = (ada.session.clone(), ada.login.clone());
    let back = (Method::GET, path.as_str(), None);
    cases.push(case("link", world.copy(), (session.clone(), login, None), back, 303).await);
    ada.get(&path).await.expect(303);
    let session = ada.session.clone();
    let identity = text(&ada.get("/identities").await.json()["items"][0]["id"]);
    let path = format!("/identities/{identity}");
    cases.push(case("unlink", world.copy(), (session, None, None), (Method::DELETE, &path, None), 204).await);

    let world = with_provider();
    let (path, login) = come_back(&world).await;
    let mut ada = Client::new(&world);
    ada.login = login;
    ada.get(&path).await.expect(303);
    my_id(&mut ada).await;
    let token = world.identity_provider.logout_token(|claims| claims["sid"] = json!("sid-1"));
    let path = "/oidc/backchannel-logout";
    let mut logout =
        case("signed out by the provider", world, (None, None, None), (Method::POST, path, None), 200).await;
    if let Work::Request(request) = &mut logout.work {
        request.headers_mut().insert(CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap());
        *request.body_mut() = format!("logout_token={token}").into_bytes();
    }
    cases.push(logout);
    hold(cases).await;
}

/// Every kind of work that there is for the cron trigger, with any of its calls failing: the next run does the rest.
#[tokio::test]
async fn the_cron_trigger_leaves_nothing_undone() {
    let mut world = everything().await;
    world.run_cron().await;
    world.run_deferred = false;
    let mut root = signed_in(&world, "root@example.com").await;
    let mia = my_id(&mut member(&world, "mia@example.com").await).await;
    let role = create_role(&mut root, "reader", &["users:read"]).await;
    root.put(&format!("/rbac/roles/{role}/permissions"), &json!({ "permissions": [] })).await.expect(200);
    root.post(&format!("/rbac/users/{mia}/roles"), &json!({ "roleId": role })).await.expect(204);
    Client::new(&world).post("/forgot-password", &json!({ "username": "mia@example.com" })).await.expect(202);
    signed_in(&world, "mia@example.com").await.post("/logout", &json!({})).await.expect(204);
    signed_in(&world, "mia@example.com").await.get("/rbac/roles").await.expect(403);
    world.deferred.lose();
    world.runtime.advance(std::time::Duration::from_mins(5));
    let secrets = vec![PASSWORD.to_owned()];
    hold(vec![Case {
        label: "cron".to_owned(),
        world,
        work: Work::Cron,
        status: 0,
        secrets,
        once_only: false,
    }])
    .await;
}
