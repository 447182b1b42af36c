//! Daily readings, however they come in: all of them are taken, or none.

use super::{EarlyLife, lock, look_again, span, supporting};
use crate::app::{Error, Result};
use crate::domain::early_life::{Fault, Given, Line, Source, impossible, judge, written};
use crate::domain::events::{Aftercare, Event, FieldChange};
use crate::domain::ids::{MetricId, RecordId};
use crate::store::early_life::metrics::Metric;
use crate::store::early_life::{metrics, readings as rows};
use crate::store::{Tx, events, visits};
use chrono::NaiveDate;

/// What became of readings that were given.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// All of them; in how many something changed.
    All { given: Vec<Given>, changed: usize },
    /// None of them, because of these.
    None(Vec<Fault>),
}

/// Records readings. `seen` names what was known of a day when its form was shown; what others recorded since is not overwritten.
pub fn record(tx: &mut Tx<'_>, id: RecordId, source: Source, lines: &[Line], seen: Option<(NaiveDate, &str)>) -> Result<Taken> {
    let full = lock(tx, id, supporting)?;
    let visits = visits::list(tx.conn, id)?;
    let known = metrics::list(tx.conn, id)?;
    let names: Vec<(MetricId, &str)> = known.iter().map(|it| (it.id, it.criterion.name.as_str())).collect();
    let given = match judge(lines, &names, span(&full, &visits, tx.now)) {
        Ok(given) => given,
        Err(faults) => return Ok(Taken::None(faults)),
    };
    let faults = impossible(lines, &known.iter().map(|it| &it.criterion).collect::<Vec<_>>());
    if !faults.is_empty() {
        return Ok(Taken::None(faults));
    }
    let before = EarlyLife::load(tx.conn, &full, &visits)?;
    if seen.is_some_and(|(day, seen)| given.iter().any(|it| it.day == day) && shown(&before, day) != seen) {
        return Err(Error::Stale);
    }
    let of = |id: MetricId| known.iter().find(|it| it.id == id);
    let change = |it: &Given| {
        let metric = of(it.metric)?;
        let old = before.readings(metric).get(&it.day).copied();
        let field = format!("{}, {}", metric.criterion.name, it.day.format("%-d %b %Y"));
        FieldChange::between(&field, old.map_or_else(String::new, |it| metric.criterion.value(it)), metric.criterion.value(it.value))
    };
    let (new, fields): (Vec<Given>, Vec<FieldChange>) = given.iter().filter_map(|it| Some((*it, change(it)?))).unzip();
    if !new.is_empty() {
        rows::put(tx, source, &new)?;
        events::record(tx, id, &Event::Aftercare(Aftercare::ReadingsRecorded { source, fields }))?;
        look_again(tx, &full)?;
    }
    Ok(Taken::All { given, changed: new.len() })
}

/// Names what is known of a day.
pub fn shown(known: &EarlyLife, day: NaiveDate) -> String {
    let value = |it: &Metric| known.readings(it).get(&day).map(|value| format!("{}={}", it.id, written(*value)));
    known.metrics.iter().filter_map(value).collect::<Vec<_>>().join(" ")
}
