//! What rules keep and cost on one input, and the exponents of their growth with N; times are the best of three.

use ammon::engine::{Experiment, LedgerRow, Status, load};
use ammon::scenario::Text;

use super::{Out, Result};

/// Numbers of units.
const UNITS: [usize; 3] = [64, 128, 256];

/// The table of growth.
pub fn tell(out: &mut Out) -> Result<()> {
    out.line(format_args!(
        "\n{:<22} {:>6} {:>12} {:>16} {:>10}",
        "rule", "N", "floats", "flops a step", "µs a step"
    ))?;
    let mut growths = Vec::new();
    for rule in ["Bptt", "Rtrl", "Uoro", "KfRtrl", "Eprop", "Snap(order: 1)"] {
        let mut before: Option<(usize, [f64; 3])> = None;
        for units in UNITS {
            let costs = cost(rule, units)?;
            let [floats, flops, time] = costs;
            out.line(format_args!(
                "{rule:<22} {units:>6} {floats:>12.0} {flops:>16.0} {time:>10.1}"
            ))?;
            if let Some((was, costs_before)) = before {
                let exponent = |i: usize| (costs[i] / costs_before[i]).log2();
                growths.push(format!(
                    "{rule:<22} {was:>4} to {units:>4}: floats N^{:.2}, operations N^{:.2}, time N^{:.2}",
                    exponent(0), exponent(1), exponent(2)
                ));
            }
            before = Some((units, costs));
        }
    }
    growths.iter().try_for_each(|line| out.line(line))
}

/// Floats, operations a step and microseconds a step.
fn cost(rule: &str, units: usize) -> Result<[f64; 3]> {
    // RTRL's cost is cubic in N for each parameter: a few steps tell it.
    let length = if rule == "Rtrl" { 8 } else { 1000 };
    let text = format!(
        "Scenario(task: Mimic(units: 4, inputs: 1, outputs: 1, length: {length}), cortex: (cell: Tanh(units: {units})), \
         learning: (rule: {rule}, align: false), protocol: [Wake(episodes: 1), Wake(episodes: 1)])"
    );
    let name = "growth".to_string();
    let scenario = load(Text { name, text }, &[], None).map_err(|e| e.to_string())?;
    let mut best: Option<[f64; 3]> = None;
    for _ in 0..3 {
        let mut experiment = Experiment::<f32>::new(&scenario);
        while experiment.step(&mut ())? == Status::Running {}
        let ledger = experiment.ledger();
        let row: &LedgerRow = ledger.first().ok_or("a run without a rule")?;
        let costs = [
            row.retained_floats as f64,
            row.flops_per_step as f64,
            row.microseconds_per_step,
        ];
        if best.is_none_or(|best| costs[2] < best[2]) {
            best = Some(costs);
        }
    }
    best.ok_or_else(|| "nothing was measured".into())
}
