//! numpy's archive: arrays by step, by episode and by ripple, with a key that says what each is.

mod archive;

use std::fmt::Write as _;
use std::path::Path;

use super::gathered::{Gathered, OneMetric};
use super::job::{Job, What, Wish};
use super::spill::{Codes, Number, Spill};
use super::{Export, ExportError};
use crate::analysis::{singular_values, spectrum};
use crate::params;
use crate::record::{Order, Outcome};
use crate::trace::{FolderError, Tensor, read_tensors};
use archive::Archive;

params! {
    /// Arrays for numpy: states, inputs, targets, codes of CA3, ripples with their truth, measurements, weights with their spectra;
    /// found by running again. The array README says what each is.
    pub struct Npz {}
}

type Done<T> = Result<T, FolderError>;

impl Export for Npz {
    fn file_name(&self, _: &Wish) -> &'static str {
        "activity.npz"
    }

    fn holds(&self) -> &'static [What] {
        use What::{Ca3, Cortex, Entorhinal, Inputs, Metrics, Ripples, Targets, Weights};
        &[
            Cortex, Inputs, Targets, Ca3, Entorhinal, Ripples, Metrics, Weights,
        ]
    }

    fn write(&self, job: &Job<'_>, file: &Path) -> Result<(), ExportError> {
        if job.wish.trust_recording {
            return Err(ExportError::Missing(
                "npz holds what units did, which only running again tells: leave --trust-recording out, or use --format nwb"
                    .into(),
            ));
        }
        let folder = file.parent().unwrap_or(Path::new("."));
        let gathered = job.live(|scene| Ok(Gathered::new(scene, &job.wish, folder)))?;
        Ok(write(&gathered, job.folder, file)?)
    }
}

/// An archive that says of each array what it is.
struct Telling {
    archive: Archive,
    readme: String,
}

impl Telling {
    fn say(&mut self, name: &str, shape: &str, says: &str) {
        // A text in memory cannot be full.
        let _ = writeln!(self.readme, "{name:<26} [{shape}]  {says}");
    }

    fn array<T: Number>(
        &mut self,
        name: &str,
        (shape, wide): (&str, Option<usize>),
        says: &str,
        values: &Spill<T>,
    ) -> Done<()> {
        self.say(name, shape, says);
        self.archive.array(name, wide, values)
    }

    fn column<T: Number>(
        &mut self,
        name: &str,
        of: &str,
        says: &str,
        values: &Spill<T>,
    ) -> Done<()> {
        self.array(name, (of, None), says, values)
    }

    fn texts(&mut self, name: &str, says: &str, values: &[&str]) -> Done<()> {
        self.say(name, "names", says);
        self.archive.texts(name, values)
    }

    /// Codes as numpy has no other way: units back to back, and where those of step i begin and end.
    fn codes(&mut self, name: &str, of: &str, whose: &str, codes: &Codes) -> Done<()> {
        let units = format!("{name}_units");
        let says = format!("active units of {whose}, step after step");
        self.array(&units, ("spikes", None), &says, &codes.units)?;
        let says = format!("those of step i are {units}[{name}_offsets[i]:{name}_offsets[i + 1]]");
        let offsets = format!("{name}_offsets");
        self.say(&offsets, &format!("{of} + 1"), &says);
        self.archive.offsets(&offsets, &codes.ends)
    }
}

fn write(gathered: &Gathered, run: &Path, file: &Path) -> Done<()> {
    let scenario = &gathered.scene.scenario;
    let mut to = Telling {
        archive: Archive::create(file)?,
        readme: format!(
            "Activity of \"{}\", seed {}, found by Ammon {} by running again.\n\
             K steps lived or tested, E episodes, R ripples, J replayed steps; N values of the cortical state, X inputs, Y outputs.\n\
             A lived step takes {} ms, a replayed one {} ms; `time` is the run's clock, in steps, as in its tables.\n\
             Numbers of units are those of the region, from 0; -1 and nan mean that there is none.\n\n",
            scenario.title,
            scenario.setup.seed,
            env!("CARGO_PKG_VERSION"),
            gathered.scene.lived_ms,
            gathered.scene.ripple_ms,
        ),
    };
    steps(&mut to, gathered)?;
    trials(&mut to, gathered)?;
    ripples(&mut to, gathered)?;
    measured(&mut to, gathered)?;
    if gathered.wish.has(What::Weights) {
        weights(&mut to, gathered, run)?;
    }
    to.archive.text("README", &to.readme)?;
    to.archive.close()
}

