DROP TABLE setup_links, sessions, group_members, groups, user_roles, users;
