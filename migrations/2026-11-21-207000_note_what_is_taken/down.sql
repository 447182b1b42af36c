ALTER TABLE handovers DROP COLUMN taken;
