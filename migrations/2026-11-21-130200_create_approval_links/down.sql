ALTER TABLE approvals DROP COLUMN replaces_id, DROP COLUMN pending_at, DROP COLUMN by_link;
COMMENT ON COLUMN approvals.decided_by IS NULL;
DROP TABLE delegations, approval_links;
