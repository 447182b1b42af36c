//! Attachments: files that belong to a record.

use super::words::words;

words! {
    /// Where the content is kept.
    pub enum StoragePlace {
        Database = "database" "Database",
        Directory = "directory" "Directory",
    }
}
