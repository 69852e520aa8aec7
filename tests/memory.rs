//! How much is kept, and what is forgotten: capacities, selection, prototypes, memory limits.

use ammon::engine::load;
use ammon::episode::ContentShape;
use ammon::hippocampus::{
    CapacitySpec, Compress, ErrorSize, EvictSpec, Fixed, Hippocampus, HippocampusState,
    LeastSalient, Oldest, OldestFirst, OrderSpec, Outcome, Palimpsest, Recall, RewardSize,
    Salience, SalienceSpec, SelectSpec, StoreSpec, Strength,
};
use ammon::numeric::Rng;
use ammon::scenario::Text;

const SHAPE: ContentShape = ContentShape {
    state: 10,
    input: 4,
    target: 3,
};
const STEPS: usize = 6;

fn empty(change: impl FnOnce(&mut Hippocampus)) -> HippocampusState<f32> {
    let mut spec = Hippocampus::default();
    if let StoreSpec::Ca3(p) = &mut spec.store {
        p.units = 600;
    }
    spec.entorhinal.units = 400;
    change(&mut spec);
    HippocampusState::new(&spec, SHAPE, 1)
}

/// An episode of random states, answered with `class` at its end.
fn episode(class: usize, rng: &mut Rng) -> Vec<Vec<f32>> {
    (0..STEPS)
        .map(|t| {
            let mut content: Vec<f32> = (0..SHAPE.len()).map(|_| rng.normal() as f32).collect();
            let from = SHAPE.state + SHAPE.input;
            content[from..].fill(0.0);
            if t + 1 == STEPS {
                content[from + class] = 1.0;
                content[SHAPE.len() - 1] = 1.0;
            }
            content
        })
        .collect()
}

/// Stores one episode; returns which evicted and which joined.
fn store(
    h: &mut HippocampusState<f32>,
    number: u64,
    contents: &[Vec<f32>],
    outcome: (f64, f64),
    rng: &mut Rng,
) -> (Vec<u64>, Vec<(u64, u64)>) {
    let (gone, fit) = h.open(&[number], contents.len());
    for content in contents {
        h.encode(content, &[true], fit, rng);
    }
    let (error, reward) = outcome;
    let joined = h.close(fit, &[Outcome { error, reward }]);
    (gone.iter().map(|e| e.episode).collect(), joined)
}

fn stored(h: &HippocampusState<f32>) -> Vec<u64> {
    h.stored().iter().map(|e| e.episode).collect()
}

/// What the decoder says of each stored code of an episode.
fn decoded(h: &HippocampusState<f32>, number: u64) -> Vec<Vec<f32>> {
    let episode = h.stored().iter().find(|e| e.episode == number).unwrap();
    episode
        .engrams
        .iter()
        .map(|engram| {
            let mut content = vec![0.0; SHAPE.len()];
            let recall = Recall {
                active: engram.code.clone(),
                ..Recall::default()
            };
            h.content(&recall, &mut content);
            content
        })
        .collect()
}

fn apart(a: &[Vec<f32>], b: &[Vec<f32>]) -> f32 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
}

#[test]
fn a_fixed_memory_forgets_the_oldest_and_nothing_else() {
    let mut rng = Rng::named(1, "test");
    let mut h = empty(|spec| {
        spec.capacity = CapacitySpec::Fixed(Fixed {
            steps: 4 * STEPS,
            evict: EvictSpec::Oldest(Oldest {}),
        });
    });
    let episodes: Vec<_> = (0..7).map(|i| episode(i % 3, &mut rng)).collect();
    for (i, contents) in episodes.iter().enumerate() {
        let (gone, _) = store(&mut h, i as u64, contents, (1.0, 0.0), &mut rng);
        let oldest = i.checked_sub(4).map(|o| o as u64);
        assert_eq!(gone, oldest.into_iter().collect::<Vec<_>>());
    }
    assert_eq!(stored(&h), [3, 4, 5, 6]);
    h.fall_asleep();
    for i in 3..7 {
        assert!(apart(&decoded(&h, i), &episodes[i as usize]) < 0.01);
    }
}

