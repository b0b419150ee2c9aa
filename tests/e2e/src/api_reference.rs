//! docs/API.md, from the description of the API: what a person looks up, in the order of what it is about.

use std::fmt::Write;

use serde_json::Value;

/// What stands before the routes.
const INTRODUCTION: &str = "\
# The API

Every request, written from [`openapi.json`](../workers/account-pages/public/openapi.json), which is served at `/openapi.json` and is itself
written from the route table. Don't edit this page: `EDGEWARD_WRITE=1 cargo test -p e2e --test snapshots` writes both anew.

- **Where**: below `/api` of account-pages. Routes that a flag hides answer as an unknown path.
- **Who asks**: a browser by the cookie `__Host-session`, a program by `Authorization: Bearer edw_…`. Not both.
- **Bodies** are JSON, in and out, with names in camel case. An unknown field is refused, and so is a form. A cookie needs the request to come from
  the same origin.
- **Lists** come in pages: `limit` and `cursor`, and `nextCursor` in the answer while there is more. A page costs the same wherever it is.
- **Errors** are `application/problem+json` (RFC 9457), a [`Problem`](#problem) with a `code` that does not change ([all of them](ERRORS.md)) and
  the `field` that it is about. Beside what each route lists, any may answer 404 for an unknown path, 405 with `Allow`, and 429 or 503 with `Retry-After`.
- **`X-Request-Id`** is taken from the request, or made, and is in every answer, every line of the log and every audit event.
- **Times** are RFC 3339, ids UUIDs.

";

/// The parts of the page: a title, and how the paths of its routes begin. The last one takes the rest.
const PARTS: [(&str, &[&str]); 9] = [
    ("Roles and permissions", &["/rbac/"]),
    ("Users and tenants, for administrators", &["/v1/admin/users", "/v1/admin/tenants"]),
    ("Audit and rollout", &["/v1/admin/"]),
    ("Users", &["/users/"]),
    ("Sessions and API tokens", &["/sessions", "/tokens"]),
    ("Identity providers", &["/oidc/", "/identities"]),
    ("Decisions for others (AuthZEN)", &["/access/", "/.well-known/authzen"]),
    ("For Workers that are bound to user-mgmt", &["/internal/"]),
    ("Accounts", &["/"]),
];

/// The order in which the parts are shown.
const ORDER: [usize; 9] = [8, 4, 3, 0, 1, 2, 5, 6, 7];

/// The whole page.
pub fn markdown(document: &Value) -> String {
    let reference = Reference { document };
    let mut page = INTRODUCTION.to_owned();
    let routes: Vec<(&str, &str, &Value)> = members(&document["paths"])
        .flat_map(|(path, methods)| members(methods).map(move |(method, route)| (path, method, route)))
        .collect();
    for part in ORDER {
        writeln!(page, "## {}\n", PARTS[part].0).ok();
        for (path, method, route) in routes.iter().filter(|(path, ..)| part_of(path) == part) {
            reference.route(&mut page, path, method, route);
        }
    }
    page += "## Types\n\n";
    for (name, schema) in members(&document["components"]["schemas"]) {
        if schema.get("properties").is_some() && generic(schema).is_none() {
            reference.object(&mut page, name, schema);
        } else if let Some(choices) = schema["oneOf"].as_array() {
            writeln!(page, "### {name}\n\n{}\n\n| value | |\n|---|---|", line(&schema["description"])).ok();
            for choice in choices {
                writeln!(page, "| `{}` | {} |", text(&choice["const"]), line(&choice["description"])).ok();
            }
            page.push('\n');
        }
    }
    page.trim_end().to_owned() + "\n"
}

fn part_of(path: &str) -> usize {
    PARTS
        .iter()
        .position(|(_, begin)| begin.iter().any(|begin| path.starts_with(begin)))
        .unwrap_or(PARTS.len() - 1)
}

struct Reference<'a> {
    document: &'a Value,
}

