ALTER TABLE approval_steps DROP COLUMN own_may_decide;
