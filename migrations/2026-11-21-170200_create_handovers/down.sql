ALTER TABLE notices DROP COLUMN handover_id;
DROP TABLE handover_items, handovers;
