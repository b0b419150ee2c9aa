use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use accounts::{Clock, Random};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http_kit::{Body, Fetch, FetchError, read_body};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::runtime::TestRuntime;
use crate::signer::Signer;

/// The issuer of [`IdentityProvider::vars`].
pub const ISSUER: &str = "https://idp.example";
/// What the provider calls Edgeward.
const CLIENT_ID: &str = "edgeward";
/// What the provider knows Edgeward by.
const CLIENT_SECRET: &str = "a secret of tests";

/// Changes what the provider is about to say.
type Tamper = Arc<dyn Fn(&mut Value) + Send + Sync>;

/// A provider of identities in this process, at [`ISSUER`]. It behaves unless it is told not to: then it misbehaves in just
/// that way.
#[derive(Clone)]
pub struct IdentityProvider {
    runtime: Arc<TestRuntime>,
    state: Arc<Mutex<State>>,
}

#[derive(Clone)]
struct State {
    signer: Signer,
    published: Vec<Value>,
    person: Value,
    metadata: Tamper,
    id_token: Tamper,
    userinfo: Tamper,
    raw: HashMap<&'static str, (u16, String)>,
    down: bool,
    names_issuer: bool,
    codes: HashMap<String, Code>,
    requests: Vec<String>,
}

#[derive(Clone)]
struct Code {
    challenge: String,
    redirect_uri: String,
    nonce: String,
    person: Value,
}

impl IdentityProvider {
    pub(crate) fn new(runtime: Arc<TestRuntime>) -> Self {
        let signer = Signer::es256("first", 1);
        let state = State {
            published: vec![signer.jwk()],
            signer,
            person: json!({}),
            metadata: Arc::new(|_| {}),
            id_token: Arc::new(|_| {}),
            userinfo: Arc::new(|_| {}),
            raw: HashMap::new(),
            down: false,
            names_issuer: true,
            codes: HashMap::new(),
            requests: Vec::new(),
        };
        Self { runtime, state: Arc::new(Mutex::new(state)) }
    }

    /// Knows from now on what another one knows.
    pub(crate) fn become_like(&self, other: &Self) {
        let known = other.state(|state| state.clone());
        self.state(|state| *state = known);
    }

    /// The variables of a deployment that trusts this provider with the addresses of `example.com`. `more` is added to
    /// what they say of the provider.
    pub fn vars(more: &Value) -> Vec<(&'static str, String)> {
        let mut provider = json!({
            "id": "sso", "name": "Example SSO", "issuer": ISSUER, "clientId": CLIENT_ID,
            "trustedEmailDomains": ["example.com"],
        });
        for (name, value) in more.as_object().unwrap() {
            provider[name] = value.clone();
        }
        vec![
            ("OIDC_PROVIDERS", json!([provider]).to_string()),
            ("OIDC_CLIENT_SECRET_SSO", CLIENT_SECRET.to_owned()),
        ]
    }

    /// The variables of a deployment with two providers to choose from, neither of which can be reached from everywhere: for
    /// tests that are about the routes.
    pub fn vars_of_two() -> Vec<(&'static str, String)> {
        let provider = |id: &str| {
            json!({
                "id": id, "name": id, "issuer": format!("https://{id}.invalid"), "clientId": CLIENT_ID,
            })
        };
        vec![
            ("OIDC_PROVIDERS", json!([provider("one"), provider("two")]).to_string()),
            ("OIDC_CLIENT_SECRET_ONE", CLIENT_SECRET.to_owned()),
            ("OIDC_CLIENT_SECRET_TWO", CLIENT_SECRET.to_owned()),
        ]
    }

    /// Whether an address is one of the provider.
    pub(crate) fn is_at(uri: &http::Uri) -> bool {
        uri.host() == Some("idp.example")
    }

    fn state<T>(&self, use_it: impl FnOnce(&mut State) -> T) -> T {
        use_it(&mut self.state.lock().unwrap())
    }

    /// Who signs in from now on: `sub` and any other claims.
    pub fn set_person(&self, claims: &Value) {
        self.state(|state| state.person = claims.clone());
    }

    /// Cuts it off, or brings it back.
    pub fn set_down(&self, down: bool) {
        self.state(|state| state.down = down);
    }

    /// Signs with this key from now on, and publishes it beside nothing else.
    pub fn rotate(&self, signer: Signer) {
        self.state(|state| {
            state.published = vec![signer.jwk()];
            state.signer = signer;
        });
    }

    /// Signs with this key from now on, and says nothing of it.
    pub fn sign_with(&self, signer: Signer) {
        self.state(|state| state.signer = signer);
    }

    /// The keys that it publishes.
    pub fn published(&self) -> Vec<Value> {
        self.state(|state| state.published.clone())
    }

    /// Changes what it says of itself.
    pub fn tamper_with_metadata(&self, tamper: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.state(|state| state.metadata = Arc::new(tamper));
    }

    /// Changes the claims of its ID tokens.
    pub fn tamper_with_id_tokens(&self, tamper: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.state(|state| state.id_token = Arc::new(tamper));
    }

    /// Changes what it says of people beside their ID tokens.
    pub fn tamper_with_userinfo(&self, tamper: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.state(|state| state.userinfo = Arc::new(tamper));
    }

    /// Answers with this whenever it is asked for `path`.
    pub fn answer(&self, path: &'static str, status: u16, body: impl Into<String>) {
        self.state(|state| state.raw.insert(path, (status, body.into())));
    }

    /// Leaves `iss` out of its answers and says so, or puts it in.
    pub fn set_names_issuer(&self, names_issuer: bool) {
        self.state(|state| state.names_issuer = names_issuer);
    }

