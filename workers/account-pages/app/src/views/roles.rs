use accounts::{PermissionId, RoleId, Timestamp};
use api::{
    ChangedMatrix, ChangedRole, DateTime, MatrixChange, MatrixPermission, MatrixRole, Page, Permission, Role,
};
use askama::Template;
use http_kit::Problem;
use rbac::Grant;
use rbac::catalogue::{ROLES_WRITE, USERS_READ};

use super::matrix::{Matrix, holders};
use super::viewer::Section;
use super::{Field, Form, Samples, Viewer};
use crate::forms::sentence;
use crate::reader::Reader;
use crate::user_mgmt::MatrixFilter;

/// `/admin/roles`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/roles.html")]
pub struct RolesPage {
    viewer: Viewer,
    notice: Option<&'static str>,
    filter: MatrixFilter,
    /// The part of the matrix, or what is wrong with the filter.
    matrix: Result<Matrix, String>,
    more_permissions: Option<String>,
    more_roles: Option<String>,
    may_create: bool,
}

impl RolesPage {
    /// The page of `reader`, with this part of the matrix. `notice` says what happened before.
    pub(crate) fn new(
        reader: &Reader,
        filter: &MatrixFilter,
        matrix: api::Matrix,
        notice: Option<&'static str>,
    ) -> Result<Self, Problem> {
        let viewer = Viewer::new(reader, Section::Roles);
        let more = (matrix.permissions.next_cursor.clone(), matrix.roles.next_cursor.clone());
        let page = Self::of(viewer, filter, Ok(Matrix::new(reader, matrix, false)), more)?;
        Ok(Self { notice, may_create: reader.may(&ROLES_WRITE), ..page })
    }

    /// The page with a filter that can't be used.
    pub(crate) fn refused(reader: &Reader, filter: &MatrixFilter, detail: &str) -> Result<Self, Problem> {
        Self::of(Viewer::new(reader, Section::Roles), filter, Err(sentence(detail)), (None, None))
    }

    fn of(
        viewer: Viewer,
        filter: &MatrixFilter,
        matrix: Result<Matrix, String>,
        (permissions, roles): (Option<String>, Option<String>),
    ) -> Result<Self, Problem> {
        let at = |filter: MatrixFilter| Ok(format!("/admin/roles?{}", filter.to_query()?));
        let more_permissions = permissions.map(|cursor| at(MatrixFilter { cursor, ..filter.clone() }));
        let more_roles = roles.map(|role_cursor| at(MatrixFilter { role_cursor, ..filter.clone() }));
        Ok(Self {
            viewer,
            notice: None,
            filter: filter.clone(),
            matrix,
            more_permissions: more_permissions.transpose()?,
            more_roles: more_roles.transpose()?,
            may_create: false,
        })
    }

    /// Whether this is not where the list starts.
    fn is_further(&self) -> bool {
        !self.filter.cursor.is_empty() || !self.filter.role_cursor.is_empty()
    }
}

/// `/admin/roles/:id`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/role.html")]
pub struct RolePage {
    viewer: Viewer,
    notice: Option<&'static str>,
    role: MatrixRole,
    holders: String,
    /// Where those who have it are listed, for whoever may see that.
    users: Option<String>,
    filter: MatrixFilter,
    matrix: Matrix,
    more: Option<String>,
    may_change: bool,
}

impl RolePage {
    /// The page of `reader` about a role. `notice` says what happened before.
    pub(crate) fn new(
        reader: &Reader,
        filter: &MatrixFilter,
        matrix: api::Matrix,
        notice: Option<&'static str>,
    ) -> Result<Self, Problem> {
        let more = matrix.permissions.next_cursor.clone();
        let role = matrix.roles.items.first().cloned().ok_or_else(Problem::not_found)?;
        let matrix = Matrix::new(reader, matrix, true);
        let page = Self::of(Viewer::new(reader, Section::Roles), filter, role, matrix, more)?;
        let may_change = page.may_change && reader.may(&ROLES_WRITE);
        let users = page.users.filter(|_| reader.may(&USERS_READ));
        Ok(Self { notice, users, may_change, ..page })
    }

