use accounts::{Email, Timestamp, UserId, UserStatus};
use api::{AdminUser, DateTime, Page, Role, RoleRef};
use askama::Template;
use http_kit::Problem;
use rbac::Permission;
use rbac::catalogue::{
    AUDIT_READ, ROLES_ASSIGN, ROLES_READ, SESSIONS_REVOKE, USERS_DELETE, USERS_UPDATE, USERS_WRITE,
};

use super::field::Choice;
use super::viewer::Section;
use super::{Field, Form, Moment, RefusedFilter, Samples, Viewer};
use crate::reader::Reader;
use crate::user_mgmt::{Refusal, UserFilter};

/// The fields of the filter that can have a wrong value.
const FIELDS: [(&str, &str); 4] =
    [("q", "Name or address"), ("status", "Status"), ("role", "Role"), ("tenant", "Tenant")];

/// `/admin/users`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/users.html")]
pub struct UsersPage {
    viewer: Viewer,
    notice: Option<&'static str>,
    /// What is wrong with the filter.
    error: Option<RefusedFilter>,
    filter: UserFilter,
    statuses: Vec<Choice>,
    users: Vec<Row>,
    next: Option<String>,
    may_invite: bool,
}

#[derive(Clone, Debug)]
struct Row {
    id: UserId,
    name: String,
    email: String,
    status: UserStatus,
    roles: Vec<String>,
    tenant: String,
    created: Moment,
}

impl From<AdminUser> for Row {
    fn from(user: AdminUser) -> Self {
        Self {
            id: user.id,
            name: name_of(&user),
            email: user.username.to_string(),
            status: user.status,
            roles: user.roles.into_iter().map(|role| role.name).collect(),
            tenant: user.tenant,
            created: user.created_at.into(),
        }
    }
}

/// The name, or the address where there is none.
fn name_of(user: &AdminUser) -> String {
    let names: Vec<&str> =
        [&user.first_name, &user.last_name].into_iter().flatten().map(String::as_str).collect();
    if names.is_empty() { user.username.to_string() } else { names.join(" ") }
}

impl UsersPage {
    /// The page of `reader`, with these users. `notice` says what happened before.
    pub(crate) fn new(
        reader: &Reader,
        filter: &UserFilter,
        users: Page<AdminUser>,
        notice: Option<&'static str>,
    ) -> Result<Self, Problem> {
        let mut page = Self::of(Viewer::new(reader, Section::Users), filter);
        page.may_invite = reader.may(&USERS_WRITE);
        page.notice = notice;
        page.users = users.items.into_iter().map(Row::from).collect();
        if let Some(cursor) = users.next_cursor {
            let next = UserFilter { cursor, ..filter.clone() };
            page.next = Some(format!("/admin/users?{}", next.to_query()?));
        }
        Ok(page)
    }

    /// The page with a filter that can't be used.
    pub(crate) fn refused(reader: &Reader, filter: &UserFilter, refusal: &Refusal) -> Self {
        let page = Self::of(Viewer::new(reader, Section::Users), filter);
        Self { error: Some(RefusedFilter::new(refusal, &FIELDS)), ..page }
    }

    fn of(viewer: Viewer, filter: &UserFilter) -> Self {
        let known = [("", "Any"), ("active", "Active"), ("invited", "Invited"), ("suspended", "Suspended")];
        let statuses = known.map(|(value, label)| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen: value == filter.status,
        });
        Self {
            viewer,
            notice: None,
            error: None,
            filter: filter.clone(),
            statuses: statuses.into(),
            users: Vec::new(),
            next: None,
            may_invite: false,
        }
    }

    /// Whether the list is narrowed.
    fn is_narrowed(&self) -> bool {
        let UserFilter { q, status, role, tenant, cursor } = &self.filter;
        [q, status, role, tenant, cursor].iter().any(|part| !part.is_empty())
    }
}

/// Somebody for samples.
pub(super) fn sample(text: &str, status: UserStatus) -> Option<AdminUser> {
    let time = DateTime(Timestamp::from_millis(1_769_851_800_000));
    Some(AdminUser {
        id: UserId::from_u128(7),
        username: Email::parse("ada@example.com").ok()?,
        first_name: Some(text.to_owned()),
        last_name: None,
        tenant: text.to_owned(),
        tenant_id: accounts::TenantId::DEFAULT,
        status,
        staff: true,
        email_verified: status == UserStatus::Active,
        roles: vec![RoleRef { id: accounts::RoleId::MEMBER, name: text.to_owned() }],
        created_at: time,
        updated_at: time,
    })
}

