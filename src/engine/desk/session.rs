//! A session: a run's folder, its final values and its wall time. The command line and the app write runs through it, so
//! that both write the same bytes.

use std::path::Path;
use std::time::Instant;

use tempfile::TempDir;

use super::super::command::Command;
use super::super::experiment::Experiment;
use super::super::lab::RunError;
use super::super::scenario::{Scenario, resolved};
use super::ending::{Ending, SessionError};
use super::saved::{Saved, Saving, read, read_sound};
use super::temporary;
use super::waypoints::{LARGEST_WAYPOINT, Leaving, Waypoints};
use crate::record::{Event, Sink, SinkError};
use crate::trace::{
    CHECKPOINT, Final, FolderError, Offsets, RunFolder, RunReader, SUMMARY, Summary, Tables,
    Tensor, Together, write_atomic,
};

/// A moment of a run to be saved.
pub(super) struct Moment<'a> {
    /// The state to go on from.
    pub experiment: &'a Experiment<f32>,
    /// How long the tables were then, where they are longer now.
    pub offsets: Option<Offsets>,
    /// What became of the run.
    pub ending: Ending,
    /// Steps done, in all.
    pub steps: u64,
}

impl<'a> Moment<'a> {
    /// The present moment of a run.
    fn now(experiment: &'a Experiment<f32>, ending: &Ending) -> Self {
        Self {
            experiment,
            offsets: None,
            ending: ending.clone(),
            steps: experiment.clock().step,
        }
    }
}

/// Where a run is written.
#[derive(Debug)]
pub struct Session {
    folder: Option<RunFolder>,
    last: Final,
    since: Instant,
    before: f64,
    /// What scenario.ron was when it was last written, or read and taken over; none of a run that is not written.
    document: Option<Box<Scenario>>,
    /// What was taken over from an edited scenario.ron, in words.
    taken: Vec<String>,
    temporary: Option<TempDir>,
    /// Where a long run leaves states on its way; none of one that is not in a folder of its own.
    waypoints: Option<Waypoints>,
}

