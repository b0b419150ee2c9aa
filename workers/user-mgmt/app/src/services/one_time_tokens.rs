//! What a link in a mail is worth, to whoever shows its token.

use accounts::{OneTimeToken, TokenHash};
use http::StatusCode;
use http_kit::Problem;
use store::one_time_tokens::{self, Purpose, UsableToken};

use crate::app::{App, Platform};
use crate::services::problems::store_problem;

/// The token that was shown, if it can be used now and for one of these purposes. Anything else, whatever is wrong with
/// it, is the same problem.
pub(crate) async fn find<P: Platform>(
    app: &App<P>,
    shown: &str,
    purposes: &[Purpose],
) -> Result<(TokenHash, UsableToken), Problem> {
    let hash = OneTimeToken::parse(shown).map_err(|_| token_invalid())?.hash();
    let found = one_time_tokens::usable(&hash, app.runtime.now()).first(&app.db).await;
    let token = found.map_err(|error| store_problem(&error))?.ok_or_else(token_invalid)?;
    if purposes.contains(&token.purpose) { Ok((hash, token)) } else { Err(token_invalid()) }
}

/// Unknown, used, expired, replaced by a newer one, or for something else.
pub(crate) fn token_invalid() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "token_invalid",
        "this link does not work any more; ask for a new one",
    )
}
