DROP INDEX mails_unwritten;
ALTER TABLE mails ALTER COLUMN body_text SET COMPRESSION default;
ALTER TABLE mails ALTER COLUMN body_html SET COMPRESSION default;
ALTER TABLE mails DROP COLUMN resent_at;
ALTER TABLE mail_pause DROP COLUMN tried_at;
