ALTER TABLE notices DROP CONSTRAINT notices_rule_check;
ALTER TABLE notices ADD CONSTRAINT notices_rule_check CHECK (rule IN ('registered', 'phase_entered', 'approval_asked', 'approval_reminded', 'approval_settled', 'approval_not_needed',
    'approval_receipt', 'task_assigned', 'task_ready', 'changes_authorised', 'changes_implemented', 'window_moved', 'deployment_done', 'backed_out',
    'abandoned', 'closed', 'due_soon', 'deadline_missed', 'deadline_escalated', 'deadline_repeated', 'delegation',
    'exit_proposed', 'exit_endangered', 'handover_asked', 'handover_settled', 'survey_closed', 'follow_up_assigned', 'reopened'));
ALTER TABLE deadlines DROP CONSTRAINT deadlines_subject_check;
ALTER TABLE deadlines ADD CONSTRAINT deadlines_subject_check CHECK (subject IN ('phase', 'task', 'approval', 'planned_start', 'planned_end', 'follow_up', 'survey'));
COMMENT ON COLUMN deadlines.subject_id IS 'The task, the approval, the visit of the phase, the follow-up action, the survey; 0 for the planned times.';
ALTER TABLE mails DROP CONSTRAINT mails_kind_check;
ALTER TABLE mails ADD CONSTRAINT mails_kind_check CHECK (kind IN ('notice', 'digest', 'test', 'invitation'));
