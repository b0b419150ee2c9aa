//! What the command line does, whatever the deployment runs on.

use std::fs;

use e2e::cases::{PASSWORD, count, member};
use serde_json::{Value, json};
use testkit::{Client, World, root};

use super::{Scene, api_token};

/// Names every case to `$run`, a macro.
macro_rules! each_case {
    ($run:ident) => {
        $run! {
            the_examples_of_the_documentation_do_what_they_say,
            every_failure_has_its_exit_code,
            the_token_is_kept_for_its_owner_and_its_deployment_alone,
            a_manifest_says_what_it_changes_and_changes_it_once,
            lists_longer_than_a_page_are_whole,
            the_audit_log_is_exported_whole,
        }
    };
}
pub(crate) use each_case;

/// A line of docs/CLI.md that is run, and what is shown below it.
struct Example {
    line: String,
    code: i32,
    shown: Vec<String>,
}

/// The blocks of docs/CLI.md: lines that start with `$ ` are run, and what follows is what they print. A line says its exit
/// code in a comment where it is not 0; `…` stands for anything.
fn examples(text: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(line) = line.strip_prefix("$ ").filter(|_| inside) {
            let code = line.rsplit_once("# exits with ").map_or(0, |(_, code)| code.parse().unwrap());
            found.push(Example { line: line.to_owned(), code, shown: Vec::new() });
        } else if inside && let Some(example) = found.last_mut() {
            example.shown.push(line.to_owned());
        }
    }
    found
}

/// Whether a line is what the documentation shows, apart from the width of columns.
fn is_shown(line: &str, shown: &str) -> bool {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (line, shown) = (squeeze(line), squeeze(shown));
    let mut rest = line.as_str();
    let mut parts = shown.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty() || shown.ends_with('…')
}

pub(crate) async fn the_examples_of_the_documentation_do_what_they_say<W: World>(world: &W, url: &str) {
    let scene = Scene::new(world).await;
    let text = fs::read_to_string(root().join("docs/CLI.md")).unwrap();
    let examples = examples(&text.replace("https://accounts.example.com", url));
    assert!(examples.len() > 30, "{}", examples.len());
    let mut session = String::new();
    for Example { line, code, shown } in examples {
        let ran = scene.run(&line.replace("SESSION_ID", &session)).expect(code);
        if line == "edgeward sessions list root@example.com" {
            session =
                ran.out.lines().nth(1).and_then(|row| row.split(' ').next()).map(str::to_owned).unwrap();
        }
        let mut printed = ran.out.lines().chain(ran.err.lines());
        for shown in shown {
            assert!(
                printed.any(|line| is_shown(line, &shown)),
                "{line}\nshould show: {shown}\nand shows:\n{}{}",
                ran.out,
                ran.err
            );
        }
    }
}

pub(crate) async fn every_failure_has_its_exit_code<W: World>(world: &W, url: &str) {
    let scene = Scene::new(world).await;
    let mut ada = Client::new(world);
    ada.login("ada@example.com", PASSWORD).await.expect(200);
    let weak = api_token(&mut ada, &["users:read"]).await;
    let nobody = format!("edw_{}", "A".repeat(43));
    let with = |token: &str, line: &str| {
        scene
            .run_with(&format!("edgeward --json {line}"), &[("EDGEWARD_URL", url), ("EDGEWARD_TOKEN", token)])
    };

    with(&weak, "users list").expect(0);
    with(&weak, "users list --limit none").expect(2);
    with("secret", "users list").expect(2);
    scene.run("edgeward whoami").expect(3);
    let refused = with(&nobody, "whoami").expect(3).error();
    assert_eq!((&refused["code"], &refused["status"]), (&json!("unauthenticated"), &json!(401)));
    let refused = with(&weak, "roles list").expect(4).error();
    assert_eq!((&refused["code"], &refused["required"]), (&json!("permission_denied"), &json!("roles:read")));
    assert!(refused["requestId"].is_string());
    with(&weak, "check users:read").expect(0);
    let answer = with(&weak, "check users:read users:delete").expect(4);
    assert_eq!(answer.json()["permissions"], json!({ "users:read": true, "users:delete": false }));
    with(&scene.token, "roles show nothing").expect(5);
    with(&scene.token, "users show nobody@example.com").expect(5);
    with(&scene.token, "roles show 0199c0de-0000-7000-8000-00000000000a").expect(5);
    let refused = with(&scene.token, "users delete root@example.com --yes").expect(6).error();
    assert_eq!(refused["code"], "last_super_admin");
    with(&scene.token, "users delete root@example.com").expect(2);
    with(&scene.token, "--url http://127.0.0.1:1 whoami").expect(7);
    with(&scene.token, "manifest apply nothing.json").expect(1);
    with(&scene.token, "manifest apply token").expect(2);
    with(&scene.token, "audit export --output nowhere/audit.ndjson").expect(1);

    // For people the same goes in words, and to standard error.
    let variables = [("EDGEWARD_URL", url), ("EDGEWARD_TOKEN", weak.as_str())];
    let refused = scene.run_with("edgeward roles list", &variables).expect(4);
    assert_eq!(refused.out, "");
    assert!(
        refused.err.starts_with("error: this needs the permission `roles:read` (permission_denied, request ")
    );
    // Whoever has seen enough is no failure.
    let variables = [("EDGEWARD_URL", url), ("EDGEWARD_TOKEN", scene.token.as_str())];
    let cut = scene.run_with("edgeward completions bash | head -1", &variables).expect(0);
    assert_eq!(cut.err, "");
}

