ALTER TABLE deadlines DROP CONSTRAINT deadlines_subject_check;
ALTER TABLE deadlines ADD CONSTRAINT deadlines_subject_check
    CHECK (subject IN ('phase', 'task', 'approval', 'planned_start', 'planned_end', 'follow_up', 'survey', 'policy_review'));
ALTER TABLE deadlines ALTER COLUMN record_id DROP NOT NULL;
ALTER TABLE deadlines ADD CONSTRAINT deadlines_of_something CHECK ((record_id IS NULL) = (subject = 'policy_review'));
CREATE UNIQUE INDEX deadlines_one_review ON deadlines (subject) WHERE record_id IS NULL;
COMMENT ON TABLE deadlines IS 'One row for each due time of open records, kept in step with them in the same transaction; and one for the review of the policy.';
COMMENT ON COLUMN deadlines.record_id IS 'Empty for the review of the policy.';
COMMENT ON COLUMN deadlines.subject_id IS 'The task, the approval, the visit of the phase, the follow-up action, the survey; 0 for the planned times and the policy.';
ALTER TABLE notices DROP CONSTRAINT notices_why_check;
ALTER TABLE notices ADD CONSTRAINT notices_why_check
    CHECK (why IN ('owner', 'coordinator', 'approver', 'substitute', 'assignee', 'group', 'watcher', 'manager', 'administrator', 'actor'));
