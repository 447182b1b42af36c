-- Version 3 of the shipped workflows of releases: what follows a deployment is asked for and shown. Records under way stay on their version.
WITH gained (phase, sections, requirements) AS (
    VALUES ('build_test', '["early_life"]'::jsonb, '{"advance": ["exit_criteria_agreed"]}'::jsonb),
           ('training', '["early_life", "surveys"]', '{"advance": ["exit_criteria_agreed"]}'),
           ('rollout', '["early_life", "surveys"]', '{}'),
           ('back_out', '["early_life", "surveys"]', '{}'),
           ('early_life', '["early_life", "surveys"]', '{}'),
           ('review', '["early_life", "surveys", "review"]', '{"close": ["nothing_open"]}'),
           ('closed', '["early_life", "surveys", "review"]', '{}')
)
INSERT INTO workflows (key, version, record_kind, name, published_at, definition)
SELECT w.key, 3, w.record_kind, w.name, now(), jsonb_build_object('phases', (
    SELECT jsonb_agg(CASE WHEN g.phase IS NULL THEN phase.value ELSE phase.value || jsonb_build_object(
        'sections', (phase.value -> 'sections') || g.sections,
        'transitions', coalesce((
            SELECT jsonb_agg(CASE WHEN g.requirements ? (t.value ->> 'key')
                -- The approval is asked for last.
                THEN t.value || jsonb_build_object('requirements', (coalesce(t.value -> 'requirements', '[]') - 'approved')
                    || (g.requirements -> (t.value ->> 'key'))
                    || CASE WHEN t.value -> 'requirements' ? 'approved' THEN '["approved"]'::jsonb ELSE '[]' END)
                ELSE t.value END ORDER BY t.position)
            FROM jsonb_array_elements(phase.value -> 'transitions') WITH ORDINALITY AS t (value, position)), '[]')) END ORDER BY phase.position)
    FROM jsonb_array_elements(w.definition -> 'phases') WITH ORDINALITY AS phase (value, position)
    LEFT JOIN gained g ON g.phase = phase.value ->> 'key'))
FROM workflows w
WHERE w.version = 2 AND w.key IN ('release-major', 'release-minor', 'release-emergency')
ORDER BY w.id;

UPDATE categories c SET workflow_id = new.id FROM workflows old JOIN workflows new ON new.key = old.key AND new.version = 3
WHERE c.workflow_id = old.id AND old.version = 2;

-- Closure is approved on what the review says.
UPDATE workflows w SET definition = jsonb_build_object('phases', (
    SELECT jsonb_agg(CASE WHEN p.value ->> 'key' = 'review' THEN jsonb_set(p.value, '{approvals,0,covers}', (p.value #> '{approvals,0,covers}') || '["review"]') ELSE p.value END ORDER BY p.position)
    FROM jsonb_array_elements(w.definition -> 'phases') WITH ORDINALITY AS p (value, position)))
WHERE w.version = 3 AND w.key IN ('release-major', 'release-minor', 'release-emergency');
