//! Why the database could not do what it was asked, and whether the same may well succeed a little later.

use diesel::result::{ConnectionError, DatabaseErrorKind, Error as QueryError};
use std::io::ErrorKind;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum Outage {
    #[error("no turn at the database within {0:?}")]
    Crowded(Duration),
    #[error("{0} others wait for the database already")]
    Queue(usize),
    #[error("the database cannot be reached: {}", .0.to_string().split_whitespace().collect::<Vec<_>>().join(" "))]
    Unreachable(#[from] ConnectionError),
    #[error("the database takes no writes")]
    ReadOnly,
    #[error("no answer from the database within {0:?}")]
    Silent(Duration),
    /// The one case in which nobody knows whether it was written.
    #[error("the database was lost in the middle of a commit")]
    InDoubt,
    #[error("the database task ended early: {0}")]
    Cancelled(#[from] tokio::task::JoinError),
    #[error("the session could not be looked up: {0}")]
    Session(String),
    #[error("could not draw the page: {0}")]
    Render(String),
    #[error("a file could not be read or written: {0}")]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// Why the database cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum Unready {
    #[error(transparent)]
    Outage(#[from] Outage),
    #[error("the schema is older than this program")]
    OldSchema,
    #[error(transparent)]
    Schema(#[from] super::migrations::MigrationError),
}

impl Outage {
    /// Whether the same request may well succeed a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Outage::Crowded(_) | Outage::Queue(_) | Outage::Unreachable(_) | Outage::ReadOnly | Outage::Silent(_) | Outage::InDoubt | Outage::Session(_) => {
                true
            }
            Outage::Query(cause) => is_lost(cause) || is_of_the_moment(cause),
            Outage::File(cause) => matches!(cause.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::TimedOut),
            Outage::Cancelled(_) | Outage::Render(_) => false,
        }
    }

    /// Whether it comes from one thing that cannot be read or drawn; everything else works, the transaction too.
    pub fn is_of_one_thing(&self) -> bool {
        match self {
            Outage::Render(_) | Outage::File(_) | Outage::Query(QueryError::DeserializationError(_)) => true,
            Outage::Crowded(_)
            | Outage::Queue(_)
            | Outage::Unreachable(_)
            | Outage::ReadOnly
            | Outage::Silent(_)
            | Outage::InDoubt
            | Outage::Cancelled(_)
            | Outage::Session(_)
            | Outage::Query(_) => false,
        }
    }
}

/// Whether the connection is gone, whatever was asked.
pub(super) fn is_lost(cause: &QueryError) -> bool {
    if let QueryError::RollbackErrorOnCommit { commit_error, .. } = cause {
        return is_lost(commit_error);
    }
    let QueryError::DatabaseError(kind, _) = cause else { return *cause == QueryError::BrokenTransactionManager };
    matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand)
}

/// What PostgreSQL says when it cannot now what it can at other times. Diesel hides its codes, so they are told by their words:
/// English, because connections ask for that where they may.
const OF_THE_MOMENT: [&str; 13] = [
    "canceling statement due to",
    "could not extend",
    "could not write",
    "deadlock detected",
    "Disk quota exceeded",
    "File too large",
    "No space left on device",
    "out of memory",
    "out of shared memory",
    "remaining connection slots",
    "the database system is",
    "terminating connection",
    "too many clients",
];

fn is_of_the_moment(cause: &QueryError) -> bool {
    let QueryError::DatabaseError(kind, told) = cause else { return false };
    let said = || OF_THE_MOMENT.iter().any(|it| told.message().contains(it));
    matches!(kind, DatabaseErrorKind::ReadOnlyTransaction | DatabaseErrorKind::SerializationFailure) || (matches!(kind, DatabaseErrorKind::Unknown) && said())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: DatabaseErrorKind, words: &str) -> Outage {
        Outage::Query(QueryError::DatabaseError(kind, Box::new(words.to_owned())))
    }

    #[test]
    fn what_will_pass_is_told_from_what_is_our_fault() {
        for words in [
            "could not extend file \"base/16384/16397\": No space left on device",
            "could not extend file \"base/5/1\": wrote only 4096 of 8192 bytes at block 7",
            "canceling statement due to statement timeout",
            "canceling statement due to lock timeout",
            "deadlock detected",
        ] {
            assert!(told(DatabaseErrorKind::Unknown, words).is_passing(), "{words}");
        }
        for kind in [DatabaseErrorKind::ClosedConnection, DatabaseErrorKind::UnableToSendCommand, DatabaseErrorKind::ReadOnlyTransaction] {
            assert!(told(kind, "").is_passing());
        }
        assert!(Outage::File(ErrorKind::StorageFull.into()).is_passing());
        assert!(!told(DatabaseErrorKind::Unknown, "column \"nothing\" does not exist").is_passing());
        assert!(!told(DatabaseErrorKind::UniqueViolation, "duplicate key value").is_passing());
        assert!(!Outage::File(ErrorKind::PermissionDenied.into()).is_passing());
    }
}
