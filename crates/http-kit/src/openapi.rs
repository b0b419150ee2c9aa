//! The `OpenAPI` 3.1 description of a route table.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::route::{Access, Route, RouteTable};

type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

pub(crate) fn schema_of<T: schemars::JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// What a route says about itself beyond its summary.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) request: Option<SchemaOf>,
    pub(crate) responses: Vec<(u16, Option<SchemaOf>)>,
    pub(crate) texts: Vec<(u16, &'static str)>,
    pub(crate) query: Vec<(&'static str, &'static str, Option<SchemaOf>)>,
    pub(crate) problems: Vec<u16>,
}

impl Parts {
    pub(crate) const fn new() -> Self {
        Self {
            request: None,
            responses: Vec::new(),
            texts: Vec::new(),
            query: Vec::new(),
            problems: Vec::new(),
        }
    }
}

/// The description of the routes of `table`.
pub fn document(title: &str, version: &str, table: &RouteTable) -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for route in table.routes() {
        let operation = operation(route, &mut generator);
        let path = paths.entry(route.path).or_default();
        path.insert(route.method.as_str().to_lowercase(), operation);
    }
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Problem".to_owned(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": title, "version": version,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": crate::SESSION_COOKIE },
                "token": { "type": "http", "scheme": "bearer", "description": "An API token, `edw_…`." }
            }
        }
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let parts = &route.doc.parts;
    let mut responses = Map::new();
    for (status, schema) in &parts.responses {
        let mut response = json!({ "description": reason(*status) });
        if let Some(schema) = schema {
            response["content"] = json!({ "application/json": { "schema": schema(generator) } });
        }
        responses.insert(status.to_string(), response);
    }
    for (status, media_type) in &parts.texts {
        responses[&status.to_string()]["content"][media_type] = json!({ "schema": { "type": "string" } });
    }
    for status in problems(route) {
        responses.insert(status.to_string(), problem_response(status));
    }
    let mut parameters: Vec<Value> = path_parameters(route.path)
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    parameters.extend(parts.query.iter().map(|(name, description, schema)| {
        let schema = schema.map_or_else(|| json!({ "type": "string" }), |schema| schema(generator).into());
        json!({ "name": name, "in": "query", "description": description, "schema": schema })
    }));
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.doc.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(schema) = parts.request {
        operation["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": schema(generator) } } });
    }
    let needs = match &route.access {
        Access::Public => None,
        Access::Binding => {
            Some("To come over a service binding; from the internet it is not there.".to_owned())
        }
        Access::Session => Some("A session.".to_owned()),
        Access::SessionOrToken => Some("A session or an API token.".to_owned()),
        Access::Permission(permission) => Some(format!("The permission `{permission}`.")),
        Access::OwnOr(permission) => Some(format!("To be about oneself, or the permission `{permission}`.")),
    };
    if let Some(needs) = needs {
        operation["security"] = match route.access {
            Access::Session => json!([{ "session": [] }]),
            Access::Public | Access::Binding => json!([]),
            Access::SessionOrToken | Access::Permission(_) | Access::OwnOr(_) => {
                json!([{ "session": [] }, { "token": [] }])
            }
        };
        operation["description"] = format!("Needs: {needs}").into();
    } else {
        operation["security"] = json!([]);
    }
    operation
}

/// The problems that a route can end in: those that it names, and those that follow from what it asks and takes.
fn problems(route: &Route) -> Vec<u16> {
    let mut statuses = route.doc.parts.problems.clone();
    if !matches!(route.access, Access::Public | Access::Binding) {
        // With a session and an API token at once, nobody knows whose rights count.
        statuses.extend([400, 401]);
    }
    // A session is not an API token, a permission may be missing, and a page of another origin may have sent it.
    if !matches!(route.access, Access::Public | Access::Binding | Access::SessionOrToken)
        || !route.method.is_safe()
    {
        statuses.push(403);
    }
    if path_parameters(route.path).next().is_some() {
        statuses.push(404);
    }
    if route.doc.parts.request.is_some() {
        statuses.extend([400, 415]);
    }
    if !route.method.is_safe() {
        statuses.push(413);
    }
    if !route.doc.parts.query.is_empty() {
        statuses.push(400);
    }
    statuses.extend([500, 503]);
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn path_parameters(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn operation_id(route: &Route) -> String {
    let words = route.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(route.method.as_str().to_lowercase(), |mut id, word| {
        let (first, rest) = word.split_at(1);
        id.push_str(&first.to_uppercase());
        id.push_str(rest);
        id
    })
}

fn reason(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("")
}

fn problem_response(status: u16) -> Value {
    json!({
        "description": reason(status),
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
    })
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457), with a code that does not change.",
        "required": ["type", "title", "status", "detail", "code", "requestId", "error"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "code": { "type": "string" },
            "requestId": { "type": "string" },
            "error": { "type": "string", "description": "The same as `detail`." },
            "field": { "type": "string", "description": "The field of the request that it is about." }
        }
    })
}
