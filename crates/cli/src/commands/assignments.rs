use api::{AssignRoleRequest, UserRoles};
use http::Method;

use crate::args::Assignments;
use crate::client::{Client, Query};
use crate::failure::Result;
use crate::output::{Most, Output, yes_or_no};

pub(super) fn run(command: Assignments, client: &Client, output: Output) -> Result<()> {
    match command {
        Assignments::List { user } => {
            let path = format!("/rbac/users/{}/roles", client.user_id(&user)?);
            let roles: UserRoles = client.get(&path, &Query::default())?;
            let head = ["ROLE", "SYSTEM", "SINCE", "BY", "ID"];
            output.list(head, Most::ALL, roles.items.into_iter().map(Ok), |role| {
                let by = role.granted_by.map_or_else(|| "the system".to_owned(), |by| by.to_string());
                [
                    role.name.clone(),
                    yes_or_no(role.system),
                    role.granted_at.0.to_string(),
                    by,
                    role.id.to_string(),
                ]
            })
        }
        Assignments::Add { user, role } => {
            let (user, role_id) = (client.user_id(&user)?, client.role_id(&role)?);
            let body = AssignRoleRequest { role_id };
            client.order(Method::POST, &format!("/rbac/users/{user}/roles"), Some(&body))?;
            output.done("the user has the role")
        }
        Assignments::Remove { user, role } => {
            let (user, role) = (client.user_id(&user)?, client.role_id(&role)?);
            client.delete(&format!("/rbac/users/{user}/roles/{role}"))?;
            output.done("the user has the role no more")
        }
    }
}
