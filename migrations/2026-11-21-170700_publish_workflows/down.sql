UPDATE categories c SET workflow_id = old.id FROM workflows old JOIN workflows new ON new.key = old.key AND new.version = 3
WHERE c.workflow_id = new.id AND old.version = 2;
UPDATE records r SET workflow_id = old.id FROM workflows old JOIN workflows new ON new.key = old.key AND new.version = 3
WHERE r.workflow_id = new.id AND old.version = 2;
DELETE FROM workflows WHERE version = 3;
