//! What the pages ask of user-mgmt, in the name of whoever is in front of them.

mod admin;

use std::time::Duration;

use accounts::{ApiTokenId, IdentityId, SessionId, UserId};
use api::{
    ApiToken, CreatedApiToken, Cursor, Identity, LinkIdentityResponse, LoadUser, LogoutResponse, Page,
    PasswordToken, Provider, Providers, RegisterResponse, Session,
};
use http::header::{CONTENT_TYPE, COOKIE, HeaderName, HeaderValue, RETRY_AFTER, SET_COOKIE, USER_AGENT};
use http::{Method, StatusCode};
use http_kit::{
    Body, Bytes, DEVICE_COOKIE, Fetch, Outcome, Problem, Request, SESSION_COOKIE, device_cookie, read_body,
    session_cookie,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::forward::{at, set_request_id};

pub(crate) use admin::{AuditFilter, Invitation, MatrixFilter, NamedRole, UserFilter};

const CONNECTING_IP: HeaderName = HeaderName::from_static("cf-connecting-ip");

/// The largest answer that is read, in bytes: an account of 10,000 permissions has about a tenth of it.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// user-mgmt, as one request of a browser may use it.
pub(crate) struct UserMgmt<'a, F> {
    binding: &'a F,
    request: &'a Request,
}

/// Why user-mgmt did not do what a person asked for: theirs to correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) detail: String,
    pub(crate) field: Option<String>,
    pub(crate) retry_after: Option<HeaderValue>,
}

impl Refusal {
    /// Has an answer that explains this refusal say when to try again.
    pub(crate) fn explained_by(self, outcome: Outcome) -> Outcome {
        let mut response = outcome?;
        if let Some(time) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, time);
        }
        Ok(response)
    }

    /// The page of an error, where no form can explain it.
    pub(crate) fn into_problem(self) -> Problem {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS => {
                let seconds = self.retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
                Problem::too_many_requests(Duration::from_secs(seconds.unwrap_or(60)))
            }
            StatusCode::FORBIDDEN => Problem::forbidden(self.detail),
            StatusCode::NOT_FOUND => Problem::not_found(),
            // Nobody in front of a page can do anything about it.
            _ => not_understood(format!("{} {}", self.status, self.code)),
        }
    }
}

/// What came of a call. The outer error is ours: user-mgmt does not answer, or not in a way that can be understood.
pub(crate) type Answer<T> = Result<Result<T, Refusal>, Problem>;

/// The cookies that an answer hands to the browser.
pub(crate) type Cookies = Vec<HeaderValue>;

/// Who registers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registration<'a> {
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_name: Option<&'a str>,
}

/// Who signs in.
#[derive(Serialize)]
pub(crate) struct Credentials<'a> {
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
}

/// Whom to write to.
#[derive(Serialize)]
struct Address<'a> {
    username: &'a str,
}

/// What a link in a mail carries.
#[derive(Serialize)]
struct MailToken<'a> {
    token: &'a str,
}

/// The password that the owner of a mail has chosen.
#[derive(Serialize)]
struct PasswordByToken<'a> {
    token: &'a str,
    password: &'a str,
}

/// Another password, and the present one, which shows that it is the owner who asks.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasswordChange<'a> {
    pub(crate) current_password: &'a str,
    pub(crate) new_password: &'a str,
}

/// The password that shows that it is the owner who asks, where the account has one.
#[derive(Serialize)]
struct OwnPassword<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

/// An API token that is wanted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WantedToken<'a> {
    pub(crate) name: &'a str,
    pub(crate) scopes: &'a [&'a str],
    pub(crate) expires_in_days: u16,
}

/// At which provider an identity is wanted.
#[derive(Serialize)]
struct WantedIdentity<'a> {
    provider: &'a str,
}

/// What somebody is called; an absent name is cleared.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Names<'a> {
    pub(crate) first_name: Option<&'a str>,
    pub(crate) last_name: Option<&'a str>,
}

impl<'a, F: Fetch> UserMgmt<'a, F> {
    pub(crate) fn new(binding: &'a F, request: &'a Request) -> Self {
        Self { binding, request }
    }

    /// Makes an account.
    pub(crate) async fn register(&self, registration: &Registration<'_>) -> Answer<RegisterResponse> {
        self.read(Method::POST, "/register", Some(registration)).await
    }

    /// Shows that an address is its owner's, by the token of a mail.
    pub(crate) async fn verify_email(&self, token: &str) -> Answer<()> {
        self.tell(Method::POST, "/verify-email", &MailToken { token }).await
    }

