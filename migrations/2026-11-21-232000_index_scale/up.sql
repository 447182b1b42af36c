-- Every state, so that a rare one is found as quickly as the open ones.
CREATE INDEX records_state ON records (kind, state, id DESC);
DROP INDEX records_open;

-- What somebody runs, the most urgent first.
CREATE INDEX records_owner_due ON records (owner_id, (coalesce(phase_due_at, 'infinity'::timestamptz)), id) WHERE state = 'open';
CREATE INDEX records_coordinator_due ON records (coordinator_id, (coalesce(phase_due_at, 'infinity'::timestamptz)), id) WHERE state = 'open';

-- Windows grow with the ids, so a summary of each piece of the table leads to those of a time.
CREATE INDEX records_window ON records USING brin (planned_start timestamptz_minmax_multi_ops, planned_end timestamptz_minmax_multi_ops) WITH (pages_per_range = 32);

CREATE INDEX deadlines_planned ON deadlines (due_at) WHERE subject IN ('planned_start', 'planned_end');

-- Mails are searched as records are: every word, the last one perhaps in part.
CREATE FUNCTION mail_words(recipient text, subject text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('simple', regexp_replace(lower(recipient || ' ' || subject), '[^[:alnum:]]+', ' ', 'g'))
$$;
CREATE INDEX mails_search ON mails USING gin (mail_words(recipient, subject));
