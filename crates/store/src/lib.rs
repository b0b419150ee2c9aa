//! What Edgeward keeps in its database, and the only place that speaks SQL.
//!
//! In scope: the [`Db`] seam, which lies *under* the SQL so that every driver runs the same statements; one function
//! for each file of SQL in `queries/`; the rows they give; the errors a statement can end in. Not in scope: rules
//! about who may do what, and the drivers (`edgeward-store-d1`, `edgeward-store-sqlite`).
//!
//! A read is a [`Query`], run by [`Query::all`], [`Query::first`] or [`Query::one`]. A write is a [`Statement`], and
//! writes that belong together go into one [`Db::batch`]: all of them land, or none. What a batch relies on is checked
//! inside it, by a statement of [`guard`].

mod db;
mod error;
mod inline;
mod rows;
mod statement;
mod window;

pub mod access;
pub mod access_resources;
pub mod api_tokens;
pub mod audit;
pub mod audit_meta;
pub mod guard;
pub mod health;
pub mod identities;
pub mod mail_requests;
pub mod matrix;
pub mod one_time_tokens;
pub mod outbox;
pub mod people;
pub mod permissions;
pub mod rbac_meta;
pub mod role_permissions;
pub mod roles;
pub mod rollout;
pub mod sessions;
pub mod sign_in_failures;
pub mod telemetry;
pub mod tenants;
pub mod user_details;
pub mod user_roles;
pub mod users;

pub use db::{Db, Rows, decode};
pub use error::StoreError;
pub use statement::{Param, Query, Statement, exact};
pub use window::Window;