    /// Has the mail that confirms an address sent again.
    pub(crate) async fn resend_verification(&self, username: &str) -> Answer<()> {
        self.tell(Method::POST, "/verify-email/resend", &Address { username }).await
    }

    /// Has a mail sent that sets a new password.
    pub(crate) async fn forgot_password(&self, username: &str) -> Answer<()> {
        self.tell(Method::POST, "/forgot-password", &Address { username }).await
    }

    /// Whose password a token can set. It stays usable.
    pub(crate) async fn password_token(&self, token: &str) -> Answer<PasswordToken> {
        self.read(Method::POST, "/forgot-password-validate", Some(&MailToken { token })).await
    }

    /// Sets a password by the token of a mail.
    pub(crate) async fn set_password(&self, token: &str, password: &str) -> Answer<()> {
        self.tell(Method::POST, "/forgot-password-new-password", &PasswordByToken { token, password }).await
    }

    /// Starts a session.
    pub(crate) async fn login(&self, credentials: &Credentials<'_>) -> Answer<Cookies> {
        let answer = self.send(Method::POST, "/login", Some(credentials)).await?;
        Ok(answer.map(|success| success.cookies))
    }

    /// Ends the session, if it has not ended already. Gives where to sign out at the identity provider as well, if the
    /// session began at one that offers it.
    pub(crate) async fn logout(&self) -> Result<Option<LogoutResponse>, Problem> {
        if session_cookie(&self.request.headers).is_none() {
            return Ok(None);
        }
        match self.send(Method::POST, "/logout", None::<&()>).await? {
            Ok(success) if success.status == StatusCode::NO_CONTENT => Ok(None),
            Ok(success) => serde_json::from_slice(&success.body).map(Some).map_err(not_understood),
            Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => Ok(None),
            Err(refusal) => Err(not_understood(refusal.status)),
        }
    }

    /// The identity providers that one can sign in at; none where none is configured. A page is worth showing without
    /// them, so that it does not depend on an answer.
    pub(crate) async fn providers(&self) -> Vec<Provider> {
        let answer = self.read::<Providers>(Method::GET, "/oidc/providers", None::<&()>).await;
        answer.ok().and_then(Result::ok).unwrap_or_default().items
    }

    /// What one signs in with at identity providers, the oldest first.
    pub(crate) async fn identities(&self, from: &Cursor) -> Answer<Page<Identity>> {
        self.read(Method::GET, &page_of("/identities", from), None::<&()>).await
    }

