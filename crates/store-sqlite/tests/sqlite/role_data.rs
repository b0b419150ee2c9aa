//! The access control of real organisations on the store's own statements: what every user may do is exactly what the
//! data says, and nothing else.
//!
//! The data is not part of this repository; `EDGEWARD_ROLE_DATA` names its folder. Without it, the tests say so and stop.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::env;
use std::fs;
use std::path::PathBuf;

use accounts::{
    Email, PermissionId, Random, RoleId, SessionId, SessionLimits, SessionToken, TenantId, Timestamp,
    TokenHash, UserId, UserStatus,
};
use edgeward_store_sqlite::Sqlite;
use rbac::{GrantSet, Permission, RoleName, has_permission};
use store::permissions::NewPermission;
use store::sessions::NewSession;
use store::users::NewUser;
use store::{Db, Statement, permissions, role_permissions, roles, sessions, user_roles, users};

use crate::support::{migrated, root};

const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);

const LIMITS: SessionLimits =
    SessionLimits { idle: std::time::Duration::from_hours(1), absolute: std::time::Duration::from_hours(24) };

/// How many statements go into one batch; D1 takes more, but nobody should send it all at once.
const BATCH: usize = 500;

/// Users and permissions by their numbers.
type Pairs = BTreeSet<(u32, u32)>;

struct RoleData {
    /// The permissions and the users of each role.
    roles: Vec<(Vec<u32>, Vec<u32>)>,
    /// Who may do what: the truth.
    pairs: Pairs,
}

fn load(name: &str) -> Option<RoleData> {
    let folder =
        env::var_os("EDGEWARD_ROLE_DATA").map_or_else(|| root().join("../shared/data/rbac"), PathBuf::from);
    let read = |kind: &str| fs::read_to_string(folder.join(format!("{name}.{kind}.txt"))).ok();
    let numbers = |text: &str| -> Vec<u32> {
        let parts = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        parts.map(|part| part.parse().unwrap()).collect()
    };

    let pairs = read("upa")?.lines().map(numbers).map(|pair| (pair[0], pair[1])).collect();
    let mut roles = Vec::new();
    let mut granted = Vec::new();
    for line in read("roles")?.lines() {
        match line.split_once(':') {
            Some(("permissions", list)) => granted = numbers(list),
            Some(("users", list)) => roles.push((std::mem::take(&mut granted), numbers(list))),
            _ => {}
        }
    }
    Some(RoleData { roles, pairs })
}

async fn run(db: &Sqlite, statements: Vec<Statement>) {
    for batch in statements.chunks(BATCH) {
        db.batch(batch.to_vec()).await.unwrap();
    }
}

fn user_id(number: u32) -> UserId {
    UserId::from_u128(0x1000_0000 + u128::from(number))
}

fn token(number: u32) -> TokenHash {
    struct Numbered(u32);
    impl Random for Numbered {
        fn fill(&self, buffer: &mut [u8]) {
            buffer[..4].copy_from_slice(&self.0.to_be_bytes());
        }
    }
    SessionToken::generate(&Numbered(number)).hash()
}

/// Registers the permissions by a manifest, creates the roles, and signs every user in.
async fn store(db: &Sqlite, name: &str, data: &RoleData, names: &BTreeMap<u32, String>) {
    let permission_id = |number: u32| PermissionId::from_u128(0x2000_0000 + u128::from(number));
    let new: Vec<NewPermission<'_>> = names
        .iter()
        .map(|(number, name)| NewPermission { id: permission_id(*number), name, description: "" })
        .collect();
    run(db, vec![permissions::insert_all(&new, name, NOW)]).await;

    let mut statements = Vec::new();
    for number in data.pairs.iter().map(|(user, _)| *user).collect::<BTreeSet<_>>() {
        let id = user_id(number);
        statements.push(users::insert(&NewUser {
            id,
            tenant_id: TenantId::DEFAULT,
            email: Email::parse(&format!("{name}.{number}@example.com")).unwrap(),
            email_verified_at: Some(NOW),
            password_hash: None,
            first_name: None,
            last_name: None,
            status: UserStatus::Active,
            staff: false,
            created_at: NOW,
        }));
        statements.push(sessions::insert(&NewSession {
            id: SessionId::from_u128(u128::from(number)),
            token_hash: token(number),
            user_id: id,
            user_agent: None,
            created_at: NOW,
            expires_at: LIMITS.expiry(NOW),
        }));
    }
    for (index, (granted, holders)) in data.roles.iter().enumerate() {
        let role = RoleId::from_u128(0x3000_0000 + index as u128);
        let name = RoleName::parse(&format!("Role {index}")).unwrap();
        let granted: Vec<PermissionId> = granted.iter().map(|number| permission_id(*number)).collect();
        statements.push(roles::insert(role, &name, "", NOW));
        statements.push(role_permissions::insert_all(role, &granted));
        statements.extend(holders.iter().map(|user| user_roles::insert(user_id(*user), role, NOW, None)));
    }
    run(db, statements).await;
}

/// Loads the data and compares every user's permissions with it, by both ways in which the store gives them.
async fn reproduce(name: &str, users: usize, pairs: usize) {
    let Some(data) = load(name) else {
        eprintln!("skipped: EDGEWARD_ROLE_DATA names no folder with {name}.upa.txt and {name}.roles.txt");
        return;
    };
    assert_eq!(data.pairs.len(), pairs);
    let names: BTreeMap<u32, String> =
        data.pairs.iter().map(|(_, permission)| (*permission, format!("{name}:p{permission}"))).collect();
    let required: Vec<(u32, Permission)> =
        names.iter().map(|(number, name)| (*number, Permission::parse(name).unwrap())).collect();
    let by_name: HashMap<&str, u32> = names.iter().map(|(number, name)| (name.as_str(), *number)).collect();
    let db = migrated();
    store(&db, name, &data, &names).await;

    let mut truth: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (user, permission) in &data.pairs {
        truth.entry(*user).or_default().insert(*permission);
    }
    assert_eq!(truth.len(), users);
    let mut allowed = 0;
    let mut denied = 0;
    for (user, expected) in &truth {
        let effective = user_roles::effective(user_id(*user)).all(&db).await.unwrap();
        assert_eq!(effective.len(), expected.len(), "user {user}");
        let effective: BTreeSet<u32> = effective.iter().map(|one| by_name[one.name.as_str()]).collect();
        assert_eq!(&effective, expected, "user {user}");

        let principal = sessions::principal(&token(*user), &LIMITS, NOW).one(&db).await.unwrap();
        assert_eq!(principal.account.user_id, user_id(*user));
        let (granted, defects) = GrantSet::from_stored(&principal.held.grants);
        assert_eq!((granted.len(), defects), (expected.len(), Vec::new()), "user {user}");
        for (number, permission) in &required {
            let decision = has_permission(&granted, permission);
            assert_eq!(decision, expected.contains(number), "user {user}: {permission}");
            *(if decision { &mut allowed } else { &mut denied }) += 1;
        }
    }
    assert_eq!(allowed, pairs);
    assert_eq!(denied, users * names.len() - pairs);
    println!("{name}: {users} users, {} permissions, {allowed} allowed, {denied} denied", names.len());
}

#[tokio::test]
async fn apj_is_reproduced_exactly() {
    reproduce("apj", 2_044, 6_841).await;
}

#[tokio::test]
async fn americas_small_is_reproduced_exactly() {
    reproduce("americas_small", 3_477, 105_205).await;
}