    fn of(
        viewer: Viewer,
        filter: &MatrixFilter,
        role: MatrixRole,
        matrix: Matrix,
        more: Option<String>,
    ) -> Result<Self, Problem> {
        let users = serde_urlencoded::to_string([("role", &role.name)]).map_err(Problem::internal)?;
        let more = more.map(|cursor| {
            let query = MatrixFilter { cursor, ..filter.clone() }.to_query()?;
            Ok::<_, Problem>(format!("/admin/roles/{}?{query}", role.id))
        });
        Ok(Self {
            viewer,
            notice: None,
            holders: holders(role.holders),
            users: Some(format!("/admin/users?{users}")),
            filter: filter.clone(),
            matrix,
            more: more.transpose()?,
            may_change: role.within_own_grants && !role.system,
            role,
        })
    }
}

/// `/admin/roles/review`: what would change, before it does.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/review.html")]
pub struct ReviewPage {
    viewer: Viewer,
    back: String,
    roles: Vec<Reviewed>,
    /// The form that has it happen, or why it can't.
    form: Result<Form, String>,
}

#[derive(Clone, Debug)]
struct Reviewed {
    name: String,
    holders: String,
    granted: Vec<Grant>,
    revoked: Vec<Grant>,
}

impl From<ChangedRole> for Reviewed {
    fn from(role: ChangedRole) -> Self {
        let ChangedRole { name, granted, revoked, .. } = role;
        Self { name, holders: holders(role.holders), granted, revoked }
    }
}

impl ReviewPage {
    /// The page of `reader`: what these changes would do.
    pub fn new(reader: &Reader, changes: &[MatrixChange], effect: ChangedMatrix, back: &str) -> Self {
        Self::of(Viewer::new(reader, Section::Roles), changes, effect, back)
    }

    /// The page with changes that are refused.
    pub fn refused(reader: &Reader, detail: &str, back: &str) -> Self {
        let viewer = Viewer::new(reader, Section::Roles);
        Self { viewer, back: back.to_owned(), roles: Vec::new(), form: Err(sentence(detail)) }
    }

    fn of(viewer: Viewer, changes: &[MatrixChange], effect: ChangedMatrix, back: &str) -> Self {
        let mut form = Form::new("/admin/roles/apply", "Save the changes", Vec::new())
            .or_back_to(back)
            .hidden("back", Some(back));
        for MatrixChange { role_id, permission, granted } in changes {
            let sign = if *granted { '+' } else { '-' };
            form = form.hidden("change", Some(format!("{sign}{role_id} {permission}")));
        }
        let roles = effect.roles.into_iter().map(Reviewed::from).collect();
        Self { viewer, back: back.to_owned(), roles, form: Ok(form) }
    }
}

/// `/admin/roles/new` and `/admin/roles/:id/edit`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/edit_role.html")]
pub struct EditRolePage {
    viewer: Viewer,
    title: &'static str,
    explanation: &'static str,
    form: Form,
}

impl EditRolePage {
    /// The page of `reader` that makes a role.
    pub fn create(reader: &Reader, form: Form) -> Self {
        Self::of(Viewer::new(reader, Section::Roles), None, form)
    }

    /// The page of `reader` that renames and describes a role.
    pub fn edit(reader: &Reader, id: RoleId, form: Form) -> Self {
        Self::of(Viewer::new(reader, Section::Roles), Some(id), form)
    }

    fn of(viewer: Viewer, id: Option<RoleId>, form: Form) -> Self {
        let (title, explanation) = match id {
            None => ("Create a role", "It grants nothing at first. Choose its permissions next."),
            Some(_) => ("Rename the role", "Whoever has it keeps it, and what it grants stays as it is."),
        };
        Self { viewer, title, explanation, form }
    }

    /// The form, with what was entered before. Without an id, it makes a role.
    pub fn form(id: Option<RoleId>, name: &str, description: &str) -> Form {
        let fields = vec![Field::role_name(name), Field::role_description(description)];
        match id {
            None => Form::new("/admin/roles/new", "Create the role", fields).or_back_to("/admin/roles"),
            Some(id) => Form::new(format!("/admin/roles/{id}/edit"), "Save", fields)
                .or_back_to(format!("/admin/roles/{id}")),
        }
    }
}

/// A role for samples.
pub(super) fn sample(text: &str) -> Role {
    let time = DateTime(Timestamp::from_millis(1_769_851_800_000));
    Role {
        id: RoleId::from_u128(7),
        name: text.to_owned(),
        description: text.to_owned(),
        system: false,
        created_at: time,
        updated_at: time,
    }
}

