//! Sparse attentive backtracking (Ke et al. 2018, arXiv:1809.03702): reminders of past states change the forward pass, and
//! gradient flows through them as skip connections.
//!
//! With ŝ_t = f(s_{t−1}, x_t), ĥ_t its units' output and m_i the remembered outputs:
//!
//! (1) a_i = (W_q ĥ_t) · (W_m m_i) / √K
//! (2) w̃_i = max(0, a_i − a_(k+1)), where a_(k+1) is the largest score that is not among the k best; w_i = w̃_i / Σ w̃
//! (3) h_t = ĥ_t + Σ_i w_i m_i
//!
//! As long as there are no more than k memories, w is the softmax of a. Every `attend_every` steps h_t joins the memories.
//! Back from t = T, δ goes through (3) into the memories, (2) and (1), and through f into s_{t−1}, but not over the border of
//! a segment of `truncation` steps.

use serde::{Deserialize, Serialize};

use super::RuleSpec;
use super::attention::Weights;
use super::rule::{
    Attended, Context, Ledger, Moment, Rule, RuleKind, Sizes, Start, Told, accumulate_early, flops,
    learn_readout,
};
use crate::episode::NO_ORIGIN;
use crate::neocortex::{Cell, Gradient, Step};
use crate::numeric::{Block, DMatrix, Measured, Real, floats_in, gemm};
use crate::record::{Declared, metric};
use crate::{params, registry};

params! {
    /// At every step.
    pub struct Always {}
}

params! {
    /// At the steps whose output is scored.
    pub struct Scored {}
}

registry! {
    /// When the network attends to its memories.
    pub enum AttendSpec "attention" {
        Always(Always),
        Scored(Scored),
    }
}

params! {
    /// Sparse attentive backtracking: attention over remembered states, through which credit skips back over time.
    pub struct Sab {
        /// Steps of a segment: δ does not go from one step to the one before over a segment's border.
        pub truncation: usize = 5, [1 ..= 100000], "steps", restart;
        /// How many memories are attended to at once (k). With 1 the weight is always 1 and attention learns nothing.
        pub top_k: usize = 5, [2 ..= 1000], "memories", restart;
        /// Every how many steps a state is remembered.
        pub attend_every: usize = 1, [1 ..= 10000], "steps", restart;
        /// When the network attends.
        pub attend: AttendSpec = AttendSpec::Scored(Scored {}), restart;
        /// Whether gradient is kept out of the memories: the control, whose attention is the same but carries no credit.
        pub detach_memories: bool = false, restart;
        /// Length of queries and keys (K).
        pub keys: usize = 32, [1 ..= 4096], "units", restart;
    }
}

impl Sab {
    /// The same forward pass with all of its gradient: what the rule is measured by.
    pub fn exact(&self) -> Self {
        Self {
            truncation: 100_000,
            detach_memories: false,
            ..self.clone()
        }
    }
}

impl RuleKind for Sab {
    fn reminds(&self) -> bool {
        true
    }

    fn serves(&self, cell: &dyn Cell<f32>) -> Result<(), &'static str> {
        if cell.spreads() {
            Err("a reminder needs units whose state it can be added to")
        } else {
            Ok(())
        }
    }

    fn floats(&self, sizes: &Sizes) -> u64 {
        let memories = sizes.steps / self.attend_every as u64 + 1;
        sizes.steps * (10 * sizes.state + self.keys as u64) + memories * self.keys as u64
    }

    fn whole(&self) -> Option<RuleSpec> {
        Some(RuleSpec::Sab(self.exact()))
    }

    fn tensors(&self) -> (&'static [&'static str], usize) {
        (&["W_q", "W_m"], self.keys)
    }
}

/// One episode's attention at one step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Attention<R: Real> {
    t: usize,
    b: usize,
    /// W_q ĥ.
    query: Vec<R>,
    weights: Weights<R>,
}

