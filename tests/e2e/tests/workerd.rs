//! On real workerd. `cargo xtask test` runs these; alone: `cargo test -p e2e --features workerd --test workerd`.
#![cfg(test)]

mod host;
mod shims;
