-- What somebody took over stays with their answer.
ALTER TABLE handovers ADD COLUMN taken text NOT NULL DEFAULT '';
COMMENT ON COLUMN handovers.taken IS 'Open incidents and problems, and known errors, as whoever accepted was shown them; a line each.';
