//! The audit log: rows are only ever added, each in the batch of the change that it tells of, and read newest first. Only
//! retention removes any, and tells of it.

use accounts::{AuditEventId, Email, OutboxId, TenantId, Timestamp, TokenHash, UserId};
use serde::Deserialize;

use crate::rows::{json, optional_json_of};
use crate::statement::statement;
use crate::{Db, Param, Query, Statement, StoreError};

mod action;

pub use action::{Action, Target};

/// How often a page looks into an index at most.
pub const LOOKS: u32 = 1_000;

/// One event.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// Its id, made at the time `at`: events are found by time through their ids.
    pub id: AuditEventId,
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub action: Action,
    /// Who did it; nobody where it was the system, or where nobody was signed in.
    pub actor: Option<UserId>,
    /// To which one of [`Action::target`].
    pub target_id: String,
    /// The tenant of the actor, or of the target where there is no actor.
    pub tenant: Option<TenantId>,
    /// The request in which it was done.
    pub request_id: String,
    /// Where the request came from, where that is kept.
    pub client_address: Option<String>,
    /// What changed, without secrets.
    pub details: serde_json::Value,
}

/// Adds an event.
pub fn insert(event: &AuditEvent) -> Statement {
    statement!(
        "audit_log/insert",
        &event.id,
        event.at,
        event.action.as_str(),
        event.actor.as_ref(),
        event.action.target().as_str(),
        event.target_id.as_str(),
        event.tenant.as_ref(),
        event.request_id.as_str(),
        event.client_address.as_deref(),
        event.details.to_string(),
    )
}

/// Adds an event of a kind that a stranger can bring about at will, unless there are `most` such events since `since`
/// already: of the same action by the same actor, about something known or, where the target is empty, about nothing.
/// The last one that fits has `furtherNotWritten` in its details.
pub fn insert_bounded(event: &AuditEvent, since: Timestamp, most: u32) -> Statement {
    let mut bounded = statement!("audit_log/insert_bounded");
    bounded.params = insert(event).params;
    bounded.params.extend([Param::from(&AuditEventId::first_at(since)), Param::from(i64::from(most))]);
    bounded
}

/// The end of a session by a sign-in in the same browser.
#[derive(Clone, Debug)]
pub struct SessionReplaced<'a> {
    /// The id of the event.
    pub id: AuditEventId,
    /// When.
    pub at: Timestamp,
    /// The hash of the token of the session.
    pub token: &'a TokenHash,
    /// Who signed in.
    pub actor: Option<UserId>,
    /// The request in which it was done.
    pub request_id: &'a str,
    /// Where the request came from, where that is kept.
    pub client_address: Option<&'a str>,
}

/// Adds an event about the end of a session, if the token is of one; comes before the statement that ends it.
pub fn insert_session_replaced(event: &SessionReplaced<'_>) -> Statement {
    let action = Action::SessionEnded;
    statement!(
        "audit_log/insert_session_replaced",
        event.token,
        &event.id,
        event.at,
        action.as_str(),
        event.actor.as_ref(),
        action.target().as_str(),
        event.request_id,
        event.client_address,
        "replaced",
    )
}

/// A request for a mail, as [`crate::mail_requests::request`] writes it down in the same batch.
#[derive(Clone, Debug)]
pub struct MailRequested<'a> {
    /// The id of the event.
    pub id: AuditEventId,
    /// When.
    pub at: Timestamp,
    /// The address that was given, by whomever.
    pub email: &'a Email,
    /// Which mail.
    pub template: &'a str,
    /// The request in which it was done.
    pub request_id: &'a str,
    /// Where the request came from, where that is kept.
    pub client_address: Option<&'a str>,
    /// The work that came of it, if any did.
    pub outbox_id: OutboxId,
}

/// Adds an event about a request for a mail, if there is an account and the request was not one too many.
pub fn insert_mail_request(event: &MailRequested<'_>) -> Statement {
    statement!(
        "audit_log/insert_mail_request",
        event.email,
        event.template,
        &event.id,
        event.at,
        event.request_id,
        &event.outbox_id,
        Action::MailRequested.as_str(),
        Action::MailRequested.target().as_str(),
        event.client_address,
    )
}

