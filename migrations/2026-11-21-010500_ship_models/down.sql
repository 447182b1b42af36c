DELETE FROM models;
