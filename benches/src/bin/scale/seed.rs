//! A database full of people: the schema is that of the migrations, the rows are as the product writes them, but for how
//! quickly. Indexes that rows come to in no order are built afterwards, and the search index is filled by the migration that
//! fills it for whoever is there already.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use edgeward_accounts::{
    AuditEventId, PermissionId, Random, RoleId, SessionId, SessionToken, TenantId, Timestamp, TokenHash,
    UserId,
};
use rusqlite::{Connection, params};

/// The moment at which everything is measured.
pub(crate) const NOW: i64 = 1_790_000_000_000;
/// The first account is three years old.
const AGE: i64 = 3 * 365 * 24 * 3_600_000;

const ARGON2: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHR0aGF0aXNsb25n$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI";
const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

pub(crate) const FIRST_NAMES: [&str; 32] = [
    "Ada",
    "Agnes",
    "Alan",
    "Anna",
    "Barbara",
    "Bela",
    "Carla",
    "Clara",
    "Dana",
    "Edsger",
    "Elena",
    "Emil",
    "Fatima",
    "Grace",
    "Hannah",
    "Hedy",
    "Ines",
    "Ivan",
    "Jonas",
    "Katherine",
    "Leila",
    "Linus",
    "Maria",
    "Mary",
    "Niklaus",
    "Olga",
    "Otto",
    "Radia",
    "Samira",
    "Tim",
    "Yuki",
    "Zoe",
];
const STARTS: [&str; 16] = [
    "Al", "Ber", "Cam", "Dor", "Ell", "Fisch", "Gold", "Hart", "Ing", "Jor", "Kirch", "Lind", "Mor", "Nor",
    "Ost", "Rich",
];
const ENDS: [&str; 16] = [
    "bach", "berg", "dahl", "den", "feld", "gard", "hoff", "kamp", "land", "mann", "nell", "rup", "sen",
    "strom", "ton", "wick",
];

/// What happens, and how many of a hundred events are of it.
const ACTIONS: [(&str, &str, u64); 7] = [
    ("session.created", "session", 62),
    ("session.ended", "session", 20),
    ("user.registered", "user", 8),
    ("user.updated", "user", 4),
    ("role.assigned", "user", 3),
    ("user.password_changed", "user", 2),
    ("role.permissions_set", "role", 1),
];

/// The role that grants every permission, and who has it.
const ALL: u64 = 0;
pub(crate) const HOLDS_ALL: u64 = 1;
/// The role that grants a tenth of them, and who has it.
const TENTH: u64 = 1;
pub(crate) const HOLDS_TENTH: u64 = 2;

/// How much there is of everything.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) users: u64,
}

impl Scale {
    pub(crate) fn events(self) -> u64 {
        5 * self.users
    }

    /// Beside the two of the system.
    pub(crate) fn roles(self) -> u64 {
        self.users / 100
    }

    /// Beside those that are built in.
    pub(crate) fn permissions(self) -> u64 {
        self.users / 100
    }

    pub(crate) fn tenants(self) -> u64 {
        self.users / 1_000
    }

    pub(crate) fn user_created(self, n: u64) -> i64 {
        NOW - AGE + i64::try_from(n).unwrap() * (AGE / i64::try_from(self.users).unwrap())
    }

    fn event_at(self, n: u64) -> i64 {
        NOW - AGE + i64::try_from(n).unwrap() * (AGE / i64::try_from(self.events()).unwrap())
    }

    pub(crate) fn user(self, n: u64) -> UserId {
        UserId::generate_at(Timestamp::from_millis(self.user_created(n)), &Numbered(n))
    }

    pub(crate) fn event(self, n: u64) -> AuditEventId {
        AuditEventId::generate_at(Timestamp::from_millis(self.event_at(n)), &Numbered(n))
    }

    pub(crate) fn role(self, n: u64) -> RoleId {
        RoleId::generate_at(Timestamp::from_millis(NOW - AGE), &Numbered(n))
    }

    fn permission(self, n: u64) -> PermissionId {
        PermissionId::generate_at(Timestamp::from_millis(NOW - AGE), &Numbered(n))
    }

    /// One half is in the tenant `default`, the other spread over the others.
    fn tenant(self, n: u64) -> TenantId {
        if n % 2 == 0 { TenantId::DEFAULT } else { tenant_id(n / 2 % self.tenants().max(1)) }
    }

    pub(crate) fn names(self, n: u64) -> (&'static str, String) {
        let mixed = mix(n);
        let last = format!("{}{}", STARTS[(mixed >> 8) as usize % 16], ENDS[(mixed >> 16) as usize % 16]);
        (FIRST_NAMES[mixed as usize % FIRST_NAMES.len()], last)
    }