/// A part of the matrix for samples.
fn sample_matrix(text: &str, roles: &[RoleId]) -> api::Matrix {
    let column = |id: &RoleId| MatrixRole {
        id: *id,
        name: text.to_owned(),
        description: text.to_owned(),
        system: *id != RoleId::from_u128(7),
        holders: 2,
        within_own_grants: true,
    };
    let row = |number: u128| MatrixPermission {
        permission: Permission {
            id: PermissionId::from_u128(number),
            name: text.to_owned(),
            description: text.to_owned(),
            application: (number == 1).then(|| text.to_owned()),
            system: false,
        },
        granted_by: if number == 1 { roles.to_vec() } else { Vec::new() },
    };
    api::Matrix {
        roles: Page { items: roles.iter().map(column).collect(), next_cursor: None },
        permissions: Page { items: vec![row(1), row(2)], next_cursor: None },
    }
}

impl Samples for RolesPage {
    const NAME: &'static str = "roles";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let viewer = || Viewer::sample(text, Section::Roles);
        let filter = MatrixFilter { prefix: text.to_owned(), ..MatrixFilter::default() };
        let columns = [RoleId::MEMBER, RoleId::from_u128(7), RoleId::SUPER_ADMIN];
        let more = || (Some("ab".to_owned()), Some("cd".to_owned()));
        let none = || api::Matrix {
            permissions: Page { items: Vec::new(), next_cursor: None },
            ..sample_matrix(text, &columns)
        };
        let some =
            Self::of(viewer(), &filter, Ok(Matrix::sample(sample_matrix(text, &columns), false)), more());
        let none = Self::of(viewer(), &filter, Ok(Matrix::sample(none(), false)), (None, None));
        let refused = Self::of(viewer(), &filter, Err(text.to_owned()), (None, None));
        let some = some.map(|page| Self { may_create: true, notice: Some("The changes are saved."), ..page });
        [("some", some), ("none", none), ("refused", refused)]
            .into_iter()
            .filter_map(|(name, page)| Some((name, page.ok()?)))
            .collect()
    }
}

impl Samples for RolePage {
    const NAME: &'static str = "role";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |id: RoleId| {
            let matrix = sample_matrix(text, &[id]);
            let role = matrix.roles.items.first()?.clone();
            let (viewer, filter) = (Viewer::sample(text, Section::Roles), MatrixFilter::default());
            Self::of(viewer, &filter, role, Matrix::sample(matrix, true), Some("ab".to_owned())).ok()
        };
        [("own", of(RoleId::from_u128(7))), ("system", of(RoleId::MEMBER))]
            .into_iter()
            .filter_map(|(name, page)| Some((name, page?)))
            .collect()
    }
}

impl Samples for ReviewPage {
    const NAME: &'static str = "review";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let viewer = || Viewer::sample(text, Section::Roles);
        let grants = || Grant::parse("posts:read").into_iter().collect::<Vec<Grant>>();
        let role = |granted, revoked| ChangedRole {
            id: RoleId::from_u128(7),
            name: text.to_owned(),
            holders: 12,
            granted,
            revoked,
        };
        let roles = vec![role(grants(), Vec::new()), role(grants(), grants())];
        let change = |permission| MatrixChange { role_id: RoleId::from_u128(7), permission, granted: true };
        let changes: Vec<MatrixChange> = grants().into_iter().map(change).collect();
        let some = Self::of(viewer(), &changes, ChangedMatrix { roles }, "/admin/roles");
        let refused = Self { form: Err(text.to_owned()), roles: Vec::new(), ..some.clone() };
        vec![("some", some), ("refused", refused)]
    }
}

impl Samples for EditRolePage {
    const NAME: &'static str = "edit_role";

    fn samples(text: &str) -> Vec<(&'static str, Self)> {
        let of = |id, form| Self::of(Viewer::sample(text, Section::Roles), id, form);
        let id = Some(RoleId::from_u128(7));
        let mut refused = Self::form(id, text, text);
        refused.refuse(Some("name"), text);
        vec![("new", of(None, Self::form(None, "", ""))), ("refused", of(id, refused))]
    }
}
