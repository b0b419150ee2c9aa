//! What the audit log tells of beside changes: passwords that were not accepted, denials, flags, and its own retention.
//!
//! The first two are a stranger's to bring about, so they are written after the response, where they cost nobody time, and
//! bounded: `MOST` of a kind a minute. Every denial is counted all the same, in the telemetry.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use accounts::{AuditEventId, TenantId, Timestamp, UserId};
use api::internal_api::FindingCount;
use enforce::Mode;
use http_kit::{Level, Outcome, Problem, Request, RequestContext, Vars};
use rbac::{Permission, RoleName};
use serde_json::json;
use store::audit::{self, Action, AuditEvent};
use store::audit_meta::{self, Removal, Removed};
use store::{Db, StoreError, decode};

use crate::app::{App, Platform};
use crate::services::change::Event;

/// How many events of a kind are written in [`WINDOW`].
const MOST: u32 = 60;
const WINDOW: Duration = Duration::from_mins(1);
/// How many events retention removes with one event of its own.
const REMOVED_AT_ONCE: u32 = 1_000;
/// How often it does so in one run of the cron trigger.
const ROUNDS: usize = 10;
/// What stands for a request in events of the cron trigger.
const CRON: &str = "cron";
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// What the audit log keeps.
#[derive(Clone, Copy, Debug)]
pub struct AuditSettings {
    /// The addresses of clients.
    pub client_address: bool,
    /// Events of so many days; all of them, where there is no number.
    pub retention_days: Option<u32>,
}

impl AuditSettings {
    /// Reads the variables.
    pub(crate) fn read(vars: &mut Vars<'_>) -> Self {
        Self {
            client_address: vars.flag("AUDIT_CLIENT_ADDRESS"),
            retention_days: vars.parsed("AUDIT_RETENTION_DAYS").map(|RetentionDays(days)| days),
        }
    }
}

/// A month at least, so that a slip of the pen does not remove what nobody has looked at yet.
struct RetentionDays(u32);

impl FromStr for RetentionDays {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(days @ 30..=36_500) => Ok(Self(days)),
            _ => Err("must be a whole number of days from 30 to 36500; leave it out to keep events for ever"),
        }
    }
}

/// Why a password was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no account of this address.
    UnknownAccount,
    /// It is another one, or the account has none.
    WrongPassword,
    /// It is right, but the account is suspended.
    Suspended,
    /// It is right, but the address is not confirmed.
    NotVerified,
}

impl Refusal {
    fn as_str(self) -> &'static str {
        match self {
            Self::UnknownAccount => "unknown_account",
            Self::WrongPassword => "wrong_password",
            Self::Suspended => "suspended",
            Self::NotVerified => "not_verified",
        }
    }
}

/// Who does something.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// The user.
    pub user: UserId,
    /// The user's tenant.
    pub tenant: TenantId,
}

impl Actor {
    /// Who makes the request, if that is known.
    fn of(context: &RequestContext) -> Option<Self> {
        context.identity().map(|identity| Self { user: identity.user_id, tenant: identity.tenant_id })
    }
}

/// An event, with what its request says about it.
pub(crate) fn event_of<P: Platform>(
    app: &App<P>,
    context: &RequestContext,
    at: Timestamp,
    actor: Option<Actor>,
    Event { action, target_id, details }: Event,
) -> AuditEvent {
    AuditEvent {
        id: AuditEventId::generate_at(at, &*app.runtime),
        at,
        action,
        actor: actor.map(|actor| actor.user),
        target_id,
        tenant: actor.map(|actor| actor.tenant),
        request_id: context.request_id.clone(),
        client_address: client_address(app, context).map(str::to_owned),
        details,
    }
}

/// Where a request came from, where the configuration says to keep that.
pub(crate) fn client_address<'a, P: Platform>(app: &App<P>, context: &'a RequestContext) -> Option<&'a str> {
    context.client_address.as_deref().filter(|_| app.config.audit.client_address)
}

/// A password was not accepted. The work is the same whether there is an account or not; which address was tried is not
/// kept where there is none, since people type passwords in its place.
pub(crate) fn sign_in_failed<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    account: Option<(UserId, TenantId)>,
    refusal: Refusal,
) {
    let target = account.map(|(user, _)| user.to_string()).unwrap_or_default();
    let event = Event::new(Action::SignInFailed, target, json!({ "reason": refusal.as_str() }));
    let actor = Actor::of(&request.context);
    let mut event = event_of(app, &request.context, app.runtime.now(), actor, event);
    event.tenant = account.map(|(_, tenant)| tenant);
    write_bounded(app, request, vec![event]);
}

