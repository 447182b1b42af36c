COMMENT ON TABLE notice_preferences IS 'How somebody wants to be told; what is not here goes out at once.';
DELETE FROM notice_preferences WHERE rule = 'moved';
DELETE FROM notification_rules WHERE event = 'moved';
ALTER TABLE notification_rules DROP CONSTRAINT notification_rules_event_check;
ALTER TABLE notification_rules ADD CONSTRAINT notification_rules_event_check CHECK (event IN ('registered', 'phase_entered', 'approval_asked', 'approval_reminded', 'approval_settled', 'approval_not_needed',
    'approval_receipt', 'task_assigned', 'task_ready', 'changes_authorised', 'changes_implemented', 'window_moved', 'deployment_done', 'backed_out',
    'abandoned', 'closed', 'due_soon', 'deadline_missed', 'deadline_escalated', 'deadline_repeated', 'delegation',
    'exit_proposed', 'exit_endangered', 'handover_asked', 'handover_settled', 'survey_closed', 'follow_up_assigned', 'reopened'));
DELETE FROM notices WHERE rule = 'moved';
ALTER TABLE notices DROP CONSTRAINT notices_rule_check;
ALTER TABLE notices ADD CONSTRAINT notices_rule_check CHECK (rule IN ('registered', 'phase_entered', 'approval_asked', 'approval_reminded', 'approval_settled', 'approval_not_needed',
    'approval_receipt', 'task_assigned', 'task_ready', 'changes_authorised', 'changes_implemented', 'window_moved', 'deployment_done', 'backed_out',
    'abandoned', 'closed', 'due_soon', 'deadline_missed', 'deadline_escalated', 'deadline_repeated', 'delegation',
    'exit_proposed', 'exit_endangered', 'handover_asked', 'handover_settled', 'survey_closed', 'follow_up_assigned', 'reopened'));

UPDATE moved_records SET state = 'skipped', said = 'The order was stopped.' WHERE state = 'stopped';
ALTER TABLE moved_records DROP CONSTRAINT moved_records_state_check;
ALTER TABLE moved_records ADD CONSTRAINT moved_records_state_check CHECK (state IN ('waiting', 'moved', 'skipped'));
ALTER TABLE workflow_moves DROP COLUMN stopped_by;
ALTER TABLE workflow_moves DROP COLUMN stopped_at;