    pub(crate) fn email(self, n: u64) -> String {
        let (first, last) = self.names(n);
        format!("{first}.{last}.{n}@example.com").to_lowercase()
    }

    /// Nearly everybody is active.
    fn status(self, n: u64) -> &'static str {
        match n % 100 {
            7 => "suspended",
            13 => "invited",
            _ => "active",
        }
    }

    /// Somebody at random who may sign in.
    pub(crate) fn somebody(self, random: u64) -> u64 {
        let n = mix(random) % self.users;
        if self.status(n) == "active" { n } else { n + 1 }
    }

    /// One that a user does not have, of those that grant few permissions.
    pub(crate) fn not_role_of(self, n: u64) -> u64 {
        match self.role_of(n) {
            role if role > TENTH + 1 => role - 1,
            role => role + 1,
        }
    }

    /// The role that a user has beside `MEMBER`.
    pub(crate) fn role_of(self, n: u64) -> u64 {
        match n {
            HOLDS_ALL => ALL,
            HOLDS_TENTH => TENTH,
            _ => TENTH + 1 + mix(n ^ 0x5EED) % (self.roles() - TENTH - 1),
        }
    }
}

/// Spreads numbers over 64 bits (SplitMix64).
pub(crate) fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Randomness that depends on a number, so that what belongs to the number can be found again.
pub(crate) struct Numbered(pub(crate) u64);

impl Random for Numbered {
    fn fill(&self, buffer: &mut [u8]) {
        for (i, bytes) in buffer.chunks_mut(8).enumerate() {
            bytes.copy_from_slice(&mix(self.0 ^ (i as u64) << 56).to_be_bytes()[..bytes.len()]);
        }
    }
}

pub(crate) fn token(n: u64) -> TokenHash {
    SessionToken::generate(&Numbered(n)).hash()
}

pub(crate) fn tenant_id(n: u64) -> TenantId {
    TenantId::generate_at(Timestamp::from_millis(NOW - AGE), &Numbered(n))
}

/// The folder of the workspace that is measured.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A database of this size in `folder`: made unless it is there already, of the same schema and by the same code.
pub(crate) fn database(folder: &Path, scale: Scale) -> PathBuf {
    let migrations = edgeward_store_sqlite::migrations(&root().join("migrations")).unwrap();
    let mut hasher = DefaultHasher::new();
    (&migrations, include_str!("seed.rs")).hash(&mut hasher);
    let path = folder.join(format!("{}-{:016x}.sqlite", scale.users, hasher.finish()));
    if !path.exists() {
        fs::create_dir_all(folder).unwrap();
        let partial = path.with_extension("partial");
        fs::remove_file(&partial).ok();
        fill(&partial, scale, &migrations);
        fs::rename(&partial, &path).unwrap();
    }
    path
}

fn fill(path: &Path, scale: Scale, migrations: &[(String, String)]) {
    let started = std::time::Instant::now();
    let said = |what: &str| {
        eprintln!("{} users: {what} after {:.0} s", scale.users, started.elapsed().as_secs_f64())
    };
    let db = Connection::open(path).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -2000000; BEGIN",
    )
    .unwrap();
    let (before_search, after): (Vec<_>, Vec<_>) =
        migrations.iter().partition(|(name, _)| name.as_str() < "0005");
    migrate(&db, &before_search);
    catalogue(&db, scale);
    users(&db, scale);
    said("users");
    // The migration of the search fills it, and the numbers of members, for whoever is there.
    migrate(&db, &after);
    said("search");
    events(&db, scale);
    said("audit log");
    let count = |table: &str| {
        let rows: i64 = db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        rows as u64
    };
    assert_eq!(count("user_search_docsize"), scale.users, "not everybody can be found");
    assert_eq!(count("user_search_numbers"), scale.users);
    assert_eq!(count("audit_log"), scale.events());
    db.execute_batch("COMMIT; PRAGMA journal_mode = WAL").unwrap();
    said("complete");
}

