DROP TABLE cursors, notice_preferences, notices, mail_pause, mails;
ALTER TABLE users DROP COLUMN digest_hour, DROP COLUMN digested_on;
