use std::sync::atomic::{AtomicU32, Ordering};

use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use crate::world::World;

/// The origin that tests speak to.
pub(crate) const ORIGIN: &str = "http://localhost:8787";

/// The cookie of a sign-in at an identity provider.
const LOGIN_COOKIE: &str = "__Host-sign-in";

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} is not JSON: {}", self.status, self.text()))
    }

    /// The code of a problem.
    #[track_caller]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_else(|| panic!("no problem: {}", self.text())).to_owned()
    }

    /// Fails unless the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// Fails unless it is a problem of this status and code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        let this = self.expect(status);
        assert_eq!(this.headers[CONTENT_TYPE], "application/problem+json");
        assert_eq!(this.code(), code, "{}", this.text());
        this
    }
}

/// A browser, as far as it matters: it keeps its cookies.
#[derive(Debug)]
pub struct Client<'w, W> {
    world: &'w W,
    /// The address that it comes from; each browser has one of its own.
    pub address: String,
    /// The value of the session cookie, while there is one.
    pub session: Option<String>,
    /// The value of the cookie by which it is known from an earlier sign-in.
    pub device: Option<String>,
    /// The value of the cookie of a sign-in at an identity provider, while one is under way.
    pub login: Option<String>,
    /// The API token that it sends, if it is a program rather than a browser.
    pub token: Option<String>,
}

impl<'w, W: World> Client<'w, W> {
    /// A browser without cookies.
    pub fn new(world: &'w W) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let [_, a, b, c] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        Self {
            world,
            address: format!("10.{a}.{b}.{c}"),
            session: None,
            device: None,
            login: None,
            token: None,
        }
    }

    /// What it speaks to.
    pub fn world(&self) -> &'w W {
        self.world
    }

    /// `GET /api{path}`.
    pub async fn get(&mut self, path: &str) -> Reply {
        self.request(Method::GET, path, None).await
    }

    /// `POST /api{path}` with a body of JSON.
    pub async fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.request(Method::POST, path, Some(body)).await
    }

    /// `PUT /api{path}` with a body of JSON.
    pub async fn put(&mut self, path: &str, body: &Value) -> Reply {
        self.request(Method::PUT, path, Some(body)).await
    }

    /// `PATCH /api{path}` with a body of JSON.
    pub async fn patch(&mut self, path: &str, body: &Value) -> Reply {
        self.request(Method::PATCH, path, Some(body)).await
    }

    /// `DELETE /api{path}`.
    pub async fn delete(&mut self, path: &str) -> Reply {
        self.request(Method::DELETE, path, None).await
    }

    /// Any method on `/api{path}`.
    pub async fn request(&mut self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        self.send(Self::made(method, path, body)).await
    }

    /// The request that [`Self::request`] would send, with cookies and all.
    pub fn as_sent(&self, method: Method, path: &str, body: Option<&Value>) -> http::Request<Vec<u8>> {
        self.with_head(Self::made(method, path, body))
    }

    fn made(method: Method, path: &str, body: Option<&Value>) -> http::Request<Vec<u8>> {
        let mut request = http::Request::builder().method(method).uri(format!("{ORIGIN}/api{path}"));
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        request.body(body.map(|body| body.to_string().into_bytes()).unwrap_or_default()).unwrap()
    }

    /// A request made by hand; the session cookie is added, and kept up to date.
    pub async fn send(&mut self, request: http::Request<Vec<u8>>) -> Reply {
        let reply = self.world.send(self.with_head(request)).await;
        for cookie in reply.headers.get_all(SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let value = (!value.is_empty()).then(|| value.to_owned());
            match name {
                http_kit::SESSION_COOKIE => self.session = value,
                http_kit::DEVICE_COOKIE => self.device = value,
                LOGIN_COOKIE => self.login = value,
                _ => {}
            }
        }
        reply
    }

    /// Adds what every request of this client carries.
    fn with_head(&self, mut request: http::Request<Vec<u8>>) -> http::Request<Vec<u8>> {
        request.headers_mut().entry(HOST).or_insert("localhost:8787".parse().unwrap());
        let address = self.address.parse().unwrap();
        request.headers_mut().entry("cf-connecting-ip").or_insert(address);
        let session = self.session.iter().map(|value| format!("{}={value}", http_kit::SESSION_COOKIE));
        let device = self.device.iter().map(|value| format!("{}={value}", http_kit::DEVICE_COOKIE));
        let login = self.login.iter().map(|value| format!("{LOGIN_COOKIE}={value}"));
        // In one header, as browsers send them.
        let cookies = session.chain(device).chain(login).collect::<Vec<_>>().join("; ");
        if !cookies.is_empty() {
            request.headers_mut().append(COOKIE, cookies.parse().unwrap());
        }
        if let Some(token) = &self.token {
            request.headers_mut().append(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        }
        request
    }

    /// Registers an account; verification must be off for it to sign in.
    pub async fn register(&mut self, email: &str, password: &str) -> Reply {
        self.post("/register", &serde_json::json!({ "username": email, "password": password })).await
    }

    /// Signs in.
    pub async fn login(&mut self, email: &str, password: &str) -> Reply {
        self.post("/login", &serde_json::json!({ "username": email, "password": password })).await
    }
}