impl Samples for UsersPage {
    const NAME: &'static str = "users";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let filter = UserFilter { q: text.to_owned(), status: "active".to_owned(), ..UserFilter::default() };
        let viewer = || Viewer::sample(text, Section::Users);
        let empty = Self::of(viewer(), &UserFilter::default());
        let users = [UserStatus::Active, UserStatus::Invited, UserStatus::Suspended].into_iter();
        let users: Vec<Row> = users.filter_map(|status| sample(text, status)).map(Row::from).collect();
        let next = Some("/admin/users?cursor=ab".to_owned());
        vec![
            ("some", Self { users, next, may_invite: true, ..Self::of(viewer(), &filter) }),
            ("none", Self { notice: Some("That account is deleted."), ..Self::of(viewer(), &filter) }),
            ("empty", empty.clone()),
            ("refused", Self { error: Some(RefusedFilter::sample(text, &FIELDS)), ..empty }),
        ]
    }
}

/// `/admin/users/:id`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/user.html")]
pub struct UserPage {
    viewer: Viewer,
    notice: Option<&'static str>,
    id: UserId,
    name: String,
    email: String,
    verified: bool,
    status: UserStatus,
    tenant: String,
    staff: bool,
    created: Moment,
    roles: Vec<RoleRef>,
    /// What the reader may do, and makes sense.
    changes: Vec<UserChange>,
    may_take: bool,
    /// Where another role is given, for whoever may.
    give: Option<String>,
    /// What else there is to see of the account.
    ways: Vec<(&'static str, String)>,
}

impl UserPage {
    /// The page of `reader` about a user. `notice` says what happened before.
    pub fn new(reader: &Reader, user: AdminUser, notice: Option<&'static str>) -> Self {
        let page = Self::of(Viewer::new(reader, Section::Users), user);
        let changes = page.changes.into_iter().filter(|change| reader.may(&change.permission())).collect();
        let may_take = reader.may(&ROLES_ASSIGN);
        let give = page.give.filter(|_| may_take && reader.may(&ROLES_READ));
        let id = page.id;
        let sessions = ("Where it is signed in", format!("/admin/users/{id}/sessions"));
        let done = ("What it did", format!("/admin/audit?actor={id}"));
        let suffered = ("What was done to it", format!("/admin/audit?targetType=user&targetId={id}"));
        let mut ways = Vec::new();
        if reader.may(&SESSIONS_REVOKE) {
            ways.push(sessions);
        }
        if reader.may(&AUDIT_READ) {
            ways.extend([done, suffered]);
        }
        Self { notice, changes, may_take, give, ways, ..page }
    }

    fn of(viewer: Viewer, user: AdminUser) -> Self {
        let changes = UserChange::ALL.into_iter().filter(|change| change.fits(user.status)).collect();
        Self {
            viewer,
            notice: None,
            id: user.id,
            name: name_of(&user),
            email: user.username.to_string(),
            verified: user.email_verified,
            status: user.status,
            tenant: user.tenant,
            staff: user.staff,
            created: user.created_at.into(),
            roles: user.roles,
            changes,
            may_take: true,
            give: Some(format!("/admin/users/{}/give-role", user.id)),
            ways: vec![("Where it is signed in", format!("/admin/users/{}/sessions", user.id))],
        }
    }
}

impl Samples for UserPage {
    const NAME: &'static str = "user";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |status| Some(Self::of(Viewer::sample(text, Section::Users), sample(text, status)?));
        let all = [
            ("active", UserStatus::Active),
            ("invited", UserStatus::Invited),
            ("suspended", UserStatus::Suspended),
        ];
        all.into_iter().filter_map(|(name, status)| Some((name, of(status)?))).collect()
    }
}

/// What an administrator does to an account, after a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserChange {
    /// Keep somebody out.
    Suspend,
    /// Let somebody in again.
    Reactivate,
    /// Sign somebody out everywhere.
    EndSessions,
    /// Have the invitation mailed once more.
    Invite,
    /// End the account for good.
    Delete,
}

