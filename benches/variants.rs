//! Three days of the flagship with other stores, separations and capacities: what costs out of proportion to the first line
//! shows; `cargo bench --bench variants`.

use ammon::engine::{Experiment, Scenario, Status, load};
use ammon::scenario::bundled;
use divan::Bencher;

fn main() {
    divan::main();
}

/// What is changed of the flagship, by a name.
const VARIANTS: [(&str, &str); 7] = [
    ("flagship", "seed=1"),
    ("hopfield", "hippocampus.store=Hopfield"),
    ("diluted", "hippocampus.store=Diluted(units: 2000)"),
    ("direct", "hippocampus.separation=Direct"),
    ("palimpsest", "hippocampus.capacity=Palimpsest"),
    ("2000 steps", "hippocampus.capacity.steps=2000"),
    ("scored", "protocol.0.phases.1.score=true"),
];

fn scenario(change: &str) -> Scenario {
    let days = "protocol=[Repeat(times: 3, phases: [Wake(episodes: 16), Sleep(ripples: 16)])]";
    let sets = [days.to_string(), change.to_string()];
    let loaded = load(bundled()[0].document(), &sets, None);
    loaded.unwrap_or_else(|problems| panic!("{change}: {problems}"))
}

#[divan::bench(args = VARIANTS.map(|variant| variant.0), sample_count = 5)]
fn three_days(bencher: Bencher<'_, '_>, name: &str) {
    let change = VARIANTS.iter().find(|variant| variant.0 == name);
    let scenario = scenario(change.map_or("seed=1", |variant| variant.1));
    bencher
        .with_inputs(|| Experiment::<f32>::new(&scenario))
        .bench_local_values(|mut experiment| {
            while experiment
                .step(&mut ())
                .is_ok_and(|status| status == Status::Running)
            {}
        });
}
