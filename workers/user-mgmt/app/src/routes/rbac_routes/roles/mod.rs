//! Roles.

use http_kit::Problem;
use store::StoreError;

use crate::services::problems::store_problem;

pub(in crate::routes) mod create;
pub(in crate::routes) mod delete;
pub(in crate::routes) mod list;
pub(in crate::routes) mod read;
pub(in crate::routes) mod update;

/// A failure of a batch that names a role.
fn naming_problem(error: &StoreError) -> Problem {
    if error.is_conflict("roles", "name") {
        Problem::conflict("role_name_taken", "there is a role of this name, perhaps in another spelling")
    } else {
        store_problem(error)
    }
}
