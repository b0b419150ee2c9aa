use askama::Template;
use askama::filters::HtmlSafe;
use rbac::Permission;
use rbac::catalogue::{AUDIT_READ, ROLES_READ, ROLLOUT_READ, USERS_READ};

use crate::reader::Reader;

/// Who is signed in, with the way out, at the top of a page, and the ways around.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/viewer.html")]
pub struct Viewer {
    name: String,
    pub(super) section: Section,
    /// The sections of this area that the reader may see.
    pub(super) sections: Vec<Section>,
    /// Where the other area begins, if the reader may see any of it.
    pub(super) elsewhere: Option<(&'static str, &'static str)>,
}

impl HtmlSafe for Viewer {}

/// The parts of the account area and of the admin area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Who one is and what one may do.
    Profile,
    /// The password.
    Password,
    /// Where one is signed in.
    Sessions,
    /// Programs that act for one.
    Tokens,
    /// Everybody's accounts.
    Users,
    /// What roles grant.
    Roles,
    /// What was done.
    Audit,
    /// Where enforcement stands.
    Rollout,
}

impl Section {
    const ACCOUNT: [Self; 4] = [Self::Profile, Self::Password, Self::Sessions, Self::Tokens];
    const ADMIN: [Self; 4] = [Self::Users, Self::Roles, Self::Audit, Self::Rollout];

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Profile => "/profile",
            Self::Password => "/password",
            Self::Sessions => "/sessions",
            Self::Tokens => "/tokens",
            Self::Users => "/admin/users",
            Self::Roles => "/admin/roles",
            Self::Audit => "/admin/audit",
            Self::Rollout => "/admin/rollout",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Profile => "Profile",
            Self::Password => "Password",
            Self::Sessions => "Sessions",
            Self::Tokens => "API tokens",
            Self::Users => "Users",
            Self::Roles => "Roles",
            Self::Audit => "Audit log",
            Self::Rollout => "Rollout",
        }
    }

    /// What a section of the admin area takes.
    fn permission(self) -> Option<Permission> {
        match self {
            Self::Profile | Self::Password | Self::Sessions | Self::Tokens => None,
            Self::Users => Some(USERS_READ),
            Self::Roles => Some(ROLES_READ),
            Self::Audit => Some(AUDIT_READ),
            Self::Rollout => Some(ROLLOUT_READ),
        }
    }

    fn is_for(self, reader: &Reader) -> bool {
        match self.permission() {
            Some(permission) => reader.may(&permission),
            // API tokens take RBAC.
            None => self != Self::Tokens || reader.user.permissions.is_some(),
        }
    }
}

impl Viewer {
    /// Whoever is signed in, looking at this section. By name, or by e-mail address where there is none.
    pub fn new(reader: &Reader, section: Section) -> Self {
        let user = &reader.user;
        let names: Vec<&str> =
            [&user.first_name, &user.last_name].into_iter().flatten().map(String::as_str).collect();
        let name = if names.is_empty() { user.username.to_string() } else { names.join(" ") };
        let of = |area: &[Section]| -> Vec<Section> {
            area.iter().copied().filter(|section| section.is_for(reader)).collect()
        };
        let (sections, elsewhere) = if section.permission().is_none() {
            let admin = of(&Section::ADMIN);
            (of(&Section::ACCOUNT), admin.first().map(|first| ("Administration", first.path())))
        } else {
            (of(&Section::ADMIN), Some(("Your account", "/profile")))
        };
        Self { name, section, sections, elsewhere }
    }

    /// Somebody of this name, for samples.
    pub fn sample(name: &str, section: Section) -> Self {
        let account = section.permission().is_none();
        let sections = if account { Section::ACCOUNT.to_vec() } else { Section::ADMIN.to_vec() };
        Self { name: name.to_owned(), section, sections, elsewhere: Some(("Administration", "/admin/users")) }
    }
}