/// The tape of an episode with its memories.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SabState<R: Real> {
    params: Sab,
    /// s_{−1} … s_{T−1} with reminders, S×B each.
    states: Vec<R>,
    /// ŝ_0 … ŝ_{T−1} before reminders.
    bare: Vec<R>,
    aux: Vec<R>,
    /// Steps whose state is remembered.
    memories: Vec<usize>,
    /// W_m m of each memory, K×B each.
    keys: Vec<R>,
    attentions: Vec<Attention<R>>,
    errors: Vec<(usize, DMatrix<R>)>,
    /// Where attention went in the last batch.
    told: Measured<Vec<(u8, f64)>>,
    #[serde(skip)]
    last: Option<Attended>,
    ledger: Ledger,
}

impl<R: Real> SabState<R> {
    /// Nothing remembered yet.
    pub fn new(params: &Sab, _: Start<'_, R>) -> Self {
        Self {
            params: params.clone(),
            states: Vec::new(),
            bare: Vec::new(),
            aux: Vec::new(),
            memories: Vec::new(),
            keys: Vec::new(),
            attentions: Vec::new(),
            errors: Vec::new(),
            told: Measured(Vec::new()),
            last: None,
            ledger: Ledger::default(),
        }
    }

    fn attends(&self, cx: &Context<'_, R>, t: usize, b: usize) -> bool {
        match self.params.attend {
            AttendSpec::Always(_) => true,
            AttendSpec::Scored(_) => cx.batch.mask_at(t)[b] != R::zero(),
        }
    }

    /// Memory i of episode b: its units' output.
    fn memory(&self, i: usize, b: usize, n: usize, rows: usize, width: usize) -> &[R] {
        let from = (self.memories[i] + 1) * rows * width + b * rows;
        &self.states[from..from + n]
    }

    /// The key of memory i in episode b.
    fn key(&self, i: usize, b: usize, width: usize) -> &[R] {
        let k = self.params.keys;
        &self.keys[(i * width + b) * k..(i * width + b + 1) * k]
    }

    /// Equations (1) and (2).
    fn attend(&self, cx: &Context<'_, R>, t: usize, b: usize, h: &[R]) -> Attention<R> {
        let mut query = vec![R::zero(); self.params.keys];
        let [w_q, _] = attention_tensors(cx);
        gemm(&mut query, Block::of(w_q), Block::column(h), false);
        let keys = (0..self.memories.len()).map(|i| self.key(i, b, cx.batch.width));
        let weights = Weights::of(&query, keys, self.params.top_k);
        Attention {
            t,
            b,
            query,
            weights,
        }
    }

