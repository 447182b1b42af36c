DROP INDEX deadlines_start;
DROP INDEX records_category_state;
