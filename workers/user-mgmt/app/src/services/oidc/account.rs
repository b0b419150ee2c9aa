//! Whose account an identity opens.

use std::sync::Arc;

use accounts::{Email, IdentityId, RoleId, TenantId, TenantName, TenantStatus, UserId, UserStatus};
use http::StatusCode;
use http::header::HeaderValue;
use http_kit::{Level, Problem, Request};
use oidc::IdToken;
use serde_json::json;
use store::audit::Action;
use store::identities::{self, NewIdentity, Owner, Profile};
use store::users::{self, NewUser};
use store::{StoreError, api_tokens, guard, one_time_tokens, sessions, tenants, user_roles};

use super::callback::state_invalid;
use super::roles::{follow_groups, take_all};
use super::settings::Provider;
use super::{claims, settings};
use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::gate::resolve;
use crate::services::audit::Actor;
use crate::services::change::{Change, Event};
use crate::services::problems::{DECISION_STALE, store_problem};
use crate::services::sessions::{end_presented, start};
use crate::services::super_admin::appoint_if_named;

/// How often a sign-in is decided anew because the account changed meanwhile.
const ATTEMPTS: usize = 8;
/// Longer ID tokens are not kept: the provider then asks before it signs somebody out.
const LONGEST_HINT: usize = 8 * 1024;

/// Somebody who has come back from a provider.
pub(super) struct Arrived<'a> {
    pub(super) provider: &'a Provider,
    pub(super) token: IdToken,
    /// The ID token as it came.
    pub(super) hint: String,
}

impl Arrived<'_> {
    fn issuer(&self) -> &str {
        self.provider.client.issuer.as_str()
    }

    fn identity<'a>(&'a self, id: IdentityId, user_id: UserId, email: Option<&'a Email>) -> NewIdentity<'a> {
        NewIdentity {
            id,
            issuer: self.issuer(),
            subject: &self.token.subject,
            user_id,
            email,
            created_at: accounts::Timestamp::from_millis(0),
            last_used_at: None,
        }
    }
}

/// Starts a session of the account that the identity opens; gives its cookie.
pub(super) async fn enter<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    arrived: &Arrived<'_>,
) -> Result<HeaderValue, Problem> {
    let mut attempt = 1;
    loop {
        let outcome = try_to_enter(app, request, arrived).await;
        match outcome {
            Err(problem) if problem.code() == DECISION_STALE && attempt < ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}

async fn try_to_enter<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    arrived: &Arrived<'_>,
) -> Result<HeaderValue, Problem> {
    let owner = identities::owner(arrived.issuer(), &arrived.token.subject).first(&app.db).await;
    if let Some(owner) = owner.map_err(|error| store_problem(&error))? {
        return enter_account(app, request, arrived, owner).await;
    }
    let email = claims::vouched_email(arrived.provider, &arrived.token.claims).ok_or_else(|| {
        Problem::new(
            StatusCode::FORBIDDEN,
            "oidc_email_not_trusted",
            format!(
                "no account belongs to this identity, and {} can't vouch for its e-mail address here; sign in with \
                 your password and link it on your profile",
                arrived.provider.name
            ),
        )
    })?;
    let candidate = identities::candidate(&email).first(&app.db).await;
    match candidate.map_err(|error| store_problem(&error))? {
        Some(candidate) => enter_account(app, request, arrived, candidate).await,
        None => provision(app, request, arrived, email).await,
    }
}

/// Lets somebody into an account that there is: one of the identity, or one of the address that the provider vouches for.
async fn enter_account<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    arrived: &Arrived<'_>,
    owner: Owner,
) -> Result<HeaderValue, Problem> {
    let said = &arrived.token.claims;
    let vouched = claims::vouched_email(arrived.provider, said).is_some_and(|email| email == owner.email);
    let confirmed = owner.verified && owner.status != UserStatus::Invited;
    // An invitation is accepted by whoever shows that the address is theirs.
    if owner.status == UserStatus::Suspended
        || !owner.tenant_active
        || (owner.status == UserStatus::Invited && !vouched)
    {
        return Err(Problem::new(StatusCode::FORBIDDEN, "account_suspended", "this account is suspended"));
    }
    if app.config.email_verification && !owner.verified && !vouched {
        let detail = "confirm the e-mail address first: the link is in the mail that was sent to it";
        return Err(Problem::new(StatusCode::FORBIDDEN, "email_not_verified", detail));
    }
    let actor = Actor { user: owner.user_id, tenant: owner.tenant_id };
    let mut change = Change::by_account(app, request, actor);
    change.push(guard::user_at_version(owner.user_id, owner.authz_version));
    let identity = match owner.identity_id {
        Some(id) => {
            let email = claims::email(said);
            change.push(identities::used(id, change.now(), email.as_ref()));
            if vouched && !owner.verified {
                change.push(users::verify_email(owner.user_id, change.now()));
            }
            id
        }
        None => adopt(app, &mut change, arrived, &owner, confirmed),
    };
    refresh(app, &mut change, arrived, &owner).await?;
    let who = (owner.user_id, identity);
    follow_groups(app, &mut change, (settings(app)?, arrived.provider), said, who, &[]).await?;
    if owner.verified || vouched {
        appoint_if_named(app, &mut change, owner.user_id, &owner.email).await?;
    }
    finish(app, request, change, arrived, who).await
}

