ALTER TABLE survey_invitations DROP COLUMN fresh;
ALTER TABLE survey_responses DROP COLUMN fresh;
