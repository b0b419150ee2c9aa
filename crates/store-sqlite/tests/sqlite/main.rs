//! What the migrations promise, and what the driver does; on SQLite, with D1's limits.
#![cfg(test)]

mod driver;
mod migrations;
mod role_data;
mod rules;
mod schema;
mod support;
