//! On real workerd. `cargo xtask test` runs these; alone: `cargo test -p e2e --features workerd --test workerd`.

mod host;
mod shims;
