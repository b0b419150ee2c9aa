//! The database seam, the SQL in files, and one function for each query.
