//! Exporters: a run in the formats that other programs read. One format, one file, one line in the registry.

mod choice;
mod clock;
mod columns;
mod csv;
mod error;
mod gathered;
mod job;
mod json;
mod npz;
mod nwb;
mod recorded;
mod spill;

pub use csv::Csv;
pub use error::ExportError;
pub use job::{Job, What, Wish};
pub use json::Json;
pub use npz::Npz;
pub use nwb::Nwb;

use std::path::{Path, PathBuf};

use crate::trace::made_atomic;

/// Writes a run in another format.
pub trait Export {
    /// The file it makes within the folder, unless told otherwise.
    fn file_name(&self, wish: &Wish) -> &'static str;
    /// What units do that it holds.
    fn holds(&self) -> &'static [What];
    /// Writes the file.
    fn write(&self, job: &Job<'_>, file: &Path) -> Result<(), ExportError>;
}

crate::registry! {
    /// Formats a run can be exported to.
    pub enum ExportSpec "export": Export {
        Csv(Csv),
        Json(Json),
        Nwb(Nwb),
        Npz(Npz),
    }
}

impl ExportSpec {
    /// Exports the run; the result goes to the file or into the folder `out`, or into the run's own.
    pub fn export(&self, job: &Job<'_>, out: Option<&Path>) -> Result<PathBuf, ExportError> {
        let path = match out {
            Some(file) if !file.is_dir() => file.to_path_buf(),
            folder => {
                let name = self.kind().file_name(&job.wish);
                folder.unwrap_or(job.folder).join(name)
            }
        };
        job.wish.within(self.name(), self.kind().holds())?;
        made_atomic(&path, |file| self.kind().write(job, file))?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::engine::{Ending, Experiment, Session, load};
    use crate::scenario::bundled;
    use crate::trace::EXPORTS;

    #[test]
    fn an_export_can_be_given_up_on_the_way_and_while_it_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let run = dir.path().join("run");
        let sets = [
            "hippocampus.store.units=300",
            "protocol=[Wake(episodes: 4), Sleep(ripples: 3)]",
        ]
        .map(String::from);
        let scenario = load(bundled()[0].document(), &sets, None).unwrap();
        let mut experiment = Experiment::<f32>::new(&scenario);
        let mut session = Session::create(&run, false, &experiment).unwrap();
        while !experiment.is_done() {
            experiment.step(&mut session).unwrap();
        }
        session.checkpoint(&experiment, &Ending::Completed).unwrap();
        drop(session);
        let out = dir.path().join("out");
        std::fs::create_dir(&out).unwrap();
        let nwb = ExportSpec::named("nwb").unwrap();
        let asked = AtomicU32::new(0);
        let with = |last: u32| {
            asked.store(0, Ordering::Relaxed);
            let job = Job {
                goes_on: &|_| asked.fetch_add(1, Ordering::Relaxed) < last,
                ..Job::whole(&run)
            };
            nwb.export(&job, Some(&out))
        };
        with(u32::MAX).unwrap();
        std::fs::remove_file(out.join("run.nwb")).unwrap();
        let all = asked.load(Ordering::Relaxed);
        for last in [1, all / 2, all - 2] {
            assert!(with(last).unwrap_err().is_given_up(), "{last} of {all}");
            assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0);
        }
    }

    #[test]
    fn every_declared_format_can_be_named_and_its_file_is_one_of_a_run_folder() {
        for variant in ExportSpec::variants() {
            let format = ExportSpec::named(&variant.name.to_lowercase()).unwrap();
            assert_eq!(format.name(), variant.name);
            let name = format.kind().file_name(&Wish::default());
            assert!(EXPORTS.iter().any(|(own, _)| *own == name), "{name}");
        }
    }
}
