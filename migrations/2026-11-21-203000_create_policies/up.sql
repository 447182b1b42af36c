CREATE TABLE policies (
    version    integer PRIMARY KEY CHECK (version > 0),
    definition jsonb NOT NULL,
    reason     text NOT NULL,
    review_on  date,
    created_at timestamptz NOT NULL,
    created_by bigint NOT NULL REFERENCES users
);
COMMENT ON TABLE policies IS 'The policy and all it was before: the highest version counts, and none is ever changed.';
COMMENT ON COLUMN policies.definition IS 'Read by domain::policies.';
COMMENT ON COLUMN policies.reason IS 'Why it was changed to this.';
COMMENT ON COLUMN policies.review_on IS 'The day by which somebody looks at it again, in the zone of the default calendar.';
INSERT INTO policies (version, definition, reason, created_at, created_by) VALUES (1, '{
    "numbering": {},
    "frequency": {},
    "spacing": {"days": 0, "between": ["emergency"], "strictness": "warn"},
    "waivers": {},
    "self_approval": false,
    "security": {"session_idle": 480, "session_life": 168, "shortest_password": 15, "sign_in_attempts": 10, "lock_minutes": 1}
}', 'The policy that Slipway comes with.', now(), 0);