/// A request was refused: tells of it where its caller may not do this, rather than sent something wrong.
pub(crate) fn record_denial<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    required: Option<&Permission>,
    outcome: &Outcome,
) {
    const DENIALS: [&str; 4] = ["permission_denied", "forbidden", "exceeds_own_grants", "session_required"];
    let Some(code) = outcome.as_ref().err().map(Problem::code).filter(|code| DENIALS.contains(code)) else {
        return;
    };
    let context = &request.context;
    let route = format!("{} {}", context.method, context.route().unwrap_or_default());
    let details = json!({
        "code": code, "required": required.map(Permission::as_str), "path": context.uri.path(),
    });
    let event = Event::new(Action::AccessDenied, route, details);
    let event = event_of(app, context, app.runtime.now(), Actor::of(context), event);
    write_bounded(app, request, vec![event]);
}

/// The application's requests were refused, as its guard says.
pub(crate) fn record_denials_of<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    application: &RoleName,
    findings: &[FindingCount],
) {
    let context = &request.context;
    let now = app.runtime.now();
    let denials = findings.iter().filter(|found| found.finding.is_denial()).map(|found| {
        let details = json!({
            "code": if found.mode == Mode::On { "permission_denied" } else { "forbidden" },
            "required": found.required, "application": application, "count": found.count,
        });
        let event = Event::new(Action::AccessDenied, format!("{application} {}", found.route), details);
        // The report is the application's own request; who was refused is in it.
        AuditEvent { actor: found.user_id, tenant: None, ..event_of(app, context, now, None, event) }
    });
    write_bounded(app, request, denials.collect());
}

/// Writes events that a stranger can bring about. Where an event has an actor and no tenant, it gets the actor's.
fn write_bounded<P: Platform>(app: &Arc<App<P>>, request: &Request, events: Vec<AuditEvent>) {
    // The first migration has no audit log.
    if !app.config.rbac_enabled || events.is_empty() {
        return;
    }
    let (app, context) = (app.clone(), request.context.clone());
    request.context.defer(async move {
        let bounded = |event: &AuditEvent| audit::insert_bounded(event, event.at.minus(WINDOW), MOST);
        let write = || app.db.batch(events.iter().map(bounded).collect());
        let written = match write().await {
            // Once more: nobody else would. Where only the answer was lost, the events are there already.
            Err(StoreError::Driver(_)) => match write().await {
                Err(error) if error.is_conflict("audit_log", "id") => Ok(Vec::new()),
                written => written,
            },
            written => written,
        };
        if let Err(error) = written {
            let actions: Vec<&str> = events.iter().map(|event| event.action.as_str()).collect();
            let fields = json!({ "actions": actions, "cause": error.to_string() });
            context.log(Level::Error, "audit events were not written", fields);
        }
    });
}

/// Tells of flags that have changed, and removes what is older than the configuration says; the cron trigger calls this.
pub async fn keep<P: Platform>(app: &App<P>) -> Result<(), StoreError> {
    if !app.config.rbac_enabled {
        return Ok(());
    }
    let now = app.runtime.now();
    let id = AuditEventId::generate_at(now, &*app.runtime);
    app.db.batch(audit_meta::tell_flags(id, now, CRON, &app.config.flags()).to_vec()).await?;
    let Some(days) = app.config.audit.retention_days else { return Ok(()) };
    // Whole days of UTC, so that what is removed is told of once a day rather than every minute.
    let today = now.as_millis() - now.as_millis().rem_euclid(DAY);
    let before = Timestamp::from_millis(today - i64::from(days) * DAY);
    for _ in 0..ROUNDS {
        let id = AuditEventId::generate_at(now, &*app.runtime);
        let (most, request_id, retention_days) = (REMOVED_AT_ONCE, CRON, days);
        let removal = Removal { id, at: now, before, most, request_id, retention_days };
        let rows = app.db.batch(audit_meta::remove(&removal).to_vec()).await?;
        let told: Vec<Removed> =
            decode("audit_log/insert_removal", rows.into_iter().next().unwrap_or_default())?;
        if told.iter().all(|told| told.removed < REMOVED_AT_ONCE) {
            break;
        }
    }
    Ok(())
}