impl UserChange {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Invite, Self::EndSessions, Self::Suspend, Self::Reactivate, Self::Delete];

    /// Its route.
    pub fn route(self) -> &'static str {
        match self {
            Self::Suspend => "/admin/users/{id}/suspend",
            Self::Reactivate => "/admin/users/{id}/reactivate",
            Self::EndSessions => "/admin/users/{id}/end-sessions",
            Self::Invite => "/admin/users/{id}/invitation",
            Self::Delete => "/admin/users/{id}/delete",
        }
    }

    /// Its address for a user.
    pub fn path(self, id: UserId) -> String {
        self.route().replace("{id}", &id.to_string())
    }

    /// What it takes.
    pub fn permission(self) -> Permission {
        match self {
            Self::Suspend | Self::Reactivate => USERS_UPDATE,
            Self::EndSessions => SESSIONS_REVOKE,
            Self::Invite => USERS_WRITE,
            Self::Delete => USERS_DELETE,
        }
    }

    /// Where it leads.
    pub fn leads_to(self, id: UserId) -> String {
        match self {
            Self::Suspend => format!("/admin/users/{id}?notice=suspended"),
            Self::Reactivate => format!("/admin/users/{id}?notice=reactivated"),
            Self::EndSessions => format!("/admin/users/{id}?notice=signed-out"),
            Self::Invite => format!("/admin/users/{id}?notice=mailed"),
            Self::Delete => "/admin/users?notice=deleted".to_owned(),
        }
    }

    /// What its button says.
    pub fn label(self) -> &'static str {
        match self {
            Self::Suspend => "Suspend",
            Self::Reactivate => "Reactivate",
            Self::EndSessions => "Sign out everywhere",
            Self::Invite => "Send the invitation again",
            Self::Delete => "Delete",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Suspend => "Suspend this account?",
            Self::Reactivate => "Reactivate this account?",
            Self::EndSessions => "Sign this account out everywhere?",
            Self::Invite => "Send the invitation again?",
            Self::Delete => "Delete this account?",
        }
    }

    pub(super) fn consequence(self) -> &'static str {
        match self {
            Self::Suspend => {
                "It is signed out everywhere at once, its API tokens stop working, and nobody signs in to it until it is reactivated."
            }
            Self::Reactivate => "Its owner can sign in again, with the roles that it has.",
            Self::EndSessions => "Its owner has to sign in again, on every device.",
            Self::Invite => "Its owner gets another mail. The link in the older one stops working.",
            Self::Delete => {
                "It ends at once and for good, with its roles and API tokens. This can't be undone."
            }
        }
    }

    /// Whether somebody loses something by it.
    pub fn is_dangerous(self) -> bool {
        !matches!(self, Self::Reactivate | Self::Invite)
    }

    /// Whether it makes sense for an account of this status.
    fn fits(self, status: UserStatus) -> bool {
        match self {
            Self::Suspend => status != UserStatus::Suspended,
            Self::Reactivate => status == UserStatus::Suspended,
            Self::EndSessions => status == UserStatus::Active,
            Self::Invite => status == UserStatus::Invited,
            Self::Delete => true,
        }
    }

    /// The form that has it happen.
    pub fn form(self, id: UserId, reason: &str) -> Form {
        let fields = match self {
            Self::Suspend | Self::Reactivate => {
                vec![Field::optional_text("reason", "Reason", "It goes into the audit log.", reason)]
            }
            Self::EndSessions | Self::Invite | Self::Delete => Vec::new(),
        };
        let form = Form::new(self.path(id), self.label(), fields).or_back_to(format!("/admin/users/{id}"));
        if self.is_dangerous() { form.dangerous() } else { form }
    }
}

/// `/admin/users/invite`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/invite.html")]
pub struct InvitePage {
    viewer: Viewer,
    form: Form,
}

impl InvitePage {
    /// The page of `reader`, with this form.
    pub fn new(reader: &Reader, form: Form) -> Self {
        Self { viewer: Viewer::new(reader, Section::Users), form }
    }

    /// The form, with what was entered before.
    pub fn form(email: &str, first_name: &str, last_name: &str) -> Form {
        let fields =
            vec![Field::new_email(email), Field::first_name(first_name), Field::last_name(last_name)];
        Form::new("/admin/users/invite", "Send the invitation", fields).or_back_to("/admin/users")
    }
}

impl Samples for InvitePage {
    const NAME: &'static str = "invite";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |form| Self { viewer: Viewer::sample(text, Section::Users), form };
        let mut refused = Self::form(text, text, text);
        refused.refuse(Some("username"), "must be an e-mail address such as name@example.com");
        vec![("empty", of(Self::form("", "", ""))), ("refused", of(refused))]
    }
}

/// `/admin/users/:id/give-role`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/give_role.html")]
pub struct GiveRolePage {
    viewer: Viewer,
    form: Form,
}

impl GiveRolePage {
    /// The page of `reader`, with this form.
    pub fn new(reader: &Reader, form: Form) -> Self {
        Self { viewer: Viewer::new(reader, Section::Users), form }
    }

    /// The form with these roles to choose from.
    pub fn form(id: UserId, roles: Vec<Role>) -> Form {
        let choices = roles.into_iter().map(|role| Choice {
            value: role.id.to_string(),
            label: role.name,
            chosen: false,
        });
        let fields = vec![Field::select("roleId", "Role", choices.collect())];
        Form::new(format!("/admin/users/{id}/give-role"), "Give the role", fields)
            .or_back_to(format!("/admin/users/{id}"))
    }
}

impl Samples for GiveRolePage {
    const NAME: &'static str = "give_role";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let role = super::roles::sample(text);
        let form = Self::form(UserId::from_u128(7), vec![role]);
        vec![("only", Self { viewer: Viewer::sample(text, Section::Users), form })]
    }
}
