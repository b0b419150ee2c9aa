use std::time::Duration;

use accounts::{RoleId, SessionId, Timestamp, UserId};
use api::{AdminUser, AuditEvent, ChangedMatrix, Cursor, Matrix, MatrixChange, Page, Role, Rollout, Session};
use http::Method;
use http_kit::{Fetch, Problem};
use serde::{Deserialize, Serialize};

use super::{Answer, UserMgmt, page_of};

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

/// Which part of the role matrix is shown. What is empty does not narrow it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct MatrixFilter {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) prefix: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) cursor: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) role_cursor: String,
}

impl MatrixFilter {
    /// The filter as a query.
    pub(crate) fn to_query(&self) -> Result<String, Problem> {
        serde_urlencoded::to_string(self).map_err(Problem::internal)
    }
}

/// Cells of the matrix that are wanted.
#[derive(Serialize)]
struct WantedCells<'a> {
    changes: &'a [MatrixChange],
    preview: bool,
}

/// What a role is called, and what it is for.
#[derive(Serialize)]
pub(crate) struct NamedRole<'a> {
    pub(crate) name: &'a str,
    pub(crate) description: &'a str,
}

/// Which events are listed, as the page has it. What is empty does not narrow the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct AuditFilter {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) action: String,
    /// The first day, in UTC.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) from: String,
    /// The last day, in UTC.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) tenant: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) actor: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) target_type: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) target_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) request_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) cursor: String,
}

impl AuditFilter {
    /// Whether it narrows nothing.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The filter as a query of the page.
    pub(crate) fn to_query(&self) -> Result<String, Problem> {
        serde_urlencoded::to_string(self).map_err(Problem::internal)
    }

    /// The filter as a query of user-mgmt, which takes times rather than days, after these parameters.
    pub(crate) fn asked(&self, more: &[(&str, &str)]) -> Result<String, Problem> {
        let of_day = |day: &str, plus: Duration| {
            let start: Result<Timestamp, _> = format!("{day}T00:00:00Z").parse();
            // What is no day is for user-mgmt to refuse.
            start.map_or_else(|_| day.to_owned(), |start| start.plus(plus).to_string())
        };
        let Self { from, to, .. } = self;
        let from = if from.is_empty() { String::new() } else { of_day(from, Duration::ZERO) };
        let to = if to.is_empty() { String::new() } else { of_day(to, Duration::from_hours(24)) };
        let own = Self { from, to, cursor: String::new(), ..self.clone() }.to_query()?;
        let more = serde_urlencoded::to_string(more).map_err(Problem::internal)?;
        Ok([more, own].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&"))
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

    /// Where somebody is signed in, the newest first.
    pub(crate) async fn sessions_of(&self, id: UserId, from: &Cursor) -> Answer<Page<Session>> {
        let path = page_of(&format!("/v1/admin/users/{id}/sessions"), from);
        self.read(Method::GET, &path, None::<&()>).await
    }

    /// Ends a session of somebody.
    pub(crate) async fn end_session_of(&self, user: UserId, id: SessionId) -> Answer<()> {
        self.delete(&format!("/v1/admin/users/{user}/sessions/{id}")).await
    }

    /// What was done, the newest first.
    pub(crate) async fn audit(&self, filter: &AuditFilter) -> Answer<Page<AuditEvent>> {
        // An event has more to show than most of what is listed.
        let query = match filter.cursor.as_str() {
            "" => filter.asked(&[("limit", "30")])?,
            cursor => filter.asked(&[("limit", "30"), ("cursor", cursor)])?,
        };
        let path = format!("/v1/admin/audit?{query}");
        self.read(Method::GET, &path, None::<&()>).await
    }

    /// Where enforcement stands, by the last so many days.
    pub(crate) async fn rollout(&self, days: &str) -> Answer<Rollout> {
        let query = serde_urlencoded::to_string([("days", days)]).map_err(Problem::internal)?;
        self.read(Method::GET, &format!("/v1/admin/rollout?{query}"), None::<&()>).await
    }

    /// A part of the role matrix: of one role, or of as many as a page has room for.
    pub(crate) async fn matrix(&self, filter: &MatrixFilter, role: Option<RoleId>) -> Answer<Matrix> {
        let columns = role.map_or_else(|| "roleLimit=6".to_owned(), |role| format!("role={role}"));
        let query = filter.to_query()?;
        self.read(Method::GET, &format!("/rbac/matrix?{columns}&{query}"), None::<&()>).await
    }

    /// Changes cells of the matrix, or says what that would do.
    pub(crate) async fn change_matrix(
        &self,
        changes: &[MatrixChange],
        preview: bool,
    ) -> Answer<ChangedMatrix> {
        self.read(Method::PATCH, "/rbac/matrix", Some(&WantedCells { changes, preview })).await
    }

    /// One role.
    pub(crate) async fn role(&self, id: RoleId) -> Answer<Role> {
        self.read(Method::GET, &format!("/rbac/roles/{id}"), None::<&()>).await
    }

    /// Makes a role that grants nothing.
    pub(crate) async fn create_role(&self, role: &NamedRole<'_>) -> Answer<Role> {
        self.read(Method::POST, "/rbac/roles", Some(role)).await
    }

    /// Renames and describes a role.
    pub(crate) async fn update_role(&self, id: RoleId, role: &NamedRole<'_>) -> Answer<()> {
        self.tell(Method::PUT, &format!("/rbac/roles/{id}"), role).await
    }

    /// Deletes a role, and takes it from everybody.
    pub(crate) async fn delete_role(&self, id: RoleId) -> Answer<()> {
        self.delete(&format!("/rbac/roles/{id}")).await
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
    pub(crate) async fn take_role(&self, id: UserId, role: RoleId) -> Answer<()> {
        self.delete(&format!("/v1/admin/users/{id}/roles/{role}")).await
    }
}
