//! A session: a run's folder, its final values and its wall time. The command line and the app write runs through it, so
//! that both write the same bytes.

use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::super::experiment::Experiment;
use super::super::scenario::resolved;
use super::super::show::Observer;
use crate::record::{AnyRow, CapacityRecord, Event, LogRecord, RippleRecord, Sink, SinkError};
use crate::trace::{
    ExportSpec, Final, FolderError, Offsets, RunFolder, RunReader, Summary, Tables, Tensor,
    read_checkpoint, write_checkpoint, write_tensors,
};

/// What can go wrong around a run.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The run folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A listener.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// The resolved scenario.
    #[error("cannot write the scenario out: {0}")]
    Scenario(#[from] ron::Error),
    /// No room for temporary files.
    #[error("cannot make a temporary folder: {0}")]
    Temporary(std::io::Error),
    /// The worker's thread.
    #[error("cannot start the worker's thread: {0}")]
    Thread(std::io::Error),
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The protocol is over.
    Completed,
    /// Someone stopped it; it can be resumed.
    Stopped,
    /// It failed; why.
    Failed(String),
}

/// What a checkpoint holds, as it is read.
#[derive(Deserialize)]
#[serde(bound = "")]
struct Saved {
    experiment: Experiment<f32>,
    offsets: Offsets,
    wall_seconds: f64,
}

/// The same, as it is written.
#[derive(Serialize)]
#[serde(bound = "")]
struct Saving<'a> {
    experiment: &'a Experiment<f32>,
    offsets: Offsets,
    wall_seconds: f64,
}

/// Where a run is written.
#[derive(Debug)]
pub struct Session {
    folder: Option<RunFolder>,
    last: Final,
    since: Instant,
    before: f64,
    temporary: Option<TempDir>,
}

impl Session {
    fn new(folder: Option<RunFolder>) -> Self {
        Self {
            folder,
            last: Final::default(),
            since: Instant::now(),
            before: 0.0,
            temporary: None,
        }
    }

    /// Writes nothing.
    pub fn unwritten() -> Self {
        Self::new(None)
    }

    /// Writes to a new folder.
    pub fn create(
        path: &Path,
        force: bool,
        experiment: &Experiment<f32>,
    ) -> Result<Self, SessionError> {
        let mut session = Self::new(Some(RunFolder::create(
            path,
            force,
            &ExportSpec::file_names(),
        )?));
        session.checkpoint(experiment, &Ending::Stopped)?;
        Ok(session)
    }

    /// Goes on with a folder at its checkpoint.
    pub fn resume(path: &Path) -> Result<(Experiment<f32>, Self), SessionError> {
        let saved: Saved = read_checkpoint(&path.join("checkpoint.bin"))?;
        let mut session = Self::new(Some(RunFolder::reopen(path, saved.offsets)?));
        session.before = saved.wall_seconds;
        session.reread()?;
        Ok((saved.experiment, session))
    }

    /// Writes to a temporary folder until saved.
    pub fn temporary() -> Result<Self, SessionError> {
        let dir = tempfile::Builder::new()
            .prefix("ammon-run-")
            .tempdir()
            .map_err(SessionError::Temporary)?;
        let mut session = Self::new(Some(RunFolder::create(dir.path(), false, &[])?));
        session.temporary = Some(dir);
        Ok(session)
    }

    /// Goes on from a folder's checkpoint in a temporary copy.
    pub fn copy_of(path: &Path) -> Result<(Experiment<f32>, Self), SessionError> {
        let saved: Saved = read_checkpoint(&path.join("checkpoint.bin"))?;
        let dir = tempfile::Builder::new()
            .prefix("ammon-run-")
            .tempdir()
            .map_err(SessionError::Temporary)?;
        Tables::copy(path, dir.path(), saved.offsets)?;
        let mut session = Self::new(Some(RunFolder::reopen(dir.path(), saved.offsets)?));
        session.temporary = Some(dir);
        session.before = saved.wall_seconds;
        session.reread()?;
        Ok((saved.experiment, session))
    }

    /// Final values from the table, as it is now.
    fn reread(&mut self) -> Result<(), SessionError> {
        self.last = Final::default();
        if let Some(folder) = &self.folder {
            for row in RunReader::new(folder.path()).measurements()? {
                self.last.add(&row?);
            }
        }
        Ok(())
    }

    /// Tells an observer what the tables already hold, in the order of the clock.
    pub fn retell(&self, observer: &mut Observer) -> Result<(), SessionError> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let reader = RunReader::new(folder.path());
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