fn migrate(db: &Connection, migrations: &[&(String, String)]) {
    for (name, sql) in migrations {
        db.execute_batch(sql).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// Tenants, roles, permissions and what the roles grant.
fn catalogue(db: &Connection, scale: Scale) {
    let mut tenant = db.prepare("INSERT INTO tenants (id, name, created_at) VALUES (?1, ?2, ?3)").unwrap();
    for n in 0..scale.tenants().max(1) {
        tenant.execute(params![tenant_id(n).to_string(), format!("tenant-{n}"), NOW - AGE]).unwrap();
    }
    let mut permission = db
        .prepare("INSERT INTO permissions (id, name, description, application, created_at) VALUES (?1, ?2, '', 'bench', ?3)")
        .unwrap();
    for n in 0..scale.permissions() {
        let name = edgeward_bench_check::permission(n as usize);
        permission.execute(params![scale.permission(n).to_string(), name, NOW - AGE]).unwrap();
    }
    let mut role = db
        .prepare(
            "INSERT INTO roles (id, name, description, created_at, updated_at) VALUES (?1, ?2, '', ?3, ?3)",
        )
        .unwrap();
    let mut granted = db
        .prepare("INSERT OR IGNORE INTO role_permissions (role_id, permission_id) VALUES (?1, ?2)")
        .unwrap();
    for n in 0..scale.roles() {
        let id = scale.role(n).to_string();
        role.execute(params![id, format!("Role {n:05}"), NOW - AGE]).unwrap();
        // Ten permissions each; two roles grant very many.
        let grants: Vec<u64> = match n {
            ALL => (0..scale.permissions()).collect(),
            TENTH => (0..scale.permissions() / 10).collect(),
            _ => (0..10).map(|i| mix(n * 10 + i) % scale.permissions()).collect(),
        };
        for permission in grants {
            granted.execute(params![id, scale.permission(permission).to_string()]).unwrap();
        }
    }
}

/// Accounts, each with a session, `MEMBER` and another role.
fn users(db: &Connection, scale: Scale) {
    let mut user = db
        .prepare(
            "INSERT INTO users (id, tenant_id, email, email_verified_at, password_hash, first_name, last_name, status, staff,
               created_at, updated_at)
             VALUES (?1, ?2, ?3, ?7, ?4, ?5, ?6, ?8, 0, ?7, ?7)",
        )
        .unwrap();
    let mut session = db
        .prepare(
            "INSERT INTO sessions (id, token_hash, user_id, user_agent, created_at, last_seen_at, expires_at, cached)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, 'live')",
        )
        .unwrap();
    let mut role =
        db.prepare("INSERT INTO user_roles (user_id, role_id, granted_at) VALUES (?1, ?2, ?3)").unwrap();
    let member = RoleId::MEMBER.to_string();
    for n in 0..scale.users {
        let id = scale.user(n).to_string();
        let (first, last) = scale.names(n);
        let at = scale.user_created(n);
        let tenant = scale.tenant(n).to_string();
        user.execute(params![id, tenant, scale.email(n), ARGON2, first, last, at, scale.status(n)]).unwrap();
        let session_id = SessionId::generate_at(Timestamp::from_millis(NOW), &Numbered(n)).to_string();
        let hash = token(n).to_string();
        session.execute(params![session_id, hash, id, AGENT, NOW, NOW + 86_400_000]).unwrap();
        role.execute(params![id, member, at]).unwrap();
        role.execute(params![id, scale.role(scale.role_of(n)).to_string(), at]).unwrap();
    }
}

fn events(db: &Connection, scale: Scale) {
    let indexes: Vec<(String, String)> = db
        .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'audit_log' AND sql IS NOT NULL")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (name, _) in &indexes {
        db.execute_batch(&format!("DROP INDEX {name}")).unwrap();
    }
    let mut event = db
        .prepare(
            "INSERT INTO audit_log
               (id, at, action, actor_id, target_type, target_id, tenant_id, request_id, client_address, details)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '203.0.113.17', ?9)",
        )
        .unwrap();
    for n in 0..scale.events() {
        let mixed = mix(n ^ 0xA0D1);
        // One in a hundred is by the same administrator.
        let actor = if mixed % 100 == 0 { 0 } else { mixed % scale.users };
        let mut share = (mixed >> 32) % 100;
        let (action, target, _) = ACTIONS
            .into_iter()
            .find(|(_, _, part)| {
                let found = share < *part;
                share = share.wrapping_sub(*part);
                found
            })
            .unwrap();
        let target_id = match target {
            "role" => scale.role(mixed % scale.roles()).to_string(),
            "session" => {
                SessionId::generate_at(Timestamp::from_millis(scale.event_at(n)), &Numbered(n)).to_string()
            }
            _ => scale.user(mix(mixed) % scale.users).to_string(),
        };
        let request = SessionId::generate_at(Timestamp::from_millis(NOW), &Numbered(mixed)).to_string();
        event
            .execute(params![
                scale.event(n).to_string(),
                scale.event_at(n),
                action,
                scale.user(actor).to_string(),
                target,
                target_id,
                scale.tenant(actor).to_string(),
                request,
                r#"{"method":"password"}"#,
            ])
            .unwrap();
    }
    for (_, sql) in &indexes {
        db.execute_batch(sql).unwrap();
    }
}
