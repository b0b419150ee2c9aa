//! The database seam on Cloudflare D1.
