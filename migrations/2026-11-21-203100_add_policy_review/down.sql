DELETE FROM notices WHERE why = 'administrator';
ALTER TABLE notices DROP CONSTRAINT notices_why_check;
ALTER TABLE notices ADD CONSTRAINT notices_why_check
    CHECK (why IN ('owner', 'coordinator', 'approver', 'substitute', 'assignee', 'group', 'watcher', 'manager', 'actor'));
DELETE FROM deadlines WHERE subject = 'policy_review';
DROP INDEX deadlines_one_review;
ALTER TABLE deadlines DROP CONSTRAINT deadlines_of_something;
ALTER TABLE deadlines ALTER COLUMN record_id SET NOT NULL;
ALTER TABLE deadlines DROP CONSTRAINT deadlines_subject_check;
ALTER TABLE deadlines ADD CONSTRAINT deadlines_subject_check
    CHECK (subject IN ('phase', 'task', 'approval', 'planned_start', 'planned_end', 'follow_up', 'survey'));
COMMENT ON TABLE deadlines IS 'One row for each due time of open records, kept in step with them in the same transaction.';
COMMENT ON COLUMN deadlines.record_id IS NULL;
COMMENT ON COLUMN deadlines.subject_id IS 'The task, the approval, the visit of the phase, the follow-up action, the survey; 0 for the planned times.';
