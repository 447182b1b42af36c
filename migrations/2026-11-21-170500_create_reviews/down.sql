DROP TABLE follow_ups, review_points;
