DROP INDEX records_start_last;
CREATE INDEX records_start_last ON records (kind, (coalesce(planned_start, '-infinity'::timestamptz)) DESC, id DESC);
DROP INDEX records_start;
CREATE INDEX records_start ON records (kind, (coalesce(planned_start, 'infinity'::timestamptz)), id);
CREATE INDEX records_overdue ON records (kind, phase_due_at, id) WHERE state = 'open';
DROP INDEX records_open_due;
DROP INDEX records_open_start;
