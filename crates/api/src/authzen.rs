//! The OpenID AuthZEN Authorization API 1.0: what a policy enforcement point asks, and what it is answered.
//!
//! Unlike everywhere else, fields that are not known are passed over: the standard asks for it.

use accounts::UserId;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A subject or a resource, as it is named in a request.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(transform = never_null))]
pub struct Entity {
    /// What kind of thing it is: `user`, or the resource of a permission.
    #[cfg_attr(feature = "openapi", schemars(rename = "type"))]
    pub kind: String,
    /// Which one; absent where a search asks for it.
    pub id: Option<String>,
    /// What else is known about it. Decisions by roles don't depend on it.
    pub properties: Option<Map<String, Value>>,
}

/// What somebody wants to do.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(transform = never_null))]
pub struct Action {
    /// The action of a permission.
    pub name: String,
    /// What else is known about it. Decisions by roles don't depend on it.
    pub properties: Option<Map<String, Value>>,
}

/// What may be absent is not `null` for that: the standard says objects and texts.
#[cfg(feature = "openapi")]
fn never_null(schema: &mut schemars::Schema) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(|all| all.values_mut()) {
        if let Some(kinds) = property["type"].as_array()
            && let Some(kind) = kinds.iter().find(|kind| *kind != "null").cloned()
        {
            property["type"] = kind;
        }
    }
}

// By hand, because a derived one would read a list as the fields in their order.
impl<'de> Deserialize<'de> for Entity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        Ok(Self {
            kind: text(&mut fields, "type")?.ok_or_else(|| D::Error::missing_field("type"))?,
            id: text(&mut fields, "id")?,
            properties: object(&mut fields, "properties")?,
        })
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        Ok(Self {
            name: text(&mut fields, "name")?.ok_or_else(|| D::Error::missing_field("name"))?,
            properties: object(&mut fields, "properties")?,
        })
    }
}

fn text<E: Error>(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, E> {
    match fields.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(E::custom(format!("`{name}` must be a text"))),
    }
}

fn object<E: Error>(fields: &mut Map<String, Value>, name: &str) -> Result<Option<Map<String, Value>>, E> {
    match fields.remove(name) {
        None => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(E::custom(format!("`{name}` must be an object"))),
    }
}

/// `POST /access/v1/evaluation`: may this subject do this to this resource?
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct EvaluationRequest {
    /// Who.
    pub subject: Entity,
    /// What.
    pub action: Action,
    /// To which resource.
    pub resource: Entity,
    /// Under which circumstances. Decisions by roles don't depend on them.
    pub context: Option<Map<String, Value>>,
}

/// `POST /access/v1/evaluations`: several questions at once. Without `evaluations`, it is one.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct EvaluationsRequest {
    /// Who, where a question does not say.
    pub subject: Option<Entity>,
    /// What, where a question does not say.
    pub action: Option<Action>,
    /// To which resource, where a question does not say.
    pub resource: Option<Entity>,
    /// Under which circumstances, where a question does not say.
    pub context: Option<Map<String, Value>>,
    /// How to go about it.
    #[serde(default, deserialize_with = "crate::object::object")]
    pub options: EvaluationsOptions,
    /// The questions, each with `subject`, `action`, `resource` and `context` as far as they differ from those above. One
    /// that can't be read is denied, and the others are answered.
    #[serde(default)]
    pub evaluations: Vec<Value>,
}

/// How to go about several questions.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct EvaluationsOptions {
    /// When to stop.
    #[serde(default)]
    pub evaluations_semantic: Semantic,
}

/// When to stop answering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Semantic {
    /// After the last question.
    #[default]
    ExecuteAll,
    /// After the first denial.
    DenyOnFirstDeny,
    /// After the first permission.
    PermitOnFirstPermit,
}

/// One of several questions: what is absent is as in the request around it.
#[derive(Clone, Debug, Deserialize)]
pub struct PartialEvaluation {
    /// Who.
    pub subject: Option<Entity>,
    /// What.
    pub action: Option<Action>,
    /// To which resource.
    pub resource: Option<Entity>,
    /// Under which circumstances.
    pub context: Option<Map<String, Value>>,
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Decision {
    /// Yes or no.
    pub decision: bool,
    /// Why.
    pub context: DecisionContext,
}

/// Why a decision came out as it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum DecisionContext {
    /// The reason.
    Reason(Reason),
    /// The question could not be read.
    Error(EvaluationError),
}

