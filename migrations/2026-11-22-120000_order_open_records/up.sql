-- Of the open ones, in the orders of lists: few among many that are over, which an index of all would read first.
CREATE INDEX records_open_start ON records (kind, coalesce(planned_start, 'infinity'::timestamptz), id) INCLUDE (planned_start, planned_end)
    WHERE state = 'open';
-- What is late stands at its beginning.
CREATE INDEX records_open_due ON records (kind, coalesce(phase_due_at, 'infinity'::timestamptz), id) INCLUDE (phase_due_at) WHERE state = 'open';
DROP INDEX records_overdue;

-- Windows in their order, by the index alone.
DROP INDEX records_start;
CREATE INDEX records_start ON records (kind, coalesce(planned_start, 'infinity'::timestamptz), id) INCLUDE (planned_start, planned_end);
DROP INDEX records_start_last;
CREATE INDEX records_start_last ON records (kind, coalesce(planned_start, '-infinity'::timestamptz) DESC, id DESC) INCLUDE (planned_start, planned_end);
