DROP TABLE event_head, events;
DROP FUNCTION refuse_change;
