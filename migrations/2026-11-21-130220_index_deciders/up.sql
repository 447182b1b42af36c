CREATE INDEX approvals_decider ON approvals (decided_by, decided_at DESC) WHERE decided_at IS NOT NULL;
