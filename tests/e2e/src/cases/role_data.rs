//! The access control of real organisations, through the public API: what every user may do is exactly what the data
//! says, and nothing else.
//!
//! The data is not part of this repository; `EDGEWARD_ROLE_DATA` names its folder. Without it, this says so and stops.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};
use testkit::{Client, World};

use super::{PASSWORD, super_admin, text};

/// How many permissions one check names.
const CHECKED_AT_ONCE: usize = 100;

/// 46 users, 46 permissions, 1,486 pairs.
pub async fn hc_is_reproduced_exactly<W: World>(world: &mut W) {
    reproduce(world, "hc").await;
}

/// 79 users, 231 permissions, 730 pairs.
pub async fn domino_is_reproduced_exactly<W: World>(world: &mut W) {
    reproduce(world, "domino").await;
}

struct RoleData {
    permissions: BTreeSet<u32>,
    /// The permissions and the users of each role.
    roles: Vec<(BTreeSet<u32>, BTreeSet<u32>)>,
    /// What each user may do: the truth.
    truth: BTreeMap<u32, BTreeSet<u32>>,
}

async fn reproduce<W: World>(world: &W, name: &str) {
    let Some(data) = load(name) else {
        eprintln!("skipped: EDGEWARD_ROLE_DATA names no folder with {name}.upa.txt");
        return;
    };
    let permission = |number: &u32| format!("{name}:p{number}");
    let mut admin = super_admin(world, "root@example.com").await;
    let manifest: Vec<Value> =
        data.permissions.iter().map(|number| json!({ "name": permission(number) })).collect();
    let manifest = json!({ "application": name, "permissions": manifest });
    let result = admin.put("/rbac/permissions", &manifest).await.expect(200).json();
    assert_eq!(result["added"].as_array().unwrap().len(), data.permissions.len());

    let mut user_ids = BTreeMap::new();
    for user in data.truth.keys() {
        let mut client = Client::new(world);
        client.register(&email(name, *user), PASSWORD).await.expect(201);
    }
    for row in world.sql("SELECT id, email FROM users").await {
        user_ids.insert(text(&row["email"]), text(&row["id"]));
    }
    for (index, (permissions, users)) in data.roles.iter().enumerate() {
        let granted: Vec<String> = permissions.iter().map(permission).collect();
        let role = json!({ "name": format!("{name} {index}"), "permissions": granted });
        let role = text(&admin.post("/rbac/roles", &role).await.expect(201).json()["id"]);
        for user in users {
            let path = format!("/rbac/users/{}/roles", user_ids[&email(name, *user)]);
            admin.post(&path, &json!({ "roleId": role })).await.expect(204);
        }
    }

    let all: Vec<String> = data.permissions.iter().map(permission).collect();
    let mut pairs = 0;
    for (user, truth) in &data.truth {
        let mut client = Client::new(world);
        client.login(&email(name, *user), PASSWORD).await.expect(200);
        let loaded = client.get("/load-user").await.expect(200).json();
        let mut loaded: BTreeSet<String> =
            loaded["permissions"].as_array().unwrap().iter().map(text).collect();
        assert!(loaded.remove("users:read"), "every account has the role MEMBER");
        let expected: BTreeSet<String> = truth.iter().map(permission).collect();
        assert_eq!(loaded, expected, "user {user}");
        for some in all.chunks(CHECKED_AT_ONCE) {
            let check = json!({ "permissions": some, "mode": "any" });
            let checked = client.post("/rbac/check", &check).await.expect(200).json();
            let decisions = checked["permissions"].as_object().unwrap();
            assert_eq!(decisions.len(), some.len());
            for (permission, allowed) in decisions {
                assert_eq!(*allowed, json!(expected.contains(permission)), "user {user}: {permission}");
            }
            assert_eq!(
                checked["allowed"],
                json!(some.iter().any(|permission| expected.contains(permission)))
            );
        }
        pairs += expected.len();
    }
    println!("{name}: {} users, {} permissions, {pairs} pairs", data.truth.len(), all.len());
}

fn email(name: &str, user: u32) -> String {
    format!("user{user}@{name}.example")
}

fn load(name: &str) -> Option<RoleData> {
    let folder = std::env::var_os("EDGEWARD_ROLE_DATA")
        .map_or_else(|| testkit::root().join("../shared/data/rbac"), PathBuf::from);
    let pairs = std::fs::read_to_string(folder.join(format!("{name}.upa.txt"))).ok()?;
    let roles = std::fs::read_to_string(folder.join(format!("{name}.roles.txt"))).ok()?;

    let mut truth: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for line in pairs.lines() {
        let mut numbers = line.split_whitespace().map(|number| number.parse().unwrap());
        let (Some(user), Some(permission)) = (numbers.next(), numbers.next()) else { continue };
        truth.entry(user).or_default().insert(permission);
    }
    let list = |line: &str, label: &str| -> Option<BTreeSet<u32>> {
        let rest = line.strip_prefix(label)?;
        Some(
            rest.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| part.parse().unwrap())
                .collect(),
        )
    };
    let mut found = Vec::new();
    let mut permissions = BTreeSet::new();
    for line in roles.lines() {
        if let Some(numbers) = list(line, "permissions:") {
            permissions = numbers;
        } else if let Some(users) = list(line, "users:") {
            found.push((std::mem::take(&mut permissions), users));
        }
    }
    Some(RoleData { permissions: truth.values().flatten().copied().collect(), roles: found, truth })
}
