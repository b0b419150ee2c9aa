//! The example in TypeScript: its types are those of the API description, and on workerd it is protected in every mode.
#![cfg(test)]

use std::process::Command;

use e2e::bookmarks::ask;
use e2e::cases::{assign, create_role, member, my_id, super_admin, text};
use e2e::live::Live;
use e2e::workerd::Migrations;
use http::Method;
use serde_json::{Value, json};
use testkit::{Client, World, root};

/// Runs a tool of the npm packages, with the Node that they bring.
fn run(tool: &str, arguments: &[&str]) -> String {
    let root = root();
    let output = Command::new(root.join("node_modules/.bin/node"))
        .arg(root.join(tool))
        .args(arguments)
        .current_dir(&root)
        .output()
        .unwrap();
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{tool}: {out}{error}");
    out.into_owned()
}

#[test]
fn types_are_those_of_the_api_description() {
    let description = "workers/account-pages/public/openapi.json";
    let tool = "node_modules/openapi-typescript/bin/cli.js";
    let generated = run(tool, &[description, "--default-non-nullable=false"]);
    let path = root().join("examples/typescript/src/api.d.ts");
    if std::env::var_os("EDGEWARD_WRITE").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    assert!(written == generated, "the API has changed: run this test with EDGEWARD_WRITE=1");
    run("node_modules/typescript/bin/tsc", &["--project", "examples/typescript"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn notes_are_protected_in_every_mode() {
    let mut world = Live::start_behind("notes", &[], Migrations::All);
    let (reader, bob) = {
        let mut admin = super_admin(&world, "root@example.com").await;
        let manifest = std::fs::read_to_string(root().join("examples/typescript/manifest.json")).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        admin.put("/rbac/permissions", &manifest).await.expect(200);
        let role = create_role(&mut admin, "author", &["notes:read", "notes:write"]).await;
        let mut ada = member(&world, "ada@example.com").await;
        let id = my_id(&mut ada).await;
        assign(&mut admin, &id, &role).await;
        (ada.session, member(&world, "bob@example.com").await.session)
    };
    for mode in ["off", "report", "on"] {
        world.restart_with(&[("USER_MGMT_ENFORCE", mode)]).await;
        let on = mode == "on";
        let (mut ada, mut eve, mut nobody) = (Client::new(&world), Client::new(&world), Client::new(&world));
        ada.session.clone_from(&reader);
        eve.session.clone_from(&bob);
        nobody.get("/healthz").await.expect(200);
        let note = json!({ "any": "text" });
        let write =
            async |client: &mut Client<'_, Live>| ask(client, Method::POST, "/notes", Some(&note)).await;
        write(&mut nobody).await.expect_problem(401, "unauthenticated");
        let id = text(&write(&mut ada).await.expect(201).json()["id"]);
        let path = format!("/notes/{id}");
        let denied = write(&mut eve).await.expect(if on { 403 } else { 201 });
        if on {
            assert_eq!(denied.expect_problem(403, "permission_denied").json()["required"], "notes:write");
        }
        ask(&mut ada, Method::GET, &path, None).await.expect(200);
        ask(&mut eve, Method::GET, &path, None).await.expect(if on { 403 } else { 200 });
        ask(&mut eve, Method::DELETE, &path, None).await.expect(403);
        ask(&mut ada, Method::DELETE, &path, None).await.expect(204);
        ask(&mut ada, Method::GET, &path, None).await.expect_problem(404, "not_found");
    }
}
