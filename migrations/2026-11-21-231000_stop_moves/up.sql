ALTER TABLE workflow_moves ADD COLUMN stopped_at timestamptz;
ALTER TABLE workflow_moves ADD COLUMN stopped_by bigint REFERENCES users;
ALTER TABLE workflow_moves ADD CHECK ((stopped_at IS NULL) = (stopped_by IS NULL));
COMMENT ON COLUMN workflow_moves.stopped_at IS 'When somebody stopped it: what had not been moved by then stays where it is.';

ALTER TABLE moved_records DROP CONSTRAINT moved_records_state_check;
ALTER TABLE moved_records ADD CONSTRAINT moved_records_state_check CHECK (state IN ('waiting', 'moved', 'skipped', 'stopped'));

ALTER TABLE notices DROP CONSTRAINT notices_rule_check;
ALTER TABLE notices ADD CONSTRAINT notices_rule_check CHECK (rule IN ('registered', 'phase_entered', 'approval_asked', 'approval_reminded', 'approval_settled', 'approval_not_needed',
    'approval_receipt', 'task_assigned', 'task_ready', 'changes_authorised', 'changes_implemented', 'window_moved', 'deployment_done', 'backed_out',
    'abandoned', 'closed', 'due_soon', 'deadline_missed', 'deadline_escalated', 'deadline_repeated', 'delegation',
    'exit_proposed', 'exit_endangered', 'handover_asked', 'handover_settled', 'survey_closed', 'follow_up_assigned', 'reopened', 'moved'));
ALTER TABLE notification_rules DROP CONSTRAINT notification_rules_event_check;
ALTER TABLE notification_rules ADD CONSTRAINT notification_rules_event_check CHECK (event IN ('registered', 'phase_entered', 'approval_asked', 'approval_reminded', 'approval_settled', 'approval_not_needed',
    'approval_receipt', 'task_assigned', 'task_ready', 'changes_authorised', 'changes_implemented', 'window_moved', 'deployment_done', 'backed_out',
    'abandoned', 'closed', 'due_soon', 'deadline_missed', 'deadline_escalated', 'deadline_repeated', 'delegation',
    'exit_proposed', 'exit_endangered', 'handover_asked', 'handover_settled', 'survey_closed', 'follow_up_assigned', 'reopened', 'moved'));
COMMENT ON TABLE notice_preferences IS 'How somebody wants to be told; what is not here goes out as usual: nearly everything at once.';
