//! Twenty days of the flagship with other stores, separations and capacities, on one thread: each is to cost no more than twice
//! the first, or what its bound says; `cargo bench --bench variants` fails where one costs more.
//!
//! A day is sixteen episodes lived and sixteen replayed. Two need more than twice as much, because the pseudo-inverse is solved
//! for more codes than the 352 of the flagship, from a Cholesky factor (n³/3 multiplications and additions): a palimpsest for
//! 1,408 once a day, a store of 2,000 steps for 1,980 twice, to forget exactly and to decode. An updated factor would save
//! nothing: to put 352 codes in and take 352 out costs as much as factoring anew.

use std::process::ExitCode;
use std::time::Instant;

use ammon::engine::{Experiment, Scenario, Status, load};
use ammon::scenario::bundled;

/// Each is measured so many times, by turns; the fastest counts.
const ROUNDS: usize = 5;

/// What is changed of the flagship, by a name, and how many times as long it may take.
const VARIANTS: [(&str, &str, f64); 7] = [
    ("flagship", "seed=1", 1.0),
    ("Hopfield", "hippocampus.store=Hopfield", 2.0),
    ("Diluted", "hippocampus.store=Diluted(units: 2000)", 2.0),
    ("Direct", "hippocampus.separation=Direct", 2.0),
    ("scored ripples", "protocol.0.phases.1.score=true", 2.0),
    ("Palimpsest", "hippocampus.capacity=Palimpsest", 2.5),
    ("2,000 steps", "hippocampus.capacity.steps=2000", 5.0),
];

fn scenario(change: &str) -> Scenario {
    let days = "protocol=[Repeat(times: 20, phases: [Wake(episodes: 16), Sleep(ripples: 16)])]";
    let sets = [days.to_string(), change.to_string()];
    let loaded = load(bundled()[0].document(), &sets, None);
    loaded.unwrap_or_else(|problems| panic!("{change}: {problems}"))
}

/// Seconds that a run takes.
fn seconds(scenario: &Scenario) -> f64 {
    let mut experiment = Experiment::<f32>::new(scenario);
    let begun = Instant::now();
    while experiment
        .step(&mut ())
        .unwrap_or_else(|error| panic!("{error}"))
        == Status::Running
    {}
    begun.elapsed().as_secs_f64()
}

fn main() -> ExitCode {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let one = one.unwrap_or_else(|error| panic!("{error}"));
    let scenarios = VARIANTS.map(|(_, change, _)| scenario(change));
    let mut fastest = [f64::INFINITY; VARIANTS.len()];
    for _ in 0..ROUNDS {
        for (fastest, scenario) in fastest.iter_mut().zip(&scenarios) {
            *fastest = fastest.min(one.install(|| seconds(scenario)));
        }
    }
    let mut within = true;
    println!("{:<16} seconds   times  at most", "twenty days");
    for ((name, _, most), seconds) in VARIANTS.into_iter().zip(fastest) {
        let times = seconds / fastest[0];
        let verdict = if times > most { "  too slow" } else { "" };
        println!("{name:<16} {seconds:7.2} {times:7.2} {most:8.1}{verdict}");
        within &= times <= most;
    }
    if within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
