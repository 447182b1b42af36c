INSERT INTO configuration_items (name, kind) SELECT 'Service ' || n, 'service' FROM generate_series(1, 8) n ON CONFLICT DO NOTHING;

CREATE TEMP TABLE wanted AS
    SELECT n, (n % 8) + 1 AS ci, n % 20 = 0 OR n > :count - 100 AS open, now() - (:count - n) * interval '40 minutes' AS born
    FROM generate_series((SELECT count(*) + 1 FROM records WHERE kind = 'release'), :count) n;

CREATE TEMP TABLE made_releases AS
WITH made AS (
    INSERT INTO records (kind, category_id, workflow_id, phase, phase_name, visit, phase_entered_at, phase_due_at, state, milestone, identifier, title, scope, reason, ci_id,
                         owner_id, coordinator_id, impact, urgency, likelihood, planned_start, planned_end, created_at, created_by, ended_at)
    SELECT 'release', c.id, c.workflow_id, CASE WHEN w.open THEN 'build_test' ELSE 'closed' END, CASE WHEN w.open THEN 'Build and test' ELSE 'Closed' END, 3, w.born,
           w.born + interval '15 days', CASE WHEN w.open THEN 'open' ELSE 'closed' END, CASE WHEN w.open THEN 'authorised' ELSE 'finished' END, 'Service_' || w.ci || ' v' || w.n,
           'Release number ' || w.n || ' of a service that people know', repeat('What belongs to it. ', 20), repeat('Why it is needed. ', 10), w.ci, (w.n % 20) + 1, (w.n % 19) + 2,
           'medium', 'high', 'low', w.born + interval '20 days', w.born + interval '20 days 4 hours', w.born, 1, CASE WHEN NOT w.open THEN w.born + interval '30 days' END
    FROM wanted w JOIN categories c ON c.key = 'major' ORDER BY w.n
    RETURNING id, ci_id, state, created_at, identifier)
SELECT *, row_number() OVER (ORDER BY id) AS nth FROM made;

INSERT INTO releases (record_id, ci_id, number, strategy, distribution, deployment_plan, communication_plan, back_out_plan, resources, affected_users)
SELECT id, ci_id, ARRAY[id::int], 'big_bang', 'push', repeat('1. A step of the deployment' || chr(10), 8), repeat('- Tell somebody' || chr(10), 5), repeat('Restore the backup. ', 10), 'Two people', 'Everybody'
FROM made_releases;

INSERT INTO phase_visits (record_id, visit, phase, name, entered_at)
SELECT id, v, (ARRAY['assess', 'plan', 'build_test'])[v], (ARRAY['Registration and assessment', 'Planning and design', 'Build and test'])[v], created_at + v * interval '1 day'
FROM made_releases, generate_series(1, 3) v;

CREATE TEMP TABLE made_changes AS
WITH made AS (
    INSERT INTO records (kind, category_id, workflow_id, phase, phase_name, phase_entered_at, state, milestone, title, scope, reason, owner_id, coordinator_id, impact, urgency, likelihood, created_at, created_by)
    SELECT 'change', c.id, c.workflow_id, CASE WHEN r.state = 'open' THEN 'build' ELSE 'closed' END, CASE WHEN r.state = 'open' THEN 'Build' ELSE 'Closed' END, r.created_at, r.state,
           CASE WHEN r.state = 'open' THEN 'authorised' ELSE 'finished' END, 'Change ' || k || ' of ' || r.identifier, repeat('What is changed. ', 10), 'Because.', (r.id % 20) + 1, (r.id % 19) + 2,
           'low', 'low', 'low', r.created_at, 1
    FROM made_releases r CROSS JOIN generate_series(1, 3) k JOIN categories c ON c.key = 'normal-change' ORDER BY r.id, k
    RETURNING id, created_at)
SELECT *, row_number() OVER (ORDER BY id) AS nth FROM made;

INSERT INTO release_changes (release_id, change_id, active, related_at)
SELECT r.id, c.id, true, r.created_at FROM made_releases r JOIN made_changes c ON (c.nth - 1) / 3 + 1 = r.nth;

INSERT INTO tasks (record_id, phase, title, description, assignee_id, due_at, state, created_at, created_by)
SELECT r.id, (ARRAY['plan', 'build_test', 'rollout'])[t % 3 + 1], 'Task ' || t || ' of this release', repeat('How it is done. ', 6), (r.id + t) % 20 + 1, r.created_at + t * interval '1 day',
       CASE WHEN r.state <> 'open' OR t % 3 = 0 THEN 'done' WHEN t % 3 = 1 THEN 'ready' ELSE 'planned' END, r.created_at, 1
FROM made_releases r, generate_series(1, 10) t;

-- Events carry no real chain here: nothing in this run verifies it, and the program appends after the head.
INSERT INTO events (id, at, actor_id, record_id, kind, details, previous, hash)
SELECT h.last_id + row_number() OVER (ORDER BY r.id, e), r.created_at + e * interval '1 hour', (r.id + e) % 20 + 1, r.id, 'task_moved',
       jsonb_build_object('title', 'Task ' || e, 'from', 'ready', 'to', 'done', 'note', ''), '\x00', '\x00'
FROM made_releases r CROSS JOIN generate_series(1, 30) e CROSS JOIN event_head h;
UPDATE event_head SET last_id = (SELECT coalesce(max(id), 0) FROM events);
INSERT INTO watchers (record_id, user_id) SELECT id, id % 20 + 1 FROM made_releases;
DROP TABLE wanted, made_releases, made_changes;
