//! The worker with a fake user-mgmt, and a browser in front of it.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use account_pages_app::{App, Config, service};
use accounts::{Clock, Random, Timestamp};
use http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_kit::{Body, BoxFuture, Defer, Fetch, FetchError, Level, Runtime, Service, read_body};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "https://app.example";
/// A session cookie; the fake user-mgmt decides whether it is good.
pub(crate) const COOKIE_PAIR: &str = "__Host-session=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
pub(crate) const NEW_COOKIE: &str = "__Host-session=CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=60";
/// The token of a mail; the fake user-mgmt decides whether it is good.
pub(crate) const MAIL_TOKEN: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
pub(crate) const PASSWORD: &str = "seven green bicycles";

/// What the fake user-mgmt was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// Method and path.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.uri.strip_prefix(ORIGIN).unwrap_or(&self.uri))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

type Answer = Result<Response<Body>, FetchError>;

struct UserMgmt {
    answer: Box<dyn Fn(&Asked) -> Answer + Send + Sync>,
    asked: Arc<Mutex<Vec<Asked>>>,
    providers: Option<Value>,
}

impl Fetch for UserMgmt {
    async fn fetch(&self, request: Request<Body>) -> Answer {
        let (head, body) = request.into_parts();
        let body = read_body(body, usize::MAX).await?.to_vec();
        let asked = Asked { method: head.method, uri: head.uri.to_string(), headers: head.headers, body };
        // Every page that offers a sign-in asks this, and none depends on an answer.
        if asked.line() == "GET /oidc/providers" {
            return Ok(self.providers.as_ref().map_or_else(|| refused(404, "not_found", "", None), ok));
        }
        self.asked.lock().unwrap().push(asked.clone());
        (self.answer)(&asked)
    }
}

/// Time that stands still, randomness that does not deserve the name.
struct Still(Mutex<Vec<Value>>);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_772_323_200_000)
    }
}