impl Reference<'_> {
    fn route(&self, page: &mut String, path: &str, method: &str, route: &Value) {
        writeln!(page, "### {} {path}\n\n{}.", method.to_uppercase(), text(&route["summary"])).ok();
        if let Some(description) = route["description"].as_str() {
            // `Needs: The permission …`, as a part of a sentence.
            let (label, rest) = description.split_once(": ").unwrap_or(("Needs", description));
            let (first, others) = rest.split_at(rest.chars().next().map_or(0, char::len_utf8));
            writeln!(page, "{label}: {}{others}", first.to_lowercase()).ok();
        }
        page.push('\n');
        let queries = list(&route["parameters"]).filter(|parameter| parameter["in"] == "query");
        let rows: Vec<String> = queries
            .map(|parameter| {
                format!("| `{}` | {} |", text(&parameter["name"]), line(&parameter["description"]))
            })
            .collect();
        if !rows.is_empty() {
            writeln!(page, "| parameter | |\n|---|---|\n{}\n", rows.join("\n")).ok();
        }
        let body = &route["requestBody"]["content"]["application/json"]["schema"];
        if !body.is_null() {
            writeln!(page, "Takes {}.", self.kind(body)).ok();
        }
        let (good, bad): (Vec<_>, Vec<_>) =
            members(&route["responses"]).partition(|(status, _)| status.starts_with(['2', '3']));
        let good: Vec<String> =
            good.into_iter().map(|(status, response)| self.answer(status, response)).collect();
        let bad: Vec<&str> = bad.into_iter().map(|(status, _)| status).collect();
        writeln!(page, "Gives {}. Refuses with {}.\n", good.join(" or "), bad.join(", ")).ok();
    }

    fn answer(&self, status: &str, response: &Value) -> String {
        let mut contents = members(&response["content"]);
        match contents.next() {
            None => format!("{status} without a body"),
            Some((_, content)) => {
                let others: Vec<String> = contents.map(|(kind, _)| format!("`{kind}`")).collect();
                let also =
                    if others.is_empty() { String::new() } else { format!(" (or {})", others.join(", ")) };
                format!("{status} {}{also}", self.kind(&content["schema"]))
            }
        }
    }

    fn object(&self, page: &mut String, name: &str, schema: &Value) {
        writeln!(page, "### {name}\n\n{}\n\n| field | type | |\n|---|---|---|", line(&schema["description"]))
            .ok();
        let required: Vec<&str> = list(&schema["required"]).filter_map(Value::as_str).collect();
        for (field, schema) in members(&schema["properties"]) {
            let optional = if required.contains(&field) { "" } else { ", optional" };
            let kind = self.kind(schema);
            let (kind, optional) = match kind.strip_suffix(", optional") {
                Some(kind) => (kind.to_owned(), ", optional"),
                None => (kind, optional),
            };
            writeln!(page, "| `{field}` | {kind}{optional} | {} |", line(&schema["description"])).ok();
        }
        page.push('\n');
    }

    /// A type in words, with a link where it has a section of its own.
    fn kind(&self, schema: &Value) -> String {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return self.named(name);
        }
        if let Some(kinds) = schema["anyOf"].as_array() {
            let kinds: Vec<String> =
                kinds.iter().filter(|kind| kind["type"] != "null").map(|kind| self.kind(kind)).collect();
            return format!("{}, optional", kinds.join(" or "));
        }
        match &schema["type"] {
            Value::String(kind) => self.plain(kind, schema),
            Value::Array(kinds) => {
                let kinds = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
                let kinds: Vec<String> = kinds.map(|kind| self.plain(kind, schema)).collect();
                format!("{}, optional", kinds.join(" or "))
            }
            _ => "anything".to_owned(),
        }
    }

    fn named(&self, name: &str) -> String {
        let schema = &self.document["components"]["schemas"][name];
        if let Some((what, items)) = generic(schema) {
            return format!("{what} {}", self.kind(items));
        }
        if schema.get("properties").is_some() || schema.get("oneOf").is_some() {
            return format!("[`{name}`](#{})", name.to_lowercase());
        }
        self.kind(schema)
    }

    fn plain(&self, kind: &str, schema: &Value) -> String {
        match kind {
            "array" => format!("list of {}", self.kind(&schema["items"])),
            "object" => match &schema["additionalProperties"] {
                values @ Value::Object(_) => format!("object of {}", self.kind(values)),
                _ => "object".to_owned(),
            },
            "string" => match schema["format"].as_str() {
                Some("date-time") => "time".to_owned(),
                Some("uuid") => "UUID".to_owned(),
                Some("email") => "address".to_owned(),
                _ => "text".to_owned(),
            },
            "integer" => "number".to_owned(),
            "boolean" => "true or false".to_owned(),
            other => other.to_owned(),
        }
    }
}

/// Lists with something beside them, which have a name for each kind of item: what to call them, and the items.
fn generic(schema: &Value) -> Option<(&'static str, &Value)> {
    let items = |member: &str| schema["properties"][member].get("items");
    if schema["properties"].get("nextCursor").is_some() {
        Some(("a page of", items("items")?))
    } else if schema["properties"].get("total").is_some() && schema["properties"].get("items").is_some() {
        Some(("the first (`items`) and the number (`total`) of", items("items")?))
    } else if schema["properties"].get("results").is_some() {
        Some(("a page (`results`, `page`) of", items("results")?))
    } else {
        None
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A text as a line of a table.
fn line(value: &Value) -> String {
    text(value).replace('\n', " ").replace('|', "\\|")
}
