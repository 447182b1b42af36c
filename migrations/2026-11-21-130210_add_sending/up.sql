ALTER TABLE mail_pause ADD COLUMN tried_at timestamptz NOT NULL;
COMMENT ON COLUMN mail_pause.tried_at IS 'When a mail was last let through to see whether the server takes our credentials again.';
ALTER TABLE mails ADD COLUMN resent_at timestamptz;
COMMENT ON COLUMN mails.resent_at IS 'When an administrator last had it sent again.';
CREATE INDEX mails_unwritten ON mails (id) WHERE state = 'queued' AND rendered_at IS NULL;