    /// Everything told so far is in the tables; returns how long they are.
    pub fn flush(&mut self) -> Result<Offsets, SessionError> {
        match &mut self.folder {
            Some(folder) => Ok(folder.flush()?),
            None => Ok(Offsets::default()),
        }
    }

    /// Cuts the tables back.
    pub fn rewind(&mut self, offsets: Offsets) -> Result<(), SessionError> {
        if let Some(folder) = &mut self.folder {
            folder.flush()?;
            folder.rewind(offsets)?;
        }
        self.reread()
    }

    /// Wall time over all sittings.
    pub fn wall_seconds(&self) -> f64 {
        self.before + self.since.elapsed().as_secs_f64()
    }

    /// The final values so far.
    pub fn last(&self) -> &Final {
        &self.last
    }

    /// What summary.json says.
    pub fn summary(&self, experiment: &Experiment<f32>, ending: &Ending) -> Summary {
        let scenario = experiment.scenario();
        let (status, error) = match ending {
            Ending::Completed => ("completed", None),
            Ending::Stopped => ("stopped", None),
            Ending::Failed(error) => ("failed", Some(error.clone())),
        };
        Summary {
            scenario: scenario.title.clone(),
            seed: scenario.setup.seed,
            status,
            error,
            wall_seconds: self.wall_seconds(),
            steps: experiment.clock().step,
            last: self.last.values(),
            ledger: serde_json::to_value(experiment.ledger()).unwrap_or_default(),
        }
    }

    /// Writes everything that makes the folder valid and resumable at this step.
    pub fn checkpoint(
        &mut self,
        experiment: &Experiment<f32>,
        ending: &Ending,
    ) -> Result<(), SessionError> {
        let Some(folder) = &mut self.folder else {
            return Ok(());
        };
        let offsets = folder.flush()?;
        let path = folder.path().to_path_buf();
        let wall_seconds = self.wall_seconds();
        write_files(
            &path,
            experiment,
            offsets,
            wall_seconds,
            &self.summary(experiment, ending),
        )
    }

    /// Writes the run, as far as it is, to another folder.
    pub fn save_as(
        &mut self,
        path: &Path,
        force: bool,
        experiment: &Experiment<f32>,
        failed: Option<&str>,
    ) -> Result<(), SessionError> {
        let offsets = self.flush()?;
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        RunFolder::prepare(path, force, &ExportSpec::file_names())?;
        Tables::copy(folder.path(), path, offsets)?;
        let ending = match failed {
            Some(error) => Ending::Failed(error.into()),
            None if experiment.is_done() => Ending::Completed,
            None => Ending::Stopped,
        };
        write_files(
            path,
            experiment,
            offsets,
            self.wall_seconds(),
            &self.summary(experiment, &ending),
        )
    }
}

fn write_files(
    path: &Path,
    experiment: &Experiment<f32>,
    offsets: Offsets,
    wall_seconds: f64,
    summary: &Summary,
) -> Result<(), SessionError> {
    let write = |name: &str, bytes: &[u8]| crate::trace::write_atomic(&path.join(name), bytes);
    write("scenario.ron", resolved(experiment.scenario())?.as_bytes())?;
    let weights = experiment.weights();
    write_tensors(
        &path.join("weights.safetensors"),
        &Tensor::of_weights(weights, &weights.tensors, 1.0),
    )?;
    if !experiment.journal().is_empty() {
        let mut out = csv::Writer::from_writer(Vec::new());
        let lines = experiment.journal().iter();
        let rows = lines.map(|j| [j.step.to_string(), j.command.describe()]);
        let head = ["step", "command"].map(String::from);
        let written = std::iter::once(head)
            .chain(rows)
            .try_for_each(|row| out.write_record(row))
            .map_err(std::io::Error::from)
            .and_then(|()| out.into_inner().map_err(csv::IntoInnerError::into_error));
        let journal = path.join("journal.csv");
        write(
            "journal.csv",
            &written.map_err(FolderError::write(&journal))?,
        )?;
    }
    let saved = Saving {
        experiment,
        offsets,
        wall_seconds,
    };
    write_checkpoint(&path.join("checkpoint.bin"), &saved)?;
    let json = serde_json::to_string_pretty(&summary.to_json()).unwrap_or_default();
    write("summary.json", (json + "\n").as_bytes())?;
    Ok(())
}

impl Sink for Session {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        if let Some(folder) = &mut self.folder {
            folder.event(event)?;
        }
        self.last.event(event)
    }
}