#[test]
fn the_least_salient_episode_goes_first_by_error_or_by_reward() {
    for (of, kept) in [
        (SalienceSpec::Error(ErrorSize {}), [1, 3, 4]),
        (SalienceSpec::Reward(RewardSize {}), [0, 2, 4]),
    ] {
        let mut rng = Rng::named(2, "test");
        let mut h = empty(|spec| {
            spec.capacity = CapacitySpec::Fixed(Fixed {
                steps: 3 * STEPS,
                evict: EvictSpec::LeastSalient(LeastSalient { of }),
            });
        });
        let outcomes = [(0.1, 5.0), (0.9, 0.0), (0.2, -4.0), (0.8, 0.5), (0.7, 9.0)];
        for (i, outcome) in outcomes.into_iter().enumerate() {
            store(&mut h, i as u64, &episode(0, &mut rng), outcome, &mut rng);
        }
        assert_eq!(stored(&h), kept);
    }
}

fn compressing(threshold: f64) -> HippocampusState<f32> {
    empty(|spec| {
        spec.capacity = CapacitySpec::Compress(Compress {
            threshold,
            ..Compress::default()
        });
    })
}

#[test]
fn like_episodes_of_the_same_target_become_their_mean() {
    let mut rng = Rng::named(3, "test");
    let mut h = compressing(0.3);
    let first = episode(1, &mut rng);
    let near = |by: f32| -> Vec<Vec<f32>> {
        let seen = SHAPE.state + SHAPE.input;
        first
            .iter()
            .map(|c| {
                let moved = c.iter().enumerate();
                moved
                    .map(|(i, v)| if i < seen { v + by } else { *v })
                    .collect()
            })
            .collect()
    };
    store(&mut h, 0, &first, (1.0, 0.0), &mut rng);
    let (_, joined) = store(&mut h, 1, &near(0.09), (0.0, 0.0), &mut rng);
    assert_eq!(joined, [(1, 0)]);
    let (_, joined) = store(&mut h, 2, &near(-0.03), (0.5, 0.0), &mut rng);
    assert_eq!(joined, [(2, 0)]);
    // The same states with another answer are another episode, and so are other states with the same answer.
    let mut other = first.clone();
    other[STEPS - 1][SHAPE.state + SHAPE.input..].copy_from_slice(&[1.0, 0.0, 0.0, 1.0]);
    assert!(store(&mut h, 3, &other, (1.0, 0.0), &mut rng).1.is_empty());
    let far = episode(1, &mut rng);
    assert!(store(&mut h, 4, &far, (1.0, 0.0), &mut rng).1.is_empty());
    assert_eq!(stored(&h), [0, 3, 4]);
    let prototype = &h.stored()[0];
    assert_eq!(
        (prototype.count, &prototype.members[..]),
        (3, &[0, 1, 2][..])
    );
    assert!((prototype.error - 0.5).abs() < 1e-12);
    h.fall_asleep();
    // The running mean of 0, 0.09 and -0.03.
    assert!(apart(&decoded(&h, 0), &near(0.02)) < 0.01);
    assert!(apart(&decoded(&h, 3), &other) < 0.01);
    // Nothing of the codes that joined is left: as many patterns as there are stored steps.
    assert_eq!(h.store().load().patterns, 3 * STEPS);
}

#[test]
fn prototypes_are_drawn_once_for_each_episode_that_they_stand_for() {
    let mut rng = Rng::named(4, "test");
    let mut h = compressing(0.3);
    let often = episode(0, &mut rng);
    for i in 0..5 {
        store(&mut h, i, &often, (1.0, 0.0), &mut rng);
    }
    store(&mut h, 5, &episode(1, &mut rng), (1.0, 0.0), &mut rng);
    assert_eq!(stored(&h), [0, 5]);
    h.fall_asleep();
    let mut drawn: Vec<(usize, u64)> = (0..6)
        .map(|_| h.draw(&mut rng).map(|d| (d.position, d.episode)).unwrap())
        .collect();
    drawn.sort_unstable();
    assert_eq!(drawn, [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 5)]);
}

