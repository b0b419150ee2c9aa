//! `POST /v1/admin/users`: an account that is invited by mail, or one with an initial password.

use std::collections::BTreeSet;
use std::sync::Arc;

use accounts::{RoleId, TenantId, UserId, UserStatus};
use api::{AdminUser, CreateUserRequest};
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::{Allowed, catalogue};
use serde_json::json as object;
use store::audit::Action;
use store::users::{self, NewUser};
use store::{user_details, user_roles};

use super::{find_tenant, or_taken, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::rbac_routes::find_roles;
use crate::services::authority::{Excess, refuse_excess_of_address, refuse_excess_of_stored, refuse_without};
use crate::services::change::{Change, Event};
use crate::services::mail::Template;
use crate::services::passwords;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Create an account: by an invitation that is mailed, or with an initial password")
        .takes::<CreateUserRequest>()
        .gives::<AdminUser>(201)
        .fails(&[409, 422, 501])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let body: CreateUserRequest = request.json()?;
    refuse_excess_of_address(&app, &allowed, &body.username)?;
    let password_hash = match &body.password {
        None if app.config.mail.is_none() => {
            return Err(Problem::new(
                StatusCode::NOT_IMPLEMENTED,
                "mail_not_configured",
                "no mail can be sent from here, so nobody can be invited; give an initial `password`",
            ));
        }
        None => None,
        Some(password) => {
            password
                .check_against(&body.username)
                .map_err(|error| Problem::invalid_field("password", error.to_string()))?;
            Some(passwords::hash(&app, password).await?)
        }
    };
    let (tenant_id, tenant) = match &body.tenant {
        None => (TenantId::DEFAULT, "default".to_owned()),
        Some(name) => {
            let tenant = find_tenant(&app.db, name).await?;
            if tenant.id != TenantId::DEFAULT {
                refuse_without(&allowed, &catalogue::TENANTS_WRITE)?;
            }
            (tenant.id, tenant.name)
        }
    };
    let wanted: BTreeSet<RoleId> = body.roles.iter().copied().filter(|id| *id != RoleId::MEMBER).collect();
    if !wanted.is_empty() {
        refuse_without(&allowed, &catalogue::ROLES_ASSIGN)?;
    }
    let roles = find_roles(&app.db, wanted, "roles").await?;
    for role in &roles {
        refuse_excess_of_stored(&allowed, &role.grants, Excess::Role)?;
    }

    let mut change = Change::by(&app, &request, &allowed);
    let invited = password_hash.is_none();
    let user = NewUser {
        id: UserId::generate(&*app.runtime, &*app.runtime),
        tenant_id,
        email: body.username,
        // Only its owner can show that an address is theirs.
        email_verified_at: None,
        password_hash,
        first_name: body.first_name,
        last_name: body.last_name,
        status: if invited { UserStatus::Invited } else { UserStatus::Active },
        staff: body.staff,
        created_at: change.now(),
    };
    change.push(users::insert(&user));
    change.push(user_roles::insert(user.id, RoleId::MEMBER, change.now(), None));
    let mut names = vec![catalogue::MEMBER.to_owned()];
    for role in roles {
        let by = allowed.principal().user_id();
        change.push(user_roles::insert(user.id, role.role.id, change.now(), Some(by)));
        names.push(role.role.name);
    }
    if invited {
        change.mail_user(user.id, Template::Invitation);
    } else if app.config.email_verification {
        change.mail_user(user.id, Template::VerifyEmail);
    }
    let details = object!({ "after": {
        "email": user.email, "firstName": user.first_name, "lastName": user.last_name,
        "status": user.status, "staff": user.staff, "tenant": tenant, "roles": names,
    } });
    let created = change.read(user_details::by_id(user.id));
    let event = Event::new(Action::UserCreated, user.id, details);
    let rows = change.try_commit(event).await.map_err(|error| or_taken(&error))?;
    json(StatusCode::CREATED, &to_api(created.one(rows)?.user))
}
