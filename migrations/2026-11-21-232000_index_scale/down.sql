DROP INDEX mails_search;
DROP FUNCTION mail_words(text, text);
DROP INDEX deadlines_planned;
DROP INDEX records_window;
DROP INDEX records_coordinator_due;
DROP INDEX records_owner_due;
CREATE INDEX records_open ON records (kind, id DESC) WHERE state = 'open';
DROP INDEX records_state;
