use api::{CreatePermissionRequest, Permission};
use http::Method;

use super::{confirm, description};
use crate::args::Permissions;
use crate::client::{Client, Query};
use crate::failure::Result;
use crate::output::{Output, fields, yes_or_no};

const PERMISSIONS: &str = "/rbac/permissions";

pub(super) fn run(command: Permissions, client: &Client, output: Output) -> Result<()> {
    match command {
        Permissions::List { application, length } => {
            let query = Query::default();
            let wanted = |found: &Result<Permission>| match (&application, found) {
                (Some(wanted), Ok(found)) => found.application.as_deref() == Some(wanted.as_str()),
                _ => true,
            };
            let found = client.list::<Permission>(PERMISSIONS, &query).filter(wanted);
            let head = ["NAME", "DESCRIPTION", "APPLICATION", "BUILT IN", "ID"];
            output.list(head, length.most(), found, |permission| {
                [
                    permission.name.clone(),
                    permission.description.clone(),
                    permission.application.clone().unwrap_or_default(),
                    yes_or_no(permission.system),
                    permission.id.to_string(),
                ]
            })
        }
        Permissions::Create { name, description: text } => {
            let body = CreatePermissionRequest { name, description: description(text)? };
            let permission: Permission = client.send(Method::POST, PERMISSIONS, &body)?;
            output.answer(&permission, |permission| {
                fields(&[
                    ("name", permission.name.clone()),
                    ("description", permission.description.clone()),
                    ("id", permission.id.to_string()),
                ])
            })
        }
        Permissions::Delete { name, confirmation } => {
            let id = client.permission_ids(std::slice::from_ref(&name))?.remove(0);
            confirm(confirmation, &format!("this removes `{name}` from the catalogue"))?;
            client.delete(&format!("{PERMISSIONS}/{id}"))?;
            output.done(&format!("`{name}` is removed"))
        }
    }
}