pub(crate) async fn the_token_is_kept_for_its_owner_and_its_deployment_alone<W: World>(world: &W, url: &str) {
    let scene = Scene::new(world).await;
    let file = scene.home.path().join(".config/edgeward/credentials.json");
    // What is no token, or nobody's, is not kept.
    scene.run(&format!("echo secret | edgeward login --url {url}")).expect(2);
    scene.run(&format!("echo edw_{} | edgeward login --url {url}", "A".repeat(43))).expect(3);
    scene.run("edgeward login < token").expect(2);
    assert!(!file.exists());

    scene.run(&format!("edgeward login --url {url} < token")).expect(0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(scene.run("edgeward whoami --json").expect(0).json()["username"], "root@example.com");
    // To another deployment it is not sent.
    let elsewhere = scene.run("edgeward whoami --url http://127.0.0.1:1").expect(3);
    assert!(elsewhere.err.contains("login --url http://127.0.0.1:1"), "{}", elsewhere.err);
    // One of the environment goes first, and only where it is told to.
    let mut bob = member(world, "bob@example.com").await;
    let of_bob = api_token(&mut bob, &[]).await;
    let of_bob = ("EDGEWARD_TOKEN", of_bob.as_str());
    scene.run_with("edgeward whoami", &[of_bob]).expect(2);
    let answer = scene.run_with("edgeward whoami --json", &[of_bob, ("EDGEWARD_URL", url)]).expect(0);
    assert_eq!(answer.json()["username"], "bob@example.com");

    scene.run("chmod 644 .config/edgeward/credentials.json").expect(0);
    assert!(scene.run("edgeward whoami").expect(1).err.contains("chmod 600"));
    scene.run("chmod 600 .config/edgeward/credentials.json").expect(0);
    scene.run("edgeward logout").expect(0);
    assert!(!fs::read_to_string(&file).unwrap().contains("edw_"));
    scene.run("edgeward logout").expect(3);
    scene.run("edgeward whoami").expect(3);
}

pub(crate) async fn a_manifest_says_what_it_changes_and_changes_it_once<W: World>(world: &W, url: &str) {
    let scene = Scene::signed_in(world, url).await;
    let apply = |options: &str, code: i32| {
        scene.run(&format!("edgeward manifest apply manifest.json --json {options}")).expect(code)
    };
    let result = |added: &[&str], updated: &[&str], removed: &[&str], unchanged: u32, suggested: Value| json!({ "added": added, "updated": updated, "removed": removed, "unchanged": unchanged, "suggested": suggested });
    let suggested = || json!([{ "role": "MEMBER", "permission": "posts:read" }]);
    let first = result(&["posts:read", "posts:write"], &[], &[], 0, suggested());
    assert_eq!(apply("--dry-run", 0).json(), first);
    assert_eq!(count(world, "permissions WHERE application = 'blog'").await, 0, "a dry run changes nothing");
    assert_eq!(apply("", 0).json(), first);
    let events = count(world, "audit_log").await;
    assert_eq!(apply("", 0).json(), result(&[], &[], &[], 2, suggested()));
    assert_eq!(count(world, "audit_log").await, events, "and neither does the same once more");

    scene.run("edgeward roles create author posts:read posts:write").expect(0);
    let manifest = json!({ "application": "blog", "permissions": [
        { "name": "posts:write", "description": "Write" }, { "name": "posts:publish" }
    ] });
    fs::write(scene.home.path().join("manifest.json"), manifest.to_string()).unwrap();
    for options in ["--dry-run", ""] {
        let refused = apply(options, 6).error();
        assert_eq!(
            (&refused["code"], &refused["permissions"]),
            (&json!("permission_in_use"), &json!(["posts:read"]))
        );
    }
    let second = result(&["posts:publish"], &["posts:write"], &["posts:read"], 0, json!([]));
    assert_eq!(apply("--dry-run --force", 0).json(), second);
    assert_eq!(count(world, "permissions WHERE name = 'posts:publish'").await, 0);
    assert_eq!(apply("--force", 0).json(), second);
    let role = scene.run("edgeward roles show author --json").expect(0).json();
    assert_eq!(role["permissions"].as_array().unwrap().len(), 1, "the role has lost it");
    // What belongs to somebody else is refused before as well as at the change.
    let manifest = json!({ "application": "shop", "permissions": [{ "name": "posts:write" }] });
    fs::write(scene.home.path().join("manifest.json"), manifest.to_string()).unwrap();
    for options in ["--dry-run", ""] {
        assert_eq!(apply(options, 6).error()["code"], "permission_taken");
    }
}

pub(crate) async fn lists_longer_than_a_page_are_whole<W: World>(world: &W, url: &str) {
    let scene = Scene::signed_in(world, url).await;
    let permissions: Vec<Value> = (0..230).map(|n| json!({ "name": format!("things:a{n:03}") })).collect();
    let manifest = json!({ "application": "things", "permissions": permissions });
    fs::write(scene.home.path().join("manifest.json"), manifest.to_string()).unwrap();
    scene.run("edgeward manifest apply manifest.json").expect(0);
    let listed = |options: &str| {
        let list = scene.run(&format!("edgeward permissions list --application things {options} --json"));
        let list = list.expect(0).json();
        (list["items"].as_array().unwrap().len(), list["more"].as_bool().unwrap())
    };
    assert_eq!(listed("--all"), (230, false));
    assert_eq!(listed("--limit 230"), (230, false));
    assert_eq!(listed("--limit 120"), (120, true));
    assert_eq!(listed(""), (50, true));
    let table = scene.run("edgeward permissions list --application things --limit 3").expect(0);
    assert_eq!(table.out.lines().count(), 4);
    assert_eq!(table.err, "there are more: --all shows them\n");
    // Names are found on any page.
    scene.run("edgeward roles create tinkerer things:a000").expect(0);
    scene.run("edgeward roles grant tinkerer things:a229 things:a001").expect(0);
    let role = scene.run("edgeward roles show tinkerer --json").expect(0).json();
    let names: Vec<&str> =
        role["permissions"].as_array().unwrap().iter().map(|held| held["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["things:a000", "things:a001", "things:a229"]);
}

pub(crate) async fn the_audit_log_is_exported_whole<W: World>(world: &W, url: &str) {
    let scene = Scene::signed_in(world, url).await;
    world
        .sql(
            "INSERT INTO audit_log (id, at, action, actor_id, target_type, target_id, tenant_id, request_id, details) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
             SELECT printf('%08x-%04x-7000-8000-%012d', i / 65536, i % 65536, i), i, 'user.updated', NULL, 'user', 'u', NULL, 'r', '{}' FROM n",
        )
        .await;
    let export = |options: &str| {
        let done = scene.run(&format!("edgeward audit export --output audit {options}")).expect(0);
        let text = fs::read_to_string(scene.home.path().join("audit")).unwrap();
        assert!(done.out.starts_with(&format!("{} bytes in audit", text.len())), "{}", done.out);
        text
    };
    let whole = export("");
    let events: Vec<Value> = whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(events.len() > 2_500, "{}", events.len());
    assert_eq!(events.last().unwrap()["id"], "00000000-0001-7000-8000-000000000001");
    assert_eq!(export("--to 1970-01-01T00:00:01Z --format csv").lines().count(), 1_000);
    let part = scene.run("edgeward audit export --to 1970-01-01T00:00:00.011Z --output -").expect(0);
    assert_eq!(part.out.lines().count(), 10);
    let exported = scene.run("edgeward audit list --action audit.exported --json").expect(0).json();
    assert_eq!(exported["items"].as_array().unwrap().len(), 3, "each export is on the record");
    assert_eq!(exported["items"][0]["actor"]["email"], "root@example.com");
}
