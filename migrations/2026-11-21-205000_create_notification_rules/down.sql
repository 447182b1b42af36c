DELETE FROM notices WHERE why IN ('requester', 'named');
ALTER TABLE notices DROP CONSTRAINT notices_why_check;
ALTER TABLE notices ADD CONSTRAINT notices_why_check CHECK (why IN ('owner', 'coordinator', 'approver', 'substitute', 'assignee', 'group', 'watcher', 'manager', 'administrator', 'actor'));
DROP TABLE notification_rules;
