//! Requests, compared with the description of the API, which is that of the route table.

use serde_json::Value;

use super::commands::words;

/// A request that a page speaks of.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

impl Request {
    /// From `POST /login`, or the first line of a request.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (method, rest) = text.split_once(' ')?;
        let path = rest.trim_start().split([' ', '\n']).next().filter(|path| path.starts_with('/'))?;
        let path = path.trim_end_matches([',', '.']);
        METHODS.contains(&method).then(|| Self { method: method.to_owned(), path: path.to_owned() })
    }

    /// From `curl -X PUT https://…/api/rbac/permissions`; other sites are nobody's business here.
    pub(super) fn of_curl(command: &str) -> Option<Self> {
        let words = words(command);
        if words.first()? != "curl" {
            return None;
        }
        let url = words.iter().find(|word| word.contains("://"))?;
        let (_, path) = url.split_once("/api/")?;
        let has = |options: &[&str]| words.iter().position(|word| options.contains(&word.as_str()));
        let method = has(&["-X", "--request"]).and_then(|at| words.get(at + 1).cloned());
        let sends = has(&["-d", "--data", "--data-binary", "--json"]).is_some();
        Some(Self {
            method: method.unwrap_or_else(|| if sends { "POST" } else { "GET" }.to_owned()),
            path: format!("/api/{path}"),
        })
    }
}

/// What answers: method and path, with parameters as `{name}`.
pub(super) struct Api(Vec<(String, String)>);

impl Api {
    pub(super) fn read() -> Self {
        let file = crate::root().join("workers/account-pages/public/openapi.json");
        let document: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let mut routes = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            routes.extend(
                methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())),
            );
        }
        // session-state has no description: only workers ask it, and its README has the table.
        let readme = std::fs::read_to_string(crate::root().join("workers/session-state/README.md")).unwrap();
        for cell in readme.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()) {
            if let Some(Request { method, path }) = Request::parse(cell) {
                routes.push((method, path));
            }
        }
        Self(routes)
    }

    pub(super) fn has(&self, request: &Request) -> bool {
        let path = request.path.split(['?', '#']).next().unwrap_or_default();
        let path = path.strip_prefix("/api").filter(|rest| rest.starts_with('/')).unwrap_or(path);
        self.0.iter().any(|(method, template)| *method == request.method && matches(template, path))
    }
}

/// Whether a path is of this template: a parameter takes anything, and `:id`, `{id}`, `USER_ID` or `U` stand for parameters alone.
fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(path).all(|(expected, part)| expected.starts_with('{') || *expected == part)
}
