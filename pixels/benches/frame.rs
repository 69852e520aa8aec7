//! What the window costs: a frame's own CPU work (layout and tessellation, nothing painted), and what it takes from the
//! worker. Prints the median of both; `cargo bench -p pixels --bench frame`.

fn main() {
    use std::time::{Duration, Instant};

    use ammon::engine::load;
    use ammon::engine::{Branches, Experiment, Request, Status};
    use ammon::gui::App;
    use ammon::scenario::bundled;
    use eframe::egui;

    const STEPS: u64 = 20_000;
    let scenario = load(bundled()[0].document(), &[], None).expect("the flagship is sound");
    let mut ratios = Vec::new();
    let mut frames = Vec::new();
    for _ in 0..5 {
        let mut experiment = Experiment::<f32>::new(&scenario);
        let begun = Instant::now();
        while experiment.clock().step < STEPS {
            assert_eq!(
                experiment.step(&mut ()).expect("the flagship runs"),
                Status::Running
            );
        }
        let headless = STEPS as f64 / begun.elapsed().as_secs_f64();

        let mut desk = Branches::new(scenario.clone(), || {}).expect("a desk");
        desk.send(Request::Step(STEPS));
        let mut app = App::new(Box::new(desk), None);
        let ctx = egui::Context::default();
        let begun = Instant::now();
        let mut number = 0;
        while app.snapshot().step < STEPS {
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
        let beside = STEPS as f64 / begun.elapsed().as_secs_f64();
        println!(
            "headless {headless:.0} steps/s, worker beside 60 layouts a second {beside:.0} steps/s"
        );
        ratios.push(beside / headless);
    }
    let middle = |values: &mut Vec<f64>, part: f64| {
        values.sort_by(f64::total_cmp);
        values[((values.len() - 1) as f64 * part) as usize]
    };
    println!("worker / headless: median {:.3}", middle(&mut ratios, 0.5));
    println!(
        "frame: median {:.2} ms, 95 % {:.2} ms",
        middle(&mut frames, 0.5),
        middle(&mut frames, 0.95)
    );
}
