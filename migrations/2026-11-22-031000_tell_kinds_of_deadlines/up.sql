ALTER TABLE deadlines ADD COLUMN record_kind text CHECK (record_kind IN ('release', 'change'));
COMMENT ON COLUMN deadlines.record_kind IS 'That of its record, so that late plans of releases are found without looking at RFCs; kept by a trigger. Empty for the review of the policy.';
UPDATE deadlines SET record_kind = records.kind FROM records WHERE records.id = deadlines.record_id;
ALTER TABLE deadlines ADD CONSTRAINT deadlines_kind_of_record CHECK ((record_id IS NULL) = (record_kind IS NULL));

DROP INDEX deadlines_planned;
CREATE INDEX deadlines_planned ON deadlines (record_kind, due_at) INCLUDE (record_id) WHERE subject IN ('planned_start', 'planned_end');

CREATE FUNCTION name_kind_of_deadline() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    SELECT kind INTO NEW.record_kind FROM records WHERE id = NEW.record_id;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION name_kind_of_deadline IS 'The kind of a record never changes.';
CREATE TRIGGER deadlines_name_kind BEFORE INSERT ON deadlines
    FOR EACH ROW WHEN (NEW.record_kind IS NULL AND NEW.record_id IS NOT NULL) EXECUTE FUNCTION name_kind_of_deadline();
