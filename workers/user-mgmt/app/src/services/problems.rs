//! How a failure of the store reads to a client, wherever a route does not know better.

use http_kit::Problem;
use store::{StoreError, guard};

use crate::services::one_time_tokens::token_invalid;

/// The batch of a change found that the decision it rests on is out of date. The gate decides anew; a client sees this
/// only where that did not end.
pub(crate) const DECISION_STALE: &str = "decision_stale";

pub(crate) fn store_problem(error: &StoreError) -> Problem {
    match error {
        StoreError::Driver(_) => Problem::unavailable(error),
        StoreError::Inconsistency { .. } | StoreError::ForeignKey => Problem::internal(error),
        StoreError::Conflict { table, column } => {
            Problem::conflict("conflict", format!("`{column}` is taken in `{table}`"))
        }
        StoreError::Guard(name) => match name.as_str() {
            guard::DECISION_CURRENT => {
                Problem::conflict(DECISION_STALE, "roles or permissions changed meanwhile; try again")
            }
            guard::TOKEN_USABLE => token_invalid(),
            guard::TARGET_EXISTS => Problem::not_found(),
            guard::LAST_SUPER_ADMIN => Problem::conflict(
                "last_super_admin",
                "this is the last active SUPER_ADMIN; appoint another one first",
            ),
            guard::LAST_WAY_IN => Problem::conflict(
                "last_way_in",
                "this is the only way into the account; set a password or link another identity first",
            ),
            guard::SYSTEM_ROLE => {
                Problem::conflict("system_role", "a system role is neither renamed nor deleted")
            }
            guard::SYSTEM_PERMISSION => {
                Problem::conflict("system_permission", "a built-in permission is not deleted")
            }
            guard::SUPER_ADMIN_GRANT => {
                Problem::conflict("super_admin_grant", "SUPER_ADMIN keeps `admin:all`")
            }
            _ => Problem::internal(error),
        },
    }
}
