//! Rows for a case to work with, under ids and names that no other case has.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use accounts::{
    ApiTokenId, AuditEventId, Email, OutboxId, PermissionId, PersonName, Random, RoleId, SessionId,
    SessionLimits, SessionToken, TenantId, Timestamp, TokenHash, TokenName, UserId, UserStatus,
};
use rbac::{Grant, RoleName};
use serde_json::Value;
use store::api_tokens::{self, NewApiToken};
use store::sessions::NewSession;
use store::users::NewUser;
use store::{
    Db, Param, Statement, StoreError, Window, decode, permissions, role_permissions, roles, sessions,
    user_roles, users,
};

use crate::check::{Check, Failure, some};

/// When everything happens, unless a case says otherwise.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_123);

/// How long sessions live here.
pub(crate) const LIMITS: SessionLimits =
    SessionLimits { idle: Duration::from_mins(20), absolute: Duration::from_hours(24) };

/// So long after [`NOW`].
pub(crate) fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

/// A number that nothing has had yet.
pub(crate) fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn id() -> u128 {
    0x0000_0000_0000_7000_9000_0000_0000_0000 | u128::from(number())
}

pub(crate) fn user_id() -> UserId {
    UserId::from_u128(id())
}

pub(crate) fn role_id() -> RoleId {
    RoleId::from_u128(id())
}

pub(crate) fn permission_id() -> PermissionId {
    PermissionId::from_u128(id())
}

pub(crate) fn session_id() -> SessionId {
    SessionId::from_u128(id())
}

pub(crate) fn outbox_id() -> OutboxId {
    OutboxId::from_u128(id())
}

/// The id of an event of this time.
pub(crate) fn audit_event_id(at: Timestamp) -> AuditEventId {
    AuditEventId::generate_at(at, &Numbered(number()))
}

pub(crate) fn email() -> Check<Email> {
    Email::parse(&format!("user-{}@example.com", number())).map_err(|error| Failure::new(error.to_string()))
}

pub(crate) fn person_name(text: &str) -> Check<PersonName> {
    PersonName::parse(text).map_err(|error| Failure::new(error.to_string()))
}

pub(crate) fn role_name(text: &str) -> Check<RoleName> {
    RoleName::parse(text).map_err(|error| Failure::new(error.to_string()))
}

pub(crate) fn grant(text: &str) -> Check<Grant> {
    Grant::parse(text).map_err(|error| Failure::new(error.to_string()))
}

/// As random as a test needs: other bytes for every number.
struct Numbered(u64);

impl Random for Numbered {
    fn fill(&self, buffer: &mut [u8]) {
        for (byte, number) in buffer.iter_mut().rev().zip(self.0.to_le_bytes()) {
            *byte = number;
        }
    }
}

pub(crate) fn token_hash() -> TokenHash {
    SessionToken::generate(&Numbered(number())).hash()
}

/// Windows from either end of a table and from its middle, which must all come past every row of a small one.
pub(crate) fn windows() -> Check<[Window; 3]> {
    let window = |first: &str| -> Check<Window> {
        let from = TokenHash::parse(&format!("{first}{}", "A".repeat(42)));
        Ok(Window { from: from.map_err(|error| Failure::new(error.to_string()))?, rows: 1_000 })
    };
    Ok([window("A")?, window("g")?, window("_")?])
}

/// SQL that no function of the store has.
pub(crate) fn sql(sql: &'static str, params: impl IntoIterator<Item = Param>) -> Statement {
    Statement { name: "contract", sql, params: params.into_iter().collect() }
}

/// The one value of a statement that gives one.
pub(crate) async fn value(db: &impl Db, statement: Statement) -> Check<Value> {
    let rows = rows_of(db, statement).await?;
    let row = some(rows.first().and_then(Value::as_object))?;
    some(row.values().next().cloned())
}

/// The rows of a statement.
pub(crate) async fn rows_of(db: &impl Db, statement: Statement) -> Result<Vec<Value>, StoreError> {
    let name = statement.name;
    decode(name, db.fetch(statement).await?)
}

