DROP INDEX records_search;
ALTER TABLE records DROP COLUMN words;
CREATE INDEX records_search ON records USING gin (record_words(kind, id, identifier, title));
