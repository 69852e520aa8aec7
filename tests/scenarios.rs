//! Scenarios show what their texts say, as far as that takes seconds; `scripts/validate` measures the rest.

use ammon::engine::Experiment;
use ammon::engine::load;
use ammon::record::{AnyRow, Event, Order, Sequence};
use ammon::scenario::bundled;

/// Runs a bundled scenario; its events.
fn run(name: &str, seed: u64, sets: &[&str]) -> Vec<Event> {
    let found = bundled().iter().find(|b| b.name == name).unwrap();
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let scenario = load(found.document(), &sets, Some(seed)).unwrap_or_else(|e| panic!("{e}"));
    let mut experiment = Experiment::<f32>::new(&scenario);
    let mut events = Vec::new();
    while !experiment.is_done() {
        experiment.step(&mut events).unwrap();
    }
    events
}

fn values(events: &[Event], metric: &str) -> Vec<f64> {
    events
        .iter()
        .filter_map(|e| match e {
            Event::Row(AnyRow::Metric(m)) if m.metric.name() == metric => Some(m.value),
            _ => None,
        })
        .collect()
}

fn last(events: &[Event], metric: &str) -> f64 {
    *values(events, metric).last().unwrap()
}

#[test]
fn online_rules_balance_influences_and_a_short_horizon_goes_the_wrong_way() {
    let solution = -1.0 / 6.0;
    for seed in 1..=5 {
        for rule in ["Uoro", "Rtrl", "KfRtrl"] {
            let events = run(
                "influence-balancing",
                seed,
                &[&format!("learning.rule={rule}")],
            );
            let theta = last(&events, "weight.theta");
            assert!(
                (theta / solution - 1.0).abs() < 0.05,
                "{rule} {seed}: {theta}"
            );
        }
    }
    let short = run(
        "influence-balancing",
        1,
        &["learning.rule=Tbptt(horizon: 10)"],
    );
    let theta = values(&short, "weight.theta");
    assert!(theta.windows(2).all(|w| w[1] > w[0]) && theta.last() > Some(&1e6));
}

#[test]
fn credit_that_skips_through_memories_reaches_what_truncation_cuts_off() {
    let short = "protocol=[Repeat(times: 60, phases: [Wake(episodes: 32)]), Probe(episodes: 64)]";
    let reach = |rule: &str| {
        let sets = [
            short,
            rule,
            "task.delay=20",
            "task.length=3",
            "cortex.cell.units=32",
        ];
        last(&run("copy-attention", 2, &sets), "probe.accuracy")
    };
    let reminded = reach("learning.rule.truncation=5");
    let cut = reach("learning.rule=Tbptt(horizon: 5)");
    assert!(reminded > 0.3 && cut < 0.2, "{reminded} {cut}");
}

#[test]
fn a_reversible_cortex_learns_to_count_as_bptt_does() {
    let sets = |rule: &'static str| {
        [
            "protocol=[Repeat(times: 300, phases: [Wake(episodes: 32)]), Probe(episodes: 64)]",
            rule,
        ]
    };
    let replayed = run("r2n2", 1, &sets("learning.rule=ReversibleReplay"));
    let taped = run("r2n2", 1, &sets("learning.rule=Bptt"));
    assert_eq!(last(&replayed, "probe.correct"), 1.0);
    assert_eq!(
        last(&replayed, "probe.correct"),
        last(&taped, "probe.correct")
    );
    assert!(last(&replayed, "ReversibleReplay.reconstruction_error") < 1e-9);
}

#[test]
fn a_past_too_long_to_run_back_to_is_told() {
    let sets = ["task=Recall(delay: 200)", "protocol=[Wake(episodes: 2)]"];
    let events = run("r2n2", 1, &sets);
    assert!(last(&events, "ReversibleReplay.reconstruction_error") > 0.01);
    let told = events.iter().any(|e| {
        matches!(e, Event::Note { text, .. } if text.contains("the first state is reconstructed with an error of"))
    });
    assert!(told);
}

