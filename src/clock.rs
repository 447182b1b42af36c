//! The only place that asks what time it is.

use chrono::{DateTime, Duration, DurationRound, Utc};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Instant;

/// When this program first asked.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Tells the time; a test or the demo moves it.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<Mutex<DateTime<Utc>>>>);

impl Clock {
    /// A clock that stands until somebody moves it.
    pub fn standing_at(time: DateTime<Utc>) -> Clock {
        Clock(Some(Arc::new(Mutex::new(time))))
    }

    /// Now, in whole microseconds: the precision that the database keeps.
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.0 {
            Some(standing) => *standing.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
            None => Utc::now(),
        };
        now.duration_trunc(Duration::microseconds(1)).unwrap_or(now)
    }

    /// Time that goes on evenly, whoever sets the clock of the machine: for measuring how long something is ago. A standing clock counts from 1970.
    pub fn steady(&self) -> std::time::Duration {
        match self.standing() {
            Some(time) => std::time::Duration::from_micros(u64::try_from(time.timestamp_micros()).unwrap_or_default()),
            None => START.elapsed(),
        }
    }

    /// The time at which it stands; none if it goes.
    pub fn standing(&self) -> Option<DateTime<Utc>> {
        self.0.as_ref().map(|_| self.now())
    }

    /// Moves a standing clock on. A real one goes by itself.
    pub fn advance(&self, by: Duration) {
        if let Some(standing) = &self.0 {
            *standing.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += by;
        }
    }

    /// Sets a standing clock.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Some(standing) = &self.0 {
            *standing.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = to;
        }
    }
}
