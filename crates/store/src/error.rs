/// How a statement or a batch can end, other than well.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer, or not with anything that is expected of it.
    #[error("the database failed: {0}")]
    Driver(String),
    /// A row with this value exists already.
    #[error("`{table}.{column}` is taken")]
    Conflict {
        /// The table of the constraint.
        table: String,
        /// The column, or the first of several.
        column: String,
    },
    /// A row that this one refers to does not exist, or a row that others refer to would go.
    #[error("a foreign key does not hold")]
    ForeignKey,
    /// A condition of the batch does not hold; nothing of the batch has an effect.
    #[error("the condition `{0}` does not hold")]
    Guard(String),
    /// A row is not what the code expects: the schema and the code have parted.
    #[error("statement `{statement}`: {reason}")]
    Inconsistency {
        /// The name of the statement.
        statement: &'static str,
        /// What was wrong with the row.
        reason: String,
    },
}

impl StoreError {
    /// Reads the text in which SQLite reports a failure; both drivers pass it on.
    pub fn from_message(message: &str) -> Self {
        if let Some(rest) = after(message, "UNIQUE constraint failed: ") {
            let column = rest.split([',', ':', ' ']).next().unwrap_or_default();
            let (table, column) = column.split_once('.').unwrap_or((column, ""));
            return Self::Conflict { table: table.to_owned(), column: column.to_owned() };
        }
        if message.contains("FOREIGN KEY constraint failed") {
            return Self::ForeignKey;
        }
        if let Some(rest) = after(message, "guard: ") {
            let name = rest.split([':', ' ']).next().unwrap_or_default();
            return Self::Guard(name.to_owned());
        }
        Self::Driver(message.to_owned())
    }

    /// Whether the batch failed on this condition.
    pub fn is_guard(&self, name: &str) -> bool {
        matches!(self, Self::Guard(failed) if failed == name)
    }

    /// Whether a row with the same value in this column exists.
    pub fn is_conflict(&self, table: &str, column: &str) -> bool {
        matches!(self, Self::Conflict { table: t, column: c } if t == table && c == column)
    }
}

fn after<'a>(text: &'a str, marker: &str) -> Option<&'a str> {
    text.find(marker).map(|at| &text[at + marker.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_message_reads_what_d1_and_sqlite_say() {
        let conflict =
            |table: &str, column: &str| StoreError::Conflict { table: table.into(), column: column.into() };
        for (message, error) in [
            (
                "D1_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)",
                conflict("users", "email"),
            ),
            (
                "UNIQUE constraint failed: user_roles.user_id, user_roles.role_id",
                conflict("user_roles", "user_id"),
            ),
            ("D1_ERROR: FOREIGN KEY constraint failed: SQLITE_CONSTRAINT", StoreError::ForeignKey),
            (
                "D1_ERROR: guard: last_super_admin: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_TRIGGER)",
                StoreError::Guard("last_super_admin".into()),
            ),
            ("guard: decision_current", StoreError::Guard("decision_current".into())),
            ("no such table: users", StoreError::Driver("no such table: users".into())),
        ] {
            assert_eq!(StoreError::from_message(message), error);
        }
    }
}
