use accounts::UserId;
use api::{AdminUser, Page, Role};
use http::Method;
use http_kit::{Fetch, Problem};
use serde::{Deserialize, Serialize};

use super::{Answer, UserMgmt};

/// Which users are listed. What is empty does not narrow the list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct UserFilter {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) status: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) role: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) tenant: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) cursor: String,
}

impl UserFilter {
    /// The filter as a query.
    pub(crate) fn to_query(&self) -> Result<String, Problem> {
        serde_urlencoded::to_string(self).map_err(Problem::internal)
    }
}

/// An account that is wanted; its owner is invited by mail.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invitation<'a> {
    pub(crate) username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_name: Option<&'a str>,
}

/// A change that has to be meant.
#[derive(Serialize)]
struct Confirmed<'a> {
    confirm: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoleGiven<'a> {
    role_id: &'a str,
}

/// What administrators ask.
impl<F: Fetch> UserMgmt<'_, F> {
    /// Accounts, the newest first.
    pub(crate) async fn users(&self, filter: &UserFilter) -> Answer<Page<AdminUser>> {
        let query = filter.to_query()?;
        let path = if query.is_empty() { String::new() } else { format!("?{query}") };
        self.read(Method::GET, &format!("/v1/admin/users{path}"), None::<&()>).await
    }

    /// One account.
    pub(crate) async fn user(&self, id: UserId) -> Answer<AdminUser> {
        self.read(Method::GET, &format!("/v1/admin/users/{id}"), None::<&()>).await
    }

    /// Makes an account and has its owner invited.
    pub(crate) async fn invite(&self, invitation: &Invitation<'_>) -> Answer<AdminUser> {
        self.read(Method::POST, "/v1/admin/users", Some(invitation)).await
    }

    /// Has the invitation mailed once more.
    pub(crate) async fn invite_again(&self, id: UserId) -> Answer<()> {
        let path = format!("/v1/admin/users/{id}/invitation");
        Ok(self.send(Method::POST, &path, None::<&()>).await?.map(drop))
    }

    /// Keeps somebody out.
    pub(crate) async fn suspend(&self, id: UserId, reason: Option<&str>) -> Answer<()> {
        let body = Confirmed { confirm: true, reason };
        self.tell(Method::POST, &format!("/v1/admin/users/{id}/suspend"), &body).await
    }

    /// Lets somebody in again.
    pub(crate) async fn reactivate(&self, id: UserId, reason: Option<&str>) -> Answer<()> {
        let body = Confirmed { confirm: true, reason };
        self.tell(Method::POST, &format!("/v1/admin/users/{id}/reactivate"), &body).await
    }

    /// Ends an account for good.
    pub(crate) async fn delete_user(&self, id: UserId) -> Answer<()> {
        self.delete(&format!("/v1/admin/users/{id}")).await
    }

    /// Signs somebody out everywhere.
    pub(crate) async fn end_sessions_of(&self, id: UserId) -> Answer<()> {
        self.delete(&format!("/v1/admin/users/{id}/sessions")).await
    }

    /// Every role, by name.
    pub(crate) async fn roles(&self) -> Answer<Page<Role>> {
        self.read(Method::GET, "/rbac/roles?limit=100", None::<&()>).await
    }

    /// Gives somebody a role.
    pub(crate) async fn give_role(&self, id: UserId, role_id: &str) -> Answer<()> {
        self.tell(Method::POST, &format!("/v1/admin/users/{id}/roles"), &RoleGiven { role_id }).await
    }

    /// Takes a role away.
    pub(crate) async fn take_role(&self, id: UserId, role: accounts::RoleId) -> Answer<()> {
        self.delete(&format!("/v1/admin/users/{id}/roles/{role}")).await
    }
}
