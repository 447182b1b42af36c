//! Configuration items: what is released and changed.

use super::words::words;

words! {
    pub enum ItemKind {
        Service = "service" "Service",
        Application = "application" "Application",
        Infrastructure = "infrastructure" "Infrastructure",
    }
}