/// Gives the identity to the account of an address that the provider vouches for. Whatever opens an account that was made
/// for the address and never confirmed goes: whoever made it may have been a stranger who waits for its owner.
fn adopt<P: Platform>(
    app: &App<P>,
    change: &mut Change<P>,
    arrived: &Arrived<'_>,
    owner: &Owner,
    confirmed: bool,
) -> IdentityId {
    let (id, user, now) = (IdentityId::generate(&*app.runtime, &*app.runtime), owner.user_id, change.now());
    let identity = arrived.identity(id, user, Some(&owner.email));
    change.push(identities::insert(&NewIdentity { created_at: now, last_used_at: Some(now), ..identity }));
    if !confirmed {
        change.sessions_end(user);
        change.push(sessions::delete_by_user(user));
        change.push(one_time_tokens::delete_by_user(user));
        if app.config.rbac_enabled {
            change.push(api_tokens::delete_by_user(user));
        }
        change.push(identities::delete_others(user, id));
        change.push(users::claim(user, now));
        let details = json!({ "provider": arrived.provider.id, "before": { "status": owner.status } });
        change.also(Event::new(Action::UserClaimed, user, details));
    }
    change.mail_of_identity(user, &arrived.provider.id);
    change.also(linked(arrived, id, user, "email"));
    id
}

/// Makes the account of somebody who signs in for the first time. All of it is one batch.
async fn provision<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    arrived: &Arrived<'_>,
    email: Email,
) -> Result<HeaderValue, Problem> {
    let settings = settings(app)?;
    if !settings.auto_provision {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "oidc_not_provisioned",
            "there is no account for you yet; ask an administrator for an invitation",
        ));
    }
    match try_to_provision(app, request, arrived, email).await {
        Err(problem) if problem.code() != DECISION_STALE => {
            tell_of_failure(app, request, arrived, &problem).await;
            Err(problem)
        }
        outcome => outcome,
    }
}

async fn try_to_provision<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    arrived: &Arrived<'_>,
    email: Email,
) -> Result<HeaderValue, Problem> {
    let said = &arrived.token.claims;
    let actor = Actor {
        user: UserId::generate(&*app.runtime, &*app.runtime),
        tenant: tenant(app, arrived).await?.unwrap_or(TenantId::DEFAULT),
    };
    let mut change = Change::by_account(app, request, actor);
    let now = change.now();
    let user = NewUser {
        id: actor.user,
        tenant_id: actor.tenant,
        email,
        email_verified_at: Some(now),
        password_hash: None,
        first_name: claims::name(said, "given_name"),
        last_name: claims::name(said, "family_name"),
        status: UserStatus::Active,
        staff: claims::staff(arrived.provider, said).unwrap_or(false),
        created_at: now,
    };
    change.push(users::insert(&user));
    let mut roles = Vec::new();
    if app.config.rbac_enabled {
        change.push(user_roles::insert(user.id, RoleId::MEMBER, now, None));
        roles.push(RoleId::MEMBER);
    }
    let id = IdentityId::generate(&*app.runtime, &*app.runtime);
    let identity = arrived.identity(id, user.id, Some(&user.email));
    change.push(identities::insert(&NewIdentity { created_at: now, last_used_at: Some(now), ..identity }));
    let details = json!({
        "provider": arrived.provider.id,
        "after": { "email": user.email, "tenantId": user.tenant_id, "staff": user.staff },
    });
    change.also(Event::new(Action::UserProvisioned, user.id, details));
    change.also(linked(arrived, id, user.id, "provisioning"));
    let who = (user.id, id);
    follow_groups(app, &mut change, (settings(app)?, arrived.provider), said, who, &roles).await?;
    appoint_if_named(app, &mut change, user.id, &user.email).await?;
    finish(app, request, change, arrived, who).await
}

