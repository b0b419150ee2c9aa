use accounts::{PersonName, UserId};
use api::{AdminUser, ChangeUserRequest, ConfirmRequest, CreateUserRequest, EffectivePermissions};
use http::Method;

use super::{confirm, description};
use crate::args::{Confirmation, UpdateUser, Users};
use crate::client::{Client, Query};
use crate::failure::{Failure, Result};
use crate::names::UserRef;
use crate::output::{Most, Output, fields, yes_or_no};

const USERS: &str = "/v1/admin/users";

pub(super) fn run(command: Users, client: &Client, output: Output) -> Result<()> {
    match command {
        Users::List { search, status, role, tenant, length } => {
            let query = Query::default()
                .with("q", search)
                .with("status", status)
                .with("role", role)
                .with("tenant", tenant);
            let head = ["ADDRESS", "NAME", "STATUS", "TENANT", "ROLES", "CREATED", "ID"];
            output.list(head, length.most(), client.list::<AdminUser>(USERS, &query), row)
        }
        Users::Show { user } => {
            let user: AdminUser = client.get(&path(client.user_id(&user)?, ""), &Query::default())?;
            output.answer(&user, in_words)
        }
        Users::Permissions { user } => {
            let path = format!("/rbac/users/{}/permissions", client.user_id(&user)?);
            let held: EffectivePermissions = client.get(&path, &Query::default())?;
            let items = held.items.into_iter().map(Ok);
            output.list(["PERMISSION", "BY"], Most::ALL, items, |held| {
                [held.name.clone(), held.roles.join(", ")]
            })
        }
        Users::Invite { address, first_name, last_name, tenant, staff, roles } => {
            let roles = client.role_ids(&roles)?;
            let password = None;
            let body = CreateUserRequest {
                username: address,
                first_name,
                last_name,
                password,
                tenant,
                staff,
                roles,
            };
            let user: AdminUser = client.send(Method::POST, USERS, &body)?;
            output.answer(&user, in_words)
        }
        Users::Reinvite { user } => {
            let path = path(client.user_id(&user)?, "/invitation");
            client.order(Method::POST, &path, None::<&()>)?;
            output.done("the invitation is on its way once more")
        }
        Users::Update(args) => update(args, client, output),
        Users::Suspend { user, reason, confirmation } => {
            let consequence = "this ends every session of the account and keeps it out";
            decide(client, output, &user, "/suspend", (reason, confirmation, consequence))
        }
        Users::Reactivate { user, reason, confirmation } => {
            let consequence = "this lets the account in again";
            decide(client, output, &user, "/reactivate", (reason, confirmation, consequence))
        }
        Users::Delete { user, confirmation } => {
            let id = client.user_id(&user)?;
            confirm(confirmation, "this deletes the account for ever, with its roles, sessions and tokens")?;
            client.delete(&path(id, ""))?;
            output.done("the account is deleted")
        }
    }
}

fn update(args: UpdateUser, client: &Client, output: Output) -> Result<()> {
    let body = ChangeUserRequest {
        first_name: name(args.first_name.as_deref())?,
        last_name: name(args.last_name.as_deref())?,
        username: args.address,
        tenant: args.tenant,
        staff: args.staff,
    };
    let user: AdminUser = client.send(Method::PATCH, &path(client.user_id(&args.user)?, ""), &body)?;
    output.answer(&user, in_words)
}

/// Nothing where the name stays, and a name that is none where it goes.
#[expect(clippy::option_option, reason = "the three cases are absent, `null` and a value")]
fn name(text: Option<&str>) -> Result<Option<Option<PersonName>>> {
    match text {
        None => Ok(None),
        Some("") => Ok(Some(None)),
        Some(text) => {
            let name = text.parse().map_err(|error| Failure::Usage(format!("`{text}`: {error}")))?;
            Ok(Some(Some(name)))
        }
    }
}

/// What has to be confirmed, here and there.
fn decide(
    client: &Client,
    output: Output,
    user: &UserRef,
    what: &str,
    (reason, confirmation, consequence): (Option<String>, Confirmation, &str),
) -> Result<()> {
    let reason = reason.map(description).transpose()?;
    let id = client.user_id(user)?;
    confirm(confirmation, consequence)?;
    let body = ConfirmRequest { confirm: true, reason };
    let user: AdminUser = client.send(Method::POST, &path(id, what), &body)?;
    output.answer(&user, in_words)
}

fn path(id: UserId, below: &str) -> String {
    format!("{USERS}/{id}{below}")
}

fn row(user: &AdminUser) -> [String; 7] {
    [
        user.username.to_string(),
        full_name(user),
        user.status.to_string(),
        user.tenant.clone(),
        roles(user),
        user.created_at.0.to_string(),
        user.id.to_string(),
    ]
}

fn in_words(user: &AdminUser) -> String {
    fields(&[
        ("address", user.username.to_string()),
        ("name", full_name(user)),
        ("id", user.id.to_string()),
        ("status", user.status.to_string()),
        ("verified", yes_or_no(user.email_verified)),
        ("tenant", user.tenant.clone()),
        ("staff", yes_or_no(user.staff)),
        ("roles", roles(user)),
        ("created", user.created_at.0.to_string()),
        ("changed", user.updated_at.0.to_string()),
    ])
}

fn full_name(user: &AdminUser) -> String {
    let names = [user.first_name.as_deref(), user.last_name.as_deref()];
    names.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn roles(user: &AdminUser) -> String {
    user.roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>().join(", ")
}
