CREATE TABLE second_factors (
    user_id      bigint PRIMARY KEY REFERENCES users (id),
    sealed       bytea NOT NULL,
    last_step    bigint NOT NULL,
    wrong_codes  integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    created_at   timestamptz NOT NULL
);
COMMENT ON TABLE second_factors IS 'Who proves with a code from an app that it is them, besides the password.';
COMMENT ON COLUMN second_factors.sealed IS 'What the codes are made of, encrypted by a key that follows from the secret key of the installation.';
COMMENT ON COLUMN second_factors.last_step IS 'The half minute, counted from 1970, of the last code that was taken: no code of it or of an earlier one is taken again.';
COMMENT ON COLUMN second_factors.wrong_codes IS 'How many wrong codes came in a row.';
COMMENT ON COLUMN second_factors.locked_until IS 'No code is looked at before.';

CREATE TABLE recovery_codes (
    user_id   bigint NOT NULL REFERENCES users (id),
    code_hash bytea NOT NULL,
    used_at   timestamptz,
    PRIMARY KEY (user_id, code_hash)
);
COMMENT ON TABLE recovery_codes IS 'Codes that stand in for the app, each once.';
COMMENT ON COLUMN recovery_codes.code_hash IS 'SHA-256; a code has 125 random bits.';

ALTER TABLE sessions ADD COLUMN awaits_code boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN sessions.awaits_code IS 'Begun with the password alone: it opens nothing but the page that asks for the code.';

ALTER TABLE notices DROP CONSTRAINT notices_rule_check;
ALTER TABLE notices ADD CONSTRAINT notices_rule_check CHECK (rule IN ('registered', 'phase_entered', 'approval_asked', 'approval_reminded', 'approval_settled', 'approval_not_needed',
    'approval_receipt', 'task_assigned', 'task_ready', 'changes_authorised', 'changes_implemented', 'window_moved', 'deployment_done', 'backed_out',
    'abandoned', 'closed', 'due_soon', 'deadline_missed', 'deadline_escalated', 'deadline_repeated', 'delegation',
    'exit_proposed', 'exit_endangered', 'handover_asked', 'handover_settled', 'survey_closed', 'follow_up_assigned', 'reopened', 'moved', 'account'));
ALTER TABLE notices DROP CONSTRAINT notices_why_check;
ALTER TABLE notices ADD CONSTRAINT notices_why_check
    CHECK (why IN ('owner', 'coordinator', 'approver', 'substitute', 'assignee', 'group', 'watcher', 'manager', 'administrator', 'actor', 'requester', 'named', 'holder'));
ALTER TABLE notification_rules DROP CONSTRAINT notification_rules_event_check;
ALTER TABLE notification_rules ADD CONSTRAINT notification_rules_event_check CHECK (event IN ('registered', 'phase_entered', 'approval_asked', 'approval_reminded', 'approval_settled',
    'approval_not_needed', 'approval_receipt', 'task_assigned', 'task_ready', 'changes_authorised', 'changes_implemented', 'window_moved', 'deployment_done', 'backed_out',
    'abandoned', 'closed', 'due_soon', 'deadline_missed', 'deadline_escalated', 'deadline_repeated', 'delegation',
    'exit_proposed', 'exit_endangered', 'handover_asked', 'handover_settled', 'survey_closed', 'follow_up_assigned', 'reopened', 'moved', 'account'));