/// The reason of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Reason {
    /// What decided.
    pub code: ReasonCode,
    /// The permission that it took, where type and name make one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// The roles that give it, if any do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schemars(default))]
    pub roles: Vec<String>,
}

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// A role of the subject gives the permission.
    Granted,
    /// No role of the subject gives the permission.
    NotGranted,
    /// There is no such subject.
    UnknownSubject,
    /// The account, or its tenant, is not active.
    InactiveSubject,
    /// Type and name make no permission, so no role can give it.
    NoSuchPermission,
}

/// Why one of several questions was not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct EvaluationError {
    /// The status that the question would have had alone.
    pub status: u16,
    /// What is wrong with it.
    pub message: String,
}

/// The answer of `POST /access/v1/evaluations`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum EvaluationsResponse {
    /// To one question.
    One(Decision),
    /// To several, in their order; fewer than there were questions where the semantic says to stop.
    Several {
        /// The answers.
        evaluations: Vec<Decision>,
    },
}

/// `POST /access/v1/search/subject`: who may do this to this resource?
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SubjectSearchRequest {
    /// The type of subject that is asked for; an id is passed over.
    pub subject: Entity,
    /// What.
    pub action: Action,
    /// To which resource.
    pub resource: Entity,
    /// Under which circumstances. Decisions by roles don't depend on them.
    pub context: Option<Map<String, Value>>,
    /// Which page.
    #[serde(default, deserialize_with = "crate::object::object")]
    pub page: PageRequest,
}

/// `POST /access/v1/search/resource`: to which resources may this subject do this?
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ResourceSearchRequest {
    /// Who.
    pub subject: Entity,
    /// What.
    pub action: Action,
    /// The type of resource that is asked for; an id is passed over.
    pub resource: Entity,
    /// Under which circumstances. Decisions by roles don't depend on them.
    pub context: Option<Map<String, Value>>,
    /// Which page.
    #[serde(default, deserialize_with = "crate::object::object")]
    pub page: PageRequest,
}

/// `POST /access/v1/search/action`: what may this subject do to this resource?
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ActionSearchRequest {
    /// Who.
    pub subject: Entity,
    /// To which resource.
    pub resource: Entity,
    /// Under which circumstances. Decisions by roles don't depend on them.
    pub context: Option<Map<String, Value>>,
    /// Which page; there is one only.
    #[serde(default, deserialize_with = "crate::object::object")]
    pub page: PageRequest,
}

/// Which page of a search.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PageRequest {
    /// `next_token` of the page before; everything else has to be as it was there.
    pub token: Option<String>,
    /// How many results at the most; 1,000 are the most there are.
    pub limit: Option<u64>,
}

/// What a search found.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SearchResponse<T> {
    /// Where it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<PageResponse>,
    /// What was found.
    pub results: Vec<T>,
}

/// Where a search goes on.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PageResponse {
    /// Asks for the next page; empty on the last one.
    pub next_token: String,
}

/// A subject or a resource that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FoundEntity {
    /// What kind of thing it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which one.
    pub id: String,
}

impl FoundEntity {
    /// The one kind of subject that there is.
    pub const USER: &str = "user";

    /// A user.
    pub fn user(id: UserId) -> Self {
        Self { kind: Self::USER.to_owned(), id: id.to_string() }
    }
}

/// An action that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FoundAction {
    /// Its name.
    pub name: String,
}

/// `GET /.well-known/authzen-configuration`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Configuration {
    /// The address that this describes.
    pub policy_decision_point: String,
    /// Where to ask one question.
    pub access_evaluation_endpoint: String,
    /// Where to ask several.
    pub access_evaluations_endpoint: String,
    /// Where to search for subjects.
    pub search_subject_endpoint: String,
    /// Where to search for resources.
    pub search_resource_endpoint: String,
    /// Where to search for actions.
    pub search_action_endpoint: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_is_an_object_of_texts() {
        let entity: Entity =
            serde_json::from_str(r#"{"type":"user","id":"a","x":1,"properties":{}}"#).unwrap();
        assert_eq!((entity.kind.as_str(), entity.id.as_deref()), ("user", Some("a")));
        for text in [
            r#""user""#,
            r#"["user","a"]"#,
            r#"{"id":"a"}"#,
            r#"{"type":1}"#,
            r#"{"type":"user","id":null}"#,
            r#"{"type":"user","properties":[]}"#,
        ] {
            assert!(serde_json::from_str::<Entity>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_action_is_an_object_with_a_name() {
        assert!(serde_json::from_str::<Action>(r#"{"name":"read","properties":{"soft":true}}"#).is_ok());
        for text in ["{}", r#"{"name":123}"#, r#"["read"]"#, r#"{"name":"read","properties":1}"#] {
            assert!(serde_json::from_str::<Action>(text).is_err(), "{text}");
        }
    }
}