impl Session {
    fn new(folder: Option<RunFolder>) -> Self {
        Self {
            folder,
            last: Final::default(),
            since: Instant::now(),
            before: 0.0,
            document: None,
            taken: Vec::new(),
            temporary: None,
            waypoints: None,
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
        let mut session = Self::new(None);
        session.document = Some(Box::new(experiment.scenario().clone()));
        let moment = Moment::now(experiment, &Ending::Running);
        let begun = json(&session.summary_of(&moment));
        let folder = RunFolder::create(path, force, &begun, |files, offsets| {
            session.write_scenario(files)?;
            session.write_files(files, &moment, offsets)
        })?;
        session.folder = Some(folder);
        session.waypoints = Some(Waypoints::of(path));
        Ok(session)
    }

    /// Goes on with a folder at its checkpoint. What was edited in its scenario.ron meanwhile is taken over, or refused.
    pub fn resume(path: &Path) -> Result<(Experiment<f32>, Self), SessionError> {
        let lock = RunFolder::lock(path)?;
        let mut saved = read_sound(path)?;
        let edits = saved.edits(path)?;
        let folder = RunFolder::reopen(lock, path, saved.offsets)?;
        let waypoints = Waypoints::from(path, saved.experiment.clock().time)?;
        let (experiment, mut session) = Self::go_on(saved, &edits, folder)?;
        session.waypoints = Some(waypoints);
        Ok((experiment, session))
    }

    /// Writes to a temporary folder until saved.
    pub fn temporary(experiment: &Experiment<f32>) -> Result<Self, SessionError> {
        let dir = temporary::folder()?;
        let mut session = Self::new(None);
        session.document = Some(Box::new(experiment.scenario().clone()));
        let summary = json(&session.summary(experiment, &Ending::Running));
        // Until there is something to lose there is no checkpoint.
        let folder = RunFolder::create(dir.path(), false, &summary, |files, _| {
            files.write(SUMMARY, &summary)
        })?;
        session.folder = Some(folder);
        session.temporary = Some(dir);
        Ok(session)
    }

    /// Goes on from a folder's checkpoint in a temporary copy.
    pub fn copy_of(path: &Path) -> Result<(Experiment<f32>, Self), SessionError> {
        RunFolder::ready(path)?;
        let mut saved = read_sound(path)?;
        let edits = saved.edits(path)?;
        let dir = temporary::folder()?;
        let lock = RunFolder::lock(dir.path())?;
        Tables::copy(path, dir.path(), saved.offsets, false)?;
        let folder = RunFolder::reopen(lock, dir.path(), saved.offsets)?;
        let (experiment, mut session) = Self::go_on(saved, &edits, folder)?;
        session.temporary = Some(dir);
        Ok((experiment, session))
    }

    /// Another session in a temporary folder, with the tables as they were when they were so long.
    pub(super) fn fork(&mut self, offsets: Offsets) -> Result<Self, SessionError> {
        self.flush()?;
        let mut session = Self::new(None);
        session.before = self.wall_seconds();
        session.document.clone_from(&self.document);
        if let Some(folder) = &self.folder {
            let dir = temporary::folder()?;
            let lock = RunFolder::lock(dir.path())?;
            Tables::copy(folder.path(), dir.path(), offsets, false)?;
            session.folder = Some(RunFolder::reopen(lock, dir.path(), offsets)?);
            session.temporary = Some(dir);
        }
        session.reread()?;
        Ok(session)
    }

    /// The checkpoint of a temporary folder is of a step that is no more.
    pub(super) fn forget_checkpoint(&mut self) {
        if let Some(dir) = &self.temporary {
            // Where it cannot go, the folder is refused when it is offered.
            drop(std::fs::remove_file(dir.path().join(CHECKPOINT)));
        }
    }

    /// Goes on in a folder with what was saved, changed as it was edited.
    fn go_on(
        saved: Saved,
        edits: &[Command],
        folder: RunFolder,
    ) -> Result<(Experiment<f32>, Self), SessionError> {
        let mut session = Self::new(Some(folder));
        let mut experiment = saved.experiment;
        session.before = saved.wall_seconds;
        session.reread()?;
        session.document = Some(Box::new(saved.document));
        for command in edits {
            session.taken.push(command.describe());
            experiment.apply(command, &mut session)?;
        }
        Ok((experiment, session))
    }

    /// What was taken over from an edited scenario.ron, in words.
    pub fn taken_over(&self) -> &[String] {
        &self.taken
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

    /// Where it is written.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.as_ref().map(RunFolder::path)
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
        self.summary_of(&Moment::now(experiment, ending))
    }

    fn summary_of(&self, moment: &Moment<'_>) -> Summary {
        let scenario = moment.experiment.scenario();
        let (status, error) = match &moment.ending {
            Ending::Running => ("running", None),
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
            steps: moment.steps,
            last: self.last.values(),
            ledger: serde_json::to_value(moment.experiment.ledger()).unwrap_or_default(),
        }
    }

    /// Writes everything that makes the folder valid and resumable at this step.
    pub fn checkpoint(
        &mut self,
        experiment: &Experiment<f32>,
        ending: &Ending,
    ) -> Result<(), SessionError> {
        self.write_moment(&Moment::now(experiment, ending))
    }

    /// Leaves a waypoint in the folder, where one is due.
    pub fn leave_waypoint(&mut self, experiment: &Experiment<f32>) -> Result<(), SessionError> {
        let (Some(waypoints), Some(folder)) = (&mut self.waypoints, &mut self.folder) else {
            return Ok(());
        };
        let Some(name) = waypoints.due(experiment) else {
            return Ok(());
        };
        if experiment.bytes() <= LARGEST_WAYPOINT {
            folder.write(|files, offsets| {
                let waypoint = Leaving {
                    experiment,
                    offsets,
                };
                files.checkpoint(&name, &waypoint)
            })?;
        }
        Ok(waypoints.left()?)
    }

    /// Writes this moment into the folder.
    pub(super) fn write_moment(&mut self, moment: &Moment<'_>) -> Result<(), SessionError> {
        let Some(mut folder) = self.folder.take() else {
            return Ok(());
        };
        let path = folder.path().join("scenario.ron");
        let result = folder.write(|files, offsets| {
            // What the user wrote there stays.
            if !path.exists() {
                self.write_scenario(files)?;
            }
            self.write_files(files, moment, offsets)
        });
        self.folder = Some(folder);
        result
    }

    /// Says in the folder that a run that was resumed goes on; what was taken over is in its checkpoint from here on.
    pub fn begin(&mut self, experiment: &Experiment<f32>) -> Result<(), SessionError> {
        if !self.taken.is_empty() {
            return self.checkpoint(experiment, &Ending::Running);
        }
        if let Some(folder) = &self.folder {
            let summary = json(&self.summary(experiment, &Ending::Running));
            write_atomic(&folder.path().join(SUMMARY), &summary)?;
        }
        Ok(())
    }

    /// The state before the step with this number, from the last checkpoint on; the tables are as long as they were then.
    fn just_before(&mut self, step: u64) -> Result<(Experiment<f32>, Offsets), SessionError> {
        let Some(folder) = &self.folder else {
            return Err(RunError::Refused("nothing is written".into()).into());
        };
        let saved = read(folder.path())?;
        self.rewind(saved.offsets)?;
        let mut experiment = saved.experiment;
        while experiment.clock().step + 1 < step {
            experiment.step(self)?;
        }
        Ok((experiment, self.flush()?))
    }

    /// Writes a run that failed in its last step: the checkpoint is of the moment before, the tables hold what that step
    /// still told.
    pub fn fail(
        &mut self,
        experiment: &Experiment<f32>,
        ending: &Ending,
    ) -> Result<(), SessionError> {
        let steps = experiment.clock().step;
        let (good, offsets) = self.just_before(steps)?;
        // It fails again, in the same way.
        drop(good.clone().step(self));
        self.write_moment(&Moment {
            experiment: &good,
            offsets: Some(offsets),
            ending: ending.clone(),
            steps,
        })
    }

    /// Tells in the folder that the run failed and leaves everything else: the checkpoint is from before.
    pub fn tell_failure(
        &mut self,
        experiment: &Experiment<f32>,
        ending: &Ending,
    ) -> Result<(), SessionError> {
        let summary = json(&self.summary(experiment, ending));
        if let Some(folder) = &mut self.folder {
            // Rows that do not fit any more are not news; what ended the run is.
            drop(folder.flush());
            write_atomic(&folder.path().join(SUMMARY), &summary)?;
        }
        Ok(())
    }

    /// Writes the run, as far as it is, to another folder.
    pub(super) fn save_as(
        &mut self,
        path: &Path,
        force: bool,
        moment: &Moment<'_>,
    ) -> Result<(), SessionError> {
        let now = self.flush()?;
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let begun = json(&Summary {
            status: "running",
            steps: 0,
            ..self.summary_of(moment)
        });
        folder.copy(path, force, &begun, now, |files| {
            self.write_scenario(files)?;
            self.write_files(files, moment, now)
        })
    }

    /// scenario.ron, as the run began.
    fn write_scenario(&self, files: &Together) -> Result<(), SessionError> {
        if let Some(document) = &self.document {
            files.write("scenario.ron", resolved(document)?.as_bytes())?;
        }
        Ok(())
    }

    fn write_files(
        &self,
        files: &Together,
        moment: &Moment<'_>,
        now: Offsets,
    ) -> Result<(), SessionError> {
        let experiment = moment.experiment;
        let weights = experiment.weights();
        files.tensors(
            "weights.safetensors",
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
            let journal = files.target("journal.csv");
            files.write(
                "journal.csv",
                &written.map_err(FolderError::write(&journal))?,
            )?;
        }
        let saved = Saving {
            experiment,
            document: self.document.as_deref().unwrap_or(experiment.scenario()),
            offsets: moment.offsets.unwrap_or(now),
            wall_seconds: self.wall_seconds(),
        };
        files.checkpoint(CHECKPOINT, &saved)?;
        files.write(SUMMARY, &json(&self.summary_of(moment)))?;
        Ok(())
    }
}

fn json(summary: &Summary) -> Vec<u8> {
    let text = serde_json::to_string_pretty(&summary.to_json()).unwrap_or_default();
    (text + "\n").into_bytes()
}

impl Sink for Session {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        if let Some(folder) = &mut self.folder {
            folder.event(event)?;
        }
        self.last.event(event)
    }
}