fn rows(events: &[Event], store: &str, cue: &str) -> Vec<(usize, f64, f64)> {
    events
        .iter()
        .filter_map(|e| match e {
            Event::Row(AnyRow::Capacity(r)) if r.store == store && r.cue == cue => {
                Some((r.patterns, r.overlap_mean, r.exact_rate))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn the_hopfield_network_breaks_between_0_10_and_0_18_n() {
    for seed in 1..=3 {
        let sets = ["protocol.0.trials=4", "protocol.0.patterns=[100, 138, 180]"];
        let events = run("capacity-hopfield", seed, &sets);
        let curve = rows(&events, "Hopfield-1000", "Fraction");
        assert!(curve[0].1 > 0.98 && curve[2].1 < 0.75, "{curve:?}");
        let load = last(&events, "capacity.Hopfield-1000.Fraction-1.load_at_0.9");
        assert!((0.10..0.18).contains(&load), "{load}");
    }
}

#[test]
fn ca3_holds_more_patterns_as_codes_get_sparser() {
    let sets = ["protocol=[\
         MeasureStore(store: Ca3(units: 1000, sparsity: 0.02), patterns: [600, 1400, 1800, 2500], cues: 0.5, trials: 2),\
         MeasureStore(store: Ca3(units: 1000, sparsity: 0.05), patterns: [300, 700, 900, 1300], cues: 0.5, trials: 2),\
         MeasureStore(store: Ca3(units: 1000, sparsity: 0.2), patterns: [100, 200, 300, 400], cues: 0.5, trials: 2)]"];
    let events = run("capacity-ca3", 2, &sets);
    let of = |a: &str, what: &str| {
        last(
            &events,
            &format!("capacity.Ca3-1000-{a}.Fraction-0.5.{what}"),
        )
    };
    let patterns = ["0.02", "0.05", "0.2"].map(|a| of(a, "patterns_at_0.9"));
    assert!(
        patterns[0] > 1.5 * patterns[1] && patterns[1] > 2.0 * patterns[2],
        "{patterns:?}"
    );
    for a in ["0.02", "0.05", "0.2"] {
        assert!((0.07..0.2).contains(&of(a, "k")), "{a}: {}", of(a, "k"));
    }
}

#[test]
fn sharper_separation_replays_longer_sequences_in_both_orders() {
    let sets = ["protocol=[\
         MeasureStore(store: SequenceHopfield(units: 60, separation: Polynomial(1)), patterns: [4, 6, 8, 12], trials: 16, sequence: true),\
         MeasureStore(store: SequenceHopfield(units: 60, separation: Polynomial(2)), patterns: [40, 60, 80, 120], trials: 16, sequence: true),\
         MeasureStore(store: SequenceHopfield(units: 60, separation: Polynomial(3)), patterns: [300, 500, 700], trials: 4, sequence: true)]"];
    let events = run("capacity-sequence", 3, &sets);
    let longest = |d: usize, order: &str| {
        last(
            &events,
            &format!("capacity.SequenceHopfield-60-{d}.longest_{order}"),
        )
    };
    for d in 1..=3 {
        let (forward, reverse) = (longest(d, "forward"), longest(d, "reverse"));
        assert!(
            (forward / reverse - 1.0).abs() < 0.35,
            "{d}: {forward} {reverse}"
        );
    }
    assert!(longest(2, "forward") > 5.0 * longest(1, "forward"));
    assert!(longest(3, "forward") > 5.0 * longest(2, "forward"));
}

#[test]
fn one_step_of_recall_is_softmax_attention() {
    let events = run("attention-is-recall", 4, &[]);
    assert!(last(&events, "attention.weights.largest_difference") < 1e-6);
    assert!(last(&events, "attention.output.largest_difference") < 1e-5);
    let weight = last(&events, "attention.weight.store");
    assert!(weight > 0.05 && (weight - last(&events, "attention.weight.softmax")).abs() < 1e-6);
}

#[test]
fn only_reverse_replay_carries_credit_back_and_ripples_keep_the_lived_order() {
    let sets = [
        "protocol=[Repeat(times: 4, phases: [Wake(episodes: 16), Sleep(ripples: 16, order: Forward, learn: false), \
         Sleep(ripples: 16, order: Shuffled, learn: false), Sleep(ripples: 16)]), \
         Sleep(ripples: 512, learn: false, score: true)]",
        "hippocampus.store.units=1000",
        "hippocampus.entorhinal.units=1000",
    ];
    let events = run("replay-order", 2, &sets);
    assert!(
        values(&events, "alignment.ReplayBptt-Forward.remote")
            .iter()
            .all(|r| *r == 0.0)
    );
    assert!(
        values(&events, "alignment.ReplayBptt.remote")
            .iter()
            .all(|r| *r > 0.98)
    );
    let shuffled = values(&events, "alignment.ReplayBptt-Shuffled.remote");
    assert!(shuffled.iter().all(|r| r.abs() < 0.6), "{shuffled:?}");
    for area in ["CA3", "cortex"] {
        let share = last(&events, &format!("score.{area}.significant"));
        let chance = last(&events, &format!("score.shuffled.{area}.significant"));
        assert!(
            share >= 0.8 && (chance - 0.05).abs() <= 0.03,
            "{area}: {share} {chance}"
        );
    }
    assert!(last(&events, "score.matched") > 0.9 && last(&events, "score.matched.p") < 0.01);
    let scored = events
        .iter()
        .filter(|e| matches!(e, Event::Row(AnyRow::Score(r)) if r.sequence == Sequence::Shuffled && r.area == "CA3"));
    assert_eq!(scored.count(), 512);
}

#[test]
fn states_that_are_lived_again_before_they_teach_are_those_of_the_weights_of_now() {
    let days = |store: &str, seed: u64, refresh: bool| {
        let store = format!("hippocampus.store={store}");
        // Larger steps than usual, so that what is stored ages within a few days.
        let protocol = format!(
            "protocol=[Repeat(times: 12, phases: [Wake(episodes: 8), Sleep(ripples: 16, refresh: {refresh})])]"
        );
        let sets = [
            &store,
            &protocol,
            "cortex.optimizer.rate=0.01",
            "hippocampus.capacity.steps=704",
            "hippocampus.entorhinal.units=1000",
        ];
        let events = run("recall-by-replay", seed, &sets);
        let late = |name: &str| {
            let values = values(&events, name);
            let late = &values[values.len() - 4..];
            late.iter().sum::<f64>() / late.len() as f64
        };
        let ripples = events.iter().filter_map(|e| match e {
            Event::Row(AnyRow::Ripple(r)) => Some(r.order),
            _ => None,
        });
        let forward = ripples.filter(|order| *order == Order::FORWARD).count();
        (late("alignment.ReplayBptt.cosine"), forward, events)
    };
    let stores = [("Exact", 0.9999), ("Ca3(units: 2000)", 0.998)];
    let each = stores
        .into_iter()
        .flat_map(|s| (1..=3).map(move |seed| (s, seed)));
    for ((store, bound), seed) in each {
        let (stale, none, _) = days(store, seed, false);
        let (fresh, forward, events) = days(store, seed, true);
        assert_eq!(none, 0);
        // Each stored episode that is drawn is lived again first: no more than there are.
        assert!((12 * 8..=12 * 16).contains(&forward), "{forward}");
        assert!(fresh > bound, "{store} {seed}: {stale} {fresh}");
        assert!(
            1.0 - fresh < 0.2 * (1.0 - stale),
            "{store} {seed}: {stale} {fresh}"
        );
        assert_eq!(last(&events, "refresh.completed"), 1.0);
        assert!(last(&events, "refresh.moved") > 0.01);
    }
}

#[test]
fn long_episodes_are_replayed_whole_by_chained_ripples() {
    let sets = [
        "protocol=[Wake(episodes: 3), Sleep(ripples: 3), Sleep(ripples: 3, learn: false, score: true)]",
        "hippocampus.store.units=1500",
        "hippocampus.entorhinal.units=1000",
    ];
    let events = run("long-episode", 1, &sets);
    let ripples: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            Event::Row(AnyRow::Ripple(r)) => Some(r),
            _ => None,
        })
        .collect();
    assert_eq!(ripples.len(), 6 * 5);
    assert!(ripples.iter().all(|r| r.completed && r.steps == 40));
    assert!(ripples.windows(2).all(|w| w[1].ripple == w[0].ripple + 1));
    assert_eq!(ripples.iter().filter(|r| r.cue == "Chained").count(), 6 * 4);
    // Before the first update: afterwards the stored states are those of other weights.
    assert!(values(&events, "alignment.ReplayBptt.remote")[0] > 0.98);
    assert_eq!(last(&events, "replay.completed"), 1.0);
    let whole = events.iter().filter(|e| {
        matches!(e, Event::Row(AnyRow::Score(r)) if r.sequence == Sequence::Stored && r.area == "CA3" && r.steps == 200 && r.p < 0.05)
    });
    assert_eq!(whole.count(), 3);
}

#[test]
fn a_position_decoded_from_ripples_follows_the_path() {
    let sets = [
        "hippocampus=(store: Ca3(units: 1000), entorhinal: (units: 1000))",
        "learning=(rule: ReplayBptt)",
        "protocol=[Wake(episodes: 8), Sleep(ripples: 40, learn: false, score: true)]",
    ];
    let events = run("r2n2-maze", 1, &sets);
    assert!(last(&events, "score.position.significant") > 0.8);
    assert!(last(&events, "score.shuffled.position.significant") < 0.25);
}

#[test]
fn spontaneous_ripples_fall_into_stored_attractors_and_favour_the_recent() {
    let sets = [
        "hippocampus.ripple.select=Spontaneous",
        "hippocampus.capacity=Palimpsest(half_life: 176)",
        "hippocampus.entorhinal.units=1000",
        "protocol=[Repeat(times: 5, phases: [Wake(episodes: 4)]), Sleep(ripples: 100)]",
    ];
    let events = run("recall-by-replay", 1, &sets);
    let ripples: Vec<(u64, f64)> = events
        .iter()
        .filter_map(|e| match e {
            Event::Row(AnyRow::Ripple(r)) => Some((r.episode, r.overlap_mean)),
            _ => None,
        })
        .collect();
    let landed = ripples.iter().filter(|r| r.1 > 0.9).count();
    let recent = ripples.iter().filter(|r| r.0 >= 16).count();
    assert!(landed > 60 && recent > 80, "{landed} {recent}");
}

#[test]
fn every_store_replays_episodes_that_the_cortex_can_learn_from() {
    for store in [
        "Ca3(units: 1000)",
        "Diluted(connectivity: 0.5, units: 1500)",
        "Hopfield(units: 1000)",
        "ModernHopfield(units: 1000)",
        "SequenceHopfield(units: 600)",
        "Exact",
    ] {
        let set = format!("hippocampus.store={store}");
        let sets = [
            set.as_str(),
            "hippocampus.entorhinal.units=1000",
            "protocol=[Wake(episodes: 4), Sleep(ripples: 4)]",
        ];
        let events = run("recall-by-replay", 1, &sets);
        assert_eq!(last(&events, "replay.completed"), 1.0, "{store}");
        assert!(
            last(&events, "alignment.ReplayBptt.remote") > 0.98,
            "{store}"
        );
    }
}

#[test]
fn replay_survives_half_of_ca3_and_breaks_by_degrees_beyond_it() {
    let sets = [
        "learning.rule=Bptt",
        "protocol=[MeasureLesions(targets: [CA3, Collaterals, Sequence, Cortex], fractions: [0, 0.3, 0.5, 0.9], episodes: 16, tests: 16)]",
    ];
    for seed in 1..=2 {
        let events = run("graded-lesions", seed, &sets);
        let of = |what: &str, at: f64| last(&events, &format!("lesion.{what}_at_{at}"));
        for stage in [
            "CA3-after",
            "CA3-before",
            "CA3-reduced",
            "Collaterals-after",
        ] {
            let completed = |at| of(&format!("{stage}.completed"), at);
            assert!(completed(0.0) == 1.0 && completed(0.3) > 0.9, "{stage}");
            assert!(completed(0.5) > 0.8 && completed(0.9) == 0.0, "{stage}");
            assert!(of(&format!("{stage}.overlap"), 0.5) > 0.9, "{stage}");
        }
        assert!(of("Sequence-after.completed", 0.5) == 1.0);
        assert!(of("CA3-before.cosine", 0.5) > 0.95);
        assert!(of("Cortex-tested.accuracy", 0.9).is_finite());
    }
}