/// Says to the log and the audit log that somebody should have got an account and did not. Nothing of it is left behind.
async fn tell_of_failure<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    arrived: &Arrived<'_>,
    problem: &Problem,
) {
    let (provider, subject) = (&arrived.provider.id, &arrived.token.subject);
    let mut fields = json!({
        "provider": provider, "subject": subject, "code": problem.code(), "cause": problem.cause(),
    });
    let change = Change::by_nobody(app, request);
    let details = json!({ "subject": subject, "reason": problem.code() });
    if let Err(error) = change.commit(Event::new(Action::UserProvisioningFailed, provider, details)).await {
        fields["audit"] = json!(error.cause());
    }
    request.context.log(Level::Error, "an account could not be made at the first sign-in", fields);
}

/// The tenant that the provider names, if it names one. Nobody is put where they do not belong because a name is unknown.
async fn tenant<P: Platform>(app: &App<P>, arrived: &Arrived<'_>) -> Result<Option<TenantId>, Problem> {
    let Some(name) = claims::tenant(arrived.provider, &arrived.token.claims) else { return Ok(None) };
    let found = match name.parse::<TenantName>() {
        Ok(name) => tenants::by_name(&name).first(&app.db).await.map_err(|error| store_problem(&error))?,
        Err(_) => None,
    };
    let found = found.filter(|tenant| tenant.status == TenantStatus::Active);
    let unknown = || {
        Problem::new(
            StatusCode::FORBIDDEN,
            "oidc_tenant_unknown",
            "the organisation that you belong to is not known here; ask an administrator",
        )
        .caused_by(format!("there is no active tenant `{}`", name.escape_debug()))
    };
    found.map(|tenant| Some(tenant.id)).ok_or_else(unknown)
}

/// Takes over, in the batch of a sign-in, what the provider says of the person and what is new.
async fn refresh<P: Platform>(
    app: &App<P>,
    change: &mut Change<P>,
    arrived: &Arrived<'_>,
    owner: &Owner,
) -> Result<(), Problem> {
    let said = &arrived.token.claims;
    let first_name =
        claims::name(said, "given_name").filter(|name| owner.first_name.as_deref() != Some(name.as_str()));
    let last_name =
        claims::name(said, "family_name").filter(|name| owner.last_name.as_deref() != Some(name.as_str()));
    let staff = claims::staff(arrived.provider, said).filter(|staff| *staff != owner.staff);
    let tenant_id = match tenant(app, arrived).await {
        Ok(tenant) => tenant.filter(|tenant| *tenant != owner.tenant_id),
        // Somebody who belongs here already stays where they are.
        Err(problem) if problem.code() == "oidc_tenant_unknown" => {
            app.log(Level::Warn, "a provider names an unknown tenant", json!({ "cause": problem.cause() }));
            None
        }
        Err(problem) => return Err(problem),
    };
    let profile = Profile { first_name, last_name, staff, tenant_id };
    if profile == Profile::default() {
        return Ok(());
    }
    change.push(users::refresh(owner.user_id, &profile, change.now()));
    // Staff and tenant say whose decisions count; sessions carry the tenant.
    if profile.staff.is_some() || profile.tenant_id.is_some() {
        change.user_changed(owner.user_id);
    }
    let details = json!({
        "provider": arrived.provider.id,
        "before": {
            "firstName": owner.first_name, "lastName": owner.last_name, "staff": owner.staff,
            "tenantId": owner.tenant_id,
        },
        "after": {
            "firstName": profile.first_name.as_ref().map(ToString::to_string).or_else(|| owner.first_name.clone()),
            "lastName": profile.last_name.as_ref().map(ToString::to_string).or_else(|| owner.last_name.clone()),
            "staff": profile.staff.unwrap_or(owner.staff),
            "tenantId": profile.tenant_id.unwrap_or(owner.tenant_id),
        },
    });
    change.also(Event::new(Action::UserRefreshed, owner.user_id, details));
    Ok(())
}

