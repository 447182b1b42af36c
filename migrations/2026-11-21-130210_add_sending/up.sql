ALTER TABLE mail_pause ADD COLUMN tried_at timestamptz NOT NULL;
COMMENT ON COLUMN mail_pause.tried_at IS 'When a mail was last let through to see whether the server takes our credentials again.';
ALTER TABLE mails ADD COLUMN resent_at timestamptz;
COMMENT ON COLUMN mails.resent_at IS 'When an administrator last had it sent again.';
CREATE INDEX mails_unwritten ON mails (id) WHERE state = 'queued' AND rendered_at IS NULL;

-- Mails are written once and read rarely: quicker to compress is better than smaller. Not every PostgreSQL is built with lz4.
DO $$
BEGIN
    ALTER TABLE mails ALTER COLUMN body_text SET COMPRESSION lz4;
    ALTER TABLE mails ALTER COLUMN body_html SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$$;
