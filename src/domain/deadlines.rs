//! Deadlines: what can be late, and who hears of it when.

use super::words::words;

words! {
    /// What a deadline is for.
    pub enum Subject {
        Phase = "phase" "Phase",
        Task = "task" "Task",
        Approval = "approval" "Approval",
        PlannedStart = "planned_start" "Planned start",
        PlannedEnd = "planned_end" "Planned end",
    }
}
