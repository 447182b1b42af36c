CREATE TABLE ended_workflow_drafts (
    id        bigint PRIMARY KEY,
    name      text NOT NULL,
    published bigint REFERENCES workflows,
    ended_at  timestamptz NOT NULL,
    ended_by  bigint NOT NULL REFERENCES users
);
COMMENT ON TABLE ended_workflow_drafts IS 'Drafts that are no more, so that whoever still types in one is told what became of it.';
COMMENT ON COLUMN ended_workflow_drafts.id IS 'The id that the draft had.';
COMMENT ON COLUMN ended_workflow_drafts.published IS 'The version that it became; empty if it was discarded.';
