-- Version 2 of the shipped workflows: phases name the group that hears when they are late. Records under way stay on their version.
INSERT INTO workflows (key, version, record_kind, name, published_at, definition)
SELECT w.key, 2, w.record_kind, w.name, now(), jsonb_build_object('phases', (
    SELECT jsonb_agg(CASE WHEN g.name IS NULL THEN phase.value ELSE phase.value || jsonb_build_object('group', g.name) END ORDER BY phase.position)
    FROM jsonb_array_elements(w.definition -> 'phases') WITH ORDINALITY AS phase (value, position)
    LEFT JOIN (VALUES ('rollout', 'operations'), ('back_out', 'operations'), ('early_life', 'operations'), ('implementation', 'operations'), ('training', 'service_desk')) AS g (phase, name)
        ON g.phase = phase.value ->> 'key'))
FROM workflows w
WHERE w.version = 1 AND w.key IN ('release-major', 'release-minor', 'release-emergency', 'change-normal', 'change-standard', 'change-emergency')
ORDER BY w.id;

UPDATE categories c SET workflow_id = new.id FROM workflows old JOIN workflows new ON new.key = old.key AND new.version = 2
WHERE c.workflow_id = old.id AND old.version = 1;