#[test]
fn a_full_compressing_memory_drops_the_rarest_prototype() {
    let mut rng = Rng::named(5, "test");
    let mut h = empty(|spec| {
        spec.capacity = CapacitySpec::Compress(Compress {
            threshold: 0.3,
            steps: 3 * STEPS,
            ..Compress::default()
        });
    });
    let (a, b) = (episode(0, &mut rng), episode(1, &mut rng));
    for (i, contents) in [&a, &b, &a].into_iter().enumerate() {
        store(&mut h, i as u64, contents, (1.0, 0.0), &mut rng);
    }
    for i in 3..5 {
        store(&mut h, i, &episode(2, &mut rng), (1.0, 0.0), &mut rng);
    }
    assert!(stored(&h).contains(&0) && !stored(&h).contains(&1));
}

/// How often each of ten episodes is drawn first in a sleep.
fn first_draws(
    change: impl FnOnce(&mut Hippocampus),
    outcomes: impl Fn(u64) -> (f64, f64),
) -> [u32; 10] {
    let mut rng = Rng::named(6, "test");
    let mut h = empty(change);
    for i in 0..10 {
        store(&mut h, i, &episode(0, &mut rng), outcomes(i), &mut rng);
    }
    let mut counts = [0; 10];
    for _ in 0..2000 {
        h.fall_asleep();
        let drawn = h.draw(&mut rng).unwrap();
        counts[drawn.episode as usize] += 1;
    }
    counts
}

#[test]
fn the_oldest_episode_that_has_not_come_yet_comes_first() {
    let mut rng = Rng::named(6, "test");
    let mut h = empty(|spec| spec.ripple.select = SelectSpec::Oldest(OldestFirst {}));
    for i in 0..5 {
        store(&mut h, i, &episode(0, &mut rng), (1.0, 0.0), &mut rng);
    }
    h.fall_asleep();
    let drawn: Vec<u64> = (0..7).map(|_| h.draw(&mut rng).unwrap().episode).collect();
    assert_eq!(drawn, [0, 1, 2, 3, 4, 0, 1]);
}

#[test]
fn salient_episodes_are_drawn_in_proportion_and_others_after_them() {
    let salience = |of| {
        move |spec: &mut Hippocampus| spec.ripple.select = SelectSpec::Salience(Salience { of })
    };
    let reward = first_draws(salience(SalienceSpec::Reward(RewardSize {})), |i| {
        (1.0, if i == 4 { -2.0 } else { 0.0 })
    });
    assert_eq!(reward[4], 2000);
    let error = first_draws(salience(SalienceSpec::Error(ErrorSize {})), |i| {
        (i as f64, 0.0)
    });
    let share = |i: usize| f64::from(error[i]) / 2000.0;
    assert_eq!(error[0], 0);
    assert!((share(9) - 9.0 / 45.0).abs() < 0.03 && (share(3) - 3.0 / 45.0).abs() < 0.02);
}

#[test]
fn stronger_traces_are_drawn_more_often() {
    let strength = |spec: &mut Hippocampus| {
        spec.ripple.select = SelectSpec::Strength(Strength {});
        spec.capacity = CapacitySpec::Palimpsest(Palimpsest {
            half_life: 3.0 * STEPS as f64,
        });
    };
    let counts = first_draws(strength, |_| (1.0, 0.0));
    assert!(counts[9] > counts[6] && counts[6] > counts[3]);
    let ratio = f64::from(counts[9]) / f64::from(counts[6]);
    assert!((ratio - 2.0).abs() < 0.4, "{ratio}");
}

