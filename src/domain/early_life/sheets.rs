//! Readings pasted from a spreadsheet or a file: a column for each metric, or a row for each reading.

use super::readings::{Fault, Line};

/// The readings of a text whose first line says what stands in its columns: `day,Calls a day,…` or `day,metric,value`.
/// Columns are parted by commas, semicolons or tabs. Empty cells are left out.
pub fn lines(text: &str) -> Result<Vec<Line>, Vec<Fault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let blank = text.lines().take_while(|it| it.trim().is_empty()).count();
    let head = text.lines().nth(blank).unwrap_or_default();
    let separator = [';', '\t'].into_iter().find(|it| head.contains(*it)).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new().delimiter(separator as u8).has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|_| vec![Fault { place: rows.len() + 1, message: "This cannot be read as CSV.".to_owned() }])?;
        let place = row.position().map_or(0, |it| usize::try_from(it.line()).unwrap_or_default());
        rows.push((place, row.iter().map(str::to_owned).collect::<Vec<_>>()));
    }
    rows.retain(|(_, cells)| cells.iter().any(|it| !it.is_empty()));
    let Some(((first, head), rows)) = rows.split_first() else {
        return Err(vec![Fault { place: 1, message: "Paste the readings here, with a first line such as “day,Calls a day”.".to_owned() }]);
    };
    let is = |at: usize, word: &str| head.get(at).is_some_and(|it: &String| it.eq_ignore_ascii_case(word));
    if !is(0, "day") && !is(0, "date") || head.len() < 2 {
        let message = "The first line must name the columns: “day” and then the metrics, or “day,metric,value”.".to_owned();
        return Err(vec![Fault { place: *first, message }]);
    }
    let is_long = head.len() == 3 && is(1, "metric") && is(2, "value");
    let mut found = Vec::new();
    let mut faults = Vec::new();
    for (place, cells) in rows {
        let place = *place;
        if cells.len() != head.len() {
            let hint = if separator == ',' { " Put numbers with a decimal comma in quotes, or part the columns by semicolons." } else { "" };
            faults.push(Fault { place, message: format!("This line has {} columns, the first one has {}.{hint}", cells.len(), head.len()) });
            continue;
        }
        let line = |metric: &String, value: &String| Line { place, day: cells[0].clone(), metric: metric.clone(), value: value.clone() };
        if is_long {
            found.push(line(&cells[1], &cells[2]));
        } else {
            found.extend(head.iter().zip(cells).skip(1).filter(|(_, value)| !value.is_empty()).map(|(metric, value)| line(metric, value)));
        }
    }
    if faults.is_empty() && found.is_empty() {
        faults.push(Fault { place: *first, message: "There is no reading below the first line.".to_owned() });
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}
