//! `POST /register`: a new account, with the role that every account starts with.

use std::sync::Arc;

use accounts::{Email, RoleId, TenantId, UserId, UserStatus};
use api::{RegisterRequest, RegisterResponse};
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use serde_json::json as object;
use store::audit::Action;
use store::users::{self, NewUser};
use store::{StoreError, user_roles};

use crate::app::{App, Platform};
use crate::services::audit::Actor;
use crate::services::change::{Change, Event};
use crate::services::mail::Template;
use crate::services::problems::store_problem;
use crate::services::{passwords, throttle};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Register").takes::<RegisterRequest>().gives::<RegisterResponse>(201).fails(&[409, 429])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    let body: RegisterRequest = request.json()?;
    throttle::by_address(&app, &request).await?;
    body.password
        .check_against(&body.username)
        .map_err(|error| Problem::invalid_field("password", error.to_string()))?;
    // Before anything is looked up: the work is the same whether the address is taken or not.
    let hash = passwords::hash(&app, &body.password).await?;

    let verification = app.config.email_verification;
    // Looked up first where that must not show: one reading and one batch, whether the address is taken or not.
    if verification {
        let found = users::credentials_by_email(&body.username).first(&app.db).await;
        if found.map_err(|error| store_problem(&error))?.is_some() {
            return tell_the_owner(&app, &request, body.username).await;
        }
    }
    let id = UserId::generate(&*app.runtime, &*app.runtime);
    let actor = Actor { user: id, tenant: TenantId::DEFAULT };
    let mut change = Change::by_account(&app, &request, actor);
    let user = NewUser {
        id,
        tenant_id: actor.tenant,
        email: body.username,
        email_verified_at: None,
        password_hash: Some(hash),
        first_name: body.first_name,
        last_name: body.last_name,
        status: UserStatus::Active,
        staff: false,
        created_at: change.now(),
    };
    change.push(users::insert(&user));
    let mut roles = Vec::new();
    if app.config.rbac_enabled {
        change.push(user_roles::insert(user.id, RoleId::MEMBER, change.now(), None));
        roles.push(rbac::catalogue::MEMBER);
    }
    let event = Event::new(
        Action::UserRegistered,
        user.id,
        object!({ "after": { "email": user.email, "roles": roles } }),
    );
    if verification {
        change.mail_address(&user.email, Template::VerifyEmail);
    }
    match change.try_commit(event).await {
        Ok(_) => answer(&app, user.email),
        // Somebody else came first, just now.
        Err(error) if is_taken(&error) && verification => tell_the_owner(&app, &request, user.email).await,
        Err(error) if is_taken(&error) => {
            Err(Problem::conflict("email_taken", "there is an account with this e-mail address"))
        }
        Err(error) => Err(store_problem(&error)),
    }
}

/// Only the owner of an address may learn that it has an account.
async fn tell_the_owner<P: Platform>(app: &Arc<App<P>>, request: &Request, email: Email) -> Outcome {
    let mut change = Change::by_nobody(app, request);
    change.mail_address(&email, Template::AlreadyRegistered);
    change.commit_without_event().await?;
    answer(app, email)
}

fn answer<P: Platform>(app: &App<P>, username: Email) -> Outcome {
    let email_verification_required = app.config.email_verification;
    json(StatusCode::CREATED, &RegisterResponse { username, email_verification_required })
}

fn is_taken(error: &StoreError) -> bool {
    error.is_conflict("users", "email")
}
