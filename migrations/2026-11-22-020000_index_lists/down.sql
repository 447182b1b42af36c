DROP INDEX users_name;
DROP INDEX records_overdue;
CREATE INDEX records_overdue ON records (phase_due_at) WHERE state = 'open';

DROP INDEX affected_items_item;
CREATE INDEX affected_items_item ON affected_items (ci_id);
DROP INDEX records_coordinator_due;
DROP INDEX records_owner_due;
CREATE INDEX records_owner_due ON records (owner_id, (coalesce(phase_due_at, 'infinity'::timestamptz)), id) WHERE state = 'open';
CREATE INDEX records_coordinator_due ON records (coordinator_id, (coalesce(phase_due_at, 'infinity'::timestamptz)), id) WHERE state = 'open';
DROP INDEX records_item;
DROP INDEX records_coordinator;
DROP INDEX records_owner;
CREATE INDEX records_owner ON records (owner_id, id DESC);
CREATE INDEX records_coordinator ON records (coordinator_id, id DESC);
CREATE INDEX records_item ON records (ci_id, id DESC);
