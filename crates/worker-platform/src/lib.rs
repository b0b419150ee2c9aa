//! The Cloudflare Workers side of the platform seams: clock, randomness, service bindings, deferred work, logs.
