use http::header::{ALLOW, CONTENT_TYPE, COOKIE, HOST, HeaderValue, ORIGIN, SET_COOKIE};
use http::{Method, Response};
use http_kit::Body;
use serde_json::{Value, json};

use crate::site::{Site, answer, ok, request};

#[tokio::test]
async fn forward_keeps_method_query_headers_and_body() {
    for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let site = Site::new(|_| ok(&json!({})));
        let mut request = request(method.clone(), "/api/users/a%2Fb?x=%2e%2e&y=1&y=2");
        *request.body_mut() = Body::from("{\"a\":\"\u{e9}\"}");
        for (name, value) in [
            ("content-type", "application/json"),
            ("cookie", "a=b; __Host-session=x"),
            ("origin", "https://app.example"),
            ("sec-fetch-site", "same-origin"),
            ("cf-connecting-ip", "2001:db8::7"),
            ("authorization", "Bearer token"),
            ("x-anything", "at all"),
        ] {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        request.headers_mut().append("x-twice", HeaderValue::from_static("1"));
        request.headers_mut().append("x-twice", HeaderValue::from_static("2"));
        let sent = request.headers().clone();
        site.send(request).await.expect(200);

        let [asked] = site.asked().try_into().unwrap();
        assert_eq!(asked.method, method);
        assert_eq!(asked.uri, "https://app.example/users/a%2Fb?x=%2e%2e&y=1&y=2");
        assert_eq!(asked.body, "{\"a\":\"\u{e9}\"}".as_bytes());
        for (name, value) in &sent {
            assert!(asked.headers.get_all(name).iter().any(|other| other == value), "{name}");
        }
        assert_eq!(asked.headers.get_all("x-twice").iter().count(), 2);
        assert_eq!(asked.headers[HOST], "app.example");
    }
}

#[tokio::test]
async fn forward_of_head_asks_for_the_head() {
    let site = Site::new(|_| ok(&json!({})));
    site.send(request(Method::HEAD, "/api/healthz")).await.expect(200);
    assert_eq!(site.asked()[0].method, Method::HEAD);
}

#[tokio::test]
async fn forward_gives_the_answer_back_as_it_came() {
    let site = Site::new(|_| {
        let response = Response::builder()
            .status(418)
            .header(SET_COOKIE, "a=1; Path=/")
            .header(SET_COOKIE, "b=2; Path=/")
            .header(CONTENT_TYPE, "application/problem+json")
            .header("cache-control", "private, max-age=5")
            .header(ALLOW, "GET")
            .header("server-timing", "user-mgmt;dur=3");
        response.body(Body::from("teapot")).unwrap()
    });
    let page = site.get("/api/anything").await.expect(418);
    assert_eq!(page.cookies(), ["a=1; Path=/", "b=2; Path=/"]);
    assert_eq!(page.header("content-type"), "application/problem+json");
    assert_eq!(page.header("cache-control"), "private, max-age=5");
    assert_eq!(page.header("allow"), "GET");
    assert_eq!(page.header("content-security-policy"), "");
    let timings: Vec<_> = page.headers.get_all("server-timing").iter().collect();
    assert_eq!(timings, ["user-mgmt;dur=3"]);
    assert_eq!(page.text, "teapot");
}

#[tokio::test]
async fn forward_leaves_the_request_id_to_user_mgmt() {
    let site = Site::new(|asked| {
        let mut answer = ok(&json!({}));
        let id = asked.headers.get("x-request-id").cloned();
        answer.headers_mut().insert("x-request-id", id.unwrap_or(HeaderValue::from_static("made-there")));
        answer
    });
    let mut given = request(Method::GET, "/api/healthz");
    given.headers_mut().insert("x-request-id", HeaderValue::from_static("abc-1"));
    assert_eq!(site.send(given).await.header("x-request-id"), "abc-1");
    assert_eq!(site.get("/api/healthz").await.header("x-request-id"), "made-there");
}

#[tokio::test]
async fn forward_out_of_the_api_is_refused() {
    let site = Site::alone();
    for path in [
        "/api",
        "/api/",
        "/api/../profile",
        "/api/x/../../y",
        "/api/%2e%2e/y",
        "/api/.%2E/y",
        "/api/./y",
        "/api//evil.example/y",
        "/api/x\\..\\y",
        "/apis/x",
    ] {
        site.get(path).await.expect(404);
    }
}

#[tokio::test]
async fn forward_of_a_request_from_another_site_is_for_user_mgmt_to_refuse() {
    let site = Site::new(|_| answer(403, &json!({})));
    let mut foreign = request(Method::POST, "/api/logout");
    foreign.headers_mut().insert(ORIGIN, HeaderValue::from_static("https://evil.example"));
    site.send(foreign).await.expect(403);
    let [asked] = site.asked().try_into().unwrap();
    assert_eq!(asked.headers[ORIGIN], "https://evil.example");
    assert!(asked.uri.starts_with("https://app.example/"), "{}", asked.uri);
}

#[tokio::test]
async fn forward_of_what_programs_look_for_keeps_its_path() {
    let site = Site::new(|_| ok(&json!({})));
    for given in [
        request(Method::GET, "/.well-known/authzen-configuration"),
        request(Method::POST, "/access/v1/evaluation?x=1"),
    ] {
        site.hand_on(given).await;
    }
    assert_eq!(site.lines(), ["GET /.well-known/authzen-configuration", "POST /access/v1/evaluation?x=1"]);
}

#[tokio::test]
async fn forward_to_nobody_is_a_problem_for_programs() {
    let site = Site::cut_off();
    let mut given = request(Method::GET, "/api/load-user");
    given.headers_mut().insert("x-request-id", HeaderValue::from_static("abc-1"));
    let page = site.send(given).await.expect(503);
    assert_eq!(page.header("x-request-id"), "abc-1");
    assert_eq!(page.header("content-type"), "application/problem+json");
    assert_eq!(page.header("retry-after"), "1");
    assert_eq!(problem(&page.text)["code"], "unavailable");
    page.hides(&["cut off"]);
    assert!(site.log().contains("cut off"));
}

#[tokio::test]
async fn forward_of_cookies_keeps_all_of_them() {
    let site = Site::new(|_| ok(&json!({})));
    let mut many = request(Method::GET, "/api/load-user");
    many.headers_mut().append(COOKIE, HeaderValue::from_static("a=1"));
    many.headers_mut().append(COOKIE, HeaderValue::from_static("b=2"));
    site.send(many).await;
    assert_eq!(site.asked()[0].headers.get_all(COOKIE).iter().count(), 2);
}

fn problem(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
