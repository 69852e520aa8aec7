//! Looking back: what light frames cost a run, what memory they take, and how long one takes to be drawn after a step back,
//! Home, End and a scrub over the whole run; `cargo bench --bench history` fails where the frames take more than their budget
//! or a picture takes 50 ms.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use ammon::engine::{Experiment, Frames, Scenario, Snapshot, Status, draw, load};
use ammon::scenario::bundled;

/// Bytes that the frames may take, as the app has it at first.
const BUDGET: u64 = 256 << 20;
/// A picture is to be there within this time.
const SOON: Duration = Duration::from_millis(50);

/// Runs by a name: the scenario, what is changed of it, and how many steps are done.
const RUNS: [(&str, &str, &[&str], u64); 3] = [
    ("flagship", "recall-by-replay", &[], 75_000),
    (
        "stream",
        "influence-balancing",
        &["protocol=[Stream(steps: 900000)]"],
        900_000,
    ),
    (
        "M = 8000",
        "recall-by-replay",
        &["hippocampus.store.units=8000"],
        15_000,
    ),
];

fn scenario(name: &str, sets: &[&str]) -> Scenario {
    let found = bundled().iter().find(|b| b.name == name);
    let found = found.unwrap_or_else(|| panic!("{name} is not bundled"));
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    load(found.document(), &sets, None).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Runs so many steps; with frames where there are any.
fn run(scenario: &Scenario, steps: u64, mut frames: Option<&mut Frames>) -> (Experiment<f32>, f64) {
    let mut experiment = Experiment::<f32>::new(scenario);
    if let Some(frames) = &mut frames {
        frames.note(&experiment);
    }
    let begun = Instant::now();
    while experiment.clock().step < steps {
        let status = experiment.step(&mut ());
        if let Some(frames) = &mut frames {
            frames.note(&experiment);
        }
        if status.unwrap_or_else(|error| panic!("{error}")) == Status::Done {
            break;
        }
    }
    (experiment, begun.elapsed().as_secs_f64())
}

fn main() -> ExitCode {
    let mut sound = true;
    for (name, of, sets, steps) in RUNS {
        let scenario = scenario(of, sets);
        let (_, alone) = run(&scenario, steps, None);
        let mut frames = Frames::new(BUDGET);
        let (experiment, noted) = run(&scenario, steps, Some(&mut frames));
        let kept = frames.kept();
        let (bytes, _) = kept.bytes();
        let end = experiment.clock().step;
        let mut live = Snapshot::default();
        draw(&experiment, &frames, &mut live);
        let looked = |step: u64| {
            let begun = Instant::now();
            let mut snapshot = live.clone();
            assert!(kept.draw(step, &mut snapshot));
            std::hint::black_box(snapshot);
            begun.elapsed()
        };
        let back = looked(end - 1);
        let (home, last) = (looked(0), looked(end));
        let scrub = (0..=1000).map(|part| looked(end * part / 1000));
        let scrub = scrub.max().unwrap_or_default();
        println!(
            "{name:<9} {end} steps: {alone:.1} s alone, {noted:.1} s with frames; {} of {end} steps kept in {:.0} MB",
            kept.len(),
            bytes as f64 / 1e6
        );
        println!(
            "          one step back {back:.1?}, Home {home:.1?}, End {last:.1?}, slowest of a scrub {scrub:.1?}"
        );
        sound &= bytes <= BUDGET && [back, home, last, scrub].into_iter().all(|t| t < SOON);
    }
    if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
