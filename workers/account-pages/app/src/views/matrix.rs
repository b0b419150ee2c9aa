use accounts::RoleId;
use api::MatrixRole;
use askama::Template;
use askama::filters::HtmlSafe;
use rbac::{Grant, covers};

use crate::reader::Reader;

/// Roles across and permissions down; what may be changed is a box to tick.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/matrix.html")]
pub struct Matrix {
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// Whether it is the matrix of one role, whose page it stands on.
    of_one: bool,
}

impl HtmlSafe for Matrix {}

/// Its table, within a form or without.
#[derive(Debug, Template)]
#[template(path = "parts/matrix_table.html")]
struct Table<'a> {
    matrix: &'a Matrix,
}

impl HtmlSafe for Table<'_> {}

#[derive(Clone, Debug)]
struct Column {
    id: RoleId,
    name: String,
    holders: String,
}

#[derive(Clone, Debug)]
struct Row {
    name: String,
    description: String,
    application: Option<String>,
    cells: Vec<Cell>,
}

/// Whether a role grants a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// It may be changed.
    Open { granted: bool },
    /// It may not.
    Shut { granted: bool },
    /// The role grants everything, and so this.
    Everything,
}

impl Matrix {
    /// This part of the matrix, as `reader` may change it.
    pub fn new(reader: &Reader, matrix: api::Matrix, of_one: bool) -> Self {
        let may_write = reader.may(&rbac::catalogue::ROLES_WRITE);
        Self::of(matrix, of_one, |role, name| may_write && role.within_own_grants && reader.holds(name))
    }

    /// A part of the matrix, all of which may be changed, for samples.
    pub fn sample(matrix: api::Matrix, of_one: bool) -> Self {
        Self::of(matrix, of_one, |_, _| true)
    }

    fn of(matrix: api::Matrix, of_one: bool, open: impl Fn(&MatrixRole, &str) -> bool) -> Self {
        let roles = matrix.roles.items;
        let cell = |role: &MatrixRole, name: &str, granted: bool| {
            if role.id == RoleId::SUPER_ADMIN {
                return Cell::Everything;
            }
            if open(role, name) { Cell::Open { granted } } else { Cell::Shut { granted } }
        };
        let rows = matrix.permissions.items.into_iter().map(|row| Row {
            cells: roles
                .iter()
                .map(|role| cell(role, &row.permission.name, row.granted_by.contains(&role.id)))
                .collect(),
            name: row.permission.name,
            description: row.permission.description,
            application: row.permission.application,
        });
        let rows = rows.collect();
        let columns = roles.into_iter().map(|role| Column {
            id: role.id,
            name: role.name,
            holders: holders(role.holders),
        });
        Self { columns: columns.collect(), rows, of_one }
    }

    fn table(&self) -> Table<'_> {
        Table { matrix: self }
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether anything may be changed.
    fn is_open(&self) -> bool {
        self.rows.iter().flat_map(|row| &row.cells).any(|cell| matches!(cell, Cell::Open { .. }))
    }
}

/// How many accounts have a role; they are counted up to 1,000.
pub(super) fn holders(count: u32) -> String {
    match count {
        0 => "nobody".to_owned(),
        1 => "1 account".to_owned(),
        1_000.. => "1,000 accounts or more".to_owned(),
        _ => format!("{count} accounts"),
    }
}

impl Reader {
    /// Whether they may hand out this grant; what can't be read nobody hands out.
    fn holds(&self, grant: &str) -> bool {
        let held = self.grants();
        held.zip(Grant::parse(grant).ok()).is_some_and(|(held, grant)| covers(held, &grant))
    }
}
