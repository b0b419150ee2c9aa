INSERT INTO users (id, tenant_id, email, email_verified_at, password_hash, first_name, last_name, status, staff, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)