impl Random for Still {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

impl Runtime for Still {
    fn log(&self, _: Level, line: Value) {
        self.0.lock().unwrap().push(line);
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

struct Never;

impl Defer for Never {
    fn defer(&self, _: BoxFuture<'static, ()>) {
        panic!("the pages leave nothing for later");
    }
}

/// The worker.
pub(crate) struct Site {
    service: Service,
    asked: Arc<Mutex<Vec<Asked>>>,
    runtime: Arc<Still>,
}

impl Site {
    /// A site whose user-mgmt answers like this.
    pub(crate) fn new(answer: impl Fn(&Asked) -> Response<Body> + Send + Sync + 'static) -> Self {
        Self::with(Box::new(move |asked| Ok(answer(asked))))
    }

    /// A site whose user-mgmt does not answer.
    pub(crate) fn cut_off() -> Self {
        Self::with(Box::new(|_| Err(FetchError("cut off".to_owned()))))
    }

    /// A site with an admin area, whose user-mgmt knows somebody with these permissions and answers everything else like
    /// this.
    pub(crate) fn of_admin(
        permissions: &[&str],
        answer: impl Fn(&Asked) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let mut user = ada();
        user["permissions"] = json!(permissions);
        let answer =
            move |asked: &Asked| Ok(if asked.line() == "GET /load-user" { ok(&user) } else { answer(asked) });
        Self::configured(Config { admin_area: true }, Box::new(answer))
    }

    /// A site whose user-mgmt knows these identity providers, and Ada, and answers everything else like this.
    pub(crate) fn with_providers(
        providers: &[(&str, &str)],
        answer: impl Fn(&Asked) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let items: Vec<Value> =
            providers.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
        let answer = move |asked: &Asked| {
            Ok(if asked.line() == "GET /load-user" { ok(&ada()) } else { answer(asked) })
        };
        Self::of(Config::default(), Box::new(answer), Some(json!({ "items": items })))
    }

    fn with(answer: Box<dyn Fn(&Asked) -> Answer + Send + Sync>) -> Self {
        Self::configured(Config::default(), answer)
    }

    fn configured(config: Config, answer: Box<dyn Fn(&Asked) -> Answer + Send + Sync>) -> Self {
        Self::of(config, answer, None)
    }

    fn of(
        config: Config,
        answer: Box<dyn Fn(&Asked) -> Answer + Send + Sync>,
        providers: Option<Value>,
    ) -> Self {
        let asked = Arc::default();
        let user_mgmt = UserMgmt { answer, asked: Arc::clone(&asked), providers };
        let runtime = Arc::new(Still(Mutex::default()));
        Self { service: service(App { user_mgmt, config }, runtime.clone()), asked, runtime }
    }

    /// A site whose user-mgmt must not be asked.
    pub(crate) fn alone() -> Self {
        Self::new(|asked| panic!("{} is more than this needs", asked.line()))
    }

    /// A site whose user-mgmt knows Ada, and takes her new names.
    pub(crate) fn of_ada() -> Self {
        Self::new(|asked| match asked.line().as_str() {
            "GET /load-user" => ok(&ada()),
            line if line.starts_with("PUT /users/") => ok(&ada()),
            line => panic!("{line}"),
        })
    }

    /// A site whose user-mgmt knows Ada, and answers everything else that is asked of it like this.
    pub(crate) fn of_ada_and(answer: impl Fn(&Asked) -> Response<Body> + Send + Sync + 'static) -> Self {
        Self::new(move |asked| if asked.line() == "GET /load-user" { ok(&ada()) } else { answer(asked) })
    }

    /// The same, but her account has no password.
    pub(crate) fn of_ada_without_a_password(
        answer: impl Fn(&Asked) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let mut user = ada();
        user["hasPassword"] = json!(false);
        Self::new(move |asked| if asked.line() == "GET /load-user" { ok(&user) } else { answer(asked) })
    }

    /// What user-mgmt was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The lines of what user-mgmt was asked so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }

    /// What was logged.
    pub(crate) fn log(&self) -> String {
        self.runtime.0.lock().unwrap().iter().map(Value::to_string).collect()
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(request(Method::GET, path)).await
    }

    pub(crate) async fn get_signed_in(&self, path: &str) -> Page {
        self.send(signed_in(request(Method::GET, path))).await
    }

    /// Sends a form as a browser does.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(form(path, fields)).await
    }

    pub(crate) async fn post_signed_in(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(signed_in(form(path, fields))).await
    }

    /// Sends any request. Whatever page comes back has the headers that every page has, and took two calls at most.
    pub(crate) fn send(&self, request: Request<Body>) -> impl Future<Output = Page> {
        let is_page = !request.uri().path().starts_with("/api");
        async move {
            let page = self.hand_on(request).await;
            if is_page {
                page.expect_headers_of_a_page();
            }
            page
        }
    }

    /// Sends any request, whatever its answer looks like.
    pub(crate) async fn hand_on(&self, request: Request<Body>) -> Page {
        let before = self.asked.lock().unwrap().len();
        let response = self.service.handle(request, Arc::new(Never)).await;
        let calls = self.asked.lock().unwrap().len() - before;
        assert!(calls <= 2, "{calls} calls of user-mgmt for one request: {:?}", self.lines());
        let (head, body) = response.into_parts();
        let body = read_body(body, usize::MAX).await.unwrap();
        Page { status: head.status, headers: head.headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }
}

pub(crate) fn request(method: Method, path: &str) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = method;
    *request.uri_mut() = format!("{ORIGIN}{path}").parse().unwrap();
    request.headers_mut().insert(HOST, "app.example".parse().unwrap());
    request
}

pub(crate) fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let mut request = request(Method::POST, path);
    *request.body_mut() = Body::from(serde_urlencoded::to_string(fields).unwrap());
    for (name, value) in [
        (CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded"),
        ("origin", ORIGIN),
        ("sec-fetch-site", "same-origin"),
    ] {
        request.headers_mut().insert(http::HeaderName::from_static(name), value.parse().unwrap());
    }
    request
}

pub(crate) fn signed_in(mut request: Request<Body>) -> Request<Body> {
    request.headers_mut().insert(COOKIE, format!("theme=dark; {COOKIE_PAIR}").parse().unwrap());
    request
}

pub(crate) fn ada() -> Value {
    json!({
        "userId": "0198c0de-0000-7000-8000-000000000001",
        "username": "ada@example.com",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "tenant": "default",
        "hasPassword": true,
        "roles": ["MEMBER", "EDITOR"],
        "permissions": ["posts:read", "posts:write", "users:read"],
    })
}

pub(crate) fn answer(status: u16, body: &Value) -> Response<Body> {
    let response = Response::builder().status(status).header(CONTENT_TYPE, "application/json");
    response.body(Body::from(body.to_string())).unwrap()
}

/// 204.
pub(crate) fn done() -> Response<Body> {
    answer(204, &"".into())
}

pub(crate) fn ok(body: &Value) -> Response<Body> {
    answer(200, body)
}

/// What `POST /register` answers.
pub(crate) fn registered(email_verification_required: bool) -> Response<Body> {
    let body =
        json!({ "username": "ada@example.com", "emailVerificationRequired": email_verification_required });
    answer(201, &body)
}

/// What `POST /login` answers.
pub(crate) fn entered() -> Response<Body> {
    let mut response = answer(200, &ada());
    response.headers_mut().insert(SET_COOKIE, NEW_COOKIE.parse().unwrap());
    response
}

/// What taking the token of a mail answers where it can't be used.
pub(crate) fn token_invalid() -> Response<Body> {
    refused(400, "token_invalid", "this link does not work any more; ask for a new one", None)
}

pub(crate) fn refused(status: u16, code: &str, detail: &str, field: Option<&str>) -> Response<Body> {
    let mut body = json!({ "status": status, "code": code, "detail": detail, "error": detail });
    if let Some(field) = field {
        body["field"] = field.into();
    }
    answer(status, &body)
}

/// What the browser got.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Page {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn expect_redirect(self, to: &str) -> Self {
        let page = self.expect(303);
        assert_eq!(page.header(LOCATION.as_str()), to);
        page
    }

    /// Fails unless all of this stands in the page.
    #[track_caller]
    pub(crate) fn shows(&self, texts: &[&str]) {
        for text in texts {
            assert!(self.text.contains(text), "no {text:?} in {}", self.text);
        }
    }

    /// Fails if any of this stands in the page.
    #[track_caller]
    pub(crate) fn hides(&self, texts: &[&str]) {
        for text in texts {
            assert!(!self.text.contains(text), "{text:?} in {}", self.text);
        }
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect()
    }

    #[track_caller]
    fn expect_headers_of_a_page(&self) {
        let policy = self.header("content-security-policy");
        for part in ["default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "strict-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("strict-transport-security", "max-age=63072000"),
        ] {
            assert_eq!(self.header(name), value, "{name}");
        }
        assert!(!self.header("permissions-policy").is_empty());
        if !self.text.is_empty() {
            assert_eq!(self.header("content-type"), "text/html; charset=utf-8");
        }
    }
}
