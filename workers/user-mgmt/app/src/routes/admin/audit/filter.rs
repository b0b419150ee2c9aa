//! Which events are asked for.

use accounts::UserId;
use api::DateTime;
use http_kit::{Doc, Problem, Request};
use serde_json::{Value, json};
use store::audit::{Actions, Filter};

/// Says what [`read`] takes.
pub(super) fn describe(doc: Doc) -> Doc {
    doc.query_of::<UserId>("actor", "the id of the user who did it")
        .query("action", "`role.assigned`, or with a dot at the end a whole group: `role.`")
        .query("targetType", "what kind of thing it was done to; together with `targetId`")
        .query("targetId", "to which one; together with `targetType`")
        .query("tenant", "the name of a tenant")
        .query("requestId", "the request in which it was done")
        .query_of::<DateTime>("from", "at this time or later, as in RFC 3339")
        .query_of::<DateTime>("to", "before this time, as in RFC 3339")
}

/// The filters of a request.
pub(super) fn read(request: &Request) -> Result<Filter, Problem> {
    let target = match (request.query("targetType")?, request.query("targetId")?) {
        (None, None) => None,
        (Some(kind), Some(id)) => Some((kind, id)),
        (None, Some(_)) => return Err(alone("targetType", "targetId")),
        (Some(_), None) => return Err(alone("targetId", "targetType")),
    };
    Ok(Filter {
        actor: request.query::<UserId>("actor")?,
        target,
        actions: request.query("action")?.map(actions).transpose()?,
        tenant: request.query("tenant")?,
        request_id: request.query("requestId")?,
        from: request.query("from")?,
        to: request.query("to")?,
    })
}

/// What was asked for, to be told of.
pub(super) fn to_json(filter: &Filter) -> Value {
    let target = filter.target.as_ref();
    let action = filter.actions.as_ref().map(|actions| match actions {
        Actions::One(name) | Actions::Group(name) => name,
    });
    let all = json!({
        "actor": filter.actor,
        "targetType": target.map(|(kind, _)| kind),
        "targetId": target.map(|(_, id)| id),
        "action": action,
        "tenant": filter.tenant,
        "requestId": filter.request_id,
        "from": filter.from.map(|time| time.to_string()),
        "to": filter.to.map(|time| time.to_string()),
    });
    let given = all.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    given.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn alone(missing: &str, given: &str) -> Problem {
    Problem::invalid_field(missing, format!("`{missing}` is missing: it goes together with `{given}`"))
}

fn actions(text: String) -> Result<Actions, Problem> {
    match text.split_once('.') {
        Some((group, "")) if !group.is_empty() => Ok(Actions::Group(text)),
        Some((group, name)) if !group.is_empty() && !name.contains('.') => Ok(Actions::One(text)),
        _ => Err(Problem::invalid_field(
            "action",
            "`action`: must be an action such as `role.assigned`, or a group with a dot at the end: `role.`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_one_or_a_group() {
        assert!(
            matches!(actions("role.assigned".to_owned()), Ok(Actions::One(one)) if one == "role.assigned")
        );
        assert!(matches!(actions("role.".to_owned()), Ok(Actions::Group(group)) if group == "role."));
        for text in ["", ".", "role", ".assigned", "role.a.b", "role.."] {
            assert!(actions(text.to_owned()).is_err(), "{text}");
        }
    }
}
