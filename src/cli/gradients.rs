//! `ammon gradients`: one batch of episodes at the initial weights, and what every rule makes of it, in files that
//! anyone's autodiff can read.

use std::path::PathBuf;

use clap::ValueEnum;

use super::failure::Failure;
use super::output::Output;
use super::source::Source;
use crate::engine::Scenario;
use crate::engine::{GradientReport, Influence, gradients};
use crate::numeric::{DMatrix, Real};
use crate::record::cell::Cell;
use crate::trace::{FolderError, RunFolder, Tensor, Together};

/// Writes what every rule makes of one batch of episodes.
///
/// The batch is lived and replayed at the scenario's initial weights; weights, episodes and gradients are safetensors.
#[derive(clap::Args, Debug)]
pub(super) struct Gradients {
    #[command(flatten)]
    pub source: Source,
    /// The folder to write.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replaces earlier gradients in DIR, and nothing else.
    #[arg(long)]
    pub force: bool,
    /// How many other episodes rules see before, at the same weights: for rules that learn something of their own.
    #[arg(long, value_name = "EPISODES", default_value_t = 0)]
    pub after: usize,
    /// Precision of the numbers.
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    pub precision: Precision,
}

/// How many bits a number has.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Precision {
    /// As runs have it.
    F32,
    /// To compare to the last digit.
    F64,
}

impl Gradients {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let scenario = self.source.load()?;
        match self.precision {
            Precision::F32 => self.write::<f32>(&scenario, output),
            Precision::F64 => self.write::<f64>(&scenario, output),
        }
    }

    fn write<R: Real>(&self, scenario: &Scenario, output: &mut Output) -> Result<u8, Failure> {
        RunFolder::check_gradients(&self.out, self.force)?;
        let report = gradients::<R>(scenario, self.after)?;
        RunFolder::gradients(&self.out, self.force, |files| write_files(&report, files))?;
        output.bytes(alignments(&report).as_bytes())?;
        Ok(0)
    }
}

fn write_files<R: Real>(report: &GradientReport<R>, files: &Together) -> Result<(), FolderError> {
    let weights = &report.weights;
    let of = |tensors, steps| Tensor::of_weights(weights, tensors, steps);
    files.tensors("params.safetensors", &of(&weights.tensors, 1.0))?;
    files.tensors("episode.safetensors", &episode(report))?;
    for rule in &report.rules {
        // A rule that saw no scored step has a gradient of zero.
        let steps = if rule.gradient.weight > 0.0 {
            rule.gradient.weight
        } else {
            1.0
        };
        let name = format!("gradients/{}.safetensors", rule.label);
        files.tensors(&name, &of(&rule.gradient.tensors, steps))?;
        if let Some(errors) = &rule.errors {
            let name = format!("errors/{}.safetensors", rule.label);
            files.tensors(&name, &[carried(report, errors)])?;
        }
    }
    if let Some(influence) = &report.influence {
        files.write("influence.csv", horizons(influence).as_bytes())?;
    }
    files.write("alignment.csv", alignments(report).as_bytes())
}

fn horizons(influence: &[Influence]) -> String {
    let rows = influence
        .iter()
        .map(|i| format!("{},{},{}\n", i.horizon, i.last, i.sum));
    std::iter::once("horizon,last,sum\n".to_string())
        .chain(rows)
        .collect()
}

/// Columns hold step t of episode b at t·B + b, so the elements already lie as [T,B,·] wants them.
fn episode<R: Real>(report: &GradientReport<R>) -> Vec<Tensor<R>> {
    let batch = &report.batch;
    let (t, b) = (batch.steps, batch.width);
    let (x, y) = (batch.inputs.nrows(), batch.targets.nrows());
    let n = report.states.first().map_or(0, DMatrix::nrows);
    let states = report
        .states
        .iter()
        .flat_map(|h| h.iter().copied())
        .collect();
    let tensor = |name: &str, shape: Vec<usize>, values: Vec<R>| Tensor {
        name: name.into(),
        shape,
        values,
    };
    vec![
        tensor("inputs", vec![t, b, x], batch.inputs.as_slice().to_vec()),
        tensor("targets", vec![t, b, y], batch.targets.as_slice().to_vec()),
        tensor("mask", vec![t, b], batch.mask.clone()),
        tensor("states", vec![report.states.len(), b, n], states),
    ]
}

/// δ as [T,B,S].
fn carried<R: Real>(report: &GradientReport<R>, errors: &[R]) -> Tensor<R> {
    let batch = &report.batch;
    let states = report.states.first().map_or(0, DMatrix::nrows);
    Tensor {
        name: "errors".into(),
        shape: vec![batch.steps, batch.width, states],
        values: errors.to_vec(),
    }
}

fn alignments<R: Real>(report: &GradientReport<R>) -> String {
    let rows = report.rules.iter().map(|rule| {
        let a = rule.alignment;
        format!(
            "{},{},{},{}\n",
            rule.label,
            a.cosine.text(),
            a.norm_ratio.text(),
            a.remote.text()
        )
    });
    std::iter::once("rule,cosine,norm_ratio,remote\n".to_string())
        .chain(rows)
        .collect()
}
