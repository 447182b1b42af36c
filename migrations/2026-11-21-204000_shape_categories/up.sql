ALTER TABLE categories
    ADD COLUMN model_key text,
    ADD COLUMN version integer NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX categories_name ON categories (record_kind, lower(name));
COMMENT ON COLUMN categories.model_key IS 'The release model that is preselected when a release of this category is registered, in its newest version.';
COMMENT ON COLUMN categories.version IS 'Grows with every edit; a form sends it back so that no one overwrites another''s work.';
COMMENT ON COLUMN categories.retired_at IS 'Since when new records cannot have it.';

UPDATE categories c SET model_key = m.key FROM models m WHERE m.category_id = c.id AND m.key = c.key;
