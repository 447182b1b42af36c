DELETE FROM categories;
DELETE FROM workflows;
