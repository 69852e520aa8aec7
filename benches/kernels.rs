//! The kernels that a run spends its time in; `cargo bench --bench kernels`.

use ammon::hippocampus::{
    AttractorStore, Ca3, Cue, Cuts, Scratch, Store, StoreKind, StoreStart, Trace,
};
use ammon::numeric::{KWinners, Rng};
use divan::Bencher;

fn main() {
    divan::main();
}

/// M = 2000, a = 0.05, so many engrams in one episode.
fn stored(patterns: usize) -> (AttractorStore, Vec<Vec<u32>>) {
    let params = Ca3::default();
    let mut store = AttractorStore::new(&params, StoreStart::default());
    let mut rng = Rng::named(1, "bench");
    let codes: Vec<_> = (0..patterns)
        .map(|_| rng.subset(params.units, params.active()))
        .collect();
    for (i, code) in codes.iter().enumerate() {
        let after = i.checked_sub(1).map(|j| (j as u64, codes[j].as_slice()));
        Store::<f32>::encode(
            &mut store,
            &[Trace {
                engram: i as u64,
                code,
                content: &[],
                after,
            }],
        );
    }
    Store::<f32>::flush(&mut store);
    (store, codes)
}

/// Half cues: settles in a few sweeps, ten at most.
#[divan::bench(args = [100, 400])]
fn ca3_recall(bencher: Bencher<'_, '_>, patterns: usize) {
    let (store, codes) = stored(patterns);
    let mut scratch = Scratch::default();
    let mut i = 0;
    bencher.bench_local(|| {
        i = (i + 1) % codes.len();
        let cue = Cue {
            units: codes[i].iter().copied().step_by(2).collect(),
            engram: Some(0),
        };
        Store::<f32>::complete(&store, &cue, &Cuts::default(), &mut scratch)
    });
}

/// From noise: as many sweeps as there may be.
#[divan::bench(args = [100, 400])]
fn ca3_recall_from_noise(bencher: Bencher<'_, '_>, patterns: usize) {
    let (store, codes) = stored(patterns);
    let mut scratch = Scratch::default();
    let mut rng = Rng::named(3, "bench");
    let cues: Vec<Cue> = (0..64)
        .map(|_| Cue {
            units: rng.subset(2000, codes[0].len()),
            engram: Some(0),
        })
        .collect();
    let mut i = 0;
    bencher.bench_local(|| {
        i = (i + 1) % cues.len();
        Store::<f32>::complete(&store, &cues[i], &Cuts::default(), &mut scratch)
    });
}

/// An episode of 22 engrams with its links, as one write into the synapses; divide by 22.
#[divan::bench]
fn ca3_encode_22(bencher: Bencher<'_, '_>) {
    let (mut store, codes) = stored(100);
    bencher.bench_local(|| {
        for (i, code) in codes[..22].iter().enumerate() {
            let after = i.checked_sub(1).map(|j| (j as u64, codes[j].as_slice()));
            let trace = Trace {
                engram: i as u64,
                code,
                content: &[],
                after,
            };
            Store::<f32>::encode(&mut store, &[trace]);
        }
        Store::<f32>::flush(&mut store);
    });
}

/// One step of a reverse ripple: sequence synapses, then clean-up by the collaterals.
#[divan::bench]
fn ca3_step_back(bencher: Bencher<'_, '_>) {
    let (store, codes) = stored(400);
    let mut scratch = Scratch::default();
    let cue = Cue {
        units: codes[399].clone(),
        engram: Some(0),
    };
    let start = Store::<f32>::complete(&store, &cue, &Cuts::default(), &mut scratch);
    let reverse = ammon::record::Direction::Reverse;
    bencher.bench_local(|| {
        Store::<f32>::next(&store, &start, reverse, &Cuts::default(), &mut scratch)
    });
}

/// The 80 winners of 8000 entorhinal units.
#[divan::bench]
fn k_winners(bencher: Bencher<'_, '_>) {
    let mut rng = Rng::named(2, "bench");
    let scores: Vec<f32> = (0..8000).map(|_| rng.normal() as f32).collect();
    let (mut winners, mut out) = (KWinners::default(), Vec::new());
    bencher.bench_local(|| winners.choose(&scores, 80, &mut out));
}