fn steps(to: &mut Telling, gathered: &Gathered) -> Done<()> {
    let (of, wish) = (&gathered.steps, &gathered.wish);
    to.column(
        "step_trial",
        "K",
        "the episode that the step belongs to: a row of trial_*",
        &of.trial,
    )?;
    to.column(
        "step_within",
        "K",
        "which step of it it is, from 0",
        &of.within,
    )?;
    let says = if gathered.paths {
        "where it was along its path"
    } else {
        "where it was: which step of the episode, as there is no path"
    };
    to.column("position", "K", says, &of.position)?;
    if wish.has(What::Cortex) {
        let chosen = &gathered.cortex;
        let says = "cortical state h after the step";
        to.array("states", ("K, N", Some(chosen.len())), says, &of.states)?;
        let says = "which values of the cortical state are seen";
        to.say("cortex_seen", "N", says);
        to.archive
            .numbers("cortex_seen", &[chosen.len()], &chosen.units)?;
    }
    let scene = &gathered.scene;
    if wish.has(What::Inputs) {
        let width = Some(scene.inputs.len());
        to.array("inputs", ("K, X", width), "inputs x", &of.inputs)?;
        let names: Vec<&str> = scene.inputs.iter().map(String::as_str).collect();
        to.texts("input_names", "names of the inputs", &names)?;
    }
    if wish.has(What::Targets) {
        let says = "targets; where the mask is 0 nothing was asked";
        to.array("targets", ("K, Y", Some(scene.outputs)), says, &of.targets)?;
        to.column("mask", "K", "1 where the output was scored", &of.mask)?;
    }
    if wish.has(What::Ca3) && scene.ca3.is_some() {
        to.codes("ca3", "K", "CA3", &of.ca3)?;
        seen(to, "ca3_seen", "CA3", &gathered.ca3.units)?;
    }
    if wish.has(What::Entorhinal) && scene.entorhinal.is_some() {
        let whose = "the entorhinal cortex";
        to.codes("entorhinal", "K", whose, &of.entorhinal)?;
        seen(to, "entorhinal_seen", whose, &gathered.entorhinal.units)?;
    }
    Ok(())
}

fn seen(to: &mut Telling, name: &str, whose: &str, units: &[u32]) -> Done<()> {
    to.say(name, "units", &format!("which units of {whose} are seen"));
    to.archive.numbers(name, &[units.len()], units)
}

fn trials(to: &mut Telling, gathered: &Gathered) -> Done<()> {
    let of = &gathered.trials;
    let says = "its phase: a number among names";
    to.column("trial_phase", "E", says, &of.phase)?;
    to.column(
        "trial_episode",
        "E",
        "its number in the run; -1 where it was only tested",
        &of.episode,
    )?;
    to.column("trial_steps", "E", "its steps", &of.steps)?;
    to.column("trial_time", "E", "time before it", &of.time)?;
    to.column("trial_reward", "E", "what it brought", &of.reward)?;
    to.column(
        "trial_loss",
        "E",
        "its mean loss over what was scored",
        &of.loss,
    )?;
    let says = "1 where it was answered correctly, 0 where not";
    to.column("trial_correct", "E", says, &of.correct)?;
    let says = "the input whose value was asked for";
    to.column("trial_asked", "E", says, &of.asked)?;
    let words: Vec<&str> = gathered.words.all.iter().map(String::as_str).collect();
    to.texts("names", "names of phases and cues", &words)
}

