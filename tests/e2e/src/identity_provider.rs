//! A certified identity provider in a process of its own (`xtask/identity-provider.mjs`), and a browser that signs in there.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::workerd::{node, root};

/// The provider. It ends with this value.
#[derive(Debug)]
pub struct IdentityProvider {
    child: Child,
    settings: Value,
}

impl IdentityProvider {
    /// Starts one for the application at `origin`, which signs with this algorithm.
    pub fn start(origin: &str, algorithm: &str) -> Self {
        let root = root();
        let mut child = Command::new(node(&root))
            .arg(root.join("xtask/identity-provider.mjs"))
            .arg(json!({ "origin": origin, "algorithm": algorithm }).to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, settings: serde_json::from_str(&line).unwrap() }
    }

    /// The variables of a deployment that signs people in there.
    pub fn vars(&self) -> Vec<(&'static str, String)> {
        let provider = json!({
            "id": "local", "name": "Local", "issuer": self.settings["issuer"], "clientId": self.settings["clientId"],
            "scopes": ["openid", "profile", "email", "groups"], "trustedEmailDomains": ["example.com"],
            "groupsClaim": "groups",
        });
        vec![
            ("OIDC_PROVIDERS", json!([provider]).to_string()),
            ("OIDC_CLIENT_SECRET_LOCAL", self.settings["clientSecret"].as_str().unwrap().to_owned()),
        ]
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A browser, as far as the provider's own pages are concerned: it follows redirects, keeps cookies and fills in forms.
#[derive(Clone, Debug)]
pub struct Visitor {
    agent: ureq::Agent,
    cookies: BTreeMap<String, String>,
}

impl Default for Visitor {
    fn default() -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .new_agent();
        Self { agent, cookies: BTreeMap::new() }
    }
}

impl Visitor {
    /// Goes to an address of the provider and does what its pages ask until it sends the browser back to `origin`: signs in
    /// under this name, or signs out. Gives the path and query that it came back with.
    pub async fn go(&mut self, url: &str, origin: &str, login: &str) -> String {
        let (mut visitor, url) = (self.clone(), url.to_owned());
        let (origin, login) = (origin.to_owned(), login.to_owned());
        let (visitor, back) = spawn_blocking(move || {
            let back = visitor.walk(url, &origin, &login);
            (visitor, back)
        })
        .await
        .unwrap();
        *self = visitor;
        back
    }

    fn walk(&mut self, mut url: String, origin: &str, login: &str) -> String {
        let mut form: Option<String> = None;
        for _ in 0..12 {
            if let Some(path) = url.strip_prefix(origin) {
                return path.to_owned();
            }
            let (status, location, page) = self.request(&url, form.take());
            if let Some(location) = location {
                url = absolute(&url, &location);
            } else {
                assert_eq!(status, 200, "{url}: {page}");
                let action =
                    between(&page, "action=\"", "\"").unwrap_or_else(|| panic!("no form at {url}: {page}"));
                url = absolute(&url, &action.replace("&amp;", "&"));
                let mut fields = hidden(&page);
                if page.contains("name=\"login\"") {
                    fields.push(("login".to_owned(), login.to_owned()));
                    fields.push(("password".to_owned(), "any".to_owned()));
                }
                if page.contains("name=\"logout\"") {
                    fields.push(("logout".to_owned(), "yes".to_owned()));
                }
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
                form = Some(fields.join("&"));
            }
        }
        panic!("the provider does not come to an end: {url}")
    }

    fn request(&mut self, url: &str, form: Option<String>) -> (u16, Option<String>, String) {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let method = if form.is_some() { "POST" } else { "GET" };
        let request = http::Request::builder()
            .method(method)
            .uri(url)
            .header("cookie", cookies.join("; "))
            .header("content-type", "application/x-www-form-urlencoded");
        let request = request.body(form.unwrap_or_default()).unwrap();
        let mut response = self.agent.run(request).unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
        }
        let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), location, response.body_mut().read_to_string().unwrap())
    }
}

fn absolute(base: &str, target: &str) -> String {
    if target.starts_with("http") {
        return target.to_owned();
    }
    let end = base.match_indices('/').nth(2).map_or(base.len(), |(at, _)| at);
    format!("{}{target}", &base[..end])
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inside, _)| inside)
}

/// The fields that a page fills in itself.
fn hidden(page: &str) -> Vec<(String, String)> {
    let inputs = page.split("<input").skip(1).filter(|input| input.contains("type=\"hidden\""));
    let value = |input: &str, name: &str| between(input, &format!("{name}=\""), "\"").map(str::to_owned);
    inputs.filter_map(|input| Some((value(input, "name")?, value(input, "value")?))).collect()
}
