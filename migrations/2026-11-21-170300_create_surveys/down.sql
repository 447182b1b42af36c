ALTER TABLE mails DROP COLUMN invitation_id;
DROP TABLE mailed_links, survey_refusals, survey_tallies, survey_responses, survey_invitations, survey_audiences, surveys, question_sets;
