//! The database seam on SQLite with D1's limits, for native tests.
