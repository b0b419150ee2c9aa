//! What the migrations promise, and what the driver does; on SQLite, with D1's limits.
#![cfg(test)]

mod migrations;
mod rules;
mod schema;
mod support;
