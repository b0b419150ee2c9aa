use accounts::RoleId;
use api::{
    CreateRoleRequest, Permission, Role, RolePermissions, SetRolePermissionsRequest, UpdateRoleRequest,
};
use http::Method;
use serde::Serialize;

use super::{confirm, description};
use crate::args::Roles;
use crate::client::{Client, Query};
use crate::failure::{Failure, Result};
use crate::output::{Output, fields, yes_or_no};

const ROLES: &str = "/rbac/roles";

/// A role with what it grants: two answers in one.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    role: Role,
    permissions: Vec<Permission>,
}

pub(super) fn run(command: Roles, client: &Client, output: Output) -> Result<()> {
    match command {
        Roles::List { length } => {
            let query = Query::default();
            let head = ["NAME", "DESCRIPTION", "SYSTEM", "ID"];
            output.list(head, length.most(), client.list::<Role>(ROLES, &query), |role| {
                [role.name.clone(), role.description.clone(), yes_or_no(role.system), role.id.to_string()]
            })
        }
        Roles::Show { role } => {
            let id = client.role_id(&role)?;
            let role: Role = client.get(&format!("{ROLES}/{id}"), &Query::default())?;
            let permissions = granted(client, id)?;
            output.answer(&Whole { role, permissions }, in_words)
        }
        Roles::Create { name, description: text, permissions } => {
            let body = CreateRoleRequest { name, description: description(text)?, permissions };
            let role: Role = client.send(Method::POST, ROLES, &body)?;
            let permissions = granted(client, role.id)?;
            output.answer(&Whole { role, permissions }, in_words)
        }
        Roles::Update { role, name, description: text } => {
            let body = UpdateRoleRequest { name, description: text.map(description).transpose()? };
            let id = client.role_id(&role)?;
            let role: Role = client.send(Method::PUT, &format!("{ROLES}/{id}"), &body)?;
            let permissions = granted(client, id)?;
            output.answer(&Whole { role, permissions }, in_words)
        }
        Roles::Set { role, permissions, confirmation } => {
            let id = client.role_id(&role)?;
            let lost: Vec<String> = granted(client, id)?
                .into_iter()
                .map(|held| held.name)
                .filter(|held| !permissions.iter().any(|kept| kept.as_str() == held))
                .collect();
            if !lost.is_empty() {
                confirm(confirmation, &format!("everybody with this role loses {}", lost.join(", ")))?;
            }
            let body = SetRolePermissionsRequest { permissions };
            let _: RolePermissions = client.send(Method::PUT, &format!("{ROLES}/{id}/permissions"), &body)?;
            show_permissions(client, id, output)
        }
        Roles::Grant { role, permissions } => {
            let id = client.role_id(&role)?;
            for permission in client.permission_ids(&permissions)? {
                let path = format!("{ROLES}/{id}/permissions/{permission}");
                client.order(Method::POST, &path, None::<&()>)?;
            }
            show_permissions(client, id, output)
        }
        Roles::Revoke { role, permissions } => {
            let id = client.role_id(&role)?;
            let held = granted(client, id)?;
            for name in permissions {
                let Some(permission) = held.iter().find(|held| held.name == name.as_str()) else {
                    return Err(Failure::NotFound(format!("the role does not grant `{name}`")));
                };
                client.delete(&format!("{ROLES}/{id}/permissions/{}", permission.id))?;
            }
            show_permissions(client, id, output)
        }
        Roles::Delete { role, confirmation } => {
            let id = client.role_id(&role)?;
            confirm(confirmation, "this takes the role from everybody and deletes it")?;
            client.delete(&format!("{ROLES}/{id}"))?;
            output.done("the role is deleted")
        }
    }
}

fn granted(client: &Client, id: RoleId) -> Result<Vec<Permission>> {
    let granted: RolePermissions = client.get(&format!("{ROLES}/{id}/permissions"), &Query::default())?;
    Ok(granted.items)
}

/// What a role grants after a change.
fn show_permissions(client: &Client, id: RoleId, output: Output) -> Result<()> {
    let role: Role = client.get(&format!("{ROLES}/{id}"), &Query::default())?;
    let permissions = granted(client, id)?;
    output.answer(&Whole { role, permissions }, in_words)
}

fn in_words(Whole { role, permissions }: &Whole) -> String {
    let names: Vec<&str> = permissions.iter().map(|permission| permission.name.as_str()).collect();
    fields(&[
        ("name", role.name.clone()),
        ("description", role.description.clone()),
        ("id", role.id.to_string()),
        ("system", yes_or_no(role.system)),
        ("changed", role.updated_at.0.to_string()),
        ("grants", names.join(", ")),
    ])
}
