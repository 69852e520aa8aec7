//! Runs a scenario without the app and prints a metric as it is measured.
//!
//! `cargo run --release --no-default-features --example headless`

use ammon::engine::{Experiment, Status, load};
use ammon::record::{Event, Sink, SinkError, metric};
use ammon::scenario::bundled;

/// Prints the accuracy of each test.
struct Accuracy;

impl Sink for Accuracy {
    fn event(&mut self, event: &Event) -> Result<(), SinkError> {
        if let Some(told) = event.measurement()
            && told.metric.is(&metric::PROBE_ACCURACY)
        {
            println!("step {:>6}: {:.1} % right", told.time, told.value * 100.0);
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shorter = ["protocol.0.times=4".to_string()];
    let scenario = load(bundled()[0].document(), &shorter, Some(1))?;
    let mut experiment = Experiment::<f32>::new(&scenario);
    while experiment.step(&mut Accuracy)? == Status::Running {}
    Ok(())
}
