//! `PATCH /v1/admin/users/:id`. Names are anybody's to correct who may update users. An address, a tenant and the cohort
//! `staff` are not: with another address comes the account.

use std::sync::Arc;

use accounts::UserStatus;
use api::{AdminUser, ChangeUserRequest};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::{Allowed, catalogue};
use serde_json::{Map, Value, json as object};
use store::audit::Action;
use store::{guard, one_time_tokens, sessions, user_details, users};

use super::{find, find_tenant, or_taken, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::users::update::name;
use crate::services::authority::{refuse_excess_of_address, refuse_excess_of_user, refuse_without};
use crate::services::change::{Change, Event};
use crate::services::mail::Template;
use crate::services::recent_sign_in;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Change the names, the address, the tenant or the cohort of an account")
        .takes::<ChangeUserRequest>()
        .gives::<AdminUser>(200)
        .fails(&[409, 422])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let id = request.param("id")?;
    let body: ChangeUserRequest = request.json()?;
    let user = find(&app.db, id).await?;
    let email = body.username.filter(|email| *email != user.email);
    let staff = body.staff.filter(|staff| *staff != user.staff);
    let tenant = match body.tenant.filter(|name| name.as_str() != user.tenant) {
        None => None,
        Some(name) => {
            refuse_without(&allowed, &catalogue::TENANTS_WRITE)?;
            Some(find_tenant(&app.db, &name).await?)
        }
    };
    if email.is_some() || staff.is_some() || tenant.is_some() {
        refuse_excess_of_user(&app, &allowed, id).await?;
    }
    if let Some(email) = &email {
        recent_sign_in::require_of_own(&app, allowed.principal(), id).await?;
        refuse_excess_of_address(&app, &allowed, email)?;
    }

    let mut change = Change::by(&app, &request, &allowed);
    change.push(guard::user_at_version(id, user.authz_version));
    let now = change.now();
    let mut changed = Changed::default();
    if body.first_name.is_some() || body.last_name.is_some() {
        let first = name(body.first_name, user.first_name.as_deref())?;
        let last = name(body.last_name, user.last_name.as_deref())?;
        change.push(users::update_names(id, first.as_ref(), last.as_ref(), now));
        changed.note("firstName", object!(user.first_name), object!(first));
        changed.note("lastName", object!(user.last_name), object!(last));
    }
    if let Some(staff) = staff {
        change.push(users::set_staff(id, staff, now));
        changed.note("staff", object!(user.staff), object!(staff));
    }
    if let Some(tenant) = &tenant {
        change.push(users::move_to_tenant(id, tenant.id, now));
        changed.note("tenant", object!(user.tenant), object!(tenant.name));
    }
    if let Some(email) = &email {
        // Links that went to the old address, and whoever signed in with it, are out.
        change.push(users::change_email(id, email, now));
        change.push(one_time_tokens::delete_by_user(id));
        change.sessions_end(id);
        change.push(sessions::delete_by_user(id));
        changed.note("email", object!(user.email), object!(email));
    }
    if changed.is_empty() {
        return json(StatusCode::OK, &to_api(user));
    }
    if email.is_some() || tenant.is_some() || staff.is_some() {
        change.user_changed(id);
    }
    if email.is_some() && user.status == UserStatus::Invited {
        change.mail_user(id, Template::Invitation);
    } else if email.is_some() && app.config.email_verification {
        change.mail_user(id, Template::VerifyEmail);
    }
    let event = Event::new(Action::UserUpdated, id, changed.into_details());
    let user = change.read(user_details::by_id(id));
    let rows = change.try_commit(event).await.map_err(|error| or_taken(&error))?;
    json(StatusCode::OK, &to_api(user.one(rows)?.user))
}

/// What an audit event says: each changed field before and after.
#[derive(Default)]
struct Changed {
    before: Map<String, Value>,
    after: Map<String, Value>,
}

impl Changed {
    fn note(&mut self, field: &str, before: Value, after: Value) {
        if before != after {
            self.before.insert(field.to_owned(), before);
            self.after.insert(field.to_owned(), after);
        }
    }

    fn is_empty(&self) -> bool {
        self.after.is_empty()
    }

    fn into_details(self) -> Value {
        object!({ "before": self.before, "after": self.after })
    }
}
