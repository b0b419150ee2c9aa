use accounts::{Timestamp, UserId};
use api::{AuditActor, AuditEvent, AuditTarget, DateTime, Page};
use askama::Template;
use http_kit::Problem;
use rbac::catalogue::{ROLES_READ, USERS_READ};
use serde_json::Value;

use super::field::Choice;
use super::viewer::Section;
use super::{Moment, RefusedFilter, Samples, Viewer};
use crate::reader::Reader;
use crate::user_mgmt::{AuditFilter, Refusal};

/// How much of what changed a page shows of one event, in lines and in characters of one value; the rest is in the JSON.
const LINES: usize = 20;
const CHARS: usize = 200;

/// Groups of actions, as the filter offers them.
const GROUPS: [(&str, &str); 14] = [
    ("", "Anything"),
    ("access.", "Denials"),
    ("user.", "Accounts"),
    ("session.", "Sessions"),
    ("token.", "API tokens"),
    ("identity.", "Identities"),
    ("provider.", "Identity providers"),
    ("mail.", "Mails"),
    ("role.", "Roles"),
    ("permission.", "Permissions"),
    ("permissions.", "Manifests of applications"),
    ("tenant.", "Tenants"),
    ("flags.", "Flags"),
    ("audit.", "The audit log itself"),
];

/// The fields of the filter that can have a wrong value.
const FIELDS: [(&str, &str); 8] = [
    ("action", "What was done"),
    ("from", "From"),
    ("to", "To"),
    ("tenant", "Tenant"),
    ("actor", "Done by"),
    ("targetType", "Done to (kind)"),
    ("targetId", "Done to (id)"),
    ("requestId", "Request"),
];

/// `/admin/audit`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/audit.html")]
pub struct AuditPage {
    viewer: Viewer,
    /// What is wrong with the filter.
    error: Option<RefusedFilter>,
    filter: AuditFilter,
    actions: Vec<Choice>,
    events: Vec<Row>,
    next: Option<String>,
    /// The whole of what the filter finds, as CSV and as lines of JSON.
    exports: Option<[(&'static str, String); 2]>,
}

#[derive(Clone, Debug)]
struct Row {
    at: Moment,
    action: String,
    name: String,
    who: Option<Link>,
    to_what: Link,
    tenant: Option<String>,
    request: String,
    address: Option<String>,
    details: Vec<(String, String)>,
    left_out: usize,
}

/// Something with a name, and where it is shown, if the reader may see that.
#[derive(Clone, Debug)]
struct Link {
    name: String,
    /// What tells it from others of its name.
    id: String,
    href: Option<String>,
}

impl Row {
    fn new(event: AuditEvent, may: impl Fn(&str) -> bool) -> Self {
        let mut details = Vec::new();
        flatten("", &event.details, &mut details);
        let left_out = details.len().saturating_sub(LINES);
        details.truncate(LINES);
        Self {
            at: event.at.into(),
            name: words(&event.action),
            action: event.action,
            who: event.actor.map(|actor| who(actor, may("user"))),
            to_what: to_what(event.target, may),
            tenant: event.tenant,
            request: event.request_id,
            address: event.client_address,
            details,
            left_out,
        }
    }

    /// Everything of the request in which it was done.
    fn request_query(&self) -> Result<String, serde_urlencoded::ser::Error> {
        serde_urlencoded::to_string([("requestId", &self.request)])
    }
}

/// `role.permissions_set` as people write it: `Role: permissions set`.
fn words(action: &str) -> String {
    let text = action.replacen('.', ": ", 1).replace('_', " ");
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

fn who(actor: AuditActor, linked: bool) -> Link {
    let names: Vec<&str> =
        [&actor.first_name, &actor.last_name].into_iter().flatten().map(String::as_str).collect();
    // Somebody whose account is gone has neither.
    let gone = actor.email.is_none();
    let name = match (&actor.email, names.is_empty()) {
        (_, false) => names.join(" "),
        (Some(email), true) => email.clone(),
        (None, true) => "An account that is gone".to_owned(),
    };
    let href = (linked && !gone).then(|| format!("/admin/users/{}", actor.id));
    Link { name, id: actor.email.unwrap_or(actor.id), href }
}

fn to_what(target: AuditTarget, may: impl Fn(&str) -> bool) -> Link {
    let href = match target.kind.as_str() {
        "user" if may("user") && UserId::parse(&target.id).is_ok() => {
            Some(format!("/admin/users/{}", target.id))
        }
        "role" if may("role") && UserId::parse(&target.id).is_ok() => {
            Some(format!("/admin/roles/{}", target.id))
        }
        _ => None,
    };
    Link { name: words(&target.kind), id: target.id, href }
}

/// What changed, line by line: `after.name` and `Editor`.
fn flatten(path: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    let within = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                flatten(&within(name), member, lines);
            }
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().take(CHARS).map(text).collect();
            lines.push((path.to_owned(), cut(&items.join(", "))));
        }
        Value::Null => {}
        other => lines.push((path.to_owned(), cut(&text(other)))),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= CHARS {
        return if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    }
    text.chars().take(CHARS).chain(['…']).collect()
}

impl AuditPage {
    /// The page of `reader`, with these events.
    pub(crate) fn new(
        reader: &Reader,
        filter: &AuditFilter,
        events: Page<AuditEvent>,
    ) -> Result<Self, Problem> {
        let may = |kind: &str| match kind {
            "user" => reader.may(&USERS_READ),
            _ => reader.may(&ROLES_READ),
        };
        Self::of(Viewer::new(reader, Section::Audit), filter, events, may)
    }

