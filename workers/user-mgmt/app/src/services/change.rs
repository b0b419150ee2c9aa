//! One change: what it rests on, what it does, what follows from it, and its audit event, in one batch.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use accounts::{ApiTokenId, AuditEventId, Email, OutboxId, SessionId, Timestamp, TokenHash, UserId};
use http_kit::{Level, Problem, Request, RequestContext};
use rbac::Allowed;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::audit::{self, Action, MailRequested, SessionReplaced};
use store::outbox::Schedule;
use store::{
    Db, Query, Rows, Statement, StoreError, guard, mail_requests, outbox, rbac_meta, sessions, users,
};

use crate::app::{App, Platform};
use crate::caller::{Caller, Credential};
use crate::services::audit::{Actor, client_address, event_of};
use crate::services::mail::Template;
use crate::services::outbox::{self as work, Kind};
use crate::services::problems::store_problem;

/// How long after a mail that a stranger can ask for the next one of its kind is sent.
pub(crate) const BETWEEN_MAILS: Duration = Duration::from_mins(1);

/// What an audit event says beyond who, when and in which request.
#[derive(Clone, Debug)]
pub struct Event {
    pub(super) action: Action,
    pub(super) target_id: String,
    pub(super) details: Value,
}

impl Event {
    /// This was done to that one; `details` says what changed, as the catalogue of actions has it, without secrets.
    #[expect(clippy::needless_pass_by_value, reason = "ids are small, and read better so")]
    pub fn new(action: Action, target_id: impl ToString, details: Value) -> Self {
        Self { action, target_id: target_id.to_string(), details }
    }
}

/// What a change reads in its own batch: an answer that had to be read after it could fail though the change has landed.
#[must_use]
pub struct Wanted<T> {
    place: usize,
    statement: &'static str,
    row: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Wanted<T> {
    /// The one row of it, among the rows of the batch.
    pub fn one(self, mut rows: Vec<Rows>) -> Result<T, Problem> {
        let rows = rows.get_mut(self.place).map(std::mem::take).unwrap_or_default();
        let decoded = Query::decode(self.statement, rows).map_err(|error| store_problem(&error))?;
        let missing = || Problem::internal(format!("`{}` gave no row", self.statement));
        decoded.into_iter().next().ok_or_else(missing)
    }
}

/// A change on its way into the database.
pub struct Change<P: Platform> {
    app: Arc<App<P>>,
    context: Arc<RequestContext>,
    now: Timestamp,
    actor: Option<Actor>,
    by_token: Option<ApiTokenId>,
    statements: Vec<Statement>,
    events: Vec<Event>,
    work: Vec<OutboxId>,
}

impl<P: Platform> Change<P> {
    /// A change by a caller who was allowed to make it. With RBAC on, its batch holds only while the caller is still
    /// who the decision was about and the role matrix is still the one it was made on.
    pub fn by(app: &Arc<App<P>>, request: &Request, allowed: &Allowed<Caller>) -> Self {
        let caller = allowed.principal();
        let mut change = Self::own(app, request, caller);
        if let Some(authority) = &caller.authority {
            let check =
                guard::decision_current(caller.user_id(), caller.account.authz_version, authority.epoch);
            change.statements.push(check);
        }
        change
    }

    /// A change to what is the caller's own, which needs no permission.
    pub fn own(app: &Arc<App<P>>, request: &Request, caller: &Caller) -> Self {
        let actor = Actor { user: caller.user_id(), tenant: caller.account.tenant_id };
        let mut change = Self::by_account(app, request, actor);
        change.by_token = match caller.credential {
            Credential::Session(_) => None,
            Credential::Token { id, .. } => Some(id),
        };
        change
    }

    /// A change by somebody who has just shown whose account it is, or makes one: a sign-in, a link of a mail, a
    /// registration.
    pub fn by_account(app: &Arc<App<P>>, request: &Request, actor: Actor) -> Self {
        Self { actor: Some(actor), ..Self::by_nobody(app, request) }
    }

