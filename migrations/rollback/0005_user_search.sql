-- The way back from 0005: nothing is lost that is not in the accounts.
DROP TRIGGER users_members_delete;
DROP TRIGGER users_members_update;
DROP TRIGGER users_members_insert;
DROP TABLE tenant_members;
DROP TRIGGER users_search_delete;
DROP TRIGGER users_search_update;
DROP TRIGGER users_search_insert;
DROP VIEW user_search_texts;
DROP TABLE user_search;
DROP TABLE user_search_numbers;
DROP INDEX users_not_active_by_tenant;
DROP INDEX users_not_active;
