DROP TRIGGER deadlines_name_kind ON deadlines;
DROP FUNCTION name_kind_of_deadline;
DROP INDEX deadlines_planned;
CREATE INDEX deadlines_planned ON deadlines (due_at) WHERE subject IN ('planned_start', 'planned_end');
ALTER TABLE deadlines DROP COLUMN record_kind;
