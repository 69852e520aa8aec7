//! A rule of one's own, tried on a bundled task before it is made part of the simulator: how its gradient stands to exact
//! BPTT's, and how far a network gets with it.
//!
//! `cargo run --release --no-default-features --example own_rule`
//!
//! To make it part of the simulator, so that scenarios can name it: `docs/adding/rule.md`.

use ammon::analysis::Alignment;
use ammon::engine::{Alone, live, load};
use ammon::episode::Batch;
use ammon::learning::{Bptt, BpttState, Context, Ledger, Moment, Rule, Start, learn_readout};
use ammon::neocortex::{Cortex, Gradient, LossSpec, Optimizer};
use ammon::numeric::Rng;
use ammon::scenario::bundled;

/// Credit goes to the step that was scored, and a fading part of it to the steps before, as far as a trace of what each
/// parameter saw reaches: e_t = fade·e_{t−1} + u_t, ∂L/∂θ ≈ Σ_t Dᵀ(∂L/∂s_t) ⊗ e_t, without the recurrent weights' part in it.
struct Fading {
    fade: f64,
    /// e without its constant entry: of h_{t−1} and of x_t, a column an episode.
    states: Vec<f64>,
    inputs: Vec<f64>,
}

impl Rule<f64> for Fading {
    fn begin(&mut self, cx: &Context<'_, f64>) {
        self.states = vec![0.0; cx.cortex.state() * cx.batch.width];
        self.inputs = vec![0.0; cx.cortex.inputs() * cx.batch.width];
    }

    fn observe(
        &mut self,
        cx: &Context<'_, f64>,
        moment: &Moment<'_, f64>,
        grad: &mut Gradient<f64>,
    ) {
        let cortex = cx.cortex;
        for (trace, now) in [
            (&mut self.states, moment.step.h_prev),
            (&mut self.inputs, moment.step.x),
        ] {
            for (e, u) in trace.iter_mut().zip(now) {
                *e = self.fade * *e + u;
            }
        }
        learn_readout(cortex, moment, grad);
        let Some(score) = moment.score else { return };
        let (size, width) = (cortex.state(), cx.batch.width);
        let (mut delta, mut back) = (vec![0.0; size * width], vec![0.0; size * width]);
        let mut local = vec![0.0; cortex.local_rows() * width];
        cortex.credit(moment.step.aux, &score.dy, &mut delta);
        cortex.back(&moment.step, &mut delta, &mut local, &mut back);
        let mut traced = moment.step;
        (traced.h_prev, traced.x) = (&self.states, &self.inputs);
        cortex.accumulate(&traced, &local, grad.part_mut(false));
    }

    fn ledger(&self) -> Ledger {
        Ledger::default()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The flagship's delayed recall, with a delay that such traces can bridge.
    let scenario = load(bundled()[0].document(), &["task.delay=2".into()], Some(1))?;
    let (task, network) = (scenario.setup.task.kind::<f64>(), &scenario.setup.cortex);
    let dims = task.dims();
    let loss = LossSpec::suiting(task.targets());
    let mut weights = Rng::named(1, "weights");
    let mut cortex = Cortex::new(
        &network.cell,
        dims.inputs,
        dims.outputs,
        loss,
        task.tolerance(),
        &mut weights,
    );
    let mut optimizer = Optimizer::new(
        &network.optimizer,
        network.clip,
        network.decay,
        &cortex.weights,
    );
    let mut episodes = Rng::named(1, "episodes");
    let mut rule = Fading {
        fade: 0.8,
        states: Vec::new(),
        inputs: Vec::new(),
    };
    for update in 0..=400 {
        let lived: Vec<_> = (0..16).map(|_| task.episode(&mut episodes)).collect();
        let batch = Batch::of(&lived, 16 * update);
        let mut gradient = cortex.gradient();
        live(
            batch.clone(),
            &cortex,
            None,
            &mut Alone {
                rule: &mut rule,
                gradient: &mut gradient,
            },
        );
        if update % 100 == 0 {
            let rng = Rng::named(1, "exact");
            let mut exact = BpttState::new(
                &Bptt {},
                Start {
                    cortex: &cortex,
                    rng,
                },
            );
            let mut whole = cortex.gradient();
            live(
                batch,
                &cortex,
                None,
                &mut Alone {
                    rule: &mut exact,
                    gradient: &mut whole,
                },
            );
            println!(
                "update {update:>3}: loss {:.3}, cosine with exact BPTT {:.3}",
                gradient.loss / gradient.weight,
                Alignment::of(&gradient, &whole).cosine
            );
        }
        optimizer.update(&mut cortex.weights, &gradient);
    }
    Ok(())
}