    /// A change that nobody asked for of whom one knows who it is: a mail to an address, what an identity provider says.
    pub fn by_nobody(app: &Arc<App<P>>, request: &Request) -> Self {
        Self {
            app: app.clone(),
            context: request.context.clone(),
            now: app.runtime.now(),
            actor: None,
            by_token: None,
            statements: Vec::new(),
            events: Vec::new(),
            work: Vec::new(),
        }
    }

    /// The time of the change.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Adds a statement: a condition of [`guard`], or a part of the change.
    pub fn push(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    /// Adds several.
    pub fn extend(&mut self, statements: impl IntoIterator<Item = Statement>) {
        self.statements.extend(statements);
    }

    /// Adds a statement whose rows are wanted; gives its place among the rows of the batch.
    pub fn push_read(&mut self, statement: Statement) -> usize {
        self.statements.push(statement);
        self.statements.len() - 1
    }

    /// Reads this once everything that was pushed so far has its effect.
    pub fn read<T>(&mut self, query: Query<T>) -> Wanted<T>
    where
        T: DeserializeOwned,
    {
        let statement = query.into_statement();
        Wanted { statement: statement.name, place: self.push_read(statement), row: PhantomData }
    }

    /// Tells of a further change in the same batch.
    pub fn also(&mut self, event: Event) {
        self.events.push(event);
    }

    /// What a user may do has changed: decisions about them are stale, and so is what is cached.
    pub fn user_changed(&mut self, user: UserId) {
        self.push(users::bump_authz_version(user, self.now));
        let (id, when) = self.work();
        self.push(outbox::insert_invalidation_of_user(id, user, when));
        self.push(sessions::outdate(user));
    }

    /// What a role grants has changed: every decision is stale, and so is everything that is cached.
    pub fn matrix_changed(&mut self) {
        self.push(rbac_meta::bump_epoch());
        let (id, when) = self.work();
        self.push(outbox::insert(id, Kind::RaiseEpoch.as_str(), &json!({}), when));
    }

    /// All sessions of a user are about to end; comes before the statement that ends them.
    pub fn sessions_end(&mut self, user: UserId) {
        let (id, when) = self.work();
        self.push(outbox::insert_revocation_of_user(id, user, when));
    }

    /// One session is about to end; comes before the statement that ends it.
    pub fn session_ends(&mut self, session: SessionId) {
        let (id, when) = self.work();
        self.push(outbox::insert_revocation_of_session(id, session, when));
    }

    /// The session of a token is about to give way to another, if it is one; comes before the statement that ends it.
    pub fn session_of_token_is_replaced(&mut self, token: &TokenHash) {
        let (id, when) = self.work();
        self.push(outbox::insert_revocation_of_token(id, token, when));
        if self.app.config.rbac_enabled {
            self.statements.push(audit::insert_session_replaced(&SessionReplaced {
                id: AuditEventId::generate_at(self.now, &*self.app.runtime),
                at: self.now,
                token,
                actor: self.actor.map(|actor| actor.user),
                request_id: &self.context.request_id,
                client_address: client_address(&self.app, &self.context),
            }));
        }
    }

    /// All sessions of a user but one are about to end; comes before the statement that ends them.
    pub fn other_sessions_end(&mut self, user: UserId, kept: SessionId) {
        let (id, when) = self.work();
        self.push(outbox::insert_revocation_of_others(id, user, kept, when));
    }

    /// The owner of an account is owed a mail, where this deployment sends any; one is enough, however often they are owed it
    /// before it can be sent.
    pub fn mail_user(&mut self, user: UserId, template: Template) {
        if self.app.config.mail.is_some() {
            let (id, when) = self.work();
            self.statements.extend(mail_requests::owe(id, user, template.as_str(), when));
        }
    }

    /// The owner of an account is told that an identity at this provider opens it, where this deployment sends mail.
    pub fn mail_of_identity(&mut self, user: UserId, provider: &str) {
        if self.app.config.mail.is_some() {
            let (id, when) = self.work();
            let payload =
                json!({ "template": Template::IdentityLinked, "userId": user, "provider": provider });
            self.push(outbox::insert(id, Kind::SendMail.as_str(), &payload, when));
        }
    }

    /// Somebody asked for a mail to an address. What is done now is the same whether there is an account or not, and
    /// whether a mail of this kind was sent just before or not.
    pub fn mail_address(&mut self, email: &Email, template: Template) {
        if self.app.config.mail.is_none() {
            return;
        }
        let (id, when) = self.work();
        let not_since = self.now.minus(BETWEEN_MAILS);
        self.statements.extend(mail_requests::request(id, email, template.as_str(), when, not_since));
        if self.app.config.rbac_enabled {
            self.statements.push(audit::insert_mail_request(&MailRequested {
                id: AuditEventId::generate_at(self.now, &*self.app.runtime),
                at: self.now,
                email,
                template: template.as_str(),
                request_id: &self.context.request_id,
                client_address: client_address(&self.app, &self.context),
                outbox_id: id,
            }));
        }
    }

    fn work(&mut self) -> (OutboxId, Schedule) {
        let id = OutboxId::generate(&*self.app.runtime, &*self.app.runtime);
        self.work.push(id);
        (id, work::schedule(self.now))
    }

    /// Makes the change. Its follow-up work is done after the response.
    pub async fn commit(self, event: Event) -> Result<(), Problem> {
        self.try_commit(event).await.map(|_| ()).map_err(|error| store_problem(&error))
    }

    /// Makes the change; gives the rows of each statement.
    pub async fn commit_reading(self, event: Event) -> Result<Vec<Rows>, Problem> {
        self.try_commit(event).await.map_err(|error| store_problem(&error))
    }

    /// Makes the change, for a route that has its own answer to a failure; gives the rows of each statement.
    pub async fn try_commit(mut self, event: Event) -> Result<Vec<Rows>, StoreError> {
        // With RBAC off, only the first migration may have been applied, and the audit log is not in it.
        if self.app.config.rbac_enabled {
            self.events.push(event);
            for event in std::mem::take(&mut self.events) {
                self.statements.push(self.audit(event));
            }
        }
        self.land().await
    }

    /// Makes a change that tells of itself, as [`Self::mail_address`] does.
    pub async fn commit_without_event(self) -> Result<(), Problem> {
        self.land().await.map(|_| ()).map_err(|error| store_problem(&error))
    }

    async fn land(mut self) -> Result<Vec<Rows>, StoreError> {
        if self.work.is_empty() {
            return self.app.db.batch(self.statements).await;
        }
        // What has become of the work, in the same round trip: often there is nothing to do.
        let written = outbox::by_ids(&self.work).into_statement();
        let name = written.name;
        self.statements.push(written);
        let mut rows = self.app.db.batch(self.statements).await?;
        match Query::decode(name, rows.pop().unwrap_or_default()) {
            Ok(entries) if entries.is_empty() => {}
            Ok(entries) => {
                let app = self.app;
                self.context.defer(async move { work::process(&app, entries).await });
            }
            // The change has landed, and its work is due for the cron trigger.
            Err(error) => {
                let cause = json!({ "cause": error.to_string() });
                self.context.log(Level::Error, "outbox: unreadable work", cause);
            }
        }
        Ok(rows)
    }

    fn audit(&self, mut event: Event) -> Statement {
        if let (Some(token), Some(details)) = (self.by_token, event.details.as_object_mut()) {
            details.insert("apiToken".to_owned(), json!(token));
        }
        audit::insert(&event_of(&self.app, &self.context, self.now, self.actor, event))
    }
}
