DELETE FROM deadlines;
ALTER TABLE deadlines DROP COLUMN calendar_id;
