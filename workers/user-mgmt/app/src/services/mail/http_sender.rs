use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request};
use http_kit::{Body, Fetch};
use serde::Serialize;

use super::mailer::{Mail, MailError};
use super::settings::HttpSenderSettings;

/// Sends mail by any provider that takes it as JSON: `POST {from, to, subject, text, html}` with a bearer key.
#[derive(Debug)]
pub struct HttpSender<F> {
    fetch: F,
    settings: HttpSenderSettings,
}

#[derive(Serialize)]
struct Message<'a> {
    from: String,
    to: &'a str,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
}

impl<F: Fetch> HttpSender<F> {
    /// A sender that reaches the provider through `fetch`.
    pub fn new(fetch: F, settings: HttpSenderSettings) -> Self {
        Self { fetch, settings }
    }

    /// Sends a mail; any answer other than 2xx is a refusal.
    pub async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let refused = |reason: &dyn std::fmt::Display| MailError::Refused(reason.to_string());
        let body = Message {
            from: mail.from.to_string(),
            to: mail.to.as_str(),
            subject: mail.subject,
            text: &mail.text,
            html: &mail.html,
        };
        let body = serde_json::to_vec(&body).map_err(|error| refused(&error))?;
        let mut key = HeaderValue::try_from(format!("Bearer {}", self.settings.key.reveal()))
            .map_err(|_| refused(&"MAIL_HTTP_KEY can't stand in a header"))?;
        key.set_sensitive(true);
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.settings.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, key)
            .body(Body::from(body))
            .map_err(|error| refused(&error))?;
        let status = self.fetch.fetch(request).await.map_err(|error| refused(&error))?.status();
        // The body of the answer may repeat the mail, and with it the link: only the status is told.
        if status.is_success() { Ok(()) } else { Err(refused(&format!("the provider answered {status}"))) }
    }
}
