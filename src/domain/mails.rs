//! Mails: what they are, and what becomes of them.

use super::words::words;

words! {
    pub enum MailKind {
        Notice = "notice" "Notice",
        Digest = "digest" "Digest",
        Test = "test" "Test",
    }
}

words! {
    pub enum MailState {
        Queued = "queued" "Queued",
        Sent = "sent" "Sent",
        Failed = "failed" "Failed",
        Cancelled = "cancelled" "Cancelled",
    }
}
