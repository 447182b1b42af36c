ALTER TABLE models
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN created_by bigint NOT NULL DEFAULT 0 REFERENCES users,
    ADD COLUMN edits integer NOT NULL DEFAULT 0;
ALTER TABLE models ALTER COLUMN created_at DROP DEFAULT, ALTER COLUMN created_by DROP DEFAULT;
COMMENT ON TABLE models IS 'Release models: templates of task plans and plan texts. Once a release has a row applied it never changes: an edit is the next version of its key.';
COMMENT ON COLUMN models.edits IS 'Grows with every edit in place; a form sends it back so that no one overwrites another''s work.';
COMMENT ON COLUMN models.retired_at IS 'Since when it is not applied any more; of the newest version, for all of its key.';
CREATE INDEX models_category ON models (category_id);

CREATE TABLE applied_models (
    record_id bigint NOT NULL REFERENCES records,
    model_id  bigint NOT NULL REFERENCES models,
    at        timestamptz NOT NULL,
    PRIMARY KEY (record_id, model_id)
);
CREATE INDEX applied_models_model ON applied_models (model_id, record_id DESC);
COMMENT ON TABLE applied_models IS 'Which release had which version of a model applied, and when first.';

INSERT INTO applied_models (record_id, model_id, at)
SELECT t.record_id, m.id, min(t.created_at)
FROM tasks t JOIN models m ON m.key = split_part(t.model_key, ':', 1)
GROUP BY t.record_id, m.id;
