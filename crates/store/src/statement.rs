use std::marker::PhantomData;

use accounts::Timestamp;
use serde::de::DeserializeOwned;

use crate::db::{Db, Rows, decode};
use crate::error::StoreError;

/// A value that is bound to a statement.
///
/// D1 knows numbers as JavaScript does. Everything that is bound here is a whole number below 2^53, which it keeps; a
/// list goes in as JSON text, for `json_each`.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// SQL's NULL.
    Null,
    /// A whole number below 2^53.
    Integer(i64),
    /// Text.
    Text(String),
}

/// A whole number as D1 binds it: as JavaScript keeps it, which is exact below 2^53. Beyond, it is refused rather than
/// rounded.
pub fn exact(value: i64) -> Result<f64, StoreError> {
    if value.unsigned_abs() >> 53 != 0 {
        return Err(StoreError::Driver(format!("{value} can't be bound: it is not below 2^53")));
    }
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
    Ok(value as f64)
}

/// One statement of SQL with its values, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The file it came from, below `queries/` and without its ending: for errors and logs.
    pub name: &'static str,
    /// The SQL, with `?1`, `?2`, … for the values.
    pub sql: &'static str,
    /// The values, in order.
    pub params: Vec<Param>,
}

impl Statement {
    /// Runs this statement alone and drops its rows, if it has any.
    pub async fn run(self, db: &impl Db) -> Result<(), StoreError> {
        db.fetch(self).await.map(|_| ())
    }
}

/// A statement whose rows are of type `T`.
#[derive(Debug)]
pub struct Query<T> {
    statement: Statement,
    row: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Query<T> {
    pub(crate) fn new(statement: Statement) -> Self {
        Self { statement, row: PhantomData }
    }

    /// All rows.
    pub async fn all(self, db: &impl Db) -> Result<Vec<T>, StoreError> {
        let name = self.statement.name;
        decode(name, db.fetch(self.statement).await?)
    }

    /// The first row, if there is one.
    pub async fn first(self, db: &impl Db) -> Result<Option<T>, StoreError> {
        self.all(db).await.map(|rows| rows.into_iter().next())
    }

    /// The one row that such a statement always has.
    pub async fn one(self, db: &impl Db) -> Result<T, StoreError> {
        let statement = self.statement.name;
        self.first(db).await?.ok_or(StoreError::Inconsistency { statement, reason: "no row".to_owned() })
    }

    /// The statement, to be run in a batch; its rows are read with [`Self::decode`].
    pub fn into_statement(self) -> Statement {
        self.statement
    }

    /// Reads the rows that this query gave in a batch.
    pub fn decode(name: &'static str, rows: Rows) -> Result<Vec<T>, StoreError> {
        decode(name, rows)
    }
}

impl From<i64> for Param {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Param {
    fn from(value: bool) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<Timestamp> for Param {
    fn from(value: Timestamp) -> Self {
        Self::Integer(value.as_millis())
    }
}

impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Param {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Param>> From<Option<T>> for Param {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! text_params {
    ($($type:ty),+ $(,)?) => {
        $(impl From<&$type> for Param {
            fn from(value: &$type) -> Self {
                Self::Text(value.to_string())
            }
        })+
    };
}

text_params!(
    accounts::ApiTokenId,
    accounts::AuditEventId,
    accounts::Email,
    accounts::GuessSubject,
    accounts::IdentityId,
    accounts::OutboxId,
    accounts::PermissionId,
    accounts::PersonName,
    accounts::RoleId,
    accounts::SessionId,
    accounts::TenantId,
    accounts::TenantName,
    accounts::TenantStatus,
    accounts::TokenHash,
    accounts::TokenName,
    accounts::UserId,
    accounts::UserStatus,
    rbac::Grant,
    rbac::Permission,
    rbac::RoleName,
);

/// A list, for `json_each`.
impl<T: ToString> From<&[T]> for Param {
    fn from(values: &[T]) -> Self {
        Self::Text(values.iter().map(ToString::to_string).collect::<serde_json::Value>().to_string())
    }
}

/// The statement of a file below `queries/`, with its values.
macro_rules! statement {
    ($name:literal $(, $param:expr)* $(,)?) => {
        $crate::Statement {
            name: $name,
            sql: include_str!(concat!("../queries/", $name, ".sql")),
            params: vec![$($crate::Param::from($param)),*],
        }
    };
}
pub(crate) use statement;
