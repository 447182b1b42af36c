ALTER TABLE users ADD COLUMN password_given boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN users.password_given IS 'Somebody else chose the password: its owner sets their own before anything else.';
