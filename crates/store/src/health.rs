//! Whether the database answers.

use crate::Statement;
use crate::statement::statement;

/// Asks for nothing.
pub fn ping() -> Statement {
    statement!("health/ping")
}
