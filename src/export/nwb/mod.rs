//! Neurodata Without Borders: a run as a recorded session, in core types only, for the field's own tools.

mod h5;
mod intervals;
mod series;
mod spikes;
mod table;
mod units;

use std::io;
use std::path::Path;

use super::gathered::Gathered;
use super::job::{Job, What, Wish};
use super::recorded::of_tables;
use super::{Export, ExportError};
use crate::engine::{Journalled, RerunError, resolved};
use crate::params;
use crate::trace::FolderError;
use h5::H5;
use intervals::{Twins, epochs, ripples, trials};
use series::{behavior, cortex, measured};
use units::units;

params! {
    /// A recorded session as the field's tools read it (NWB 2): epochs, trials, units with spike times, position, ripples with what
    /// they should replay, cortical states, measurements; found by running again. As large as there are spikes, some 5 bytes each.
    pub struct Nwb {}
}

type Done<T> = Result<T, FolderError>;

/// The version of NWB.
const NWB_VERSION: &str = "2.9.0";
/// The session's date: the same for each run, so that the same run is the same file.
const BEGAN: &str = "2000-01-01T00:00:00+00:00";
/// Changes on the way that are told in words.
const CHANGES: usize = 50;

impl Export for Nwb {
    fn file_name(&self, _: &Wish) -> &'static str {
        "run.nwb"
    }

    fn holds(&self) -> &'static [What] {
        use What::{Ca3, Cortex, Entorhinal, Inputs, Metrics, Ripples, Targets};
        &[Cortex, Inputs, Targets, Ca3, Entorhinal, Ripples, Metrics]
    }

    fn write(&self, job: &Job<'_>, file: &Path) -> Result<(), ExportError> {
        let folder = file.parent().unwrap_or(Path::new("."));
        let gathered = if job.wish.trust_recording {
            of_tables(job, folder)?
        } else {
            job.live(|scene| Ok(Gathered::new(scene, &job.wish, folder)))?
        };
        let text = resolved(&gathered.scene.scenario)
            .map_err(|e| FolderError::broken(job.folder, e.to_string()))?;
        // Whoever waits may give it up while it is written, too.
        let goes_on = || (job.goes_on)(1.0);
        let heard = || {
            if goes_on() {
                return Ok(());
            }
            let given_up = io::Error::new(io::ErrorKind::Interrupted, "given up");
            Err(FolderError::write(file)(given_up))
        };
        write(&gathered, &text, file, &heard).map_err(|error| {
            if goes_on() {
                error.into()
            } else {
                RerunError::GivenUp.into()
            }
        })
    }
}

/// The identifier: what was run, and with which seed.
fn identifier(gathered: &Gathered, text: &str) -> String {
    let seed = gathered.scene.scenario.setup.seed;
    // The same scenario may have been changed on the way, or have come less far.
    let whole = format!(
        "{text}{:?}{:?}{}",
        gathered.wish, gathered.scene.journal, gathered.clock.now
    );
    format!(
        "ammon-{}-seed-{seed}",
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, whole.as_bytes())
    )
}

fn write(gathered: &Gathered, text: &str, file: &Path, heard: &dyn Fn() -> Done<()>) -> Done<()> {
    let id = identifier(gathered, text);
    let mut h5 = H5::create(file, &id)?;
    head(&mut h5, gathered, &id, text)?;
    let twins = Twins::after(gathered)?;
    epochs(&mut h5, gathered, &twins)?;
    trials(&mut h5, gathered)?;
    heard()?;
    ripples(&mut h5, gathered)?;
    heard()?;
    twins.write(&mut h5, gathered)?;
    units(&mut h5, gathered, &twins, heard)?;
    heard()?;
    behavior(&mut h5, gathered)?;
    heard()?;
    cortex(&mut h5, gathered)?;
    heard()?;
    measured(&mut h5, gathered, heard)?;
    h5.close()
}

/// The file itself: what it is, and how to make it again.
fn head(h5: &mut H5, gathered: &Gathered, id: &str, text: &str) -> Done<()> {
    let scenario = &gathered.scene.scenario;
    h5.object("/", "core", "NWBFile")?;
    h5.attribute("/", "nwb_version", NWB_VERSION)?;
    h5.text("/identifier", id)?;
    let title = &scenario.title;
    let order = if gathered.wish.trust_recording {
        "What units did is not in this file: it was made of the run's tables alone. Episodes that were lived side by side share their \
         time."
    } else {
        "Episodes that were lived side by side follow one another; after each, and after each ripple, one lived step of silence."
    };
    let clock = format!(
        "A lived step takes {} ms, a replayed one {} ms. {order}",
        gathered.scene.lived_ms, gathered.scene.ripple_ms
    );
    h5.text(
        "/session_description",
        &format!("Simulated: {title}. {clock}"),
    )?;
    h5.text("/session_start_time", BEGAN)?;
    h5.text("/timestamps_reference_time", BEGAN)?;
    h5.texts("/file_create_date", &[BEGAN])?;
    for group in [
        "/acquisition",
        "/analysis",
        "/general",
        "/intervals",
        "/processing",
        "/stimulus",
        "/stimulus/presentation",
        "/stimulus/templates",
    ] {
        h5.group(group)?;
    }
    h5.texts("/general/experimenter", &["Ammon, Simulator"])?;
    h5.text("/general/institution", "in silico")?;
    h5.texts(
        "/general/keywords",
        &["simulation", "hippocampus", "replay", "credit assignment"],
    )?;
    let about = if scenario.about.is_empty() {
        title
    } else {
        &scenario.about
    };
    h5.text("/general/experiment_description", about)?;
    let version = env!("CARGO_PKG_VERSION");
    let seed = scenario.setup.seed;
    h5.text(
        "/general/notes",
        &format!(
            "Made by Ammon {version}, seed {seed}: `ammon run scenario.ron --out run` with the source script, then `ammon export run \
             --format nwb{}`. Dates are fixed so that the same run is the same file. A code of k of M units becomes spikes: a unit that is \
             active in a step fires once in it, at a moment drawn by the seed.{}",
            gathered.wish.told(),
            changed(&gathered.scene.journal)
        ),
    )?;
    h5.text("/general/source_script", text)?
        .says("file_name", "scenario.ron")?;
    h5.object("/general/subject", "core", "Subject")?;
    for (name, value) in [
        ("subject_id", format!("ammon-seed-{seed}")),
        ("species", "In silico".into()),
        ("sex", "U".into()),
        ("description", "a simulated circuit".into()),
    ] {
        h5.text(&format!("/general/subject/{name}"), &value)?;
    }
    h5.text("/general/subject/age", "P1D")?
        .says("reference", "birth")
        .map(drop)
}

/// What was changed on the way, in words.
fn changed(journal: &[Journalled]) -> String {
    let each = journal.iter().take(CHANGES).map(|j| {
        let what = j.command.describe();
        format!(" Before step {} of the run: {what}.", j.step)
    });
    let mut told: String = each.collect();
    if journal.len() > CHANGES {
        let more = journal.len() - CHANGES;
        told.extend([
            " And ",
            &more.to_string(),
            " more changes, in its journal.csv.",
        ]);
    }
    told
}
