DELETE FROM notices WHERE rule = 'moved';
DELETE FROM notification_rules WHERE event = 'moved';
ALTER TABLE notices DROP CONSTRAINT notices_rule_check;
ALTER TABLE notices ADD CONSTRAINT notices_rule_check CHECK (rule IN ('registered', 'phase_entered', 'approval_asked', 'approval_reminded', 'approval_settled', 'approval_not_needed',
    'approval_receipt', 'task_assigned', 'task_ready', 'changes_authorised', 'changes_implemented', 'window_moved', 'deployment_done', 'backed_out',
    'abandoned', 'closed', 'due_soon', 'deadline_missed', 'deadline_escalated', 'deadline_repeated', 'delegation',
    'exit_proposed', 'exit_endangered', 'handover_asked', 'handover_settled', 'survey_closed', 'follow_up_assigned', 'reopened', 'account'));
ALTER TABLE notification_rules DROP CONSTRAINT notification_rules_event_check;
ALTER TABLE notification_rules ADD CONSTRAINT notification_rules_event_check CHECK (event IN ('registered', 'phase_entered', 'approval_asked', 'approval_reminded', 'approval_settled', 'approval_not_needed',
    'approval_receipt', 'task_assigned', 'task_ready', 'changes_authorised', 'changes_implemented', 'window_moved', 'deployment_done', 'backed_out',
    'abandoned', 'closed', 'due_soon', 'deadline_missed', 'deadline_escalated', 'deadline_repeated', 'delegation',
    'exit_proposed', 'exit_endangered', 'handover_asked', 'handover_settled', 'survey_closed', 'follow_up_assigned', 'reopened', 'account'));
