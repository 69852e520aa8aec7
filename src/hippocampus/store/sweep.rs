//! What stores that sweep towards a stored pattern share: sending, winning, settling.

use super::codes::masked;
use super::{Code, Cuts, Recall};
use crate::numeric::KWinners;

/// k = round(a M), at least 1.
pub(super) fn active(units: usize, sparsity: f64) -> usize {
    ((sparsity * units as f64).round() as usize).max(1)
}

/// Sweeps until the state stays the same; `sweep` gives the next state and its support.
pub(super) fn settle(
    start: Code,
    strength: f32,
    sweeps: usize,
    mut sweep: impl FnMut(&Code) -> (Code, f32),
) -> Recall {
    let mut seen = vec![start.clone()];
    let mut state = start;
    let mut supports = Vec::new();
    for _ in 0..sweeps {
        let (next, supported) = sweep(&state);
        supports.push(supported);
        let stays = next == state;
        state = next;
        if stays {
            break;
        }
        seen.push(state.clone());
    }
    Recall {
        active: state,
        support: supports.last().copied().unwrap_or(0.0),
        strength,
        sweeps: seen,
        supports,
        engram: None,
    }
}

/// The active units whose axons are whole.
pub(super) fn speaking(active: &[u32], cut: &[bool], out: &mut Code) {
    out.clear();
    out.extend(active.iter().copied().filter(|&i| !masked(cut, i)));
}

/// What there is of what can be.
pub(super) fn relative(value: f32, left: f32) -> f32 {
    if left > 0.0 { value / left } else { 0.0 }
}

/// The k winners among units that are not silenced; as many fewer as are silenced, and no more than the stored codes have
/// units: `size` is their mean size over k.
pub(super) fn choose(
    scores: &mut [f32],
    k: usize,
    size: f64,
    cuts: &Cuts,
    winners: &mut KWinners,
    out: &mut Code,
) {
    let part = |of: f64| (k as f64 * of).round() as usize;
    let mut k = part(size);
    if !cuts.units.is_empty() {
        k = k.min(part(cuts.alive()));
        for (s, silent) in scores.iter_mut().zip(&cuts.units) {
            if *silent {
                *s = f32::NEG_INFINITY;
            }
        }
    }
    winners.choose(scores, k, out);
}

/// Mean score of the active units, as a part of what all k would have.
pub(super) fn mean_of(scores: &[f32], active: &[u32], k: usize) -> f32 {
    active
        .iter()
        .map(|&i| scores[i as usize])
        .filter(|s| s.is_finite())
        .sum::<f32>()
        / k as f32
}
