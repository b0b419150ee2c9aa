use axum::response::IntoResponse;
use guard::Refusal;
use http_kit::{Body, Problem};
use store::StoreError;

/// How a handler ends that can't do what it was asked to.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The guard has said no.
    Refused(Refusal),
    /// There is nothing to do it to.
    NotFound,
    /// The request can't be used.
    Invalid(&'static str),
    /// The database did not do its part.
    Store(StoreError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> http::Response<Body> {
        let problem = match self {
            Self::Refused(refusal) => return refusal.into_response(),
            Self::NotFound => Problem::not_found(),
            Self::Invalid(detail) => Problem::invalid(detail),
            Self::Store(error) => Problem::unavailable(error),
        };
        problem.into_response("")
    }
}
