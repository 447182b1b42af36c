DROP INDEX categories_name;
ALTER TABLE categories DROP COLUMN model_key, DROP COLUMN version;
COMMENT ON COLUMN categories.retired_at IS NULL;
