//! Which passwords are taken.
