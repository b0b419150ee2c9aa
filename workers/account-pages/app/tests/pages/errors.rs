use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue, ORIGIN};
use http_kit::Body;

use crate::html::Html;
use crate::site::{Page, Site, form, request, signed_in};

/// The forms, with a path for each.
const FORMS: [&str; 13] = [
    "/register",
    "/register/check-mail",
    "/verify-email",
    "/forgot-password",
    "/reset-password",
    "/sign-in",
    "/sign-out",
    "/profile",
    "/password",
    "/delete-account",
    "/sessions/end-others",
    "/sessions/0198c0de-0000-7000-8000-000000000002/end",
    "/tokens/new",
];

/// An error page: HTML with its status, and the id that finds it in the log.
#[track_caller]
fn is_error_page(page: Page, status: u16) {
    let page = page.expect(status);
    Html::parse(&page.text).unwrap();
    let id = page.header("x-request-id").to_owned();
    page.shows(&["<h1>", &status.to_string(), &id]);
}

#[tokio::test]
async fn unknown_path_is_a_page_that_says_so() {
    let site = Site::alone();
    for path in ["/nowhere", "/profile/x", "/register/", "/.env", "/%F0%9F%99%82"] {
        is_error_page(site.get(path).await, 404);
    }
}

#[tokio::test]
async fn unknown_method_is_a_page_that_says_so() {
    let site = Site::alone();
    for (method, path, allow) in [
        (Method::DELETE, "/profile", "GET,HEAD,POST"),
        (Method::PUT, "/", "GET,HEAD"),
        (Method::GET, "/sign-out", "POST"),
        (Method::PUT, "/reset-password", "GET,HEAD,POST"),
    ] {
        let page = site.send(request(method, path)).await;
        assert_eq!(page.header("allow"), allow);
        is_error_page(page, 405);
    }
}

#[tokio::test]
async fn user_mgmt_down_is_a_calm_page() {
    let fields =
        [("username", "ada@example.com"), ("password", "seven green bicycles"), ("firstName", "Ada")];
    for path in ["/profile", "/sign-in", "/register"] {
        let site = Site::cut_off();
        let page = site.get_signed_in(path).await;
        assert_eq!(page.header("retry-after"), "1");
        page.hides(&["cut off", "user-mgmt"]);
        page.shows(&["try again"]);
        is_error_page(page, 503);
        assert!(site.log().contains("cut off"));
    }
    for path in FORMS {
        is_error_page(Site::cut_off().post_signed_in(path, &fields).await, 503);
    }
}

#[tokio::test]
async fn form_from_another_site_is_refused() {
    for path in FORMS {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let mut foreign = signed_in(form(path, &[]));
            foreign.headers_mut().insert(name, HeaderValue::from_static(value));
            is_error_page(Site::alone().send(foreign).await, 403);
        }
    }
}

#[tokio::test]
async fn form_that_does_not_say_where_it_comes_from_is_refused() {
    for path in FORMS {
        let mut silent = signed_in(form(path, &[]));
        silent.headers_mut().remove(ORIGIN);
        silent.headers_mut().remove("sec-fetch-site");
        is_error_page(Site::alone().send(silent).await, 403);
    }
}

#[tokio::test]
async fn form_with_one_of_the_two_headers_is_taken() {
    for name in ["origin", "sec-fetch-site"] {
        let mut older = form("/sign-out", &[]);
        older.headers_mut().remove(name);
        Site::alone().send(older).await.expect(303);
    }
}

#[tokio::test]
async fn form_of_another_kind_is_refused() {
    for media_type in ["application/json", "multipart/form-data; boundary=x", "text/plain", ""] {
        let mut other = form("/sign-in", &[]);
        other.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_str(media_type).unwrap());
        is_error_page(Site::alone().send(other).await, 415);
    }
}

#[tokio::test]
async fn form_that_can_not_be_read_is_refused() {
    let twice = form("/sign-in", &[("username", "a@b.example"), ("username", "c@d.example")]);
    is_error_page(Site::alone().send(twice).await, 400);
    let mut huge = form("/sign-in", &[]);
    *huge.body_mut() = Body::from(vec![b'x'; 64 * 1024 + 1]);
    is_error_page(Site::alone().send(huge).await, 413);
}

#[tokio::test]
async fn form_of_arbitrary_bytes_is_answered_as_the_senders_fault() {
    let site = Site::alone();
    for body in [&b"%"[..], b"username=%FF%00", b"\xff\xfe=\x00", b"&&&===&", b"username", b"[]=1&{}"] {
        let mut odd = form("/sign-in", &[]);
        *odd.body_mut() = Body::from(body.to_vec());
        let page = site.send(odd).await;
        assert!(page.status.is_client_error(), "{body:?}: {}", page.status);
    }
}
