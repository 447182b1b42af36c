ALTER TABLE approval_steps ADD COLUMN own_may_decide boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN approval_steps.own_may_decide IS 'Whether those who run the record may decide in it, as step and policy said when it was asked.';
