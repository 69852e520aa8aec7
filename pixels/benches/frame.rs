//! What the window costs: a frame's own CPU work (layout and tessellation, nothing painted), and what it takes from the
//! worker, held against the same run written to a folder as `ammon run` writes it: the flagship alone, and with M = 5000 and
//! three other runs beside it. Prints medians; `cargo bench -p pixels --bench frame`.

use std::time::{Duration, Instant};

use ammon::engine::{Branches, Due, Ending, Experiment, Request, Scenario, Session, Status, load};
use ammon::gui::App;
use ammon::scenario::bundled;
use eframe::egui;

fn main() {
    let flagship = load(bundled()[0].document(), &[], None).expect("the flagship is sound");
    measure("the flagship", &flagship, 60_000, 0);
    let sets = [
        "hippocampus.store.units=5000",
        "hippocampus.store.sparsity=0.02",
    ];
    let large = load(bundled()[0].document(), &sets.map(String::from), None);
    let large = large.expect("a larger store is sound");
    measure("M = 5000, four runs compared", &large, 40_000, 3);
}

/// Steps a second of a run without a window, written to a folder as it goes.
fn headless(scenario: &Scenario, steps: u64) -> f64 {
    let folder = tempfile::tempdir().expect("room for a run");
    let mut experiment = Experiment::<f32>::new(scenario);
    let path = folder.path().join("run");
    let mut session = Session::create(&path, false, &experiment).expect("a folder");
    let mut due = Due::new(None);
    let begun = Instant::now();
    while experiment.clock().step < steps {
        let status = experiment.step(&mut session).expect("it runs");
        assert_eq!(status, Status::Running);
        if due.now() {
            due.measure(|| session.checkpoint(&experiment, &Ending::Running))
                .expect("it is written");
        }
    }
    steps as f64 / begun.elapsed().as_secs_f64()
}

/// Frames of a run that goes on for so many steps, with so many others beside it that went a fifth as far before: long enough for
/// the states that are kept, and the copy that a killed window leaves, to cost what they do in a long run.
fn measure(name: &str, scenario: &Scenario, steps: u64, others: u64) {
    let mut ratios = Vec::new();
    let mut frames = Vec::new();
    for _ in 0..5 {
        let headless = headless(scenario, steps);

        let mut desk = Branches::new(scenario.clone(), || {}).expect("a desk");
        for seed in 0..others {
            if seed > 0 {
                let other = scenario.with_seed(seed + 2);
                desk.add(other, format!("seed {}", seed + 2))
                    .expect("another run");
            }
            let before = steps / 5;
            desk.send(Request::Step(before));
            while desk.snapshot().step < before {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        if others > 0 {
            let before: Vec<u64> = desk.list().iter().map(|run| run.id).collect();
            desk.add(scenario.with_seed(9), "the one at hand".into())
                .expect("another run");
            for id in before {
                desk.compare(id, true).expect("compared");
            }
        }
        desk.send(Request::Step(steps));
        let mut app = App::new(Box::new(desk), None);
        assert_eq!(app.compared() as u64, others);
        let ctx = egui::Context::default();
        let begun = Instant::now();
        let mut number = 0;
        while app.snapshot().step < steps {
            let frame = Instant::now();
            let size = egui::vec2(1280.0, 800.0);
            let input = egui::RawInput {
                screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, size)),
                time: Some(begun.elapsed().as_secs_f64()),
                ..Default::default()
            };
            let mut output = ctx.run_ui(input, |ui| app.frame(ui));
            let shapes = std::mem::take(&mut output.shapes);
            std::hint::black_box(ctx.tessellate(shapes, output.pixels_per_point));
            output.drop_without_applying_deltas();
            number += 1;
            if number > 10 {
                frames.push(frame.elapsed().as_secs_f64() * 1e3);
            }
            std::thread::sleep(Duration::from_secs_f64(1.0 / 60.0).saturating_sub(frame.elapsed()));
        }
        let beside = steps as f64 / begun.elapsed().as_secs_f64();
        ratios.push(beside / headless);
    }
    let middle = |values: &mut Vec<f64>, part: f64| {
        values.sort_by(f64::total_cmp);
        values[((values.len() - 1) as f64 * part) as usize]
    };
    println!(
        "{name}: worker / headless {:.3}; frame {:.2} ms, 95 % {:.2} ms (medians)",
        middle(&mut ratios, 0.5),
        middle(&mut frames, 0.5),
        middle(&mut frames, 0.95)
    );
}
