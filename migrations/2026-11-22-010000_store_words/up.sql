-- The words of a record are kept beside it: reckoned once when it is written, not for every row that a search looks at. Texts are cut at
-- whatever is no letter or digit, but for a full stop between digits, so that a version stays one word. Neither function calls one of ours: a
-- restored dump finds them before it has a search path.
DROP INDEX records_search;
CREATE OR REPLACE FUNCTION record_words(kind text, id bigint, identifier text, title text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(array_remove(regexp_split_to_array(lower(
        (CASE kind WHEN 'release' THEN 'rel ' ELSE 'rfc ' END) || lpad(id::text, 5, '0') || ' ' || id::text || ' ' || coalesce(identifier, '') || ' ' || title),
        '[^[:alnum:].]+|(?<![0-9])\.|\.(?![0-9])'), ''))
$$;
CREATE FUNCTION search_query(text text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery
    FROM unnest((array_remove(regexp_split_to_array(lower(text), '[^[:alnum:].]+|(?<![0-9])\.|\.(?![0-9])'), ''))[:12]) word
$$;
COMMENT ON FUNCTION search_query IS 'All words of a text, cut as those of records, each perhaps the beginning of one; null if it has none.';
ALTER TABLE records ADD COLUMN words tsvector NOT NULL GENERATED ALWAYS AS (record_words(kind, id, identifier, title)) STORED;
COMMENT ON COLUMN records.words IS 'What the record is found by: number, identifier, title.';
CREATE INDEX records_search ON records USING gin (words);

-- Windows are found by their start, as those that began not long before; the few long ones apart.
DROP INDEX records_window;
CREATE INDEX records_window ON records (kind, planned_start, planned_end, id);
CREATE INDEX records_long ON records (planned_start) WHERE planned_end - planned_start > '7 days';
-- How many those are, the planner cannot guess.
CREATE STATISTICS records_length ON (planned_end - planned_start) FROM records;
