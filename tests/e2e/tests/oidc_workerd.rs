//! Signing in on workerd, at a certified provider.
#![cfg(test)]

use e2e::cases::{count, my_id, text};
use e2e::identity_provider::{IdentityProvider, Visitor};
use e2e::live::Live;
use e2e::workerd::Migrations;
use serde_json::json;
use testkit::{Client, Reply, World};

/// The workers and a provider that knows where they are.
async fn start(algorithm: &str) -> (Live, IdentityProvider, String) {
    let mut world = Live::start(&[], Migrations::All);
    let origin = world.workerd.url().to_owned();
    let provider = IdentityProvider::start(&origin, algorithm);
    let mut vars = provider.vars();
    vars.push(("OIDC_AUTO_PROVISION_USERS", "on".to_owned()));
    vars.push(("PUBLIC_URL", origin.clone()));
    vars.push(("OIDC_GROUP_ROLE_MAP", r#"{"admins": "SUPER_ADMIN"}"#.to_owned()));
    let vars: Vec<(&str, &str)> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
    world.restart_with(&vars).await;
    assert_eq!(world.workerd.url(), origin, "the address stays");
    (world, provider, origin)
}

/// Signs in under this name, in a browser that the provider may know already.
async fn sign_in(client: &mut Client<'_, Live>, visitor: &mut Visitor, origin: &str, login: &str) -> Reply {
    sign_in_by("/oidc/login?provider=local&next=%2Fsome%2Fpage", client, visitor, origin, login).await
}

async fn sign_in_by(
    path: &str,
    client: &mut Client<'_, Live>,
    visitor: &mut Visitor,
    origin: &str,
    login: &str,
) -> Reply {
    let reply = client.get(path).await.expect(303);
    let back = visitor.go(reply.headers["location"].to_str().unwrap(), origin, login).await;
    client.get(back.strip_prefix("/api").unwrap()).await
}

async fn signs_in(algorithm: &str) {
    let (world, _provider, origin) = start(algorithm).await;
    let (mut client, mut visitor) = (Client::new(&world), Visitor::default());
    let reply = sign_in(&mut client, &mut visitor, &origin, "ada").await.expect(303);
    assert_eq!(reply.headers["location"], "/some/page");
    let user = client.get("/load-user").await.expect(200).json();
    assert_eq!(
        json!([user["username"], user["firstName"], user["roles"]]),
        json!(["ada@example.com", "Ada", ["MEMBER"]])
    );
    // The provider knows the browser, and Edgeward the identity.
    let mut again = Client::new(&world);
    sign_in(&mut again, &mut visitor, &origin, "nobody asks").await.expect(303);
    assert_eq!(my_id(&mut again).await, text(&user["userId"]));
    assert_eq!(count(&world, "users").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_certified_provider_signs_in_with_rs256() {
    signs_in("RS256").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_certified_provider_signs_in_with_es256() {
    signs_in("ES256").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_certified_provider_signs_in_with_eddsa() {
    signs_in("EdDSA").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn groups_and_links_work_with_a_certified_provider() {
    let (world, provider, origin) = start("ES256").await;
    let mut admin = Client::new(&world);
    sign_in(&mut admin, &mut Visitor::default(), &origin, "admin").await.expect(303);
    admin.get("/rbac/roles").await.expect(200);

    let mut ada = Client::new(&world);
    let mut at_work = Visitor::default();
    sign_in(&mut ada, &mut at_work, &origin, "ada").await.expect(303);
    let id = text(&ada.get("/identities").await.expect(200).json()["items"][0]["id"]);
    // What the provider lets in without a question does not change what opens the account.
    let body = json!({ "provider": "local" });
    ada.post("/identities", &body).await.expect_problem(403, "recent_sign_in_required");
    let path = "/oidc/login?provider=local&prompt=login";
    sign_in_by(path, &mut ada, &mut at_work, &origin, "ada").await.expect(303);
    ada.delete(&format!("/identities/{id}")).await.expect_problem(409, "last_way_in");
    // A second identity for the same account.
    let begun = ada.post("/identities", &body).await.expect(200).json();
    let back = Visitor::default().go(&text(&begun["url"]), &origin, "ada-at-home").await;
    let reply = ada.get(back.strip_prefix("/api").unwrap()).await.expect(303);
    assert_eq!(reply.headers["location"], "/profile");
    ada.delete(&format!("/identities/{id}")).await.expect(204);
    ada.get("/load-user").await.expect(200);

    // Without the provider nobody signs in there, and whoever is in goes on.
    drop(provider);
    admin.get("/load-user").await.expect(200);
    let mut late = Client::new(&world);
    let reply = late.get("/oidc/login").await;
    // What it said of itself may still be known.
    assert!([303, 503].contains(&reply.status.as_u16()), "{}", reply.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn both_sign_outs_work_with_a_certified_provider() {
    let (world, _provider, origin) = start("ES256").await;
    // Two browsers that the provider knows as one person; signing out there ends both sessions here.
    let (mut one, mut two) = (Client::new(&world), Client::new(&world));
    let mut bob = Visitor::default();
    sign_in(&mut one, &mut bob, &origin, "bob").await.expect(303);
    sign_in(&mut two, &mut bob, &origin, "bob").await.expect(303);
    let url = text(&one.post("/logout", &json!({})).await.expect(200).json()["providerLogoutUrl"]);
    two.get("/load-user").await.expect(200);
    assert_eq!(bob.go(&url, &origin, "bob").await, "/sign-in");
    two.get("/load-user").await.expect_problem(401, "unauthenticated");
}
