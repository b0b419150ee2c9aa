//! One account: to see, to change, to delete.

use accounts::UserId;
use http_kit::Problem;
use store::Db;
use store::users::{self, User};

use crate::routes::no_such;
use crate::services::problems::store_problem;

pub(super) mod delete;
pub(super) mod read;
pub(super) mod update;

pub(in crate::routes) async fn find(db: &impl Db, id: UserId) -> Result<User, Problem> {
    users::by_id(id).first(db).await.map_err(|error| store_problem(&error))?.ok_or_else(|| no_such("user"))
}

fn to_api(user: User) -> api::User {
    api::User {
        id: user.id,
        username: user.email,
        first_name: user.first_name,
        last_name: user.last_name,
        tenant: user.tenant,
        status: user.status,
        email_verified: user.email_verified_at.is_some(),
        created_at: user.created_at.into(),
        updated_at: user.updated_at.into(),
    }
}
