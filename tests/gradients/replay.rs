//! Reverse replay from an exact store is BPTT.

use ammon::episode::{ContentShape, quarter};
use ammon::hippocampus::{Cue, Cuts, Exact, Scratch, StoreSpec, StoreStart, StoreState, Trace};
use ammon::learning::{Bptt, Reinstated, ReplayBptt, RuleSpec};
use ammon::record::Direction;

use crate::support::{assert_same, live, settings, state};

#[test]
fn reverse_replay_from_an_exact_store_is_bptt_to_rounding_for_every_cell() {
    for (what, _, cortex, batch) in settings() {
        let mut tape = state(&cortex, &RuleSpec::Bptt(Bptt {}), 1);
        let (states, exact) = live(&cortex, &batch, &mut tape);
        let shape = ContentShape {
            state: cortex.state(),
            input: cortex.inputs(),
            target: cortex.outputs(),
        };
        let mut store = StoreState::<f64>::new(&StoreSpec::Exact(Exact {}), StoreStart::default());
        let (n, b) = (cortex.state(), batch.width);
        for e in 0..b {
            for (t, state) in states[..batch.steps].iter().enumerate() {
                let mut content = state[e * n..(e + 1) * n].to_vec();
                content.extend(batch.inputs.column(t * b + e).iter());
                content.extend(batch.targets.column(t * b + e).iter());
                content.push(batch.mask[t * b + e]);
                let id = (e * batch.steps + t) as u64;
                let after = (t > 0).then(|| (id - 1, [].as_slice()));
                store.as_dyn_mut().encode(&[Trace {
                    engram: id,
                    code: &[],
                    content: &content,
                    after,
                }]);
            }
        }
        let mut replay = state(&cortex, &RuleSpec::ReplayBptt(ReplayBptt {}), 1);
        let mut grad = cortex.gradient();
        let (cuts, mut scratch) = (Cuts::default(), Scratch::default());
        for e in 0..b {
            replay.as_dyn_mut().begin_ripple(&cortex);
            let cue = Cue {
                units: Vec::new(),
                engram: Some(((e + 1) * batch.steps - 1) as u64),
            };
            let mut state = store.as_dyn().complete(&cue, &cuts, &mut scratch);
            let mut t = batch.steps;
            while let Some(id) = state.engram {
                t -= 1;
                let content = store.as_dyn().content(id).unwrap();
                let remote = t < quarter(batch.lengths[e]);
                let step = Reinstated {
                    cortex: &cortex,
                    shape,
                    content,
                    remote,
                };
                replay.as_dyn_mut().reinstate(&step, &mut grad);
                state = store
                    .as_dyn()
                    .next(&state, Direction::Reverse, &cuts, &mut scratch);
            }
            assert_eq!(t, 0);
        }
        cortex.prune(&mut grad);
        assert_same(&what, &grad, &exact, 1e-12);
    }
}
