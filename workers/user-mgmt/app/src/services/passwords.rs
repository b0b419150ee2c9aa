//! Hashing and comparing passwords as the configuration says, each in its turn.

use std::time::Duration;

use accounts::NewPassword;
use accounts::password::{self, HashError, Password, Verified};
use http_kit::{Level, Problem};
use serde_json::json;

use crate::app::{App, Platform};
use crate::services::hash_queue::{Full, Glance};

/// When it makes sense to ask again, where too many wait.
const BUSY_FOR: Duration = Duration::from_secs(2);

/// The hash of a password that somebody has chosen; 503 where too many wait for theirs.
pub(crate) async fn hash<P: Platform>(app: &App<P>, password: &NewPassword) -> Result<String, Problem> {
    turn(app, None).await?;
    hash_now(app, password.as_password()).await
}

/// The same after another password was compared in the same request, which is not refused any more: a new hash of a password
/// that was right, where [`Verified::Right`] asks for one, or of the one that takes its place.
pub(crate) async fn hash_as_well<P: Platform>(app: &App<P>, password: &Password) -> Result<String, Problem> {
    app.hash_queue.another_turn(&*app.runtime).await;
    hash_now(app, password).await
}

async fn turn<P: Platform>(app: &App<P>, before: Option<Glance>) -> Result<(), Problem> {
    app.hash_queue.turn(&*app.runtime, before).await.map_err(|Full| Problem::busy(BUSY_FOR))
}

async fn hash_now<P: Platform>(app: &App<P>, password: &Password) -> Result<String, Problem> {
    password::hash(&app.kdf, password, app.config.password_hash, &*app.runtime)
        .await
        .map_err(Problem::internal)
}

/// Compares a password with the hash of an account, with the same work where there is no account, or none with a
/// password; 503 where too many wait for theirs. `before` is the queue as it was before the last
/// round trip to the database.
pub(crate) async fn verify<P: Platform>(
    app: &App<P>,
    password: &Password,
    stored: Option<&str>,
    before: Glance,
) -> Result<Verified, Problem> {
    turn(app, Some(before)).await?;
    let settings = app.config.password_hash;
    if let Some(stored) = stored {
        match password::verify(&app.kdf, password, stored, settings).await {
            Ok(verified) => return Ok(verified),
            // An answer of its own would tell that there is such an account.
            Err(error @ HashError::Stored) => {
                app.log(Level::Error, error, json!({}));
            }
            Err(error) => return Err(Problem::internal(error)),
        }
    }
    password::verify_nobody(&app.kdf, password, settings).await.map_err(Problem::internal)?;
    Ok(Verified::Wrong)
}
