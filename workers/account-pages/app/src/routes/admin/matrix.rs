//! What roles grant: shown, reviewed and changed. A page says which cells it has, which were ticked when it was shown and
//! which are ticked now; what differs is the change, whatever others have changed meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;

use accounts::RoleId;
use api::MatrixChange;
use http::StatusCode;
use http_kit::{Fetch, LocalPath, Outcome, Problem, Request};
use rbac::Grant;

use crate::app::App;
use crate::forms;
use crate::reader::Reader;
use crate::routes::{notice, refused};
use crate::user_mgmt::{MatrixFilter, Refusal, UserMgmt};
use crate::views::{ReviewPage, RolePage, RolesPage, page, redirect};

const NOTICES: [(&str, &str); 5] = [
    ("saved", "The changes are saved."),
    ("unchanged", "Nothing was changed."),
    ("created", "The role is made. Choose what it grants."),
    ("renamed", "The role is saved."),
    ("deleted", "That role is deleted."),
];

fn filter(request: &Request) -> Result<MatrixFilter, Problem> {
    let query = request.context.uri.query().unwrap_or_default();
    serde_urlencoded::from_str(query)
        .map_err(|error| Problem::invalid(format!("the filter can't be read: {error}")))
}

/// `GET /admin/roles`.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let (notice, filter) = (notice(&request, &NOTICES)?, filter(&request)?);
    match UserMgmt::new(&app.user_mgmt, &request).matrix(&filter, None).await? {
        Ok(matrix) => {
            page(&request.context, StatusCode::OK, &RolesPage::new(&reader, &filter, matrix, notice)?)
        }
        Err(refusal) if refusal.status == StatusCode::BAD_REQUEST => {
            let shown = RolesPage::refused(&reader, &filter, &refusal.detail)?;
            page(&request.context, refusal.status, &shown)
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `GET /admin/roles/:id`.
pub(super) async fn show_role<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let (notice, filter) = (notice(&request, &NOTICES)?, filter(&request)?);
    let id: RoleId = request.param("id")?;
    match UserMgmt::new(&app.user_mgmt, &request).matrix(&filter, Some(id)).await? {
        Ok(matrix) => {
            page(&request.context, StatusCode::OK, &RolePage::new(&reader, &filter, matrix, notice)?)
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `POST /admin/roles/review`: says what would change.
pub(super) async fn review<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let ticked = Ticked::read(&request)?;
    let (changes, back) = (ticked.changes()?, ticked.back());
    if changes.is_empty() {
        return redirect(&request.context, &format!("{back}?notice=unchanged"));
    }
    match UserMgmt::new(&app.user_mgmt, &request).change_matrix(&changes, true).await? {
        Ok(effect) if effect.roles.is_empty() => {
            redirect(&request.context, &format!("{back}?notice=unchanged"))
        }
        Ok(effect) => {
            let shown = ReviewPage::new(&reader, &changes, effect, &back);
            page(&request.context, StatusCode::OK, &shown)
        }
        Err(refusal) => explain(&request, &reader, refusal, &back),
    }
}

/// `POST /admin/roles/apply`: changes what was reviewed.
pub(super) async fn apply<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let fields: Vec<(String, String)> = forms::read(&request)?;
    let of =
        |name: &'static str| fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value);
    let changes: Vec<MatrixChange> =
        of("change").map(|change| read_change(change)).collect::<Option<_>>().ok_or_else(unreadable)?;
    let back = of("back").next().and_then(|back| LocalPath::parse(back)).ok_or_else(unreadable)?;
    match UserMgmt::new(&app.user_mgmt, &request).change_matrix(&changes, false).await? {
        Ok(_) => redirect(&request.context, &format!("{}?notice=saved", back.as_str())),
        Err(refusal) => explain(&request, &reader, refusal, back.as_str()),
    }
}

fn explain(request: &Request, reader: &Reader, refusal: Refusal, back: &str) -> Outcome {
    if refusal.status == StatusCode::UNAUTHORIZED {
        return refused(request, refusal);
    }
    let shown = page(&request.context, refusal.status, &ReviewPage::refused(reader, &refusal.detail, back));
    refusal.explained_by(shown)
}

/// `+ROLE PERMISSION`, or with a `-`.
fn read_change(text: &str) -> Option<MatrixChange> {
    let (sign, rest) = text.split_at_checked(1)?;
    let (role, permission) = rest.split_once(' ')?;
    Some(MatrixChange {
        role_id: RoleId::parse(role).ok()?,
        permission: Grant::parse(permission).ok()?,
        granted: match sign {
            "+" => true,
            "-" => false,
            _ => return None,
        },
    })
}

fn unreadable() -> Problem {
    Problem::invalid("the form is not one of this site's")
}

/// A cell, by its column and its row.
type Cell = (usize, usize);

/// What a form of the matrix sends.
#[derive(Debug, Default)]
struct Ticked {
    roles: Vec<RoleId>,
    permissions: Vec<String>,
    was: BTreeSet<Cell>,
    on: BTreeSet<Cell>,
    /// Whether it stands on the page of its one role.
    of_one: bool,
}

impl Ticked {
    fn read(request: &Request) -> Result<Self, Problem> {
        let fields: Vec<(String, String)> = forms::read(request)?;
        let mut ticked = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "role" => ticked.roles.push(RoleId::parse(&value).map_err(|_| unreadable())?),
                "permission" => ticked.permissions.push(value),
                "was" => ticked.was.extend(cell(&value)),
                "on" => ticked.on.extend(cell(&value)),
                "one" => ticked.of_one = true,
                _ => {}
            }
        }
        Ok(ticked)
    }

    fn changes(&self) -> Result<Vec<MatrixChange>, Problem> {
        let change = |(across, down): Cell| {
            let permission = Grant::parse(self.permissions.get(down)?).ok()?;
            let granted = self.on.contains(&(across, down));
            Some(MatrixChange { role_id: *self.roles.get(across)?, permission, granted })
        };
        let differing = self.was.symmetric_difference(&self.on).copied();
        differing.map(change).collect::<Option<_>>().ok_or_else(unreadable)
    }

    /// The page that it stands on.
    fn back(&self) -> String {
        match self.roles.first() {
            Some(role) if self.of_one => format!("/admin/roles/{role}"),
            _ => "/admin/roles".to_owned(),
        }
    }
}

fn cell(text: &str) -> Option<Cell> {
    let (across, down) = text.split_once('.')?;
    Some((across.parse().ok()?, down.parse().ok()?))
}
