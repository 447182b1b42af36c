INSERT INTO question_sets (key, version, audience, name, questions, created_at, created_by)
SELECT 'load-' || it, 1, it, 'Load', '[
    {"key": "smooth", "kind": "rating", "text": "How smooth was it?", "required": true},
    {"key": "useful", "kind": "rating", "text": "How useful is it?"},
    {"key": "recommend", "kind": "recommendation", "text": "Would you recommend it?"},
    {"key": "told", "kind": "yes_no", "text": "Did you know in time?"},
    {"key": "better", "kind": "many_of", "text": "What got better?", "options": [{"key": "speed", "label": "Speed"}, {"key": "looks", "label": "Looks"}]},
    {"key": "more", "kind": "text", "text": "What else?"}]', now(), 0
FROM unnest(ARRAY['users', 'customers']) it ON CONFLICT DO NOTHING;

CREATE TEMP TABLE made AS WITH it AS (
    INSERT INTO surveys (record_id, moment, title, anonymous, state, created_at, created_by, opened_at, closed_at)
    VALUES (:record, 'after_rollout', 'How was it?', :anonymous, 'closed', now(), 0, now(), now()) RETURNING id) SELECT id FROM it;
INSERT INTO survey_audiences SELECT made.id, s.audience, s.id FROM made, question_sets s WHERE s.key LIKE 'load-%';
INSERT INTO survey_invitations (survey_id, audience, name, email, answered, invited_at)
SELECT made.id, CASE WHEN n % 2 = 0 THEN 'users' ELSE 'customers' END, 'Person ' || n, 'person' || n || '@load.example', true, now() FROM made, generate_series(1, :count) n;
INSERT INTO survey_responses (id, survey_id, audience, invitation_id, handle, complete, answers)
SELECT (random() * 9e18)::bigint, i.survey_id, i.audience, CASE WHEN NOT :anonymous THEN i.id END, CASE WHEN :anonymous THEN decode(md5(i.id || 'load'), 'hex') END, true,
       jsonb_strip_nulls(jsonb_build_object('smooth', i.id % 5 + 1, 'useful', i.id % 3 + 3, 'recommend', i.id % 11, 'told', CASE WHEN i.id % 4 = 0 THEN 'no' ELSE 'yes' END,
           'better', jsonb_build_array('speed', 'looks'), 'more', CASE WHEN i.id % 5 = 0 THEN repeat('What I wanted to say. ', 5) END))
FROM survey_invitations i JOIN made ON made.id = i.survey_id;
INSERT INTO survey_tallies
SELECT survey_id, audience, question, value, count(*) FROM (
    SELECT survey_id, audience, '' AS question, '' AS value FROM survey_responses JOIN made ON made.id = survey_id
    UNION ALL
    SELECT r.survey_id, r.audience, it.key, CASE it.key WHEN 'more' THEN 'given' ELSE v END
    FROM survey_responses r JOIN made ON made.id = r.survey_id CROSS JOIN jsonb_each(r.answers) it
    CROSS JOIN jsonb_array_elements_text(CASE jsonb_typeof(it.value) WHEN 'array' THEN it.value ELSE jsonb_build_array(it.value) END) v) given
GROUP BY 1, 2, 3, 4;
DROP TABLE made;
