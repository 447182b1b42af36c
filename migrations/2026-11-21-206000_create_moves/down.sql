COMMENT ON COLUMN phase_visits.phase IS NULL;
DROP INDEX records_workflow;
DROP TABLE moved_records, workflow_moves;
