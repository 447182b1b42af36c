DELETE FROM question_sets WHERE created_by = 0 AND version = 1 AND key IN ('users', 'customers', 'suppliers', 'service_desk', 'network');