/// An event as it is read. Its texts are as they were written, so that none can keep the others from being read.
#[derive(Clone, Debug, Deserialize)]
pub struct Recorded {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub action: String,
    /// Who did it.
    pub actor_id: Option<String>,
    /// The address of the account that did it, while there is one.
    pub actor_email: Option<String>,
    /// First name.
    pub actor_first_name: Option<String>,
    /// Last name.
    pub actor_last_name: Option<String>,
    /// What kind of thing it was done to.
    pub target_type: String,
    /// To which one.
    pub target_id: String,
    /// The name of the tenant.
    pub tenant: Option<String>,
    /// The request in which it was done.
    pub request_id: String,
    /// Where the request came from.
    pub client_address: Option<String>,
    /// What changed.
    #[serde(deserialize_with = "json")]
    pub details: serde_json::Value,
}

/// Which events are wanted: those that meet all that is said.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// By this user.
    pub actor: Option<UserId>,
    /// About this thing: its kind and its id.
    pub target: Option<(String, String)>,
    /// Of these actions.
    pub actions: Option<Actions>,
    /// Of the tenant of this name.
    pub tenant: Option<String>,
    /// Of this request.
    pub request_id: Option<String>,
    /// At this time or later.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
}

/// One action, or a group of them.
#[derive(Clone, Debug)]
pub enum Actions {
    /// This one: `user.deleted`.
    One(String),
    /// All whose names start with this: `user.`.
    Group(String),
}

/// A page of events, and after which id the next one starts, if there may be one.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// The newest first.
    pub events: Vec<Recorded>,
    /// The last id down to which all events have been looked at.
    pub next: Option<String>,
}

/// An event of a page. A row without one only says how far the page went.
#[derive(Deserialize)]
struct PageRow {
    last: Option<String>,
    #[serde(deserialize_with = "optional_json_of")]
    event: Option<Recorded>,
}

/// A page of events, the newest first, after the one whose id is `after`. Each filter has an index, and events that all of
/// them have are found by going from one to the next. A page takes [`LOOKS`] of these steps and no more: it may then hold
/// fewer events than were asked for, or none, and still be followed by another.
pub async fn page(db: &impl Db, filter: &Filter, after: &str, limit: u32) -> Result<EventPage, StoreError> {
    let Filter { actor, target, actions, tenant, request_id, from, to } = filter;
    let (action, group) = match actions {
        None => (None, None),
        Some(Actions::One(action)) => (Some(action.as_str()), None),
        Some(Actions::Group(group)) => (None, Some(group.as_str())),
    };
    let indexes: String = [
        ('r', request_id.is_some()),
        ('o', target.is_some()),
        ('a', actor.is_some()),
        ('n', action.is_some()),
        ('g', group.is_some()),
        ('t', tenant.is_some()),
    ]
    .into_iter()
    .filter_map(|(index, asked)| asked.then_some(index))
    .collect();
    // Every id is below `~`.
    let below = to.map_or_else(|| "~".to_owned(), |to| AuditEventId::first_at(to).to_string());
    let below = if after.is_empty() || *below < *after { below } else { after.to_owned() };
    let rows: Query<PageRow> = Query::new(statement!(
        "audit_log/page",
        below,
        from.map(|from| AuditEventId::first_at(from).to_string()).unwrap_or_default(),
        i64::from(limit + 1),
        actor.as_ref(),
        target.as_ref().map(|(kind, _)| kind.as_str()),
        target.as_ref().map(|(_, id)| id.as_str()),
        action,
        group,
        tenant.as_deref(),
        request_id.as_deref(),
        i64::from(LOOKS),
        // By none of them: by the ids alone.
        if indexes.is_empty() { "-".to_owned() } else { indexes },
    ));
    let rows = rows.all(db).await?;
    let reach = rows.first().and_then(|row| row.last.clone());
    let mut events: Vec<Recorded> = rows.into_iter().filter_map(|row| row.event).collect();
    let limit = limit as usize;
    let next = if events.len() > limit {
        events.truncate(limit);
        events.last().map(|event| event.id.clone())
    } else {
        reach
    };
    Ok(EventPage { events, next })
}