    /// Back through one attention: δ at h_t goes into the memories (`at_memories`) and the query (δ itself).
    fn back_through(
        &self,
        cx: &Context<'_, R>,
        attention: &Attention<R>,
        delta: &mut [R],
        at_memories: &mut [R],
        grad: &mut Gradient<R>,
    ) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        let (n, rows, k) = (cortex.units(), cortex.state(), self.params.keys);
        let (t, b) = (attention.t, attention.b);
        let memory = |i: u32| self.memory(i as usize, b, n, rows, width);
        let at_h = delta[b * rows..b * rows + n].to_vec();
        let at_weights: Vec<R> = attention
            .weights
            .chosen
            .iter()
            .map(|(i, _)| at_h.iter().zip(memory(*i)).map(|(d, m)| *d * *m).sum())
            .collect();
        let credit = !self.params.detach_memories;
        let mut at_memory = |i: u32, values: &[R]| {
            if credit {
                let from = (self.memories[i as usize] * width + b) * n;
                for (to, v) in at_memories[from..from + n].iter_mut().zip(values) {
                    *to += *v;
                }
            }
        };
        for (i, w) in &attention.weights.chosen {
            let through: Vec<R> = at_h.iter().map(|d| *w * *d).collect();
            at_memory(*i, &through);
        }
        let [w_q, w_m] = attention_tensors(cx);
        let scale = R::of(1.0 / (k as f64).sqrt());
        let mut at_query = vec![R::zero(); k];
        let mut back = vec![R::zero(); n];
        let remote = b < cx.batch.early(t);
        for (i, d) in attention.weights.score_errors(&at_weights) {
            let key = self.key(i as usize, b, width);
            for (q, key) in at_query.iter_mut().zip(key) {
                *q += scale * d * *key;
            }
            let at_key: Vec<R> = attention.query.iter().map(|q| scale * d * *q).collect();
            gemm(&mut back, Block::of(w_m).t(), Block::column(&at_key), false);
            at_memory(i, &back);
            outer(grad, 1, remote, &at_key, memory(i));
        }
        gemm(
            &mut back,
            Block::of(w_q).t(),
            Block::column(&at_query),
            false,
        );
        for (d, back) in delta[b * rows..b * rows + n].iter_mut().zip(&back) {
            *d += *back;
        }
        let bare = &self.bare[(t * width + b) * rows..(t * width + b) * rows + n];
        outer(grad, 0, remote, &at_query, bare);
    }

    /// Where attention went: to the few steps after the one that the answer repeats, and how far after it on average.
    fn tell(&mut self, cx: &Context<'_, R>) {
        const NEAR: i64 = 5;
        let (mut near, mut lag, mut all) = (0.0, 0.0, 0.0);
        for attention in &self.attentions {
            let origins = &cx.batch.origins;
            let origin = origins
                .get(attention.t * cx.batch.width + attention.b)
                .copied()
                .unwrap_or(NO_ORIGIN);
            if origin == NO_ORIGIN {
                continue;
            }
            for (i, w) in &attention.weights.chosen {
                let after = self.memories[*i as usize] as i64 - i64::from(origin);
                let w = w.f64();
                near += if (0..=NEAR).contains(&after) { w } else { 0.0 };
                lag += w * after as f64;
                all += w;
            }
        }
        self.told.0.clear();
        // In a task where no answer repeats a step there is nothing to tell.
        if cx.batch.origins.iter().any(|origin| *origin != NO_ORIGIN) {
            self.told.0.extend([(0, near / all), (1, lag / all)]);
        }
        let first = self.attentions.iter().filter(|a| a.b == 0);
        let mut attended = Attended {
            steps: cx.batch.lengths.first().copied().unwrap_or_default(),
            ..Attended::default()
        };
        for attention in first {
            attended.queries.push(attention.t);
            let from = attended.weights.len();
            attended.weights.resize(from + attended.steps, 0.0);
            for (i, w) in &attention.weights.chosen {
                if let Some(to) = attended.weights.get_mut(from + self.memories[*i as usize]) {
                    *to = w.f64() as f32;
                }
            }
        }
        self.last = Some(attended);
    }
}

/// W_q and W_m.
fn attention_tensors<'a, R: Real>(cx: &Context<'a, R>) -> [&'a DMatrix<R>; 2] {
    let tensors = cx.cortex.recurrent();
    [&tensors[tensors.len() - 2], &tensors[tensors.len() - 1]]
}

/// The gradient of W_q (0) or W_m (1) grows by left ⊗ right.
fn outer<R: Real>(grad: &mut Gradient<R>, which: usize, remote: bool, left: &[R], right: &[R]) {
    for part in [Some(false), remote.then_some(true)].into_iter().flatten() {
        let tensors = grad.part_mut(part);
        let at = tensors.len() - 2 + which;
        let to = tensors[at].as_mut_slice();
        gemm(to, Block::column(left), Block::column(right).t(), true);
    }
}

impl<R: Real> Rule<R> for SabState<R> {
    fn begin(&mut self, cx: &Context<'_, R>) {
        for values in [
            &mut self.states,
            &mut self.bare,
            &mut self.aux,
            &mut self.keys,
        ] {
            values.clear();
        }
        self.states
            .resize(cx.cortex.state() * cx.batch.width, R::zero());
        self.memories.clear();
        self.attentions.clear();
        self.errors.clear();
    }

