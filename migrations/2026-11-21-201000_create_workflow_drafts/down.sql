DROP TABLE workflow_draft_edits;
DROP TABLE workflow_drafts;
DROP TRIGGER workflows_never_change ON workflows;
DROP FUNCTION refuse_republishing();
ALTER TABLE workflows DROP COLUMN note;
ALTER TABLE workflows DROP COLUMN published_by;
