-- How many records of a category are open, and how many have ended, without a look at the records themselves.
CREATE INDEX records_category_state ON records (category_id, state);

-- When the oldest of what is due began: holidays before that count for nothing any more.
CREATE INDEX deadlines_start ON deadlines (starts_at);
