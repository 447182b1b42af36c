DROP INDEX approvals_decider;
