CREATE TABLE registrations (
    form      text PRIMARY KEY,
    record_id bigint REFERENCES records ON DELETE CASCADE,
    at        timestamptz NOT NULL
);
CREATE INDEX registrations_record ON registrations (record_id);
COMMENT ON TABLE registrations IS 'Forms that registered a record, so that one that arrives again registers no second.';
COMMENT ON COLUMN registrations.form IS 'A digest of all that was sent, with what tells this form apart from every other.';
COMMENT ON COLUMN registrations.record_id IS 'Empty only within the transaction that registers.';
