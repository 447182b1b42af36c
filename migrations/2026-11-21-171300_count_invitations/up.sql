CREATE TABLE survey_turnouts (
    survey_id bigint NOT NULL REFERENCES surveys ON DELETE CASCADE,
    audience  text NOT NULL CHECK (audience IN ('users', 'customers', 'suppliers', 'service_desk', 'network')),
    invited   bigint NOT NULL,
    PRIMARY KEY (survey_id, audience)
);
COMMENT ON TABLE survey_turnouts IS 'How many of an audience are on the list of a survey, so that results cost the same however many there are. Kept by triggers of survey_invitations.';

CREATE FUNCTION count_survey_invitations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO survey_turnouts (survey_id, audience, invited)
        SELECT survey_id, audience, count(*) FROM written GROUP BY survey_id, audience ORDER BY survey_id, audience
        ON CONFLICT (survey_id, audience) DO UPDATE SET invited = survey_turnouts.invited + excluded.invited;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION count_survey_invitations IS 'Counts those who come on a list.';

CREATE FUNCTION discount_survey_invitations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE survey_turnouts t SET invited = t.invited - gone.count
        FROM (SELECT survey_id, audience, count(*) AS count FROM written GROUP BY survey_id, audience) gone
        WHERE t.survey_id = gone.survey_id AND t.audience = gone.audience;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION discount_survey_invitations IS 'Counts no longer those who are taken off a list.';

CREATE TRIGGER survey_invitations_counted AFTER INSERT ON survey_invitations
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION count_survey_invitations();
CREATE TRIGGER survey_invitations_discounted AFTER DELETE ON survey_invitations
    REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION discount_survey_invitations();

INSERT INTO survey_turnouts (survey_id, audience, invited) SELECT survey_id, audience, count(*) FROM survey_invitations GROUP BY survey_id, audience;