    /// Begins to link an identity: gives where to go, and the cookie that the browser comes back with.
    pub(crate) async fn link_identity(&self, provider: &str) -> Answer<(LinkIdentityResponse, Cookies)> {
        match self.send(Method::POST, "/identities", Some(&WantedIdentity { provider })).await? {
            Ok(success) => {
                let begun = serde_json::from_slice(&success.body).map_err(not_understood)?;
                Ok(Ok((begun, success.cookies)))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Unlinks one of one's own identities.
    pub(crate) async fn unlink_identity(&self, id: IdentityId) -> Answer<()> {
        self.delete(&format!("/identities/{id}")).await
    }

    /// Who is signed in, if anybody is. Without a token nobody is, and there is no need to ask.
    pub(crate) async fn load_user(&self) -> Result<Option<LoadUser>, Problem> {
        if session_cookie(&self.request.headers).is_none() {
            return Ok(None);
        }
        match self.read(Method::GET, "/load-user", None::<&()>).await? {
            Ok(user) => Ok(Some(user)),
            Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => Ok(None),
            Err(refusal) => Err(refusal.into_problem()),
        }
    }

    /// Changes what somebody is called.
    pub(crate) async fn update_names(&self, user: UserId, names: &Names<'_>) -> Answer<()> {
        self.tell(Method::PUT, &format!("/users/{user}"), names).await
    }

    /// Sets another password. Every session ends; the cookies carry a new one.
    pub(crate) async fn change_password(&self, change: &PasswordChange<'_>) -> Answer<Cookies> {
        let answer = self.send(Method::POST, "/change-password", Some(change)).await?;
        Ok(answer.map(|success| success.cookies))
    }

    /// Ends the account for good.
    pub(crate) async fn delete_account(&self, password: Option<&str>) -> Answer<()> {
        self.tell(Method::POST, "/delete-account", &OwnPassword { password }).await
    }

    /// Where one is signed in, the newest first.
    pub(crate) async fn sessions(&self, from: &Cursor) -> Answer<Page<Session>> {
        self.read(Method::GET, &page_of("/sessions", from), None::<&()>).await
    }

    /// Ends one of one's own sessions.
    pub(crate) async fn end_session(&self, id: SessionId) -> Answer<()> {
        self.delete(&format!("/sessions/{id}")).await
    }

    /// Ends all of one's own sessions but this one.
    pub(crate) async fn end_other_sessions(&self) -> Answer<()> {
        self.delete("/sessions").await
    }

    /// One's own API tokens, the newest first.
    pub(crate) async fn tokens(&self, from: &Cursor) -> Answer<Page<ApiToken>> {
        self.read(Method::GET, &page_of("/tokens", from), None::<&()>).await
    }

    /// Makes an API token; the answer is the only one that shows it.
    pub(crate) async fn create_token(&self, wanted: &WantedToken<'_>) -> Answer<CreatedApiToken> {
        self.read(Method::POST, "/tokens", Some(wanted)).await
    }

    /// Revokes one of one's own API tokens.
    pub(crate) async fn revoke_token(&self, id: ApiTokenId) -> Answer<()> {
        self.delete(&format!("/tokens/{id}")).await
    }

    async fn delete(&self, path: &str) -> Answer<()> {
        Ok(self.send(Method::DELETE, path, None::<&()>).await?.map(drop))
    }

    /// Sends something whose answer says no more than that it worked.
    async fn tell(&self, method: Method, path: &str, body: &impl Serialize) -> Answer<()> {
        Ok(self.send(method, path, Some(body)).await?.map(drop))
    }

    /// Asks for something that is answered in JSON.
    async fn read<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Answer<T> {
        match self.send(method, path, body).await? {
            Ok(success) => serde_json::from_slice(&success.body).map(Ok).map_err(not_understood),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    async fn send(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> Answer<Success> {
        let request = self.request(method, path, body)?;
        let (head, body) = self.binding.fetch(request).await.map_err(Problem::unavailable)?.into_parts();
        let body = read_body(body, ANSWER_LIMIT).await.map_err(Problem::unavailable)?;
        if head.status.is_success() {
            let cookies = head.headers.get_all(SET_COOKIE).iter().cloned().collect();
            return Ok(Ok(Success { status: head.status, cookies, body }));
        }
        // 501 says that a deployment lacks something, such as mail, which a person can be told.
        if !head.status.is_client_error() && head.status != StatusCode::NOT_IMPLEMENTED {
            return Err(not_understood(head.status));
        }
        let problem: ProblemBody = serde_json::from_slice(&body).map_err(not_understood)?;
        let retry_after = head.headers.get(RETRY_AFTER).cloned();
        let ProblemBody { code, detail, field } = problem;
        Ok(Err(Refusal { status: head.status, code, detail, field, retry_after }))
    }

    /// A request in the name of the one that is being answered. It carries what identifies its sender and nothing
    /// else; in particular not `Origin`, which was checked where the form came in.
    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<http::Request<Body>, Problem> {
        let context = &self.request.context;
        let mut request = http::Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = at(&context.uri, path)?;
        for name in [CONNECTING_IP, USER_AGENT] {
            if let Some(value) = self.request.headers.get(&name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        set_request_id(request.headers_mut(), &context.request_id);
        let session = session_cookie(&self.request.headers).map(|token| (SESSION_COOKIE, token.reveal()));
        let device = device_cookie(&self.request.headers).map(|token| (DEVICE_COOKIE, token.reveal()));
        let pairs = session.into_iter().chain(device).map(|(name, value)| format!("{name}={value}"));
        let cookies = pairs.collect::<Vec<_>>().join("; ");
        if !cookies.is_empty()
            && let Ok(cookies) = HeaderValue::try_from(cookies)
        {
            request.headers_mut().insert(COOKIE, cookies);
        }
        if let Some(body) = body {
            *request.body_mut() = Body::from(serde_json::to_vec(body).map_err(Problem::internal)?);
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(request)
    }
}

/// A list from here on; an empty cursor is its start.
fn page_of(path: &str, from: &Cursor) -> String {
    if from.key().is_empty() { path.to_owned() } else { format!("{path}?cursor={from}") }
}

struct Success {
    status: StatusCode,
    cookies: Cookies,
    body: Bytes,
}

/// What is read of a problem.
#[derive(Deserialize)]
struct ProblemBody {
    code: String,
    detail: String,
    #[serde(default)]
    field: Option<String>,
}

fn not_understood(what: impl std::fmt::Display) -> Problem {
    Problem::unavailable(format!("user-mgmt answered in an unexpected way: {what}"))
}
