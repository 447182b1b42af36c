DROP STATISTICS records_length;
DROP INDEX records_long;
DROP INDEX records_window;
CREATE INDEX records_window ON records USING brin (planned_start timestamptz_minmax_multi_ops, planned_end timestamptz_minmax_multi_ops) WITH (pages_per_range = 32);
DROP INDEX records_search;
ALTER TABLE records DROP COLUMN words;
CREATE OR REPLACE FUNCTION record_words(kind text, id bigint, identifier text, title text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('simple', regexp_replace(lower(
        (CASE kind WHEN 'release' THEN 'rel ' ELSE 'rfc ' END) || lpad(id::text, 5, '0') || ' ' || id::text || ' ' || coalesce(identifier, '') || ' ' || title),
        '[^[:alnum:]]+', ' ', 'g'))
$$;
DROP FUNCTION search_query(text);
CREATE INDEX records_search ON records USING gin (record_words(kind, id, identifier, title));
