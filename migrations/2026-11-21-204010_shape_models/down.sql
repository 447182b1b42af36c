DROP TABLE applied_models;
DROP INDEX models_category;
ALTER TABLE models DROP COLUMN created_at, DROP COLUMN created_by, DROP COLUMN edits;
COMMENT ON TABLE models IS 'Release models: templates of task plans and plan texts. A row never changes; an edit is a new version.';
COMMENT ON COLUMN models.retired_at IS NULL;
