DROP TABLE deadlines;
ALTER TABLE configuration_items DROP COLUMN calendar_id;
ALTER TABLE groups DROP COLUMN calendar_id;
DROP TABLE calendars;
