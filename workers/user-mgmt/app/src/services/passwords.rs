//! Hashing and comparing passwords as the configuration says.

use accounts::NewPassword;
use accounts::password::{self, HashError, Password, Verified};
use http_kit::{Level, Problem};
use serde_json::json;

use crate::app::{App, Platform};

/// The hash of a password that somebody has chosen.
pub(crate) async fn hash<P: Platform>(app: &App<P>, password: &NewPassword) -> Result<String, Problem> {
    again(app, password.as_password()).await
}

/// A new hash of a password that was right, where [`Verified::Right`] asks for one.
pub(crate) async fn again<P: Platform>(app: &App<P>, password: &Password) -> Result<String, Problem> {
    password::hash(&app.kdf, password, app.config.password_hash, &*app.runtime)
        .await
        .map_err(Problem::internal)
}

/// Compares a password with the hash of an account, with the same work where there is no account, or none with a
/// password.
pub(crate) async fn verify<P: Platform>(
    app: &App<P>,
    password: &Password,
    stored: Option<&str>,
) -> Result<Verified, Problem> {
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