/// The rows of each statement of a batch.
pub(crate) async fn rows_of_each(
    db: &impl Db,
    statements: Vec<Statement>,
) -> Result<Vec<Vec<Value>>, StoreError> {
    db.batch(statements).await?.into_iter().map(|rows| decode("batch", rows)).collect()
}

/// How many rows a `SELECT count(*)` counts.
pub(crate) async fn count(db: &impl Db, statement: Statement) -> Check<i64> {
    some(value(db, statement).await?.as_i64())
}

/// How many sessions a user has.
pub(crate) async fn sessions_of(db: &impl Db, user: UserId) -> Check<i64> {
    count(db, sql("SELECT count(*) FROM sessions WHERE user_id = ?1", [(&user).into()])).await
}

pub(crate) fn new_user() -> Check<NewUser> {
    Ok(NewUser {
        id: user_id(),
        tenant_id: TenantId::DEFAULT,
        email: email()?,
        email_verified_at: None,
        password_hash: None,
        first_name: None,
        last_name: None,
        status: UserStatus::Active,
        staff: false,
        created_at: NOW,
    })
}

/// A user who exists.
pub(crate) async fn user(db: &impl Db) -> Check<UserId> {
    let user = new_user()?;
    users::insert(&user).run(db).await?;
    Ok(user.id)
}

/// A session that started at [`NOW`].
pub(crate) fn new_session(user: UserId) -> NewSession {
    NewSession {
        id: session_id(),
        token_hash: token_hash(),
        user_id: user,
        user_agent: None,
        created_at: NOW,
        expires_at: LIMITS.expiry(NOW),
    }
}

/// A session that exists.
pub(crate) async fn session(db: &impl Db, user: UserId) -> Check<NewSession> {
    let session = new_session(user);
    sessions::insert(&session).run(db).await?;
    Ok(session)
}

/// A session that has a record in the cache, of a user at their first version.
pub(crate) async fn cached_session(db: &impl Db, user: UserId) -> Check<NewSession> {
    let session = session(db, user).await?;
    some(sessions::cache(session.id, 1).first(db).await?)?;
    Ok(session)
}

/// An API token of these scopes that lives for an hour from [`NOW`].
pub(crate) fn new_api_token(user: UserId, scopes: &[&str]) -> Check<NewApiToken> {
    Ok(NewApiToken {
        id: ApiTokenId::from_u128(id()),
        token_hash: token_hash(),
        user_id: user,
        name: TokenName::parse("CI").map_err(|error| Failure::new(error.to_string()))?,
        scopes: scopes.iter().map(|scope| grant(scope)).collect::<Check<_>>()?,
        created_at: NOW,
        expires_at: later(3_600),
    })
}

/// An API token that exists.
pub(crate) async fn api_token(db: &impl Db, user: UserId) -> Check<NewApiToken> {
    let token = new_api_token(user, &["docs:*", "users:read"])?;
    api_tokens::insert(&token).run(db).await?;
    Ok(token)
}

/// A name that sorts after those before it.
pub(crate) fn permission_name() -> String {
    format!("contract-{:09}:read", number())
}

/// A permission that exists, and its name.
pub(crate) async fn permission(db: &impl Db) -> Check<(PermissionId, String)> {
    let (id, name) = (permission_id(), permission_name());
    permissions::insert(id, &grant(&name)?, "", NOW).run(db).await?;
    Ok((id, name))
}

/// A name that sorts after those before it.
pub(crate) fn fresh_role_name() -> Check<RoleName> {
    role_name(&format!("Contract {:09}", number()))
}

/// A role that exists and grants these.
pub(crate) async fn role(db: &impl Db, grants: &[PermissionId]) -> Check<RoleId> {
    let id = role_id();
    db.batch(vec![roles::insert(id, &fresh_role_name()?, "", NOW), role_permissions::insert_all(id, grants)])
        .await?;
    Ok(id)
}

/// Gives a role to a user.
pub(crate) async fn assign(db: &impl Db, user: UserId, role: RoleId) -> Check {
    Ok(user_roles::insert(user, role, NOW, None).run(db).await?)
}
