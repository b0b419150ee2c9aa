//! What clients send by mistake, or on purpose.

use http::header::CONTENT_TYPE;
use http::{Method, Request};
use serde_json::json;
use testkit::World;

use super::{PASSWORD, my_id, role_id, super_admin};

/// Every route that takes a body, with one field that it requires, one that it knows and one bad value for that.
#[expect(clippy::too_many_lines, reason = "the list of all routes that take a body")]
pub async fn what_can_not_be_read_is_refused_with_the_field<W: World>(world: &mut W) {
    let mut admin = super_admin(world, "root@example.com").await;
    let me = my_id(&mut admin).await;
    let member = role_id(world, "MEMBER").await;
    let register = json!({ "username": "a@example.com", "password": PASSWORD });
    let routes = [
        (Method::POST, "/register".to_owned(), register.clone(), Some("username"), json!("no address")),
        (Method::POST, "/register".to_owned(), register.clone(), Some("password"), json!("short")),
        (Method::POST, "/register".to_owned(), register.clone(), None, json!(7)),
        (Method::POST, "/login".to_owned(), register, Some("password"), json!(["x"])),
        (
            Method::POST,
            "/change-password".to_owned(),
            json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD }),
            Some("newPassword"),
            json!("short"),
        ),
        (Method::POST, "/delete-account".to_owned(), json!({ "password": PASSWORD }), None, json!(7)),
        (
            Method::POST,
            "/tokens".to_owned(),
            json!({ "name": "CI", "scopes": [] }),
            Some("scopes"),
            json!(["*:*"]),
        ),
        (Method::PUT, format!("/users/{me}"), json!({ "firstName": "A" }), None, json!({})),
        (Method::POST, "/rbac/roles".to_owned(), json!({ "name": "r" }), Some("name"), json!(" r")),
        (Method::PUT, format!("/rbac/roles/{member}"), json!({ "description": "d" }), None, json!(false)),
        (
            Method::PUT,
            format!("/rbac/roles/{member}/permissions"),
            json!({ "permissions": ["users:read"] }),
            Some("permissions"),
            json!(["*:*"]),
        ),
        (Method::POST, "/rbac/permissions".to_owned(), json!({ "name": "a:b" }), Some("name"), json!("A:b")),
        (
            Method::PUT,
            "/rbac/permissions".to_owned(),
            json!({ "application": "demo", "permissions": [] }),
            Some("permissions"),
            json!([{ "name": "docs:*" }]),
        ),
        (
            Method::POST,
            format!("/rbac/users/{me}/roles"),
            json!({ "roleId": member }),
            Some("roleId"),
            json!("x"),
        ),
        (
            Method::POST,
            "/rbac/check".to_owned(),
            json!({ "permissions": ["a:b"] }),
            Some("permissions"),
            json!(["admin:*"]),
        ),
    ];
    for (method, path, good, required, bad) in routes {
        let label = format!("{method} {path}");
        for (what, body) in [
            ("nothing", Vec::new()),
            ("broken", b"{\"a\":".to_vec()),
            ("a list", b"[]".to_vec()),
            ("null", b"null".to_vec()),
            ("trailing", format!("{good} x").into_bytes()),
            ("not UTF-8", vec![b'"', 0xff, b'"']),
            ("deep", vec![b'['; 10_000]),
        ] {
            let reply = send(&mut admin, &method, &path, "application/json", body).await;
            assert_eq!(reply.status, 400, "{label}: {what}: {}", reply.text());
            assert_eq!(reply.code(), "invalid_request", "{label}: {what}");
        }

        let mut unknown = good.clone();
        unknown["surprise"] = json!(1);
        let reply =
            send(&mut admin, &method, &path, "application/json", unknown.to_string().into_bytes()).await;
        let reply = reply.expect_problem(400, "invalid_request");
        assert_eq!(reply.json()["field"], "surprise", "{label}: {}", reply.text());

        let field =
            required.unwrap_or_else(|| if path == "/register" { "firstName" } else { first_key(&good) });
        let mut wrong = good.clone();
        wrong[field] = bad;
        let reply =
            send(&mut admin, &method, &path, "application/json", wrong.to_string().into_bytes()).await;
        let reply = reply.expect_problem(400, "invalid_request");
        let named = reply.json()["field"].as_str().unwrap_or_default().to_owned();
        assert!(named.starts_with(field), "{label}: {}", reply.text());

        if let Some(required) = required {
            let mut missing = good.clone();
            missing.as_object_mut().unwrap().remove(required);
            let reply =
                send(&mut admin, &method, &path, "application/json", missing.to_string().into_bytes()).await;
            let reply = reply.expect_problem(400, "invalid_request");
            assert_eq!(reply.json()["field"], required, "{label}: {}", reply.text());
        }

        for media_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
            let reply = send(&mut admin, &method, &path, media_type, good.to_string().into_bytes()).await;
            reply.expect_problem(415, "not_json");
        }
        let reply =
            send(&mut admin, &method, &path, "application/json", vec![b' '; 2 * 1024 * 1024 + 1]).await;
        reply.expect_problem(413, "body_too_large");
    }
}

fn first_key(value: &serde_json::Value) -> &str {
    value.as_object().unwrap().keys().next().unwrap()
}

async fn send<W: World>(
    client: &mut testkit::Client<'_, W>,
    method: &Method,
    path: &str,
    media_type: &str,
    body: Vec<u8>,
) -> testkit::Reply {
    let mut request =
        Request::builder().method(method.clone()).uri(format!("http://localhost:8787/api{path}"));
    if !media_type.is_empty() {
        request = request.header(CONTENT_TYPE, media_type);
    }
    client.send(request.body(body).unwrap()).await
}
