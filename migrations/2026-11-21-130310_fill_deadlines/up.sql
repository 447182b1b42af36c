ALTER TABLE deadlines ADD COLUMN calendar_id bigint REFERENCES calendars;
COMMENT ON COLUMN deadlines.calendar_id IS 'In which its stages are reckoned; the default one if empty.';

-- One row for each due time that open records have now. What is not due yet is told when it is missed; what is late already was late before
-- anybody was told of such things: it goes on with the stage after that, a day from now, so that an upgrade is no flood.
WITH begun AS (
    -- Whether the record has come to the phase in which the work is carried out; or is beside the main way, where no plan counts.
    SELECT r.id, phase.value ->> 'kind' = 'side' AS beside, phase.position >= (
        SELECT min(p.position) FROM jsonb_array_elements(w.definition -> 'phases') WITH ORDINALITY AS p (value, position)
        WHERE p.value @? '$.transitions[*].requirements[*] ? (@ == "deployment_done" || @ == "implementation_done")') AS begun
    FROM records r JOIN workflows w ON w.id = r.workflow_id
    CROSS JOIN LATERAL jsonb_array_elements(w.definition -> 'phases') WITH ORDINALITY AS phase (value, position)
    WHERE r.state = 'open' AND phase.value ->> 'key' = r.phase
), due AS (
    SELECT r.id AS record_id, 'phase' AS subject, r.visit::bigint AS subject_id, r.phase_entered_at AS starts_at, r.phase_due_at AS due_at FROM records r WHERE r.state = 'open'
    UNION ALL
    SELECT r.id, 'planned_start', 0, least(now(), r.planned_start), r.planned_start FROM records r JOIN begun b ON b.id = r.id WHERE NOT b.beside AND NOT coalesce(b.begun, false)
    UNION ALL
    SELECT r.id, 'planned_end', 0, coalesce(r.planned_start, r.planned_end), r.planned_end FROM records r JOIN begun b ON b.id = r.id
    WHERE NOT b.beside AND r.milestone IN ('registered', 'authorised')
    UNION ALL
    SELECT r.id, 'task', t.id, coalesce(t.planned_start, t.created_at), t.due_at FROM records r JOIN tasks t ON t.record_id = r.id
    WHERE r.state = 'open' AND t.state IN ('planned', 'ready', 'in_progress')
    UNION ALL
    SELECT r.id, 'approval', a.id, coalesce(a.pending_at, s.opened_at, s.due_at), s.due_at FROM records r JOIN approvals a ON a.record_id = r.id JOIN approval_steps s ON s.id = a.step_id
    WHERE r.state = 'open' AND a.state = 'pending' AND s.state = 'open'
)
INSERT INTO deadlines (record_id, subject, subject_id, starts_at, due_at, occurrence, next_at)
SELECT record_id, subject, subject_id, starts_at, due_at,
       (CASE subject WHEN 'approval' THEN 2 ELSE 1 END) + (CASE WHEN due_at <= now() THEN 1 ELSE 0 END),
       CASE WHEN due_at <= now() THEN now() + interval '1 day' ELSE due_at END
FROM due WHERE due_at IS NOT NULL;
