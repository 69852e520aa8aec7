//! Tests of cued recall.

use super::notebook::{Notebook, RunError};
use crate::hippocampus::{Cue, CueSpec, HippocampusState, Index, similarity};
use crate::numeric::statistics::mean;
use crate::numeric::{Real, Rng};
use crate::record::{Metric, Sink, metric};

/// Cues that are tried.
const CUES: usize = 32;

/// Tests cued recall: a partial cortical state of lived steps, through the perforant path.
pub fn probe_recall<R: Real>(
    hippocampus: &mut HippocampusState<R>,
    notebook: &Notebook<R>,
    rng: &mut Rng,
    sink: &mut dyn Sink,
) -> Result<(), RunError> {
    let metrics = [
        &metric::RECALL_OVERLAP,
        &metric::RECALL_IDENTITY,
        &metric::RECALL_COSINE,
    ];
    if notebook.lived.is_empty() {
        for declared in metrics {
            notebook.tell(Metric::new(declared), f64::NAN, sink)?;
        }
        return Ok(());
    }
    hippocampus.solve();
    let hippocampus = &*hippocampus;
    let spec = match &hippocampus.spec().ripple.cue {
        cue if cue.kind().is_cortical() => cue.clone(),
        _ => CueSpec::Cortical(crate::hippocampus::Cortical::default()),
    };
    let shape = hippocampus.shape();
    let mut tried: Vec<(Cue, Vec<R>)> = Vec::new();
    for _ in 0..CUES {
        let stored = &hippocampus.stored()[rng.below(hippocampus.stored().len())];
        let t = rng.below(stored.engrams.len());
        let Some(lived) = notebook.record(stored.episode) else {
            continue;
        };
        let content: Vec<R> = lived.contents.column(t).iter().copied().collect();
        let state = shape.seen_of(&content);
        tried.push((
            hippocampus.cue(&stored.engrams[t], &spec, Some(state), rng),
            content,
        ));
    }
    let cues: Vec<Cue> = tried.iter().map(|(cue, _)| cue.clone()).collect();
    let all = Index::all(hippocampus);
    let scores: Vec<[f64; 3]> = hippocampus
        .recalls(&cues)
        .iter()
        .zip(&tried)
        .map(|(recall, (cue, content))| score_recall(hippocampus, &all, recall, cue, content))
        .collect();
    for (i, declared) in metrics.into_iter().enumerate() {
        let all: Vec<f64> = scores.iter().map(|s| s[i]).collect();
        let known: Vec<f64> = all.into_iter().filter(|s| s.is_finite()).collect();
        notebook.tell(Metric::new(declared), mean(&known), sink)?;
    }
    Ok(())
}

/// Overlap with the right engram, whether it is the nearest one, and the cosine of the decoded with the lived state.
fn score_recall<R: Real>(
    hippocampus: &HippocampusState<R>,
    all: &Index<'_, R>,
    recall: &crate::hippocampus::Recall,
    cue: &Cue,
    content: &[R],
) -> [f64; 3] {
    let shape = hippocampus.shape();
    let engram = hippocampus
        .stored()
        .iter()
        .flat_map(|e| &e.engrams)
        .find(|e| Some(e.id) == cue.engram);
    let overlap = engram.map_or(0.0, |engram| hippocampus.likeness(recall, engram));
    let nearest = all.nearest(recall).is_some_and(|(position, step, like)| {
        let nearest = &hippocampus.stored()[position].engrams[step];
        like > 0.0 && Some(nearest.id) == cue.engram
    });
    let mut decoded = vec![R::zero(); shape.len()];
    hippocampus.content(recall, &mut decoded);
    let seen = shape.seen();
    [
        overlap,
        f64::from(u8::from(nearest)),
        similarity(&decoded[..seen], &content[..seen]),
    ]
}
