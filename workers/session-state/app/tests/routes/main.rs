//! Every route by the route table, on a store in memory.

mod bad_requests;
mod cache;
mod failures;
mod freshness;
mod markers;
mod sessions;
mod stored_records;
mod support;