#[test]
fn mixed_order_is_reverse_as_often_as_it_says() {
    let mut rng = Rng::named(7, "test");
    let mixed = OrderSpec::Mixed(ammon::hippocampus::Mixed { reverse: 0.7 });
    let reverse =
        (0..4000).filter(|_| mixed.kind().draw(&mut rng) == ammon::record::Order::REVERSE);
    assert!((reverse.count() as f64 / 4000.0 - 0.7).abs() < 0.03);
}

fn problem(body: &str) -> String {
    let text = Text {
        name: "x.ron".into(),
        text: format!("Scenario({body})"),
    };
    load(text, &[], None).map_or_else(|e| e.to_string(), |_| "none".into())
}

#[test]
fn what_would_not_fit_is_refused_with_its_bytes_and_what_fits_is_not() {
    let with = |h: &str| {
        problem(&format!(
            "hippocampus: ({h}), protocol: [Wake(episodes: 16), Sleep]"
        ))
    };
    assert_eq!(with("store: Ca3(units: 10000, sparsity: 0.01)"), "none");
    let large = with("store: Ca3(units: 20000)");
    assert!(
        large.contains("bytes") && large.contains("may use 1073741824"),
        "{large}"
    );
    assert_eq!(with("store: Ca3(units: 20000), memory: 2048"), "none");
    let grows = problem(
        "hippocampus: (memory: 100, store: Exact), protocol: [Repeat(times: 100000, phases: [Wake(episodes: 16)])]",
    );
    assert!(
        grows.contains("bytes") && grows.contains("stored steps"),
        "{grows}"
    );
    let measured = problem("protocol: [MeasureStore(store: Ca3(units: 20000), patterns: 100)]");
    assert!(measured.contains("bytes"), "{measured}");
    let compared = problem(
        "hippocampus: (memory: 60), protocol: [MeasureCapacity(capacities: [Fixed(steps: 44), Unbounded], episodes: 4000)]",
    );
    assert!(
        compared.contains("bytes") && compared.contains("88000 stored steps"),
        "{compared}"
    );
}

#[test]
fn what_a_store_cannot_do_is_refused_with_a_sentence() {
    let refused = |body: &str, word: &str| {
        let told = problem(body);
        assert!(told.contains(word), "{told}");
    };
    let sleep = "protocol: [Wake(episodes: 4), Sleep]";
    refused(
        &format!("hippocampus: (store: Exact, ripple: (select: Spontaneous)), {sleep}"),
        "no attractor",
    );
    refused(
        &format!("hippocampus: (store: Exact, capacity: Compress()), {sleep}"),
        "tape",
    );
    refused(
        &format!("hippocampus: (store: Hopfield(units: 101)), {sleep}"),
        "even number",
    );
    refused(
        &format!("hippocampus: (ripple: (select: Spontaneous, order: Shuffled)), {sleep}"),
        "spontaneous",
    );
    refused(
        "hippocampus: (ripple: (select: Spontaneous)), protocol: [Wake, Sleep(score: true)]",
        "shuffled twin",
    );
    refused(
        "hippocampus: (), learning: (rule: Sab()), protocol: [Wake, Sleep(refresh: true)]",
        "reminded",
    );
    refused(
        "hippocampus: (capacity: Palimpsest()), learning: (rule: ReplayBptt), protocol: [Wake, Sleep(refresh: true)]",
        "read back faded",
    );
    refused("protocol: [MeasureStore(patterns: 10)]", "no store");
    refused(
        "protocol: [MeasureStore(store: Exact, patterns: 10, cues: Noise(0.5))]",
        "tape",
    );
    refused("protocol: [MeasureSeparation]", "hippocampus");
    refused(
        "protocol: [MeasureCapacity(capacities: [Unbounded])]",
        "hippocampus",
    );
    refused(
        "protocol: [MeasureStore(store: Ca3(), patterns: [10, 300000])]",
        "out of range",
    );
    refused(
        "protocol: [MeasureStore(store: Ca3(), patterns: 10, cues: [1.5])]",
        "out of range",
    );
    refused(
        "protocol: [MeasureStore(store: Ca3(), patterns: [])]",
        "0 values",
    );
}