    /// The paths that it was asked for since the last call.
    pub fn take_requests(&self) -> Vec<String> {
        self.state(|state| std::mem::take(&mut state.requests))
    }

    /// What the provider does with a browser that comes with this request: signs in whoever it is and sends the browser
    /// back. Gives the query that it comes back with.
    pub fn authorize(&self, url: &str) -> String {
        let url: http::Uri = url.parse().unwrap();
        assert!(Self::is_at(&url) && url.path() == "/authorize", "{url}");
        let query: HashMap<String, String> = pairs(url.query().unwrap());
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], CLIENT_ID);
        assert_eq!(query["code_challenge_method"], "S256");
        assert!(query["scope"].split(' ').any(|scope| scope == "openid"));
        let mut bytes = [0; 16];
        self.runtime.fill(&mut bytes);
        let code = URL_SAFE_NO_PAD.encode(bytes);
        let names_issuer = self.state(|state| {
            let made = Code {
                challenge: query["code_challenge"].clone(),
                redirect_uri: query["redirect_uri"].clone(),
                nonce: query["nonce"].clone(),
                person: state.person.clone(),
            };
            state.codes.insert(code.clone(), made);
            state.names_issuer
        });
        let mut back = form_urlencoded::Serializer::new(String::new());
        back.append_pair("code", &code).append_pair("state", &query["state"]);
        if names_issuer {
            back.append_pair("iss", ISSUER);
        }
        back.finish()
    }

    /// A logout token for this person, changed by `change`.
    pub fn logout_token(&self, change: impl FnOnce(&mut Value)) -> String {
        let now = self.runtime.now().as_millis() / 1_000;
        let mut bytes = [0; 16];
        self.runtime.fill(&mut bytes);
        let mut claims = json!({
            "iss": ISSUER, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": URL_SAFE_NO_PAD.encode(bytes),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        change(&mut claims);
        self.state(|state| {
            let header =
                json!({ "alg": state.signer.algorithm(), "kid": state.signer.id, "typ": "logout+jwt" });
            state.signer.token_with(&header, &claims)
        })
    }

    fn metadata(&self) -> Value {
        let names_issuer = self.state(|state| state.names_issuer);
        let mut document = json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/authorize"),
            "token_endpoint": format!("{ISSUER}/token"),
            "userinfo_endpoint": format!("{ISSUER}/userinfo"),
            "jwks_uri": format!("{ISSUER}/keys"),
            "end_session_endpoint": format!("{ISSUER}/end"),
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": names_issuer,
        });
        let tamper = self.state(|state| state.metadata.clone());
        tamper(&mut document);
        document
    }

    /// Exchanges a code, once.
    fn exchange(&self, authorization: &str, form: &HashMap<String, String>) -> (u16, Value) {
        let expected = STANDARD.encode(format!("{CLIENT_ID}:{}", CLIENT_SECRET.replace(' ', "+")));
        if authorization != format!("Basic {expected}") {
            return (401, json!({ "error": "invalid_client" }));
        }
        let code = self.state(|state| state.codes.remove(&form["code"]));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
        let Some(code) = code.filter(|code| {
            form["grant_type"] == "authorization_code"
                && code.challenge == challenge
                && code.redirect_uri == form["redirect_uri"]
        }) else {
            return (400, json!({ "error": "invalid_grant" }));
        };
        let now = self.runtime.now().as_millis() / 1_000;
        let access_token = URL_SAFE_NO_PAD.encode(code.person.to_string());
        let mut claims = json!({
            "iss": ISSUER, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": code.nonce,
            "at_hash": URL_SAFE_NO_PAD.encode(&Sha256::digest(&access_token)[..16]),
        });
        for (name, value) in code.person.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let (tamper, signer) = self.state(|state| (state.id_token.clone(), state.signer.clone()));
        tamper(&mut claims);
        let id_token = signer.token(&claims);
        (200, json!({ "access_token": access_token, "token_type": "Bearer", "id_token": id_token }))
    }

    async fn respond(&self, request: http::Request<Body>) -> Result<(u16, String), FetchError> {
        let path = request.uri().path().to_owned();
        let (down, raw) = self.state(|state| {
            state.requests.push(path.clone());
            (state.down, state.raw.get(path.as_str()).cloned())
        });
        if down {
            return Err(FetchError("no answer within 10 s".to_owned()));
        }
        if let Some(raw) = raw {
            return Ok(raw);
        }
        let header = request.headers().get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let authorization = header.unwrap_or_default();
        let (status, body) = match path.as_str() {
            "/.well-known/openid-configuration" => (200, self.metadata()),
            "/keys" => (200, json!({ "keys": self.published() })),
            "/token" => {
                let body = read_body(request.into_body(), 64 * 1024).await?;
                self.exchange(&authorization, &pairs(std::str::from_utf8(&body).unwrap()))
            }
            "/userinfo" => {
                let token = authorization.strip_prefix("Bearer ").unwrap();
                let mut claims: Value =
                    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).unwrap()).unwrap();
                let tamper = self.state(|state| state.userinfo.clone());
                tamper(&mut claims);
                (200, claims)
            }
            _ => (404, json!({})),
        };
        Ok((status, body.to_string()))
    }
}

impl Fetch for IdentityProvider {
    async fn fetch(&self, request: http::Request<Body>) -> Result<http::Response<Body>, FetchError> {
        let (status, body) = self.respond(request).await?;
        let response = http::Response::builder().status(status).header(CONTENT_TYPE, "application/json");
        Ok(response.body(Body::from(body)).unwrap())
    }
}

impl std::fmt::Debug for IdentityProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentityProvider")
    }
}

fn pairs(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}
