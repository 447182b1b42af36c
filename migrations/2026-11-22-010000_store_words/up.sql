-- The words of a record are kept beside it: reckoned once when it is written, not for every row that a search looks at.
ALTER TABLE records ADD COLUMN words tsvector NOT NULL GENERATED ALWAYS AS (record_words(kind, id, identifier, title)) STORED;
COMMENT ON COLUMN records.words IS 'What the record is found by: number, identifier, title.';
DROP INDEX records_search;
CREATE INDEX records_search ON records USING gin (words);