    fn remind(&mut self, cx: &Context<'_, R>, t: usize, h: &mut [R], aux: &[R]) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        let (n, rows, k) = (cortex.units(), cortex.state(), self.params.keys);
        self.bare.extend_from_slice(h);
        self.aux.extend_from_slice(aux);
        for b in 0..width {
            if self.memories.is_empty() || !self.attends(cx, t, b) {
                continue;
            }
            let column = &mut h[b * rows..b * rows + n];
            let attention = self.attend(cx, t, b, column);
            for (i, w) in &attention.weights.chosen {
                let memory = self.memory(*i as usize, b, n, rows, width);
                for (h, m) in column.iter_mut().zip(memory) {
                    *h += *w * *m;
                }
            }
            self.attentions.push(attention);
        }
        cortex.silence(h);
        self.states.extend_from_slice(h);
        if (t + 1).is_multiple_of(self.params.attend_every) {
            self.memories.push(t);
            let from = self.keys.len();
            self.keys.resize(from + k * width, R::zero());
            let [_, w_m] = attention_tensors(cx);
            let output = Block::rows(h, rows, 0, n);
            gemm(&mut self.keys[from..], Block::of(w_m), output, false);
        }
    }

    fn observe(&mut self, cx: &Context<'_, R>, moment: &Moment<'_, R>, grad: &mut Gradient<R>) {
        learn_readout(cx.cortex, moment, grad);
        if let Some(score) = moment.score {
            self.errors.push((moment.t, score.dy.clone()));
        }
    }

    fn finish(&mut self, cx: &Context<'_, R>, grad: &mut Gradient<R>) {
        let (cortex, width) = (cx.cortex, cx.batch.width);
        let (n, rows) = (cortex.units(), cortex.state());
        let (size, x, a) = (
            rows * width,
            cortex.inputs() * width,
            cortex.aux_rows() * width,
        );
        let steps = self.bare.len() / size.max(1);
        if self.ledger.grows(self.states.len()) {
            let floats = floats_in(self);
            self.ledger.keep(floats, width);
            let (k, scored) = (self.params.keys, self.memories.len());
            let once = 3 * 2 * (k * n + scored * k + self.params.top_k * n);
            let often = self.attentions.len() * once / (steps * width).max(1);
            self.ledger.flops_per_step = flops(cortex, 3) + (often + 3 * 2 * k * n) as u64;
        }
        let (mut delta, mut back) = (vec![R::zero(); size], vec![R::zero(); size]);
        let mut local = vec![R::zero(); cortex.local_rows() * width];
        let mut at_memories = vec![R::zero(); steps * n * width];
        let mut attention = self.attentions.len();
        for t in (0..steps).rev() {
            let aux = &self.aux[t * a..(t + 1) * a];
            if let Some((_, dy)) = self.errors.pop_if(|(scored, _)| *scored == t) {
                cortex.credit(aux, &dy, &mut delta);
            }
            for b in 0..width {
                let from = (t * width + b) * n;
                let column = &mut delta[b * rows..b * rows + n];
                for (d, m) in column.iter_mut().zip(&at_memories[from..from + n]) {
                    *d += *m;
                }
            }
            cortex.silence(&mut delta);
            while attention > 0 && self.attentions[attention - 1].t == t {
                attention -= 1;
                let attention = &self.attentions[attention];
                self.back_through(cx, attention, &mut delta, &mut at_memories, grad);
            }
            let step = Step {
                h_prev: &self.states[t * size..(t + 1) * size],
                x: &cx.batch.inputs.as_slice()[t * x..(t + 1) * x],
                h: &self.bare[t * size..(t + 1) * size],
                aux,
            };
            cortex.back(&step, &mut delta, &mut local, &mut back);
            cortex.accumulate(&step, &local, grad.part_mut(false));
            accumulate_early(cortex, &step, &local, (cx.batch.early(t), width), grad);
            if t.is_multiple_of(self.params.truncation) {
                back.fill(R::zero());
            }
            std::mem::swap(&mut delta, &mut back);
        }
        self.tell(cx);
    }

    fn ledger(&self) -> Ledger {
        self.ledger
    }

    fn told(&self) -> Told {
        const TOLD: [&Declared; 2] = [&metric::NEAR_ORIGIN, &metric::ATTENTION_LAG];
        self.told
            .0
            .iter()
            .filter_map(|&(which, value)| Some((*TOLD.get(which as usize)?, value)))
            .collect()
    }

    fn attended(&self) -> Option<Attended> {
        self.last.clone()
    }
}