fn ripples(to: &mut Telling, gathered: &Gathered) -> Done<()> {
    let (of, wish) = (&gathered.ripples, &gathered.wish);
    if !wish.sees_ripples() {
        return Ok(());
    }
    to.column("ripple_number", "R", "its number in the run", &of.ripple)?;
    to.column("ripple_time", "R", "time when it ended", &of.time)?;
    to.column("ripple_engram", "R", "the engram that was cued", &of.engram)?;
    to.column(
        "ripple_episode",
        "R",
        "the episode that was cued",
        &of.episode,
    )?;
    to.column(
        "ripple_order",
        "R",
        "which way: a number among orders",
        &of.order,
    )?;
    to.texts("orders", "names of orders", &Order::ALL.map(Order::as_str))?;
    to.column("ripple_cue", "R", "its cue: a number among names", &of.cue)?;
    let says = "the part of the cue that was right";
    to.column("ripple_cue_fraction", "R", says, &of.cue_fraction)?;
    to.column("ripple_steps", "R", "steps replayed", &of.steps)?;
    let says = "mean overlap with the engrams that should have come";
    to.column("ripple_overlap", "R", says, &of.overlap)?;
    to.column(
        "ripple_overlap_min",
        "R",
        "smallest such overlap",
        &of.overlap_min,
    )?;
    let says = "1 where the whole episode was replayed in order";
    to.column("ripple_completed", "R", says, &of.completed)?;
    to.column(
        "ripple_outcome",
        "R",
        "a number among outcomes",
        &of.outcome,
    )?;
    to.texts(
        "outcomes",
        "how ripples end",
        &Outcome::ALL.map(Outcome::as_str),
    )?;
    let says = "cosine of re-instated and lived states";
    to.column("ripple_cosine", "R", says, &of.cosine)?;
    let says = "the lived step that should have come first";
    to.column("ripple_first_step", "R", says, &of.first)?;
    let says = "the one that should have come last";
    to.column("ripple_last_step", "R", says, &of.last)?;
    let says = "Spearman's rank correlation of replayed and lived order in CA3";
    to.column("ripple_score", "R", says, &of.score)?;
    to.column("ripple_p", "R", "its significance", &of.p)?;
    let says = "the ripple that the replayed step belongs to: a row of ripple_*";
    to.column("replayed_ripple", "J", says, &of.step_ripple)?;
    let says = "the lived step that should have come";
    to.column("replayed_truth", "J", says, &of.truth)?;
    to.column("replayed_overlap", "J", "overlap with it", &of.step_overlap)?;
    if wish.has(What::Cortex) {
        let says = "re-instated cortical state, before the step";
        let shape = ("J, N", Some(gathered.cortex.len()));
        to.array("replayed_states", shape, says, &of.states)?;
    }
    if wish.has(What::Ca3) && gathered.scene.ca3.is_some() {
        to.codes("replayed_ca3", "J", "CA3 in ripples", &of.ca3)?;
        let twins = &gathered.twins;
        let says = "of each shuffled twin the ripple that it belongs to";
        to.column("twin_ripple", "twins", says, &twins.ripple)?;
        to.column("twin_steps", "twins", "its steps", &twins.steps)?;
        to.column(
            "twin_score",
            "twins",
            "its rank correlation in CA3",
            &twins.score,
        )?;
        to.column("twin_p", "twins", "its significance", &twins.p)?;
        to.codes(
            "twin_ca3",
            "their steps",
            "CA3 in shuffled twins",
            &twins.ca3,
        )?;
    }
    Ok(())
}

fn measured(to: &mut Telling, gathered: &Gathered) -> Done<()> {
    for (metric, number) in &gathered.metrics {
        let declared = metric.declared();
        let says = declared.map_or("", |declared| declared.doc.trim());
        let name = format!("metric.{}", metric.name());
        let OneMetric { time, value, .. } = gathered.of_metric(*number)?;
        let mut flat = Spill::new(&gathered.folder);
        let (mut times, mut values) = (time.read()?, value.read()?);
        while let (Some(time), Some(value)) = (times.next()?, values.next()?) {
            flat.extend([time as f64, value])?;
        }
        let says = format!("time and value. {says}");
        to.array(&name, ("measurements, 2", Some(2)), &says, &flat)?;
    }
    Ok(())
}

/// Weights as the run ended, with what their matrices do to what they are applied to again and again.
fn weights(to: &mut Telling, gathered: &Gathered, run: &Path) -> Done<()> {
    for tensor in read_tensors(&run.join("weights.safetensors"))? {
        let Tensor {
            name,
            shape,
            values,
        } = &tensor;
        let shown: Vec<String> = shape.iter().map(usize::to_string).collect();
        let says = "weights as the run ended or stopped";
        to.say(&format!("weights.{name}"), &shown.join(", "), says);
        to.archive
            .numbers(&format!("weights.{name}"), shape, values)?;
        let &[rows, columns] = shape.as_slice() else {
            continue;
        };
        if let Some(found) = singular_values(rows, columns, values) {
            let name = format!("singular.{name}");
            to.say(
                &name,
                &found.len().to_string(),
                "its singular values, the largest first",
            );
            to.archive.numbers(&name, &[found.len()], &found)?;
        }
        // What feeds back has a block of rows for each gate.
        let feeds_back = gathered.scene.recurrent.contains(name);
        if !feeds_back || columns == 0 || rows % columns != 0 {
            continue;
        }
        for block in 0..rows / columns {
            let at = block * columns * columns;
            // Row-major, so that these are the columns of the transpose, which has the same eigenvalues.
            let part = &values[at..at + columns * columns];
            let Ok(found) = spectrum(columns, part) else {
                continue;
            };
            let name = format!("eigenvalues.{name}.{block}");
            let says = "eigenvalues of a block of its rows, real and imaginary";
            to.say(&name, &format!("{columns}, 2"), says);
            let flat: Vec<f64> = found.into_iter().flatten().collect();
            to.archive.numbers(&name, &[columns, 2], &flat)?;
        }
    }
    Ok(())
}
