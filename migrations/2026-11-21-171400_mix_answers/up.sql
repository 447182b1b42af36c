ALTER TABLE survey_responses ADD COLUMN fresh boolean NOT NULL DEFAULT false;
ALTER TABLE survey_invitations ADD COLUMN fresh boolean NOT NULL DEFAULT false;
CREATE INDEX survey_responses_fresh ON survey_responses (survey_id) WHERE fresh;
CREATE INDEX survey_invitations_fresh ON survey_invitations (survey_id) WHERE fresh;
COMMENT ON COLUMN survey_responses.fresh IS 'An anonymous answer that was not yet written anew together with others: until then PostgreSQL''s own number of the transaction (xmin) ties it to its invitation.';
COMMENT ON COLUMN survey_invitations.fresh IS 'The same of the invitation.';
