-- Finding users among many: search by parts of names and addresses, lists by status, the number of members of a tenant.

-- Of the few who are not active alone, so that no statement about one user or about administrators takes these.
CREATE INDEX users_not_active ON users (status, id) WHERE status <> 'active';
CREATE INDEX users_not_active_by_tenant ON users (tenant_id, status, id) WHERE status <> 'active';

-- The number under which the search index knows a user. A table's own row numbers may change when it is rebuilt.
CREATE TABLE user_search_numbers (
  number  INTEGER NOT NULL PRIMARY KEY,
  user_id TEXT    NOT NULL,
  CONSTRAINT user_search_numbers_user_unique UNIQUE (user_id),
  CONSTRAINT user_search_numbers_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;

-- An index alone, without a copy of the text. Sequences of three characters are found anywhere in it; for shorter queries,
-- the first two characters of the names and the address stand behind two marks that nobody can type.
CREATE VIRTUAL TABLE user_search USING fts5 (
  text, content = '', contentless_delete = 1, tokenize = 'trigram remove_diacritics 1'
);

CREATE VIEW user_search_texts (user_id, text) AS
SELECT id, concat_ws(char(10), concat_ws(' ', first_name, last_name), email,
  char(2, 2) || substr(first_name, 1, 2), char(2, 2) || substr(last_name, 1, 2), char(2, 2) || substr(email, 1, 2))
FROM users;

CREATE TRIGGER users_search_insert AFTER INSERT ON users
BEGIN
  INSERT INTO user_search_numbers (user_id) VALUES (NEW.id);
  INSERT INTO user_search (rowid, text)
  SELECT number, text FROM user_search_numbers JOIN user_search_texts USING (user_id) WHERE user_id = NEW.id;
END;

CREATE TRIGGER users_search_update AFTER UPDATE OF email, first_name, last_name ON users
WHEN NEW.email <> OLD.email OR NEW.first_name IS NOT OLD.first_name OR NEW.last_name IS NOT OLD.last_name
BEGIN
  UPDATE user_search SET text = (SELECT text FROM user_search_texts WHERE user_id = NEW.id)
  WHERE rowid = (SELECT number FROM user_search_numbers WHERE user_id = NEW.id);
END;

-- Before, since the number goes with the user.
CREATE TRIGGER users_search_delete BEFORE DELETE ON users
BEGIN
  DELETE FROM user_search WHERE rowid = (SELECT number FROM user_search_numbers WHERE user_id = OLD.id);
END;

CREATE TABLE tenant_members (
  tenant_id TEXT    NOT NULL PRIMARY KEY,
  members   INTEGER NOT NULL,
  CONSTRAINT tenant_members_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TRIGGER users_members_insert AFTER INSERT ON users
BEGIN
  INSERT INTO tenant_members (tenant_id, members) VALUES (NEW.tenant_id, 1)
  ON CONFLICT (tenant_id) DO UPDATE SET members = members + 1;
END;

CREATE TRIGGER users_members_update AFTER UPDATE OF tenant_id ON users WHEN NEW.tenant_id <> OLD.tenant_id
BEGIN
  UPDATE tenant_members SET members = members - 1 WHERE tenant_id = OLD.tenant_id;
  INSERT INTO tenant_members (tenant_id, members) VALUES (NEW.tenant_id, 1)
  ON CONFLICT (tenant_id) DO UPDATE SET members = members + 1;
END;

CREATE TRIGGER users_members_delete AFTER DELETE ON users
BEGIN
  UPDATE tenant_members SET members = members - 1 WHERE tenant_id = OLD.tenant_id;
END;

-- Who is there already.
INSERT INTO user_search_numbers (user_id) SELECT id FROM users ORDER BY id;
INSERT INTO user_search (rowid, text)
SELECT number, text FROM user_search_numbers JOIN user_search_texts USING (user_id) ORDER BY number;
INSERT INTO tenant_members (tenant_id, members) SELECT tenant_id, count(*) FROM users GROUP BY tenant_id;
