//! What a run folder tells, told again.

use std::path::Path;

use super::super::show::Observer;
use super::ending::SessionError;
use crate::record::{AnyRow, CapacityRecord, Event, LogRecord, PhaseRecord, RippleRecord, Sink};
use crate::trace::RunReader;

/// Tells an observer what the tables already hold, in the order of the clock.
pub fn retell(folder: &Path, observer: &mut Observer) -> Result<(), SessionError> {
    let reader = RunReader::new(folder);
    // Where other rows lie in the course of the run is told by its phases.
    for row in reader.rows::<PhaseRecord>()? {
        observer.event(&Event::Row(AnyRow::Phase(row?)))?;
    }
    let mut rows: Vec<AnyRow> = Vec::new();
    for row in reader.measurements()? {
        rows.push(row?.into());
    }
    for row in reader.rows::<RippleRecord>()? {
        rows.push(row?.into());
    }
    for row in reader.rows::<CapacityRecord>()? {
        rows.push(row?.into());
    }
    for row in reader.rows::<LogRecord>()? {
        rows.push(row?.into());
    }
    // Of one time, measurements come after what they sum up.
    rows.sort_by_key(|row| (row.time(), matches!(row, AnyRow::Metric(_))));
    for row in rows {
        observer.event(&Event::Row(row))?;
    }
    Ok(())
}
