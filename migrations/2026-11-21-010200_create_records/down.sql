ALTER TABLE events DROP CONSTRAINT events_record_id_fkey;
DROP TABLE watchers, waivers, confirmations, phase_visits, release_changes, affected_items, releases, records, categories, workflows, configuration_items;
DROP FUNCTION record_words;