/// Starts the session, and lands everything.
async fn finish<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    mut change: Change<P>,
    arrived: &Arrived<'_>,
    (user, identity): (UserId, IdentityId),
) -> Result<HeaderValue, Problem> {
    end_presented(&mut change, request);
    let session = start(app, request, &mut change, user);
    let hint = Some(arrived.hint.as_str()).filter(|hint| hint.len() <= LONGEST_HINT);
    change.push(identities::session_began(session.id, identity, arrived.token.session.as_deref(), hint));
    let details = json!({ "method": "oidc", "provider": arrived.provider.id });
    let event = Event::new(Action::SessionCreated, session.id, details);
    let rows = change.try_commit(event).await.map_err(|error| landed_elsewhere(&error))?;
    let (_, cookie) = session.finish(app, request, rows)?;
    Ok(cookie)
}

/// Gives the identity to the account of whoever is signed in, if they are who began this.
pub(super) async fn link<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    arrived: &Arrived<'_>,
    user: UserId,
) -> Result<(), Problem> {
    let SignedIn { caller, .. } = resolve(app, request).await.and_then(SignedIn::of)?;
    if caller.user_id() != user {
        return Err(state_invalid());
    }
    let taken =
        || Problem::conflict("identity_taken", "this identity opens another account; unlink it there first");
    let owner = identities::owner(arrived.issuer(), &arrived.token.subject).first(&app.db).await;
    match owner.map_err(|error| store_problem(&error))? {
        Some(owner) if owner.user_id == user => return Ok(()),
        Some(_) => return Err(taken()),
        None => {}
    }
    let id = IdentityId::generate(&*app.runtime, &*app.runtime);
    let email = claims::email(&arrived.token.claims);
    let mut change = Change::own(app, request, &caller);
    change.push(guard::user_exists(user));
    let identity = arrived.identity(id, user, email.as_ref());
    change.push(identities::insert(&NewIdentity { created_at: change.now(), ..identity }));
    change.mail_of_identity(user, &arrived.provider.id);
    match change.try_commit(linked(arrived, id, user, "session")).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_conflict("external_identities", "issuer") => Err(taken()),
        Err(error) => Err(store_problem(&error)),
    }
}

/// Takes an identity from the account of whoever is signed in, with what came with it.
pub(crate) async fn unlink<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    SignedIn { session, caller }: &SignedIn,
    id: IdentityId,
) -> Result<(), Problem> {
    let user = caller.user_id();
    let found = identities::by_id(id, user).first(&app.db).await.map_err(|error| store_problem(&error))?;
    let identity = found.ok_or_else(Problem::not_found)?;
    let begun = identities::sessions_of_identity(id, session.id).all(&app.db).await;
    let mut change = Change::own(app, request, caller);
    change.push(guard::identity_of_user_exists(id, user));
    take_all(app, &mut change, user, id).await?;
    for session in begun.map_err(|error| store_problem(&error))? {
        change.session_ends(session.session_id);
        change.push(sessions::delete(session.session_id));
    }
    change.push(identities::delete(id));
    let details = json!({ "identityId": id, "issuer": identity.issuer, "subject": identity.subject });
    change.commit(Event::new(Action::IdentityUnlinked, user, details)).await
}

fn linked(arrived: &Arrived<'_>, id: IdentityId, user: UserId, reason: &str) -> Event {
    let details = json!({
        "provider": arrived.provider.id, "identityId": id, "subject": arrived.token.subject, "reason": reason,
    });
    Event::new(Action::IdentityLinked, user, details)
}

/// What a sign-in rested on changed before its batch: somebody else came first, or the account changed. Deciding anew
/// finds it as it is now.
fn landed_elsewhere(error: &StoreError) -> Problem {
    let changed = error.is_conflict("external_identities", "issuer")
        || error.is_conflict("users", "email")
        || error.is_guard(guard::LAST_SUPER_ADMIN);
    if changed {
        Problem::conflict(DECISION_STALE, "the account changed meanwhile; try again")
    } else {
        store_problem(error)
    }
}
