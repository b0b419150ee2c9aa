-- Resources that applications have made known, so that it can be searched which of them somebody may use. Decisions don't
-- rest on them: a permission is about every resource of a type.

CREATE TABLE access_resources (
  type       TEXT    NOT NULL, -- the resource of a permission: `record` in `record:read`
  id         TEXT    NOT NULL, -- whatever the application calls it
  created_at INTEGER NOT NULL,
  CONSTRAINT access_resources_pk PRIMARY KEY (type, id),
  CONSTRAINT access_resources_id_length CHECK (length(id) BETWEEN 1 AND 256)
) STRICT, WITHOUT ROWID;
