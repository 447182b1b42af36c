-- What belongs to somebody, or is of an item, is chosen by kind and state and put in any order from the index alone.
DROP INDEX records_owner;
DROP INDEX records_coordinator;
DROP INDEX records_item;
CREATE INDEX records_owner ON records (owner_id, kind, id DESC) INCLUDE (state, phase_due_at);
CREATE INDEX records_coordinator ON records (coordinator_id, kind, id DESC) INCLUDE (state, phase_due_at);
CREATE INDEX records_item ON records (ci_id, kind, id DESC) INCLUDE (state, phase_due_at, planned_start) WHERE ci_id IS NOT NULL;
DROP INDEX records_owner_due;
DROP INDEX records_coordinator_due;
CREATE INDEX records_owner_due ON records (owner_id, (coalesce(phase_due_at, 'infinity'::timestamptz)), id) INCLUDE (kind, phase_due_at) WHERE state = 'open';
CREATE INDEX records_coordinator_due ON records (coordinator_id, (coalesce(phase_due_at, 'infinity'::timestamptz)), id) INCLUDE (kind, phase_due_at) WHERE state = 'open';
DROP INDEX affected_items_item;
CREATE INDEX affected_items_item ON affected_items (ci_id, record_id DESC);

-- Late releases are few among late RFCs.
DROP INDEX records_overdue;
CREATE INDEX records_overdue ON records (kind, phase_due_at, id) WHERE state = 'open';

-- Whether others have the same name is asked whenever one is typed.
CREATE INDEX users_name ON users (lower(name));
