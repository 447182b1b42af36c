DROP INDEX mails_unwritten;
ALTER TABLE mails DROP COLUMN resent_at;
ALTER TABLE mail_pause DROP COLUMN tried_at;
