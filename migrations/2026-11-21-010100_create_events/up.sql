CREATE TABLE events (
    id        bigint PRIMARY KEY,
    at        timestamptz NOT NULL,
    actor_id  bigint NOT NULL REFERENCES users,
    for_id    bigint REFERENCES users,
    record_id bigint,
    kind      text NOT NULL,
    details   jsonb NOT NULL,
    previous  bytea NOT NULL,
    hash      bytea NOT NULL
);
CREATE INDEX events_record ON events (record_id, id DESC) WHERE record_id IS NOT NULL;
CREATE INDEX events_actor ON events (actor_id, id DESC);
CREATE INDEX events_kind ON events (kind, id DESC);
COMMENT ON TABLE events IS 'The activity log: one row for each thing that happened, written with the change itself, never changed.';
COMMENT ON COLUMN events.id IS 'Without gaps, in the order of commit.';
COMMENT ON COLUMN events.for_id IS 'Whom the actor stood in for.';
COMMENT ON COLUMN events.previous IS 'The hash of the event before this one.';
COMMENT ON COLUMN events.hash IS 'SHA-256 over the previous hash and everything in this row.';

CREATE TABLE event_head (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    last_id bigint NOT NULL,
    hash    bytea NOT NULL
);
COMMENT ON TABLE event_head IS 'The checkpoint of the log, locked by whoever appends: a cut-off tail shows against it.';
INSERT INTO event_head (last_id, hash) VALUES (0, '\x0000000000000000000000000000000000000000000000000000000000000000');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the activity log is append-only';
END $$;
CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
