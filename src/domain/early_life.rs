//! Early life support: when a service is back to normal.

use super::words::words;

mod criteria;
mod readings;
mod sheets;
mod trend;
pub use criteria::{Course, Criterion, Exit};
pub use readings::{Fault, Given, Line, Readings, Span, impossible, judge, number, written};
pub use sheets::lines;
pub use trend::{Outlook, Trend, outlook};

words! {
    /// Which way a metric is better.
    pub enum Better {
        Up = "up" "Higher is better",
        Down = "down" "Lower is better",
    }
}

words! {
    /// How a reading came in.
    pub enum Source {
        Form = "form" "Form",
        Csv = "csv" "CSV",
        Http = "http" "HTTP",
    }
}

words! {
    /// What a release caused.
    pub enum IssueKind {
        Incident = "incident" "Incident",
        Problem = "problem" "Problem",
    }
}

words! {
    pub enum Severity {
        Low = "low" "Low",
        Medium = "medium" "Medium",
        High = "high" "High",
        Critical = "critical" "Critical",
    }
}

words! {
    pub enum IssueState {
        Open = "open" "Open",
        Resolved = "resolved" "Resolved",
    }
}

#[cfg(test)]
mod tests;
