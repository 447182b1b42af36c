ALTER TABLE notification_rules DROP CONSTRAINT notification_rules_event_check;
ALTER TABLE notification_rules ADD CONSTRAINT notification_rules_event_check CHECK (event IN ('registered', 'phase_entered', 'approval_asked', 'approval_reminded', 'approval_settled',
    'approval_not_needed', 'approval_receipt', 'task_assigned', 'task_ready', 'changes_authorised', 'changes_implemented', 'window_moved', 'deployment_done', 'backed_out',
    'abandoned', 'closed', 'due_soon', 'deadline_missed', 'deadline_escalated', 'deadline_repeated', 'delegation',
    'exit_proposed', 'exit_endangered', 'handover_asked', 'handover_settled', 'survey_closed', 'follow_up_assigned', 'reopened', 'moved'));
DELETE FROM notices WHERE rule = 'account' OR why = 'holder';
ALTER TABLE notices DROP CONSTRAINT notices_why_check;
ALTER TABLE notices ADD CONSTRAINT notices_why_check
    CHECK (why IN ('owner', 'coordinator', 'approver', 'substitute', 'assignee', 'group', 'watcher', 'manager', 'administrator', 'actor', 'requester', 'named'));
ALTER TABLE notices DROP CONSTRAINT notices_rule_check;
ALTER TABLE notices ADD CONSTRAINT notices_rule_check CHECK (rule IN ('registered', 'phase_entered', 'approval_asked', 'approval_reminded', 'approval_settled', 'approval_not_needed',
    'approval_receipt', 'task_assigned', 'task_ready', 'changes_authorised', 'changes_implemented', 'window_moved', 'deployment_done', 'backed_out',
    'abandoned', 'closed', 'due_soon', 'deadline_missed', 'deadline_escalated', 'deadline_repeated', 'delegation',
    'exit_proposed', 'exit_endangered', 'handover_asked', 'handover_settled', 'survey_closed', 'follow_up_assigned', 'reopened', 'moved'));
DELETE FROM sessions WHERE awaits_code;
ALTER TABLE sessions DROP COLUMN awaits_code;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