    /// The page with a filter that can't be used.
    pub(crate) fn refused(reader: &Reader, filter: &AuditFilter, refusal: &Refusal) -> Self {
        let page = Self::empty(Viewer::new(reader, Section::Audit), filter);
        Self { error: Some(RefusedFilter::new(refusal, &FIELDS)), ..page }
    }

    fn of(
        viewer: Viewer,
        filter: &AuditFilter,
        events: Page<AuditEvent>,
        may: impl Fn(&str) -> bool + Copy,
    ) -> Result<Self, Problem> {
        let mut page = Self::empty(viewer, filter);
        page.events = events.items.into_iter().map(|event| Row::new(event, may)).collect();
        if let Some(cursor) = events.next_cursor {
            let next = AuditFilter { cursor, ..filter.clone() };
            page.next = Some(format!("/admin/audit?{}", next.to_query()?));
        }
        let of = |format| Ok(format!("/api/v1/admin/audit?{}", filter.asked(&[("format", format)])?));
        page.exports = Some([("CSV", of("csv")?), ("JSON lines", of("ndjson")?)]);
        Ok(page)
    }

    fn empty(viewer: Viewer, filter: &AuditFilter) -> Self {
        let choice = |value: &str, label: &str| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen: value == filter.action,
        };
        let mut actions: Vec<Choice> = GROUPS.iter().map(|(value, label)| choice(value, label)).collect();
        if actions.iter().all(|action| !action.chosen) {
            actions.push(choice(&filter.action, &words(&filter.action)));
        }
        Self {
            viewer,
            error: None,
            filter: filter.clone(),
            actions,
            events: Vec::new(),
            next: None,
            exports: None,
        }
    }

    /// Whether a filter of those that are rarely needed is set.
    fn is_narrowed_further(&self) -> bool {
        let AuditFilter { actor, target_type, target_id, request_id, .. } = &self.filter;
        [actor, target_type, target_id, request_id].iter().any(|part| !part.is_empty())
    }
}

impl Samples for AuditPage {
    const NAME: &'static str = "audit";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let viewer = || Viewer::sample(text, Section::Audit);
        let id = UserId::from_u128(7).to_string();
        let actor = |email: Option<&str>| AuditActor {
            id: id.clone(),
            email: email.map(str::to_owned),
            first_name: email.map(|_| text.to_owned()),
            last_name: None,
        };
        let event = |action: &str, actor, target: (&str, &str)| AuditEvent {
            id: id.clone(),
            at: DateTime(Timestamp::from_millis(1_769_851_800_000)),
            action: action.to_owned(),
            actor,
            target: AuditTarget { kind: target.0.to_owned(), id: target.1.to_owned() },
            tenant: Some(text.to_owned()),
            request_id: text.to_owned(),
            client_address: Some(text.to_owned()),
            details: serde_json::json!({ "after": { "name": text, "permissions": [text, text] }, "reason": "" }),
        };
        let events = vec![
            event("role.created", Some(actor(Some("ada@example.com"))), ("role", &id)),
            event("user.sign_in_failed", None, ("user", text)),
            event(text, Some(actor(None)), (text, text)),
        ];
        let filter =
            AuditFilter { tenant: text.to_owned(), actor: text.to_owned(), ..AuditFilter::default() };
        let page = |filter: &AuditFilter, items, next: Option<&str>| {
            let page = Page { items, next_cursor: next.map(str::to_owned) };
            Self::of(viewer(), filter, page, |_| true).ok()
        };
        let refused = Self {
            error: Some(RefusedFilter::sample(text, &FIELDS)),
            ..Self::empty(viewer(), &AuditFilter::default())
        };
        let some = page(&AuditFilter::default(), events, Some("ab")).map(|page| ("some", page));
        let none = page(&filter, Vec::new(), None).map(|page| ("none", page));
        some.into_iter().chain(none).chain([("refused", refused)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn action_is_said_in_words() {
        assert_eq!(words("role.permissions_set"), "Role: permissions set");
        assert_eq!(words("audit"), "Audit");
        assert_eq!(words(""), "");
    }

    #[test]
    fn details_are_lines_of_bounded_length() {
        let long = "x".repeat(1_000);
        let details = json!({
            "before": { "name": "a", "none": null }, "after": { "permissions": ["a:b", "c:d"], "empty": [] },
            "long": long, "number": 7,
        });
        let mut lines = Vec::new();
        flatten("", &details, &mut lines);
        let short: Vec<String> = lines
            .iter()
            .filter(|(path, _)| path != "long")
            .map(|(path, text)| format!("{path}={text}"))
            .collect();
        assert_eq!(short, ["after.empty=nothing", "after.permissions=a:b, c:d", "before.name=a", "number=7"]);
        assert!(lines.iter().all(|(_, text)| text.chars().count() <= CHARS + 1));
    }
}
